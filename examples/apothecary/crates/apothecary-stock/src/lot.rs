//! Deliveries and how fresh they are.

use std::fmt;

use apothecary_core::calendar::Day;
use apothecary_core::ingredient::IngredientId;
use apothecary_core::units::Quantity;

/// Anything that may spoil.
pub trait Perishable {
    /// The first day on which it is spoiled, `None` if it keeps forever.
    fn expires(&self) -> Option<Day>;

    fn freshness(&self, today: Day) -> Freshness {
        match self.expires() {
            None => Freshness::Everlasting,
            Some(day) if day <= today => Freshness::Spoiled,
            Some(day) => Freshness::Fresh {
                days_left: day - today,
            },
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    Everlasting,
    Fresh { days_left: u32 },
    Spoiled,
}

impl fmt::Display for Freshness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Freshness::Everlasting => f.pad("keeps forever"),
            Freshness::Fresh { days_left: 1 } => f.pad("last day"),
            Freshness::Fresh { days_left } => f.pad(&format!("{days_left} days left")),
            Freshness::Spoiled => f.pad("spoiled"),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LotNumber(pub(crate) u32);

impl fmt::Display for LotNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "lot {}", self.0)
    }
}

/// What is left of one delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lot {
    pub number: LotNumber,
    pub ingredient: IngredientId,
    pub quantity: Quantity,
    pub received: Day,
    pub expires: Option<Day>,
}

impl Perishable for Lot {
    fn expires(&self) -> Option<Day> {
        self.expires
    }
}
