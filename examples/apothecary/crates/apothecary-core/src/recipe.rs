//! Recipes: what to take, what to do with it, and what comes out.

use std::error::Error;
use std::fmt;

use crate::ingredient::IngredientId;
use crate::units::Quantity;

pub use builder::RecipeBuilder;

slug_id! {
    /// Names a recipe, for example `moonwort-draught`.
    RecipeId
}

/// The strength of a potion, from 1 (a tickle) to 10 (a transformation).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Potency(u8);

impl Potency {
    pub const MAX: Potency = Potency(10);

    pub const fn level(self) -> u8 {
        self.0
    }
}

impl TryFrom<u8> for Potency {
    type Error = RecipeError;

    fn try_from(level: u8) -> Result<Self, Self::Error> {
        match level {
            1..=10 => Ok(Potency(level)),
            _ => Err(RecipeError::BadPotency(level)),
        }
    }
}

impl fmt::Display for Potency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.0, Potency::MAX.0)
    }
}

/// The way a brew is kept at work, which decides on the vessel it needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Method {
    Steep,
    Simmer,
    Distil,
}

impl Method {
    pub const ALL: [Method; 3] = [Method::Steep, Method::Simmer, Method::Distil];

    pub const fn name(self) -> &'static str {
        match self {
            Method::Steep => "steep",
            Method::Simmer => "simmer",
            Method::Distil => "distil",
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// One line of the list of ingredients.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecipeLine {
    pub ingredient: IngredientId,
    pub quantity: Quantity,
}

/// What one batch gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Yield {
    pub phials: u32,
    pub potency: Potency,
    /// Spoonfuls of sediment that have to be scrubbed out afterwards.
    pub dregs: u32,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    Grind(IngredientId),
    Add(IngredientId),
    Heat { minutes: u32 },
    Stir { turns: u32 },
    Rest { minutes: u32 },
}

impl Step {
    /// The ingredient the step handles, if any.
    pub fn ingredient(&self) -> Option<&IngredientId> {
        match self {
            Step::Grind(id) | Step::Add(id) => Some(id),
            _ => None,
        }
    }

    /// The time the step takes for one batch.
    pub fn minutes(&self) -> u32 {
        match self {
            Step::Grind(_) => 5,
            Step::Add(_) => 1,
            Step::Heat { minutes } | Step::Rest { minutes } => *minutes,
            Step::Stir { turns } => turns.div_ceil(10),
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Step::Grind(id) => write!(f, "grind {id}"),
            Step::Add(id) => write!(f, "add {id}"),
            Step::Heat { minutes } => write!(f, "heat {minutes}"),
            Step::Stir { turns } => write!(f, "stir {turns}"),
            Step::Rest { minutes } => write!(f, "rest {minutes}"),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecipeError {
    BadPotency(u8),
    NoTitle,
    NoIngredients,
    NoSteps,
    NoYield,
    ListedTwice(IngredientId),
    NeverUsed(IngredientId),
    NotListed(IngredientId),
}

impl fmt::Display for RecipeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RecipeError::BadPotency(level) => {
                write!(f, "potency {level} is not within 1 to {}", Potency::MAX.0)
            }
            RecipeError::NoTitle => f.write_str("the recipe has no title"),
            RecipeError::NoIngredients => f.write_str("the recipe needs nothing"),
            RecipeError::NoSteps => f.write_str("the recipe has no steps"),
            RecipeError::NoYield => f.write_str("the recipe yields nothing"),
            RecipeError::ListedTwice(id) => write!(f, "{id} is listed twice"),
            RecipeError::NeverUsed(id) => write!(f, "{id} is listed but never added"),
            RecipeError::NotListed(id) => write!(f, "{id} is used but not listed"),
        }
    }
}

impl Error for RecipeError {}

/// A complete recipe; only a [`RecipeBuilder`] makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipe {
    id: RecipeId,
    title: String,
    method: Method,
    lines: Vec<RecipeLine>,
    steps: Vec<Step>,
    gives: Yield,
}

impl Recipe {
    pub fn id(&self) -> &RecipeId {
        &self.id
    }

    pub fn title(&self) -> &str {
        &self.title
    }

    pub fn method(&self) -> Method {
        self.method
    }

