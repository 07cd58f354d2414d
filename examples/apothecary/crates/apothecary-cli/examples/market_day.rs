//! A busy day at the market: what is fresh, what is planned, what is brewed.
//!
//! Run it with `cargo run -p apothecary-cli --example market_day`.

use apothecary_cli::shop::Shop;
use apothecary_cli::{run, CliError};

fn main() -> Result<(), CliError> {
    let shop = Shop::open()?;
    for line in ["fresh spring", "plan value", "brew value", "stock 18"] {
        let args: Vec<&str> = line.split(' ').collect();
        let mut out = String::new();
        run(&shop, &args, &mut out)?;
        println!("> {line}\n{out}");
    }
    Ok(())
}
