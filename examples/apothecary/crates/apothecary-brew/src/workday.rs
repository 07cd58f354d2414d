//! Brewing what the schedule says.

use apothecary_core::calendar::Day;
use apothecary_core::money::Money;
use apothecary_core::recipe::Card;
use apothecary_stock::ledger::Ledger;
use apothecary_stock::StockError;

use crate::order::OrderNumber;
use crate::scheduler::{Schedule, Slot};

/// Bottled potions, ready to be fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bottles {
    pub order: OrderNumber,
    pub card: Card,
    pub phials: u32,
    pub price: Money,
}

impl From<&Slot> for Bottles {
    fn from(slot: &Slot) -> Self {
        Bottles {
            order: slot.batch.order,
            card: Card::from(&slot.batch.recipe),
            phials: slot.batch.phials(),
            price: slot.batch.price,
        }
    }
}

/// What a day has brought.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    pub bottles: Vec<Bottles>,
    pub failures: Vec<(OrderNumber, StockError)>,
}

impl Outcome {
    pub fn takings(&self) -> Money {
        self.bottles.iter().map(|bottles| bottles.price).sum()
    }
}

/// Brews the slots of one day after clearing the shelves of what is spoiled.
pub fn brew(schedule: &Schedule, day: Day, ledger: &mut Ledger) -> Outcome {
    ledger.discard_spoiled(day);
    let mut outcome = Outcome::default();
    for slot in schedule.on(day) {
        match brew_slot(slot, ledger) {
            Ok(bottles) => outcome.bottles.push(bottles),
            Err(cause) => outcome.failures.push((slot.batch.order, cause)),
        }
    }
    outcome
}

fn brew_slot(slot: &Slot, ledger: &mut Ledger) -> Result<Bottles, StockError> {
    let reservation = ledger.reserve_for(&slot.batch.recipe, slot.batch.phials())?;
    ledger.fulfil(reservation, slot.day)?;
    Ok(Bottles::from(slot))
}

/// Iterator that works through a schedule day by day.
pub struct Workdays<'a> {
    schedule: &'a Schedule,
    ledger: &'a mut Ledger,
    days: apothecary_core::calendar::Days,
}

impl<'a> Workdays<'a> {
    /// All days from the first to the last one with something to brew.
    pub fn new(schedule: &'a Schedule, ledger: &'a mut Ledger) -> Self {
        let mut days: Vec<Day> = schedule.slots().iter().map(|slot| slot.day).collect();
        let first = days.first().copied().unwrap_or_default();
        let end = days.last().map_or(first, |last| *last + 1);
        Workdays {
            schedule,
            ledger,
            days: first.until(end),
        }
    }
}

impl Iterator for Workdays<'_> {
    type Item = (Day, Outcome);

    fn next(&mut self) -> Option<(Day, Outcome)> {
        let day = self.days.next()?;
        Some((day, brew(self.schedule, day, self.ledger)))
    }
}
