//! The books of the storeroom.

use std::collections::BTreeMap;
use std::fmt;

use apothecary_core::calendar::Day;
use apothecary_core::ingredient::{Ingredient, IngredientId};
use apothecary_core::recipe::{Recipe, RecipeLine};
use apothecary_core::units::Quantity;

use crate::error::StockError;
use crate::lot::{Lot, LotNumber};
use crate::reservation::{Reservation, ReservationId};
use crate::shelf::Shelf;
use crate::spoilage;

/// One line of the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    Received { lot: LotNumber, quantity: Quantity },
    Reserved(ReservationId),
    Released(ReservationId),
    Used { lot: LotNumber, quantity: Quantity },
    Discarded { lot: LotNumber, quantity: Quantity },
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Entry::Received { lot, quantity } => write!(f, "received {quantity} as {lot}"),
            Entry::Reserved(id) => write!(f, "opened {id}"),
            Entry::Released(id) => write!(f, "gave up {id}"),
            Entry::Used { lot, quantity } => write!(f, "used {quantity} of {lot}"),
            Entry::Discarded { lot, quantity } => write!(f, "discarded {quantity} of {lot}"),
        }
    }
}

#[derive(Debug, Clone, Default)]
pub struct Ledger {
    shelves: BTreeMap<IngredientId, Shelf<Lot>>,
    reservations: BTreeMap<ReservationId, Reservation>,
    journal: Vec<Entry>,
    lots_received: u32,
    reservations_made: u32,
}

impl Ledger {
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes in a delivery.
    pub fn receive(
        &mut self,
        ingredient: &Ingredient,
        quantity: Quantity,
        day: Day,
    ) -> Result<LotNumber, StockError> {
        if quantity.is_none() || quantity.dimension() != ingredient.dimension() {
            return Err(StockError::BadDelivery {
                ingredient: ingredient.id.clone(),
                dimension: ingredient.dimension(),
            });
        }
        self.lots_received += 1;
        let lot = LotNumber(self.lots_received);
        self.shelves
            .entry(ingredient.id.clone())
            .or_default()
            .put(Lot {
                number: lot,
                ingredient: ingredient.id.clone(),
                quantity: quantity.in_base(),
                received: day,
                expires: spoilage::expiry(ingredient.shelf_life, day),
            });
        self.journal.push(Entry::Received { lot, quantity });
        Ok(lot)
    }

    /// All there is of an ingredient, promised or not.
    pub fn on_hand(&self, ingredient: &IngredientId) -> Option<Quantity> {
        let lots = self.shelves.get(ingredient)?;
        add_up(lots.iter().map(|lot| lot.quantity))
    }

    /// What is kept aside of an ingredient.
    pub fn reserved(&self, ingredient: &IngredientId) -> Option<Quantity> {
        let reservations = self.reservations.values();
        add_up(reservations.filter_map(|reservation| reservation.claim_on(ingredient)))
    }

    /// What can still be promised of an ingredient.
    pub fn available(&self, ingredient: &IngredientId) -> Option<Quantity> {
        let on_hand = self.on_hand(ingredient)?;
        match self.reserved(ingredient) {
            Some(reserved) => on_hand.checked_sub(reserved).ok(),
            None => Some(on_hand),
        }
    }

    /// What is missing to brew the given number of phials.
    pub fn shortfall(&self, recipe: &Recipe, phials: u32) -> Result<Vec<RecipeLine>, StockError> {
        self.missing(recipe.scale_to(phials).lines())
    }

    /// Keeps aside what a recipe needs for the given number of phials.
    pub fn reserve_for(
        &mut self,
        recipe: &Recipe,
        phials: u32,
    ) -> Result<ReservationId, StockError> {
        let batch = recipe.scale_to(phials);
        self.reserve(batch.title(), batch.lines())
    }

    pub fn reserve(
        &mut self,
        purpose: &str,
        lines: &[RecipeLine],
    ) -> Result<ReservationId, StockError> {
        let missing = self.missing(lines)?;
        if !missing.is_empty() {
            return Err(StockError::Short(missing));
        }
        self.reservations_made += 1;
        let id = ReservationId(self.reservations_made);
        self.reservations
            .insert(id, Reservation::new(purpose, lines));
        self.journal.push(Entry::Reserved(id));
        Ok(id)
    }

