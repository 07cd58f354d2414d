//! Promised amounts.

use std::fmt;

use apothecary_core::calendar::Day;
use apothecary_core::ingredient::IngredientId;
use apothecary_core::recipe::RecipeLine;
use apothecary_core::units::Quantity;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReservationId(pub(crate) u32);

impl fmt::Display for ReservationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "reservation {}", self.0)
    }
}

/// Amounts that are kept aside for a purpose until they are used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reservation {
    pub purpose: String,
    pub claims: Vec<RecipeLine>,
    pub fulfilled_on: Option<Day>,
}

impl Reservation {
    pub fn new(purpose: impl Into<String>, claims: &[RecipeLine]) -> Self {
        Reservation {
            purpose: purpose.into(),
            claims: claims.to_vec(),
            fulfilled_on: None,
        }
    }

    pub fn is_open(&self) -> bool {
        self.fulfilled_on.is_none()
    }

    pub fn close(&mut self, day: Day) {
        self.fulfilled_on = day;
    }

    /// The amount of an ingredient that is still kept aside.
    pub fn claim_on(&self, ingredient: &IngredientId) -> Option<Quantity> {
        if !self.is_open() {
            return None;
        }
        self.claims
            .iter()
            .find(|claim| claim.ingredient == *ingredient)
            .map(|claim| claim.quantity)
    }
}
