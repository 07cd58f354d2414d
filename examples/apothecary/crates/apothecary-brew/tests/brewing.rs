//! From the order to the bottle.

use apothecary_brew::cookbook::Cookbook;
use apothecary_brew::order::OrderBook;
use apothecary_brew::planner::{Batch, PlanError, Planner};
use apothecary_brew::scheduler::{schedule, ClockTime};
use apothecary_brew::strategy;
use apothecary_brew::vessel::{standard_rack, Rack, Teapot};
use apothecary_brew::workday::{brew, Workdays};
use apothecary_core::calendar::Day;
use apothecary_core::ingredient::catalogue::Catalogue;
use apothecary_core::money::Money;
use apothecary_core::price_book;
use apothecary_core::pricing::rules::Markup;
use apothecary_core::pricing::PriceBook;
use apothecary_core::recipe::Method;
use apothecary_core::units::{Quantity, Unit};
use apothecary_stock::ledger::Ledger;

const SCROLL: &str = "\
recipe sun-salve: Sun Salve
  method simmer
  yields 2 potency 3 dregs 1
  needs 4 dram sunpetal
  needs 1 phial silver-dew
  add silver-dew
  add sunpetal
  heat 46
end

recipe salt-spirit: Spirit of Salt
  method distil
  yields 1 potency 9 dregs 0
  needs 1 ounce star-salt
  add star-salt
  heat 99
end
";

struct Shop {
    cookbook: Cookbook,
    catalogue: Catalogue,
    prices: PriceBook,
    rack: Rack,
    orders: OrderBook,
}

impl Shop {
    fn with_orders(slips: &[&str]) -> Self {
        let mut orders = OrderBook::default();
        for slip in slips {
            orders.take(slip).unwrap();
        }
        Shop {
            cookbook: Cookbook::from_scroll(SCROLL).unwrap(),
            catalogue: Catalogue::standard(),
            prices: price_book![Markup { percent: 50 }],
            rack: standard_rack(),
            orders,
        }
    }

    fn batches(&self) -> Result<Vec<Batch>, PlanError> {
        let planner = Planner {
            cookbook: &self.cookbook,
            catalogue: &self.catalogue,
            prices: &self.prices,
            rack: &self.rack,
        };
        let batches: Result<Vec<Vec<Batch>>, PlanError> = self
            .orders
            .iter()
            .map(|order| planner.batches(order))
            .collect();
        Ok(batches?.into_iter().flatten().collect())
    }
}

fn stocked(deliveries: &[(&str, u64, Unit)]) -> Ledger {
    let catalogue = Catalogue::standard();
    let mut ledger = Ledger::new();
    for (id, amount, unit) in deliveries {
        let ingredient = catalogue.find(id).unwrap();
        ledger
            .receive(ingredient, Quantity::new(*amount, *unit), Day(0))
            .unwrap();
    }
    ledger
}

#[test]
fn large_orders_are_cut_into_batches() {
    let shop = Shop::with_orders(&["Ivo, 19 sun-salve by 4"]);
    let batches = shop.batches().unwrap();
    let sizes: Vec<u32> = batches.iter().map(Batch::phials).collect();
    assert_eq!(sizes, [8, 8, 3]);
    assert_eq!(batches[2].to_string(), "3 x Sun Salve for order #1");
}

#[test]
fn batches_share_the_price_of_the_order() {
    let shop = Shop::with_orders(&["Ivo, 19 sun-salve by 4", "Marta, 1 salt-spirit by 2"]);
    let batches = shop.batches().unwrap();
    let cost = Money::bits(38 * 7 + 285);
    let salves: Money = batches[..3].iter().map(|batch| batch.price).sum();
    assert_eq!(salves, cost + cost.percent(50));
    assert_eq!(batches[3].price, Money::florins(3));
}

#[test]
fn what_cannot_be_brewed_is_refused() {
    let mut shop = Shop::with_orders(&["Ivo, 1 elixir-of-life by 4"]);
    let error = shop.batches().unwrap_err();
    assert_eq!(error.to_string(), "elixir-of-life is not in the cookbook");
    shop = Shop::with_orders(&["Ivo, 1 salt-spirit by 4"]);
    shop.rack = vec![Box::new(Teapot)];
    assert_eq!(shop.batches(), Err(PlanError::NoVessel(Method::Distil)));
}

#[test]
fn a_schedule_uses_the_right_vessels() {
    let shop = Shop::with_orders(&["Ivo, 8 sun-salve by 4", "Marta, 2 salt-spirit by 2"]);
    let strategy = strategy::by_name("due").unwrap();
    let plan = schedule(
        &shop.rack,
        shop.batches().unwrap(),
        strategy.as_ref(),
        Day(1),
    );
    let rows: Vec<(&str, ClockTime)> = plan
        .slots()
        .iter()
        .map(|slot| (slot.vessel.as_str(), slot.end))
        .collect();
    assert_eq!(
        rows,
        [
            ("glass alembic", ClockTime(110)),
            ("copper cauldron", ClockTime(63))
        ]
    );
}

#[test]
fn a_day_of_brewing_empties_the_shelves() {
    let shop = Shop::with_orders(&["Ivo, 8 sun-salve by 4"]);
    let strategy = strategy::by_name("value").unwrap();
    let plan = schedule(
        &shop.rack,
        shop.batches().unwrap(),
        strategy.as_ref(),
        Day(1),
    );
    let mut ledger = stocked(&[("sunpetal", 2, Unit::Ounce), ("silver-dew", 1, Unit::Flask)]);
    let outcome = brew(&plan, Day(1), &mut ledger);
    assert_eq!(outcome.failures, []);
    assert_eq!(outcome.bottles[0].phials, 8);
    assert_eq!(outcome.takings(), Money::bits(348));
    let left: Vec<_> = ledger.lots().map(|lot| lot.quantity).collect();
    assert_eq!(left, [Quantity::new(1, Unit::Phial)]);
}

#[test]
fn missing_ingredients_fail_only_their_own_order() {
    let shop = Shop::with_orders(&["Ivo, 8 sun-salve by 4", "Marta, 1 salt-spirit by 2"]);
    let strategy = strategy::by_name("quick").unwrap();
    let plan = schedule(
        &shop.rack,
        shop.batches().unwrap(),
        strategy.as_ref(),
        Day(1),
    );
    let mut ledger = stocked(&[("star-salt", 1, Unit::Ounce)]);
    let days: Vec<_> = Workdays::new(&plan, &mut ledger).collect();
    let [(day, outcome)] = &days[..] else {
        panic!("expected a single day of work");
    };
    assert_eq!(*day, Day(1));
    assert_eq!(outcome.bottles[0].card.title, "Spirit of Salt");
    assert_eq!(
        outcome.failures[0].1.to_string(),
        "short of 2 ounce sunpetal, 4 phial silver-dew"
    );
}

#[test]
fn the_cheapest_recipe_is_found() {
    let shop = Shop::with_orders(&[]);
    let cheapest = shop.cookbook.cheapest(&shop.catalogue).unwrap();
    assert_eq!(cheapest.title(), "Spirit of Salt");
}
