//! Scrolls, recipes and prices seen from outside the crate.

use apothecary_core::calendar::{Day, Season};
use apothecary_core::ingredient::catalogue::Catalogue;
use apothecary_core::money::Money;
use apothecary_core::price_book;
use apothecary_core::pricing::rules::{BulkDiscount, Markup, RoundUp, SeasonalSurcharge};
use apothecary_core::pricing::{reserve_price, Appraise, Sale};
use apothecary_core::recipe::{Card, Method, Recipe};
use apothecary_core::scroll;

const SCROLL: &str = "\
# The first page of grandmother's book
recipe moonwort-draught: Moonwort Draught
  method simmer
  yields 4 potency 6 dregs 1
  needs 3 dram moonwort
  needs 40 drop silver-dew   # not a drop more
  grind moonwort
  add silver-dew
  heat 20
  add moonwort
  stir 7
end

recipe salt-spirit: Spirit of Salt
  method distil
  yields 2 potency 9 dregs 3
  needs 1 ounce star-salt
  needs 1 flask spring-water
  add spring-water
  add star-salt
  heat 90
end
";

fn recipes() -> Vec<Recipe> {
    scroll::parse(SCROLL).expect("the scroll is well-formed")
}

#[test]
fn both_recipes_are_read() {
    let [draught, spirit] = &recipes()[..] else {
        panic!("expected two recipes");
    };
    assert_eq!(draught.method(), Method::Simmer);
    assert_eq!(draught.vessel_minutes(), 5 + 1 + 20 + 1 + 1 + 2);
    assert_eq!(spirit.method(), Method::Distil);
    assert_eq!(spirit.gives().potency.level(), 9);
}

#[test]
fn writing_and_reading_again_changes_nothing() {
    let recipes = recipes();
    let text = scroll::to_string(&recipes);
    assert_eq!(scroll::parse(&text), Ok(recipes));
}

#[test]
fn materials_are_appraised_by_the_catalogue() {
    let shop = Catalogue::standard();
    let costs: Vec<Money> = recipes()
        .iter()
        .map(|recipe| recipe.appraise(&shop).unwrap())
        .collect();
    assert_eq!(costs, [Money::bits(33), Money::bits(20)]);
}

#[test]
fn scaling_a_recipe_scales_its_cost() {
    let shop = Catalogue::standard();
    let double = recipes()[0].scaled_to(8);
    assert_eq!(double.appraise(&shop), Ok(Money::bits(66)));
    assert_eq!(double.gives().dregs, 2);
}

#[test]
fn the_reserve_price_depends_on_potency() {
    let prices: Vec<Money> = recipes().iter().map(reserve_price).collect();
    assert_eq!(prices, [Money::florins(6), Money::florins(6)]);
}

#[test]
fn the_price_book_of_a_hard_winter() {
    let book = price_book![
        Markup { percent: 60 },
        SeasonalSurcharge {
            season: Season::Winter,
            percent: 25
        },
        BulkDiscount {
            from_phials: 20,
            percent: 10
        },
        RoundUp {
            to: Money::florins(1)
        },
    ];
    let sale = Sale {
        day: Season::Winter.opening_day() + 12,
        phials: 20,
        loyal_customer: false,
    };
    let quote = book.quote(Money::bits(100), &sale);
    assert_eq!(quote.total(), Money::florins(15));
    assert_eq!(quote.adjustments.len(), 3);
    let spring = Sale {
        day: Day(0),
        phials: 1,
        ..sale
    };
    assert_eq!(
        book.quote(Money::bits(100), &spring).total(),
        Money::florins(14)
    );
}

#[test]
fn cards_name_everything_inside() {
    assert_eq!(
        Card::from(&recipes()[1]).to_string(),
        "Spirit of Salt, potency 9/10, of star-salt and spring-water"
    );
}
