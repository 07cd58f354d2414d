//! Cutting orders into batches.

use std::error::Error;
use std::fmt;

use apothecary_core::calendar::Day;
use apothecary_core::ingredient::catalogue::Catalogue;
use apothecary_core::money::Money;
use apothecary_core::pricing::{reserve_price, Appraise, PriceBook, PricingError, Quote};
use apothecary_core::recipe::{Method, Recipe, RecipeId};

use crate::cookbook::Cookbook;
use crate::order::{Order, OrderNumber};
use crate::vessel::{largest_batch, Vessel};

/// A part of an order that is brewed at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    pub order: OrderNumber,
    /// The recipe, scaled to the size of the batch.
    pub recipe: Recipe,
    pub due: Day,
    pub price: Money,
}

impl Batch {
    pub fn phials(&self) -> u32 {
        self.recipe.gives().phials
    }
}

impl fmt::Display for Batch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (phials, title) = (self.phials(), self.recipe.title());
        write!(f, "{phials} x {title} for order {}", self.order)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlanError {
    UnknownRecipe(RecipeId),
    NoVessel(Method),
    Pricing(PricingError),
}

impl fmt::Display for PlanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PlanError::UnknownRecipe(id) => write!(f, "{id} is not in the cookbook"),
            PlanError::NoVessel(method) => write!(f, "no vessel to {method} in"),
            PlanError::Pricing(cause) => write!(f, "cannot price the order: {cause}"),
        }
    }
}

impl Error for PlanError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            PlanError::Pricing(cause) => Some(cause),
            _ => None,
        }
    }
}

impl From<PricingError> for PlanError {
    fn from(cause: PricingError) -> Self {
        PlanError::Pricing(cause)
    }
}

/// Knows the recipes, the vessels and the prices of the shop.
pub struct Planner<'a> {
    pub cookbook: &'a Cookbook,
    pub catalogue: &'a Catalogue,
    pub prices: &'a PriceBook,
    pub rack: &'a [Box<dyn Vessel>],
}

impl Planner<'_> {
    /// The price of an order according to the rules of the house.
    pub fn quote(&self, order: &Order) -> Result<Quote, PlanError> {
        let recipe = self.recipe(order)?.scale_to(order.phials);
        let cost = recipe.appraise(self.catalogue)?;
        Ok(self.prices.quote(cost, &order.sale_on(order.due)))
    }

    /// The asking price of an order: the quote, but at least the reserve price.
    pub fn price(&self, order: &Order) -> Result<Money, PlanError> {
        let batch = self.recipe(order)?.scale_to(order.phials);
        Ok(self.quote(order)?.total().max(reserve_price(&batch)))
    }

    /// Cuts an order into batches as large as the vessels allow, sharing its
    /// price among them.
    pub fn batches(&self, order: &Order) -> Result<Vec<Batch>, PlanError> {
        let recipe = self.recipe(order)?;
        let method = recipe.method();
        let largest = largest_batch(self.rack, method).ok_or(PlanError::NoVessel(method))?;
        let count = order.phials.div_ceil(largest);
        let sizes = (0..count).map(|index| largest.min(order.phials - index * largest));
        let batches = sizes.zip(self.price(order)?.shares(count));
        Ok(batches
            .map(|(phials, price)| Batch {
                order: order.number,
                recipe: recipe.scale_to(phials),
                due: order.due,
                price,
            })
            .collect())
    }

    fn recipe(&self, order: &Order) -> Result<&Recipe, PlanError> {
        self.cookbook
            .get(order.recipe.as_str())
            .ok_or_else(|| PlanError::UnknownRecipe(order.recipe.clone()))
    }
}
