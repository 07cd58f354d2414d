//! What goes into the cauldron.

use std::fmt;

use crate::calendar::{Day, Season};
use crate::money::Money;
use crate::units::{Dimension, Quantity, Unit};

slug_id! {
    /// Names an ingredient, for example `silver-dew`.
    IngredientId
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Category {
    Herb,
    Mineral,
    Essence,
    Creature,
}

impl fmt::Display for Category {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Category::Herb => "herb",
            Category::Mineral => "mineral",
            Category::Essence => "essence",
            Category::Creature => "creature",
        })
    }
}

/// How long an ingredient keeps once it has been delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShelfLife {
    days: Option<u32>,
}

impl ShelfLife {
    pub const EVERLASTING: ShelfLife = ShelfLife { days: None };

    pub const fn days(days: u32) -> Self {
        ShelfLife { days: Some(days) }
    }

    /// A shelf life shortened or prolonged to `percent` hundredths.
    pub fn adjusted(self, percent: u32) -> ShelfLife {
        ShelfLife {
            days: self.days.map(|days| days * percent / 100),
        }
    }

    /// The first day on which a delivery of `received` is spoiled.
    pub fn expiry(self, received: Day) -> Option<Day> {
        self.days.map(|days| received + days)
    }
}

impl fmt::Display for ShelfLife {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.days {
            Some(1) => f.pad("1 day"),
            Some(days) => f.pad(&format!("{days} days")),
            None => f.pad("everlasting"),
        }
    }
}

/// An entry of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ingredient {
    pub id: IngredientId,
    pub name: String,
    pub category: Category,
    /// The price of one `sold_by`.
    pub price: Money,
    pub sold_by: Unit,
    pub shelf_life: ShelfLife,
    /// The season of harvest; `None` is found all year round.
    pub harvest: Option<Season>,
}

impl Ingredient {
    pub fn dimension(&self) -> Dimension {
        self.sold_by.dimension()
    }

    pub fn in_season(&self, season: Season) -> bool {
        self.harvest.is_none_or(|harvest| harvest == season)
    }

    /// The cost of `quantity`, rounded up to a whole bit; `None` if the
    /// quantity is of another dimension.
    pub fn cost_of(&self, quantity: Quantity) -> Option<Money> {
        if quantity.dimension() != self.dimension() {
            return None;
        }
        let base = i64::try_from(quantity.in_base().amount).ok()?;
        let per_unit = i64::try_from(self.sold_by.in_base()).ok()?;
        let bits = self.price.in_bits() * base;
        Some(Money::bits((bits + per_unit - 1).div_euclid(per_unit)))
    }
}

impl fmt::Display for Ingredient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({} per {})", self.name, self.price, self.sold_by)
    }
}

pub mod catalogue {
    //! The shop's list of known ingredients.

    use std::collections::btree_map::{BTreeMap, Values};
    use std::error::Error;
    use std::fmt;

    use super::{Category, Ingredient, IngredientId, ShelfLife};
    use crate::calendar::Season;
    use crate::money::Money;
    use crate::units::Unit;
    use crate::SlugError;

    #[derive(Debug, Clone, PartialEq, Eq)]
    pub enum CatalogueError {
        BadId(SlugError),
        Duplicate(IngredientId),
        Unknown(IngredientId),
    }

