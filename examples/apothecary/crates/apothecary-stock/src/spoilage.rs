//! How the weather in the storeroom shortens or prolongs shelf lives.

use apothecary_core::calendar::{Day, Season};
use apothecary_core::ingredient::ShelfLife;

/// The share of its shelf life, in percent, that an ingredient keeps when it
/// is delivered in the given season.
pub fn keeping_percent(season: Season) -> u32 {
    match season {
        Spring => 100,
        Summer => 50,
        Autumn => 90,
        Winter => 150,
    }
}

/// The first day on which a delivery is spoiled.
///
/// ```
/// use apothecary_core::calendar::Day;
/// use apothecary_core::ingredient::ShelfLife;
/// use apothecary_stock::spoilage::expiry;
///
/// assert_eq!(expiry(ShelfLife::days(20), Day(5)), Some(Day(25)));
/// assert_eq!(expiry(ShelfLife::EVERLASTING, Day(5)), None);
/// ```
pub fn expiry(shelf_life: ShelfLife, received: Day) -> Option<Day> {
    shelf_life
        .adjusted(keeping_percent(received.season()))
        .expiry(received)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heat_spoils_and_frost_preserves() {
        let percents = Season::ALL.map(keeping_percent);
        assert_eq!(percents, [100, 50, 90, 150]);
    }

    #[test]
    fn the_season_of_delivery_counts() {
        let summer = Season::Summer.opening_day();
        let winter = Season::Winter.opening_day();
        let life = ShelfLife::days(12);
        assert_eq!(expiry(life, summer), Some(summer + 6));
        assert_eq!(expiry(life, winter), Some(winter + 18));
    }
}
