//! The counter of the potion shop.
//!
//! ```
//! use apothecary_cli::{run, shop::Shop};
//!
//! let shop = Shop::open().unwrap();
//! let mut out = String::new();
//! run(&shop, &["quote", "4", "moonwort-draught"], &mut out).unwrap();
//! assert!(out.ends_with("but not below 6f\n"));
//! ```
#![forbid(unsafe_code)]

pub mod command;
pub mod report;
pub mod shop;
pub mod table;

mod error;

use std::fmt::Write;

pub use error::CliError;

use command::Command;
use shop::Shop;

/// Carries out one command and writes what there is to say about it.
pub fn run(shop: &Shop, args: &[&str], out: &mut impl Write) -> Result<(), CliError> {
    match Command::try_from(args)? {
        Command::Help => out.write_str(command::USAGE)?,
        Command::Recipes => report::recipes(shop, out)?,
        Command::Fresh(season) => report::fresh(shop, season, out)?,
        Command::Quote(slip) => report::quote(shop, &slip, out)?,
        Command::Stock(day) => report::stock(shop, day, out)?,
        Command::Plan { strategy } => report::plan(shop, strategy.as_ref(), out)?,
        Command::Brew { strategy } => report::brew(shop, strategy.as_ref(), out)?,
    }
    Ok(())
}
