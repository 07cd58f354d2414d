//! Conversations at the counter.

use apothecary_cli::shop::Shop;
use apothecary_cli::{run, CliError};

fn say(line: &str) -> Result<String, CliError> {
    let mut shop = Shop::open()?;
    let args: Vec<&str> = line.split_whitespace().collect();
    let mut out = String::new();
    run(&shop, &args, &mut out)?;
    Ok(out)
}

fn lines(line: &str) -> Vec<String> {
    say(line).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn silence_is_answered_with_help() {
    assert_eq!(say("").unwrap(), say("help").unwrap());
}

#[test]
fn the_recipes_tell_what_is_in_stock() {
    let table = lines("recipes");
    assert_eq!(table[1], "frost-tea         steep        16  partly");
    assert_eq!(table[4], "sun-salve         simmer       44  yes");
    assert!(table[6].starts_with("cheapest: Moonwort Draught, potency 6/10"));
}

#[test]
fn herbs_are_only_fresh_in_their_season() {
    let autumn = say("fresh autumn").unwrap();
    assert!(autumn.contains("Emberroot     herb         2f/ounce  60 days"));
    assert!(!autumn.contains("Sunpetal"));
}

#[test]
fn a_quote_shows_every_rule_that_applies() {
    let quote = lines("quote 12 salt-spirit 280");
    let rules: Vec<&str> = quote[1..]
        .iter()
        .map(|line| line.get(..20).unwrap_or(line).trim_end())
        .collect();
    assert_eq!(
        rules,
        [
            "materials",
            "markup",
            "winter firewood",
            "bulk discount",
            "rounding",
            "total",
            "but not below 3c 6f"
        ]
    );
}

#[test]
fn refusals_are_polite() {
    let refusal = |line| say(line).unwrap_err().to_string();
    assert_eq!(refusal("quote 1 philtre"), "philtre is not in the cookbook");
    assert_eq!(refusal("quote 0 sun-salve"), "the order is for nothing");
    assert_eq!(
        refusal("quote x y"),
        "cannot read the order \"A stranger, x y by 0\""
    );
}

#[test]
fn the_storeroom_is_audited() {
    let stock = lines("stock 18");
    assert!(stock.contains(&"lot 4  spring-water  6 flask  keeps forever".to_owned()));
    assert_eq!(
        stock[stock.len() - 2..],
        [
            "! lot 5 of sunpetal: spoiled",
            "- lot 1 of moonwort: 2 days left"
        ]
    );
}

#[test]
fn the_plan_depends_on_the_strategy() {
    let first = |line| lines(line)[1].clone();
    assert!(first("plan due").ends_with("2 x Moonwort Draught for order #4"));
    assert!(first("plan value").ends_with("3 x Sun Salve for order #2"));
    assert!(first("plan quick").ends_with("2 x Frost Tea for order #5"));
}

#[test]
fn a_day_of_brewing_is_accounted_for() {
    let report = lines("brew");
    assert_eq!(report[0], "spring 1, year 1: takings 4c 7f");
    assert_eq!(
        report.last().unwrap(),
        "  #5 failed, apologise to A Traveller: short of 3 piece frostcap"
    );
    assert_eq!(report.len(), 8);
}
