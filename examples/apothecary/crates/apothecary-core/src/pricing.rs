//! What things cost, and what the shop asks for them.
//!
//! The cost of materials comes from the catalogue by way of [`Appraise`]. A
//! [`PriceBook`] turns it into an asking price, rule by rule:
//!
//! ```
//! use apothecary_core::calendar::Day;
//! use apothecary_core::money::Money;
//! use apothecary_core::price_book;
//! use apothecary_core::pricing::rules::{BulkDiscount, Markup};
//! use apothecary_core::pricing::Sale;
//!
//! let book = price_book![
//!     Markup { percent: 50 },
//!     BulkDiscount { from_phials: 10, percent: 20 },
//! ];
//! let sale = Sale { day: Day(0), phials: 12, loyal_customer: false };
//! assert_eq!(book.quote(Money::bits(100), &sale).total(), Money::bits(120));
//! ```

use std::error::Error;
use std::fmt;

use crate::calendar::Day;
use crate::ingredient::catalogue::{Catalogue, CatalogueError};
use crate::ingredient::IngredientId;
use crate::money::Money;
use crate::recipe::{Recipe, RecipeLine, Yield};
use crate::units::Dimension;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PricingError {
    Catalogue(CatalogueError),
    WrongDimension {
        ingredient: IngredientId,
        expected: Dimension,
    },
}

impl fmt::Display for PricingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PricingError::Catalogue(cause) => cause.fmt(f),
            PricingError::WrongDimension {
                ingredient,
                expected,
            } => write!(f, "{ingredient} is sold by {}s", expected.base_unit()),
        }
    }
}

impl Error for PricingError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            PricingError::Catalogue(cause) => Some(cause),
            PricingError::WrongDimension { .. } => None,
        }
    }
}

impl From<CatalogueError> for PricingError {
    fn from(cause: CatalogueError) -> Self {
        PricingError::Catalogue(cause)
    }
}

/// Anything whose materials can be priced with the catalogue.
pub trait Appraise {
    fn appraise(&self, catalogue: &Catalogue) -> Result<Money, PricingError>;
}

impl Appraise for RecipeLine {
    fn appraise(&self, catalogue: &Catalogue) -> Result<Money, PricingError> {
        let ingredient = catalogue.get(&self.ingredient)?;
        ingredient
            .cost_of(self.quantity)
            .ok_or_else(|| PricingError::WrongDimension {
                ingredient: self.ingredient.clone(),
                expected: ingredient.dimension(),
            })
    }
}

impl<T: Appraise> Appraise for [T] {
    fn appraise(&self, catalogue: &Catalogue) -> Result<Money, PricingError> {
        self.iter().map(|item| item.appraise(catalogue)).sum()
    }
}

impl Appraise for Recipe {
    fn appraise(&self, catalogue: &Catalogue) -> Result<Money, PricingError> {
        self.lines().appraise(catalogue)
    }
}

/// The least the shop asks for a batch: a florin per phial, and half a florin
/// more for every level of potency above five.
pub fn reserve_price(recipe: &Recipe) -> Money {
    let Yield {
        phials, potency, ..
    } = recipe.gives();
    let surplus = u32::from(potency.level()).saturating_sub(5);
    Money::florins(1) * phials + Money::bits(6) * (phials * surplus)
}

/// The circumstances of a sale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sale {
    pub day: Day,
    pub phials: u32,
    pub loyal_customer: bool,
}

/// One step on the way from the cost to the asking price.
pub trait PriceRule {
    fn name(&self) -> &str;

    /// The price after the rule; the same price if the rule does not apply.
    fn adjust(&self, price: Money, sale: &Sale) -> Money;
}

/// The rules of the house, applied in order.
#[derive(Default)]
pub struct PriceBook {
    rules: Vec<Box<dyn PriceRule>>,
}

impl PriceBook {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn with(mut self, rule: impl PriceRule + 'static) -> Self {
        self.rules.push(Box::new(rule));
        self
    }

    pub fn quote(&self, cost: Money, sale: &Sale) -> Quote {
        let mut price = cost;
        let mut adjustments = Vec::new();
        for rule in &self.rules {
            let adjusted = rule.adjust(price, sale);
            if adjusted != price {
                adjustments.push(Adjustment {
                    rule: rule.name().to_owned(),
                    change: adjusted - price,
                    price: adjusted,
                });
            }
            price = adjusted;
        }
        Quote { cost, adjustments }
    }
}

impl fmt::Debug for PriceBook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.rules.iter().map(|rule| rule.name()))
            .finish()
    }
}

/// Builds a [`PriceBook`] from rules.
#[macro_export]
macro_rules! price_book {
    ($($rule:expr),* $(,)?) => {
        $crate::pricing::PriceBook::new()$(.with($rule))*
    };
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adjustment {
    pub rule: String,
    pub change: Money,
    /// The price after the change.
    pub price: Money,
}

/// A price together with how it came about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quote {
    pub cost: Money,
    pub adjustments: Vec<Adjustment>,
}

impl Quote {
    pub fn total(&self) -> Money {
        self.adjustments.last().map_or(self.cost, |last| last.price)
    }

    pub fn margin(&self) -> Money {
        self.total() - self.cost
    }
}

