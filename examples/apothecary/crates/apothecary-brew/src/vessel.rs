//! Cauldrons, alembics and pots.

use apothecary_core::recipe::Method;

/// Something a batch can be brewed in.
pub trait Vessel {
    fn name(&self) -> &str;

    /// The largest batch, in phials.
    fn capacity(&self) -> u32;

    fn supports(&self, method: Method) -> bool;

    /// The time to get the vessel ready for a batch.
    fn setup_minutes(&self) -> u32 {
        0
    }
}

pub type Rack = Vec<Box<dyn Vessel>>;

/// Steeps and simmers, but takes a while to heat up.
#[derive(Debug, Clone)]
pub struct Cauldron {
    pub name: String,
    pub capacity: u32,
}

impl Vessel for Cauldron {
    fn name(&self) -> &str {
        &self.name
    }

    fn capacity(&self) -> u32 {
        self.capacity
    }

    fn supports(&self, method: Method) -> bool {
        matches!(method, Method::Steep | Method::Simmer)
    }

    fn setup_minutes(&self) -> u32 {
        5 + self.capacity / 4
    }
}

/// Only good for distilling.
#[derive(Debug, Clone, Copy)]
pub struct Alembic {
    pub bulbs: u32,
}

impl Vessel for Alembic {
    fn name(&self) -> &str {
        match self.bulbs {
            1 => "glass alembic",
            _ => "great alembic",
        }
    }

    fn capacity(&self) -> u32 {
        self.bulbs * 2
    }

    fn supports(&self, method: Method) -> bool {
        method == Method::Distil
    }

    fn setup_minutes(&self) -> u32 {
        10
    }
}

/// Steeps a small batch at once.
#[derive(Debug, Clone, Copy)]
pub struct Teapot;

impl Vessel for Teapot {
    fn name(&self) -> &str {
        "teapot"
    }

    fn capacity(&self) -> u32 {
        2
    }

    fn supports(&self, method: Method) -> bool {
        method == Method::Steep
    }
}

/// The vessels of a newly opened shop.
pub fn standard_rack() -> Rack {
    vec![
        Box::new(Cauldron {
            name: "copper cauldron".to_owned(),
            capacity: 8,
        }),
        Box::new(Alembic { bulbs: 1 }),
        Box::new(Teapot),
    ]
}

/// The largest batch that any vessel of the rack can brew that way.
pub fn largest_batch(rack: &[Box<dyn Vessel>], method: Method) -> Option<u32> {
    rack.iter()
        .filter(|vessel| vessel.supports(method))
        .map(|vessel| vessel.capacity())
        .max()
}
