//! Everything the counter can print.

use std::fmt::Write;

use apothecary_brew::order::OrderBook;
use apothecary_brew::scheduler::Slot;
use apothecary_brew::strategy::Strategy;
use apothecary_brew::workday::Workdays;
use apothecary_brew::Recipe;
use apothecary_core::calendar::{Day, Season};
use apothecary_core::ingredient::Ingredient;
use apothecary_core::recipe::Card;
use apothecary_stock::audit::Audit;
use apothecary_stock::lot::{Lot, Perishable};

use crate::shop::Shop;
use crate::table::Table;
use crate::CliError;

type Report = Result<(), CliError>;

pub fn recipes(shop: &Shop, out: &mut impl Write) -> Report {
    Table::new()
        .left("recipe", |recipe: &&Recipe| recipe.id().to_string())
        .left("method", |recipe| recipe.method().to_string())
        .right("minutes", |recipe| recipe.vessel_minutes().to_string())
        .left("in stock", |recipe| in_stock(shop, recipe).to_owned())
        .write(out, &shop.cookbook)?;
    if let Some(recipe) = shop.cookbook.cheapest(&shop.catalogue) {
        writeln!(out, "\ncheapest: {}", Card::from(recipe))?;
    }
    Ok(())
}

fn in_stock(shop: &Shop, recipe: &Recipe) -> &'static str {
    let there = recipe.lines().iter().filter(|line| {
        let available = shop.ledger.available(line.ingredient);
        available.is_some_and(|available| available >= line.quantity)
    });
    match there.count() {
        0 => "no",
        some if some < recipe.lines().len() => "partly",
        _ => "yes",
    }
}

pub fn fresh(shop: &Shop, season: Season, out: &mut impl Write) -> Report {
    writeln!(out, "fresh in {season}:")?;
    Table::new()
        .left("ingredient", |item: &&Ingredient| item.name.clone())
        .left("kind", |item| item.category.to_string())
        .right("price", |item| format!("{}/{}", item.price, item.sold_by))
        .left("keeps", |item| item.shelf_life.to_string())
        .write(out, shop.catalogue.in_season(season))?;
    Ok(())
}

pub fn quote(shop: &Shop, slip: &str, out: &mut impl Write) -> Report {
    let mut slips = OrderBook::default();
    let order = slips.take(slip)?;
    let planner = shop.planner();
    let (quote, price) = (planner.quote(order)?, planner.price(order)?);
    writeln!(out, "{} x {} on {}", order.phials, order.recipe, order.due)?;
    writeln!(out, "{quote}")?;
    if price > quote.total() {
        writeln!(out, "but not below {price}")?;
    }
    Ok(())
}

pub fn stock(shop: &Shop, day: Day, out: &mut impl Write) -> Report {
    writeln!(out, "storeroom on {day}:")?;
    Table::new()
        .left("lot", |lot: &&Lot| lot.number.to_string())
        .left("ingredient", |lot| lot.ingredient.to_string())
        .right("amount", |lot| lot.quantity.simplified().to_string())
        .left("state", |lot| lot.freshness(day).to_string())
        .write(out, shop.ledger.lots())?;
    for finding in Audit::usual(day).run(&shop.ledger) {
        writeln!(out, "{finding}")?;
    }
    Ok(())
}

pub fn plan(shop: &Shop, strategy: &dyn Strategy, out: &mut impl Write) -> Report {
    let schedule = shop.schedule(strategy)?;
    Table::new()
        .left("day", |slot: &&Slot| slot.day.to_string())
        .left("from", |slot| slot.start.to_string())
        .left("to", |slot| slot.end.to_string())
        .left("vessel", |slot| slot.vessel.clone())
        .left("batch", |slot| slot.batch.to_string())
        .left("", |slot| lateness(slot).to_owned())
        .write(out, schedule.slots())?;
    for batch in schedule.unplaced() {
        writeln!(out, "no room for {batch}")?;
    }
    Ok(())
}

fn lateness(slot: &Slot) -> &'static str {
    if slot.is_late() {
        "late!"
    } else {
        ""
    }
}

pub fn brew(shop: &Shop, strategy: &dyn Strategy, out: &mut impl Write) -> Report {
    let schedule = shop.schedule(strategy)?;
    let mut ledger = shop.ledger.clone();
    for (day, outcome) in Workdays::new(&schedule, &mut ledger) {
        writeln!(out, "{day}: takings {}", outcome.takings())?;
        for bottles in &outcome.bottles {
            let (order, card) = (bottles.order, &bottles.card);
            writeln!(out, "  {order} {} phials of {card}", bottles.phials)?;
        }
        for (order, cause) in &outcome.failures {
            let customer = shop.orders.get(*order).map(|order| order.customer.as_str());
            let customer = customer.unwrap_or("a stranger");
            writeln!(out, "  {order} failed, apologise to {customer}: {cause}")?;
        }
    }
    Ok(())
}