impl fmt::Display for Quote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<20}{:>12}", "materials", self.cost)?;
        for Adjustment { rule, change } in &self.adjustments {
            writeln!(f, "{rule:<20}{change:>12}")?;
        }
        write!(f, "{:<20}{:>12}", "total", self.total())
    }
}

pub mod rules {
    //! The rules that come with the shop.

    use super::{PriceRule, Sale};
    use crate::calendar::Season;
    use crate::money::Money;

    /// Adds a share of the price.
    #[derive(Debug, Clone, Copy)]
    pub struct Markup {
        pub percent: u32,
    }

    impl PriceRule for Markup {
        fn name(&self) -> &str {
            "markup"
        }

        fn adjust(&self, price: Money, _: &Sale) -> Money {
            price + price.percent(self.percent)
        }
    }

    /// Adds a share of the price during one season.
    #[derive(Debug, Clone, Copy)]
    pub struct SeasonalSurcharge {
        pub season: Season,
        pub percent: u32,
    }

    impl PriceRule for SeasonalSurcharge {
        fn name(&self) -> &str {
            match self.season {
                Season::Winter => "winter firewood",
                _ => "seasonal surcharge",
            }
        }

        fn adjust(&self, price: Money, sale: &Sale) -> Money {
            if sale.day.season() == self.season {
                price + price.percent(self.percent)
            } else {
                price
            }
        }
    }

    /// Takes off a share of the price of large orders.
    #[derive(Debug, Clone, Copy)]
    pub struct BulkDiscount {
        pub from_phials: u32,
        pub percent: u32,
    }

    impl PriceRule for BulkDiscount {
        fn name(&self) -> &str {
            "bulk discount"
        }

        fn adjust(&self, price: Money, sale: &Sale) -> Money {
            if sale.phials >= self.from_phials {
                price - price.percent(self.percent)
            } else {
                price
            }
        }
    }

    /// Rounds up so that nobody has to look for small coins.
    #[derive(Debug, Clone, Copy)]
    pub struct RoundUp {
        pub to: Money,
    }

    impl PriceRule for RoundUp {
        fn name(&self) -> &str {
            "rounding"
        }

        fn adjust(&self, price: Money, _: &Sale) -> Money {
            price.round_up_to(self.to)
        }
    }

    /// A rule made of a name and a closure.
    pub struct Custom<F> {
        name: &'static str,
        adjust: F,
    }

    impl<F: Fn(Money, &Sale) -> Money> Custom<F> {
        pub fn new(name: &'static str, adjust: F) -> Self {
            Custom { name, adjust }
        }
    }

    impl<F: Fn(Money, &Sale) -> Money> PriceRule for Custom<F> {
        fn name(&self) -> &str {
            self.name
        }

        fn adjust(&self, price: Money, sale: &Sale) -> Money {
            (self.adjust)(price, sale)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::rules::{Custom, Markup, RoundUp, SeasonalSurcharge};
    use super::*;
    use crate::calendar::Season;
    use crate::units::{Quantity, Unit};

    fn sale_on(day: Day) -> Sale {
        Sale {
            day,
            phials: 1,
            loyal_customer: true,
        }
    }

    fn line(id: &str, amount: u64, unit: Unit) -> RecipeLine {
        RecipeLine {
            ingredient: IngredientId::try_from(id).unwrap(),
            quantity: Quantity::new(amount, unit),
        }
    }

    #[test]
    fn lines_are_appraised_together() {
        let lines = [
            line("moonwort", 3, Unit::Dram),
            line("newt-eye", 2, Unit::Piece),
        ];
        assert_eq!(
            lines.appraise(&Catalogue::standard()),
            Ok(Money::bits(27 + 8))
        );
    }

    #[test]
    fn appraisal_reports_what_is_wrong() {
        let shop = Catalogue::standard();
        let error = line("newt-eye", 2, Unit::Phial).appraise(&shop);
        assert_eq!(error.unwrap_err().to_string(), "newt-eye is sold by pieces");
        let error = line("phoenix-ash", 1, Unit::Dram).appraise(&shop);
        assert_eq!(
            error.unwrap_err().to_string(),
            "phoenix-ash is not in the catalogue"
        );
    }

    #[test]
    fn rules_that_do_not_apply_leave_no_trace() {
        let book = price_book![SeasonalSurcharge {
            season: Season::Winter,
            percent: 10
        }];
        let cost = Money::bits(100);
        assert_eq!(book.quote(cost, &sale_on(Day(0))).adjustments, []);
        let winter = book.quote(cost, &sale_on(Season::Winter.opening_day()));
        assert_eq!(winter.margin(), Money::bits(10));
        assert_eq!(winter.adjustments[0].rule, "winter firewood");
    }

    #[test]
    fn rules_are_applied_in_order() {
        let book = price_book![
            Markup { percent: 100 },
            Custom::new("friendship", |price, sale: &Sale| {
                if sale.loyal_customer {
                    price - Money::bits(7)
                } else {
                    price
                }
            }),
            RoundUp {
                to: Money::florins(1)
            },
        ];
        let quote = book.quote(Money::bits(20), &sale_on(Day(0)));
        assert_eq!(quote.total(), Money::florins(3));
        assert_eq!(
            quote.to_string().lines().map(str::len).collect::<Vec<_>>(),
            [32; 5]
        );
        assert_eq!(
            format!("{book:?}"),
            r#"["markup", "friendship", "rounding"]"#
        );
    }
}