    pub fn lines(&self) -> &[RecipeLine] {
        &self.lines
    }

    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    pub fn gives(&self) -> Yield {
        self.gives
    }

    /// The time one batch occupies its vessel, scrubbing included.
    pub fn vessel_minutes(&self) -> u32 {
        let work: u32 = self.steps.iter().map(Step::minutes).sum();
        work + self.gives.dregs * 2
    }

    /// The same recipe for another number of phials.
    ///
    /// Quantities and dregs are rounded up; the steps stay as they are.
    pub fn scaled_to(&self, phials: u32) -> Recipe {
        let (wanted, given) = (u64::from(phials), u64::from(self.gives.phials));
        let lines = self.lines.iter().map(|line| RecipeLine {
            ingredient: line.ingredient.clone(),
            quantity: line.quantity.scaled(wanted, given),
        });
        Recipe {
            lines: lines.collect(),
            gives: Yield {
                phials,
                dregs: (self.gives.dregs * phials).div_ceil(self.gives.phials),
                ..self.gives
            },
            ..self.clone()
        }
    }
}

/// What is written on the card that goes with every bottle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    pub title: String,
    pub potency: Potency,
    pub contains: Vec<IngredientId>,
}

impl From<&Recipe> for Card {
    fn from(recipe: &Recipe) -> Self {
        let contains = recipe.lines.iter().map(|line| line.ingredient.clone());
        Card {
            title: recipe.title,
            potency: recipe.gives.potency,
            contains: contains.collect(),
        }
    }
}

impl fmt::Display for Card {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, potency {}, of ", self.title, self.potency)?;
        for (index, id) in self.contains.iter().enumerate() {
            let separator = match index {
                0 => "",
                _ if index + 1 == self.contains.len() => " and ",
                _ => ", ",
            };
            write!(f, "{separator}{id}")?;
        }
        Ok(())
    }
}

mod builder {
    use super::{
        IngredientId, Method, Potency, Quantity, Recipe, RecipeError, RecipeId, RecipeLine, Step,
        Yield,
    };

    /// Collects the parts of a recipe and checks that they fit together.
    ///
    /// ```
    /// use apothecary_core::ingredient::IngredientId;
    /// use apothecary_core::recipe::{Method, Potency, RecipeBuilder, RecipeId, Step};
    /// use apothecary_core::units::{Quantity, Unit};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let moonwort = IngredientId::try_from("moonwort")?;
    /// let tea = RecipeBuilder::new(RecipeId::try_from("moon-tea")?, "Moon Tea")
    ///     .method(Method::Steep)
    ///     .needs(moonwort.clone(), Quantity::new(1, Unit::Dram))
    ///     .step(Step::Add(moonwort))
    ///     .step(Step::Rest { minutes: 9 })
    ///     .gives(2, Potency::try_from(3)?, 1)
    ///     .build()?;
    /// assert_eq!(tea.vessel_minutes(), 12);
    /// # Ok(())
    /// # }
    /// ```
    #[derive(Debug, Clone)]
    pub struct RecipeBuilder {
        id: RecipeId,
        title: String,
        method: Method,
        lines: Vec<RecipeLine>,
        steps: Vec<Step>,
        gives: Option<Yield>,
    }

    impl RecipeBuilder {
        pub fn new(id: RecipeId, title: impl Into<String>) -> Self {
            RecipeBuilder {
                id,
                title: title.into(),
                method: Method::Simmer,
                lines: Vec::new(),
                steps: Vec::new(),
                gives: None,
            }
        }

        pub fn method(mut self, method: Method) -> Self {
            self.method = method;
            self
        }

        pub fn needs(mut self, ingredient: IngredientId, quantity: Quantity) -> Self {
            self.lines.push(RecipeLine {
                ingredient,
                quantity,
            });
            self
        }

        pub fn step(mut self, step: Step) -> Self {
            self.steps.push(step);
            self
        }

        pub fn gives(mut self, phials: u32, potency: Potency, dregs: u32) -> Self {
            self.gives = Some(Yield {
                phials,
                potency,
                dregs,
            });
            self
        }

