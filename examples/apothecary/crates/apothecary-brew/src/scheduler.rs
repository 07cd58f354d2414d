//! Finding a time and a vessel for every batch.

use std::fmt;

use apothecary_core::calendar::Day;

use crate::order::Batch;
use crate::strategy::Strategy;
use crate::vessel::Vessel;

/// From the first cock-crow to the lighting of the lamps.
pub const MINUTES_PER_DAY: u32 = 10 * 60;

/// How many days ahead the shop plans.
pub const HORIZON_DAYS: u32 = 30;

/// A time of the working day, in minutes since the shop opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClockTime(pub u32);

impl fmt::Display for ClockTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const OPENING_HOUR: u32 = 7;
        f.pad(&format!(
            "{:02}:{:02}",
            OPENING_HOUR + self.0 / 60,
            self.0 % 60
        ))
    }
}

/// A batch with its place in the schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    pub vessel: String,
    pub day: Day,
    pub start: ClockTime,
    pub end: ClockTime,
    pub batch: Batch,
}

impl Slot {
    pub fn is_late(&self) -> bool {
        self.day > self.batch.due
    }
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Schedule {
    slots: Vec<Slot>,
    unplaced: Vec<Batch>,
}

impl Schedule {
    /// All slots, by day and time.
    pub fn slots(&self) -> &[Slot] {
        &self.slots
    }

    /// The batches for which no vessel had time.
    pub fn unplaced(&self) -> &[Batch] {
        &self.unplaced
    }

    pub fn on(&self, day: Day) -> impl Iterator<Item = &Slot> {
        self.slots.iter().filter(move |slot| slot.day == day)
    }

    pub fn late(&self) -> impl Iterator<Item = &Slot> {
        self.slots.iter().filter(|slot| slot.is_late())
    }
}

/// The time a vessel has left.
struct Desk<'a> {
    vessel: &'a dyn Vessel,
    day: Day,
    minute: u32,
}

impl Desk<'_> {
    /// When the vessel could begin with a batch of the given duration.
    fn opening(&self, minutes: u32) -> (Day, u32) {
        if self.minute + minutes <= MINUTES_PER_DAY {
            (self.day, self.minute)
        } else {
            (self.day + 1, 0)
        }
    }

    fn duration(&self, batch: &Batch) -> Option<u32> {
        let fits =
            self.vessel.supports(batch.recipe.method()) && batch.phials() <= self.vessel.capacity();
        let minutes = self.vessel.setup_minutes() + batch.recipe.vessel_minutes();
        (fits && minutes <= MINUTES_PER_DAY).then_some(minutes)
    }
}

/// Gives every batch the vessel that can begin with it first.
pub fn schedule(
    rack: &[Box<dyn Vessel>],
    mut batches: Vec<Batch>,
    strategy: &dyn Strategy,
    today: Day,
) -> Schedule {
    let mut desks: Vec<Desk<'_>> = rack
        .iter()
        .map(|vessel| Desk {
            vessel: vessel.as_ref(),
            day: today,
            minute: 0,
        })
        .collect();
    batches.sort_by(|a, b| strategy.compare(a, b));
    let mut result = Schedule::default();
    for batch in batches {
        match place(&mut desks, &batch, today + HORIZON_DAYS) {
            Some((vessel, day, start, end)) => result.slots.push(Slot {
                vessel,
                day,
                start,
                end,
                batch,
            }),
            None => result.unplaced.push(batch),
        }
    }
    result.slots.sort_by_key(|slot| (slot.day, slot.start));
    result
}

type Place = (String, Day, ClockTime, ClockTime);

fn place(desks: &mut [Desk<'_>], batch: &Batch, horizon: Day) -> Option<Place> {
    let (desk, minutes) = desks
        .iter_mut()
        .filter_map(|desk| desk.duration(batch).map(|minutes| (desk, minutes)))
        .min_by_key(|(desk, minutes)| desk.opening(*minutes))?;
    let (day, start) = desk.opening(minutes);
    if day >= horizon {
        return None;
    }
    desk.day = day;
    desk.minute = start + minutes;
    let times = (ClockTime(start), ClockTime(start + minutes));
    Some((desk.vessel.name().to_owned(), day, times.0, times.1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cookbook::Cookbook;
    use crate::order::OrderNumber;
    use crate::strategy::{EarliestDue, QuickestFirst};
    use crate::vessel::{standard_rack, Teapot};
    use apothecary_core::money::Money;

    const TEAS: &str = "\
recipe quick-tea: Quick Tea
  method steep
  yields 2 potency 1 dregs 0
  needs 1 dram moonwort
  add moonwort
  rest 9
end
recipe slow-tea: Slow Tea
  method steep
  yields 2 potency 1 dregs 0
  needs 1 dram moonwort
  add moonwort
  rest 399
end
";

    fn batch(order: u32, recipe: &str, due: u32) -> Batch {
        let teas = Cookbook::from_scroll(TEAS).unwrap();
        Batch {
            order: OrderNumber(order),
            recipe: teas.get(recipe).unwrap().clone(),
            due: Day(due),
            price: Money::florins(2),
        }
    }

    fn teapots(count: usize) -> Vec<Box<dyn Vessel>> {
        (0..count)
            .map(|_| Box::new(Teapot) as Box<dyn Vessel>)
            .collect()
    }

    fn orders(schedule: &Schedule) -> Vec<u32> {
        schedule
            .slots()
            .iter()
            .map(|slot| slot.batch.order.0)
            .collect()
    }

    #[test]
    fn the_strategy_decides_the_order() {
        let batches = vec![batch(1, "slow-tea", 3), batch(2, "quick-tea", 5)];
        let by_due = schedule(&teapots(1), batches.clone(), &EarliestDue, Day(0));
        assert_eq!(orders(&by_due), [1, 2]);
        let quick = schedule(&teapots(1), batches, &QuickestFirst, Day(0));
        assert_eq!(orders(&quick), [2, 1]);
        assert_eq!(quick.slots()[1].start, ClockTime(10));
    }

    #[test]
    fn a_batch_is_not_left_overnight() {
        let batches = vec![batch(1, "slow-tea", 0), batch(2, "slow-tea", 0)];
        let plan = schedule(&teapots(1), batches, &EarliestDue, Day(0));
        let days: Vec<Day> = plan.slots().iter().map(|slot| slot.day).collect();
        assert_eq!(days, [Day(0), Day(1)]);
        assert_eq!(plan.late().count(), 1);
        assert_eq!(plan.on(Day(1)).count(), 1);
    }

    #[test]
    fn vessels_share_the_work() {
        let batches = (1..=4).map(|n| batch(n, "quick-tea", 0)).collect();
        let plan = schedule(&teapots(2), batches, &EarliestDue, Day(0));
        let ends: Vec<u32> = plan.slots().iter().map(|slot| slot.end.0).collect();
        assert_eq!(ends, [10, 10, 20, 20]);
    }

    #[test]
    fn what_fits_nowhere_stays_unplaced() {
        let mut large = batch(1, "quick-tea", 0);
        large.recipe = large.recipe.scale_to(9);
        let plan = schedule(&standard_rack(), vec![large], &EarliestDue, Day(0));
        assert!(plan.slots().is_empty());
        assert_eq!(plan.unplaced().len(), 1);
    }

    #[test]
    fn clock_times_count_from_the_opening() {
        assert_eq!(ClockTime(0).to_string(), "07:00");
        assert_eq!(ClockTime(MINUTES_PER_DAY - 1).to_string(), "16:59");
    }
}
