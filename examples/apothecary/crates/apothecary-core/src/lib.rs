//! The vocabulary of the potion shop.
//!
//! Everything the other crates talk about is defined here: [`money`], [`units`],
//! the shop [`calendar`], [`ingredient`]s and their catalogue, [`recipe`]s, the
//! [`pricing`] rules and the `scroll` text format in which recipes are kept.
#![forbid(unsafe_code)]

#[macro_use]
mod slug;

pub mod calendar;
pub mod ingredient;
pub mod money;
pub mod pricing;
pub mod recipe;
pub mod scroll;
pub mod units;

pub use slug::SlugError;
