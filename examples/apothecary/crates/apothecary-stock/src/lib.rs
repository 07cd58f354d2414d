//! What is on the shelves, and who has a claim on it.
//!
//! A [`ledger::Ledger`] takes in deliveries as [`lot::Lot`]s, hands them out in
//! order of expiry and keeps promised amounts aside until they are used.
//!
//! ```
//! use apothecary_core::calendar::Day;
//! use apothecary_core::ingredient::catalogue::Catalogue;
//! use apothecary_core::units::{Quantity, Unit};
//! use apothecary_stock::ledger::Ledger;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let catalogue = Catalogue::standard();
//! let moonwort = catalogue.find("moonwort")?;
//! let mut ledger = Ledger::new();
//! ledger.receive(moonwort, Quantity::new(5, Unit::Dram), Day(1))?;
//! let available = ledger.available(&moonwort.id);
//! assert_eq!(available, Some(Quantity::new(5, Unit::Dram)));
//! # Ok(())
//! # }
//! ```
#![forbid(unsafe_code)]
#![warn(bindings_with_variant_name)]

pub mod audit;
pub mod ledger;
pub mod lot;
pub mod reservation;
pub mod shelf;
pub mod spoilage;

mod error;

pub use error::StockError;