    impl fmt::Display for CatalogueError {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            match self {
                CatalogueError::BadId(cause) => write!(f, "bad ingredient: {cause}"),
                CatalogueError::Duplicate(id) => write!(f, "{id} is already catalogued"),
                CatalogueError::Unknown(id) => write!(f, "{id} is not in the catalogue"),
            }
        }
    }

    impl Error for CatalogueError {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            match self {
                CatalogueError::BadId(cause) => Some(cause),
                _ => None,
            }
        }
    }

    impl From<SlugError> for CatalogueError {
        fn from(cause: SlugError) -> Self {
            CatalogueError::BadId(cause)
        }
    }

    type Row = (
        &'static str,
        &'static str,
        Category,
        i64,
        Unit,
        ShelfLife,
        Option<Season>,
    );

    /// What every well-kept shop has in its drawers; prices in bits.
    static STANDARD: [Row; 8] = [
        (
            "moonwort",
            "Moonwort",
            Category::Herb,
            9,
            Unit::Dram,
            ShelfLife::days(20),
            Some(Season::Spring),
        ),
        (
            "sunpetal",
            "Sunpetal",
            Category::Herb,
            7,
            Unit::Dram,
            ShelfLife::days(12),
            Some(Season::Summer),
        ),
        (
            "emberroot",
            "Emberroot",
            Category::Herb,
            24,
            Unit::Ounce,
            ShelfLife::days(60),
            Some(Season::Autumn),
        ),
        (
            "frostcap",
            "Frostcap",
            Category::Herb,
            5,
            Unit::Piece,
            ShelfLife::days(10),
            Some(Season::Winter),
        ),
        (
            "silver-dew",
            "Silver Dew",
            Category::Essence,
            30,
            Unit::Phial,
            ShelfLife::days(45),
            None,
        ),
        (
            "spring-water",
            "Spring Water",
            Category::Essence,
            2,
            Unit::Flask,
            ShelfLife::EVERLASTING,
            None,
        ),
        (
            "star-salt",
            "Star Salt",
            Category::Mineral,
            18,
            Unit::Ounce,
            ShelfLife::EVERLASTING,
            None,
        ),
        (
            "newt-eye",
            "Eye of Newt",
            Category::Creature,
            4,
            Unit::Piece,
            ShelfLife::days(6),
            None,
        ),
    ];

    #[derive(Debug, Clone, Default)]
    pub struct Catalogue {
        entries: BTreeMap<IngredientId, Ingredient>,
    }

    impl Catalogue {
        pub fn new() -> Self {
            Self::default()
        }

        /// The catalogue of a newly opened shop.
        pub fn standard() -> Self {
            let rows = STANDARD.iter().map(|row| {
                let (id, name, category, bits, sold_by, shelf_life, harvest) = *row;
                Ingredient {
                    id: IngredientId::try_from(id).expect("standard ids are valid"),
                    name: name.to_owned(),
                    category,
                    price: Money::bits(bits),
                    sold_by,
                    shelf_life,
                    harvest,
                }
            });
            let mut catalogue = Catalogue::new();
            catalogue.extend(rows);
            catalogue
        }

        pub fn insert(&mut self, ingredient: Ingredient) -> Result<(), CatalogueError> {
            if self.entries.contains_key(&ingredient.id) {
                return Err(CatalogueError::Duplicate(ingredient.id));
            }
            self.entries.insert(ingredient.id.clone(), ingredient);
            Ok(())
        }

        pub fn get(&self, id: &IngredientId) -> Result<&Ingredient, CatalogueError> {
            self.entries
                .get(id)
                .ok_or_else(|| CatalogueError::Unknown(id.clone()))
        }

        /// Looks an ingredient up by the text of its id.
        pub fn find(&self, id: &str) -> Result<&Ingredient, CatalogueError> {
            match self.entries.get(id) {
                Some(ingredient) => Ok(ingredient),
                None => Err(CatalogueError::Unknown(IngredientId::try_from(id)?)),
            }
        }

        pub fn len(&self) -> usize {
            self.entries.len()
        }

        pub fn is_empty(&self) -> bool {
            self.entries.is_empty()
        }

        pub fn in_season(&self, season: Season) -> InSeason<'_> {
            InSeason {
                entries: self.entries.values(),
                season,
            }
        }
    }

    impl Extend<Ingredient> for Catalogue {
        fn extend<I: IntoIterator<Item = Ingredient>>(&mut self, ingredients: I) {
            let entries = ingredients.into_iter().map(|i| (i.id.clone(), i));
            self.entries.extend(entries);
        }
    }

    impl<'a> IntoIterator for &'a Catalogue {
        type Item = &'a Ingredient;
        type IntoIter = Values<'a, IngredientId, Ingredient>;

        fn into_iter(self) -> Self::IntoIter {
            self.entries.values()
        }
    }

    /// Iterator over what can be bought fresh, see [`Catalogue::in_season`].
    #[derive(Debug, Clone)]
    pub struct InSeason<'a> {
        entries: Values<'a, IngredientId, Ingredient>,
        season: Season,
    }

    impl<'a> Iterator for InSeason<'a> {
        type Item = &'a Ingredient;

        fn next(&mut self) -> Option<&'a Ingredient> {
            let season = self.season;
            self.entries.find(|entry| entry.in_season(season))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::catalogue::{Catalogue, CatalogueError};
    use super::*;

    #[test]
    fn shelf_life_counts_from_delivery() {
        assert_eq!(ShelfLife::days(6).expiry(Day(10)), Some(Day(16)));
        assert_eq!(ShelfLife::EVERLASTING.expiry(Day(10)), None);
        assert_eq!(ShelfLife::days(20).adjusted(150), ShelfLife::days(30));
        assert_eq!(ShelfLife::days(1).to_string(), "1 day");
    }

    #[test]
    fn cost_is_rounded_up_to_a_whole_bit() {
        let shop = Catalogue::standard();
        let dew = shop.find("silver-dew").unwrap();
        assert_eq!(
            dew.cost_of(Quantity::new(40, Unit::Drop)),
            Some(Money::bits(6))
        );
        assert_eq!(
            dew.cost_of(Quantity::new(41, Unit::Drop)),
            Some(Money::bits(7))
        );
        assert_eq!(dew.cost_of(Quantity::new(1, Unit::Dram)), None);
    }

    #[test]
    fn the_catalogue_refuses_duplicates() {
        let mut shop = Catalogue::standard();
        let newt = shop.find("newt-eye").unwrap().clone();
        assert_eq!(
            shop.insert(newt.clone()),
            Err(CatalogueError::Duplicate(newt.id))
        );
        assert_eq!(shop.len(), 8);
    }

    #[test]
    fn the_harvest_limits_what_is_fresh() {
        let shop = Catalogue::standard();
        let fresh: Vec<&str> = shop
            .in_season(Season::Winter)
            .map(|ingredient| ingredient.id.as_str())
            .collect();
        assert_eq!(
            fresh,
            [
                "frostcap",
                "newt-eye",
                "silver-dew",
                "spring-water",
                "star-salt"
            ]
        );
    }
}
