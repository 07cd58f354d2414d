//! From orders to bottles.
//!
//! The [`planner`] cuts [`order`]s into batches that fit the [`vessel`]s of the
//! shop, the [`scheduler`] finds a time for every batch, and a [`workday`]
//! takes the ingredients off the shelves and fills the bottles.
#![forbid(unsafe_code)]

pub mod cookbook;
pub mod order;
pub mod planner;
pub mod scheduler;
pub mod strategy;
pub mod vessel;
pub mod workday;

pub use apothecary_core::recipe::Recipie;
