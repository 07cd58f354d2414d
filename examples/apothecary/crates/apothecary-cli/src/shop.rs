//! The shop behind the counter.

use apothecary_brew::cookbook::Cookbook;
use apothecary_brew::order::OrderBook;
use apothecary_brew::planner::{Batch, PlanError, Planner};
use apothecary_brew::scheduler::{self, Schedule};
use apothecary_brew::strategy::Strategy;
use apothecary_brew::vessel::{standard_rack, Rack};
use apothecary_core::calendar::{Day, Season};
use apothecary_core::ingredient::catalogue::Catalogue;
use apothecary_core::money::Money;
use apothecary_core::price_book;
use apothecary_core::pricing::rules::{BulkDiscount, Custom, Markup, RoundUp, SeasonalSurcharge};
use apothecary_core::pricing::{PriceBook, Sale};
use apothecary_core::units::{Quantity, Unit};
use apothecary_stock::ledger::Ledger;

use crate::CliError;

static RECIPES: &str = include_str!("../data/recipes.scroll");

/// What is delivered on the first day.
const FIRST_DELIVERY: [(&str, Quantity); 5] = [
    ("moonwort", Quantity::new(3, Unit::Ounce)),
    ("silver-dew", Quantity::new(1, Unit::Flask)),
    ("star-salt", Quantity::new(2, Unit::Ounce)),
    ("spring-water", Quantity::new(6, Unit::Flask)),
    ("sunpetal", Quantity::new(6, Unit::Dram)),
];

/// The slips that lie on the counter.
const ORDERS: [&str; 5] = [
    "Old Marta*, 12 moonwort-draught by 2",
    "Ivo the Smith, 3 sun-salve by 1",
    "The Abbey, 4 salt-spirit by 4",
    "Widow Thorn*, 2 moonwort-draught by 0",
    "A Traveller, 2 frost-tea by 1",
];

pub struct Shop {
    pub catalogue: Catalogue,
    pub cookbook: Cookbook,
    pub prices: PriceBook,
    pub rack: Rack,
    pub orders: OrderBook,
    pub ledger: Ledger,
}

impl Shop {
    /// The shop on the morning of its first day.
    pub fn open() -> Result<Self, CliError> {
        let catalogue = Catalogue::standard();
        let mut ledger = Ledger::new();
        for (id, quantity) in FIRST_DELIVERY {
            ledger.receive(catalogue.find(id)?, quantity, Day(0))?;
        }
        let mut orders = OrderBook::default();
        for slip in ORDERS {
            orders.take(slip)?;
        }
        Ok(Shop {
            catalogue,
            cookbook: Cookbook::from_scroll(RECIPES)?,
            prices: house_prices(),
            rack: standard_rack(),
            orders,
            ledger,
        })
    }

    pub fn planner(&self) -> Planner<'_> {
        Planner {
            cookbook: &self.cookbook,
            catalogue: &self.catalogue,
            prices: &self.prices,
            rack: &self.rack,
        }
    }

    /// The schedule for all orders on the counter.
    pub fn schedule(&self, strategy: &dyn Strategy) -> Result<Schedule, PlanError> {
        let planner = self.planner();
        let mut batches: Vec<Batch> = Vec::new();
        for order in self.orders.iter() {
            batches.extend(planner.batches(order)?);
        }
        Ok(scheduler::schedule(&self.rack, batches, strategy, Day(0)))
    }
}

fn house_prices() -> PriceBook {
    price_book![
        Markup { percent: 80 },
        SeasonalSurcharge {
            season: Season::Winter,
            percent: 15,
        },
        BulkDiscount {
            from_phials: 10,
            percent: 10,
        },
        Custom::new("friend of the house", |price, sale: &Sale| {
            if sale.loyal_customer {
                price - price.percent(5)
            } else {
                price
            }
        }),
        RoundUp {
            to: Money::florins(1),
        },
    ]
}