    /// Gives up an open reservation.
    pub fn release(&mut self, id: ReservationId) -> Result<Reservation, StockError> {
        self.open_reservation(id)?;
        let reservation = self
            .reservations
            .remove(&id)
            .ok_or(StockError::UnknownReservation(id))?;
        self.journal.push(Entry::Released(id));
        Ok(reservation)
    }

    /// Takes what was kept aside off the shelves, oldest lots first.
    pub fn fulfil(&mut self, id: ReservationId, day: Day) -> Result<(), StockError> {
        let claims = self.open_reservation(id)?.claims.clone();
        for claim in &claims {
            let on_hand = self.on_hand(&claim.ingredient);
            if on_hand.is_none_or(|on_hand| on_hand < claim.quantity) {
                return Err(StockError::Short(claims));
            }
        }
        for claim in &claims {
            self.take(claim)?;
        }
        if let Some(reservation) = self.reservations.get_mut(&id) {
            reservation.close(day);
        }
        Ok(())
    }

    /// Throws away what is spoiled and returns it for the records.
    pub fn discard_spoiled(&mut self, today: Day) -> Vec<Lot> {
        let spoiled: Vec<Lot> = self
            .shelves
            .values_mut()
            .flat_map(|shelf| shelf.take_spoiled(today))
            .collect();
        let entries = spoiled.iter().map(|lot| Entry::Discarded {
            lot: lot.number,
            quantity: lot.quantity,
        });
        self.journal.extend(entries);
        spoiled
    }

    pub fn reservation(&self, id: ReservationId) -> Result<&Reservation, StockError> {
        self.reservations
            .get(&id)
            .ok_or(StockError::UnknownReservation(id))
    }

    pub fn journal(&self) -> &[Entry] {
        &self.journal
    }

    /// All lots, ingredient by ingredient, the first to spoil first.
    pub fn lots(&self) -> impl Iterator<Item = &Lot> {
        self.shelves.values().flatten()
    }

    /// The ingredients that were ever delivered.
    pub fn ingredients(&self) -> impl Iterator<Item = &IngredientId> {
        self.shelves.keys()
    }

    fn open_reservation(&self, id: ReservationId) -> Result<&Reservation, StockError> {
        let reservation = self.reservation(id)?;
        if reservation.is_open() {
            Ok(reservation)
        } else {
            Err(StockError::AlreadyFulfilled(id))
        }
    }

    fn missing(&self, lines: &[RecipeLine]) -> Result<Vec<RecipeLine>, StockError> {
        let mut missing = Vec::new();
        for line in lines {
            let none = Quantity::none_of(line.quantity.dimension());
            let available = self.available(&line.ingredient).unwrap_or(none);
            let short_of = match available.partial_cmp(&line.quantity) {
                Some(ordering) if ordering.is_lt() => line.quantity.checked_sub(available)?,
                Some(_) => continue,
                None => line.quantity,
            };
            missing.push(RecipeLine {
                ingredient: line.ingredient.clone(),
                quantity: short_of.simplified(),
            });
        }
        Ok(missing)
    }

    fn take(&mut self, claim: &RecipeLine) -> Result<(), StockError> {
        let Some(shelf) = self.shelves.get_mut(&claim.ingredient) else {
            return Err(StockError::Short(vec![claim.clone()]));
        };
        let mut wanted = claim.quantity.in_base();
        for lot in shelf.iter_mut() {
            let taken = if lot.quantity < wanted {
                lot.quantity
            } else {
                wanted
            };
            if taken.is_none() {
                break;
            }
            lot.quantity = lot.quantity.checked_sub(taken)?;
            wanted = wanted.checked_sub(taken)?;
            self.journal.push(Entry::Used {
                lot: lot.number,
                quantity: taken,
            });
        }
        shelf.retain(|lot| !lot.quantity.is_none());
        Ok(())
    }
}

