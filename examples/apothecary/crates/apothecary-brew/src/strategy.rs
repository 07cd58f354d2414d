//! Which batch comes first?

use std::cmp::Ordering;

use crate::planner::Batch;

/// An order of batches; the lesser batch is brewed first.
pub trait Strategy {
    fn compare(&self, a: &Batch, b: &Batch) -> Ordering;

    /// Decides ties of this strategy by another one.
    fn then<S: Strategy>(self, tie_breaker: S) -> Then<Self, S>
    where
        Self: Sized,
    {
        Then {
            first: self,
            second: tie_breaker,
        }
    }
}

#[derive(Debug, Clone, Copy)]
pub struct EarliestDue;

impl Strategy for EarliestDue {
    fn compare(&self, a: &Batch, b: &Batch) -> Ordering {
        a.due.cmp(&b.due)
    }
}

#[derive(Debug, Clone, Copy)]
pub struct MostValuable;

impl Strategy for MostValuable {
    fn compare(&self, a: &Batch, b: &Batch) -> Ordering {
        b.price.cmp(&a.price)
    }
}

#[derive(Debug, Clone, Copy)]
pub struct QuickestFirst;

impl Strategy for QuickestFirst {
    fn compare(&self, a: &Batch, b: &Batch) -> Ordering {
        a.recipe.vessel_minutes().cmp(&b.recipe.vessel_minutes())
    }
}

/// Two strategies one after the other, see [`Strategy::then`].
#[derive(Debug, Clone, Copy)]
pub struct Then<A, B> {
    first: A,
    second: B,
}

impl<A: Strategy, B: Strategy> Strategy for Then<A, B> {
    fn compare(&self, a: &Batch, b: &Batch) -> Ordering {
        self.first
            .compare(a, b)
            .then_with(|| self.second.compare(a, b))
    }
}

/// Finds a strategy by its name.
pub fn by_name(name: &str) -> Option<Box<dyn Strategy>> {
    match name {
        "due" => Some(Box::new(EarliestDue.then(MostValuable))),
        "value" => Some(Box::new(MostValuable.then(EarliestDue))),
        "quick" => Some(Box::new(QuickestFirst.then(EarliestDue))),
        _ => None,
    }
}