        pub fn build(self) -> Result<Recipe, RecipeError> {
            if self.title.trim().is_empty() {
                return Err(RecipeError::NoTitle);
            }
            if self.lines.is_empty() {
                return Err(RecipeError::NoIngredients);
            }
            if self.steps.is_empty() {
                return Err(RecipeError::NoSteps);
            }
            self.check_ingredients()?;
            let gives = self
                .gives
                .filter(|gives| gives.phials > 0)
                .ok_or(RecipeError::NoYield)?;
            Ok(Recipe {
                id: self.id,
                title: self.title,
                method: self.method,
                lines: self.lines,
                steps: self.steps,
                gives,
            })
        }

        fn check_ingredients(&self) -> Result<(), RecipeError> {
            for (index, line) in self.lines.iter().enumerate() {
                let same = |other: &RecipeLine| other.ingredient == line.ingredient;
                if self.lines[..index].iter().any(same) {
                    return Err(RecipeError::ListedTwice(line.ingredient.clone()));
                }
                let adds = |step: &Step| matches!(step, Step::Add(id) if *id == line.ingredient);
                if !self.steps.iter().any(adds) {
                    return Err(RecipeError::NeverUsed(line.ingredient.clone()));
                }
            }
            let listed = |id: &IngredientId| self.lines.iter().any(|line| line.ingredient == *id);
            match self
                .steps
                .iter()
                .filter_map(Step::ingredient)
                .find(|id| !listed(id))
            {
                Some(id) => Err(RecipeError::NotListed(id.clone())),
                None => Ok(()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Unit;

    fn id(text: &str) -> IngredientId {
        IngredientId::try_from(text).unwrap()
    }

    fn draught() -> RecipeBuilder {
        RecipeBuilder::new(
            RecipeId::try_from("frost-draught").unwrap(),
            "Frost Draught",
        )
        .needs(id("frostcap"), Quantity::new(2, Unit::Piece))
        .needs(id("spring-water"), Quantity::new(3, Unit::Phial))
        .step(Step::Grind(id("frostcap")))
        .step(Step::Add(id("spring-water")))
        .step(Step::Add(id("frostcap")))
        .step(Step::Stir { turns: 21 })
        .gives(3, Potency(4), 2)
    }

    #[test]
    fn vessel_time_includes_scrubbing() {
        let recipe = draught().build().unwrap();
        assert_eq!(recipe.vessel_minutes(), 5 + 1 + 1 + 3 + 4);
    }

    #[test]
    fn scaling_rounds_up_quantities_and_dregs() {
        let recipe = draught().build().unwrap().scaled_to(4);
        assert_eq!(recipe.lines()[0].quantity, Quantity::new(3, Unit::Piece));
        assert_eq!(recipe.lines()[1].quantity, Quantity::new(4, Unit::Phial));
        let gives = recipe.gives();
        assert_eq!((gives.phials, gives.dregs), (4, 3));
    }

    #[test]
    fn the_builder_checks_the_ingredients() {
        let water = Quantity::new(1, Unit::Phial);
        assert_eq!(
            draught().needs(id("spring-water"), water).build(),
            Err(RecipeError::ListedTwice(id("spring-water")))
        );
        assert_eq!(
            draught().needs(id("silver-dew"), water).build(),
            Err(RecipeError::NeverUsed(id("silver-dew")))
        );
        assert_eq!(
            draught().step(Step::Grind(id("star-salt"))).build(),
            Err(RecipeError::NotListed(id("star-salt")))
        );
    }

    #[test]
    fn the_builder_checks_for_missing_parts() {
        let empty = || RecipeBuilder::new(RecipeId::try_from("nothing").unwrap(), "Nothing");
        assert_eq!(empty().build(), Err(RecipeError::NoIngredients));
        assert_eq!(
            draught().gives(0, Potency(1), 0).build(),
            Err(RecipeError::NoYield)
        );
    }

    #[test]
    fn a_card_lists_the_contents() {
        let card = Card::from(&draught().build().unwrap());
        assert_eq!(
            card.to_string(),
            "Frost Draught, potency 4/10, of frostcap and spring-water"
        );
    }

    #[test]
    fn potency_has_bounds() {
        assert_eq!(Potency::try_from(10), Ok(Potency::MAX));
        assert_eq!(Potency::try_from(0), Err(RecipeError::BadPotency(0)));
        assert_eq!(Potency::try_from(11), Err(RecipeError::BadPotency(11)));
    }
}