fn add_up(quantities: impl Iterator<Item = Quantity>) -> Option<Quantity> {
    quantities.reduce(|sum, next| sum.checked_add(next).unwrap_or(sum))
}

#[cfg(test)]
mod tests {
    use super::*;
    use apothecary_core::ingredient::catalogue::Catalogue;
    use apothecary_core::units::Unit;

    fn pieces(amount: u64) -> Quantity {
        Quantity::new(amount, Unit::Piece)
    }

    fn newts(amount: u64) -> RecipeLine {
        RecipeLine {
            ingredient: IngredientId::try_from("newt-eye").unwrap(),
            quantity: pieces(amount),
        }
    }

    fn stocked(deliveries: &[(u64, u32)]) -> Ledger {
        let catalogue = Catalogue::standard();
        let newt = catalogue.find("newt-eye").unwrap();
        let mut ledger = Ledger::new();
        for (amount, day) in deliveries {
            ledger.receive(newt, pieces(*amount), Day(*day)).unwrap();
        }
        ledger
    }

    #[test]
    fn deliveries_must_be_of_the_right_dimension() {
        let catalogue = Catalogue::standard();
        let newt = catalogue.find("newt-eye").unwrap();
        let mut ledger = Ledger::new();
        let error = ledger
            .receive(newt, Quantity::new(1, Unit::Ounce), Day(0))
            .unwrap_err();
        assert_eq!(error.to_string(), "newt-eye is kept by pieces");
        assert!(ledger.receive(newt, pieces(0), Day(0)).is_err());
        assert!(ledger.journal().is_empty());
    }

    #[test]
    fn reservations_reduce_what_is_available() {
        let mut ledger = stocked(&[(5, 0), (4, 1)]);
        let id = ledger.reserve("eye salve", &[newts(6)]).unwrap();
        let newt = newts(0).ingredient;
        assert_eq!(ledger.on_hand(&newt), Some(pieces(9)));
        assert_eq!(ledger.available(&newt), Some(pieces(3)));
        assert_eq!(
            ledger.reserve("more salve", &[newts(5)]),
            Err(StockError::Short(vec![newts(2)]))
        );
        assert_eq!(ledger.release(id).unwrap().purpose, "eye salve");
        assert_eq!(ledger.available(&newt), Some(pieces(9)));
    }

    #[test]
    fn the_oldest_lot_is_used_first() {
        let mut ledger = stocked(&[(5, 3), (4, 1)]);
        let id = ledger.reserve("eye salve", &[newts(6)]).unwrap();
        ledger.fulfil(id, Day(4)).unwrap();
        let left: Vec<_> = ledger
            .lots()
            .map(|lot| (lot.number, lot.quantity))
            .collect();
        assert_eq!(left, [(LotNumber(1), pieces(3))]);
        assert_eq!(
            ledger.journal().last().unwrap().to_string(),
            "used 2 piece of lot 1"
        );
        assert_eq!(ledger.reservation(id).unwrap().fulfilled_on, Some(Day(4)));
    }

    #[test]
    fn nothing_is_fulfilled_twice() {
        let mut ledger = stocked(&[(5, 0)]);
        let id = ledger.reserve("eye salve", &[newts(1)]).unwrap();
        ledger.fulfil(id, Day(1)).unwrap();
        let again = Err(StockError::AlreadyFulfilled(id));
        assert_eq!(ledger.fulfil(id, Day(1)), again);
        let stranger = ReservationId(99);
        assert_eq!(
            ledger.fulfil(stranger, Day(1)),
            Err(StockError::UnknownReservation(stranger))
        );
    }

    #[test]
    fn spoiled_lots_are_discarded_before_use() {
        let mut ledger = stocked(&[(5, 0), (4, 3)]);
        let id = ledger.reserve("eye salve", &[newts(6)]).unwrap();
        let spoiled = ledger.discard_spoiled(Day(7));
        assert_eq!(spoiled.len(), 1);
        assert!(matches!(
            ledger.fulfil(id, Day(7)),
            Err(StockError::Short(_))
        ));
        assert_eq!(ledger.on_hand(&newts(0).ingredient), Some(pieces(4)));
    }
}
