//! A season in the storeroom.

use apothecary_core::calendar::{Day, Season};
use apothecary_core::ingredient::catalogue::Catalogue;
use apothecary_core::recipe::Recipe;
use apothecary_core::scroll;
use apothecary_core::units::{Dimension, Quantity, Unit};
use apothecary_stock::audit::{Audit, Severity};
use apothecary_stock::ledger::Ledger;
use apothecary_stock::StockError;

fn sun_salve() -> Recipe {
    let text = "\
recipe sun-salve: Sun Salve
  yields 2 potency 3 dregs 1
  needs 4 dram sunpetal
  needs 1 phial silver-dew
  grind sunpetal
  add silver-dew
  add sunpetal
end
";
    scroll::parse(text).unwrap().remove(0)
}

fn storeroom(day: Day) -> Ledger {
    let catalogue = Catalogue::standard();
    let mut ledger = Ledger::new();
    for (id, amount, unit) in [
        ("sunpetal", 2, Unit::Ounce),
        ("silver-dew", 1, Unit::Flask),
        ("star-salt", 3, Unit::Ounce),
    ] {
        let ingredient = catalogue.find(id).unwrap();
        ledger
            .receive(ingredient, Quantity::new(amount, unit), day)
            .unwrap();
    }
    ledger
}

#[test]
fn a_recipe_is_reserved_and_brewed() {
    let mut ledger = storeroom(Day(0));
    let salve = sun_salve();
    let id = ledger.reserve_for(&salve, 8).unwrap();
    let petals = &salve.lines()[0].ingredient;
    assert_eq!(
        ledger.available(petals),
        Some(Quantity::none_of(Dimension::Mass))
    );
    ledger.fulfil(id, Day(1)).unwrap();
    assert_eq!(ledger.on_hand(petals), None);
    assert_eq!(ledger.reserved(petals), None);
}

#[test]
fn the_shortfall_is_told_in_handy_units() {
    let mut ledger = storeroom(Day(0));
    let missing = ledger.shortfall(&sun_salve(), 12).unwrap();
    let text: Vec<String> = missing
        .iter()
        .map(|line| format!("{} {}", line.quantity, line.ingredient))
        .collect();
    assert_eq!(text, ["1 ounce sunpetal", "1 phial silver-dew"]);
    let error = ledger.reserve_for(&sun_salve(), 12).unwrap_err();
    assert_eq!(
        error.to_string(),
        "short of 1 ounce sunpetal, 1 phial silver-dew"
    );
    assert_eq!(error, StockError::Short(missing));
}

#[test]
fn petals_wilt_twice_as_fast_in_summer() {
    let summer = Season::Summer.opening_day();
    let mut ledger = storeroom(summer);
    assert!(ledger.discard_spoiled(summer + 5).is_empty());
    let wilted = ledger.discard_spoiled(summer + 6);
    assert_eq!(wilted.len(), 1);
    assert_eq!(wilted[0].ingredient.as_str(), "sunpetal");
}

#[test]
fn the_audit_lists_mistakes_first() {
    let mut ledger = storeroom(Day(0));
    let today = Day(44);
    let findings = Audit::usual(today).run(&ledger);
    let texts: Vec<String> = findings.iter().map(ToString::to_string).collect();
    assert_eq!(
        texts,
        [
            "! lot 1 of sunpetal: spoiled",
            "- lot 2 of silver-dew: last day"
        ]
    );
    ledger.discard_spoiled(today);
    let findings = Audit::usual(today).run(&ledger);
    assert!(findings.iter().all(|f| f.severity == Severity::Remark));
    assert_eq!(findings.len(), 2);
}

#[test]
fn the_audit_notices_broken_promises() {
    let mut ledger = storeroom(Day(0));
    ledger.reserve_for(&sun_salve(), 2).unwrap();
    ledger.discard_spoiled(Day(12));
    let findings = Audit::usual(Day(12)).run(&ledger);
    assert_eq!(
        findings[0].to_string(),
        "! 4 dram of sunpetal promised, but not there"
    );
}
