//! The shop calendar: four seasons of ninety days.

use std::error::Error;
use std::fmt;
use std::ops::{Add, Sub};
use std::str::FromStr;

pub const DAYS_PER_SEASON: u32 = 90;
pub const DAYS_PER_YEAR: u32 = DAYS_PER_SEASON * 4;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Season {
    Spring,
    Summer,
    Autumn,
    Winter,
}

impl Season {
    pub const ALL: [Season; 4] = [
        Season::Spring,
        Season::Summer,
        Season::Autumn,
        Season::Winter,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Season::Spring => "spring",
            Season::Summer => "summer",
            Season::Autumn => "autumn",
            Season::Winter => "winter",
        }
    }

    /// The first day of the season in the first year.
    pub const fn opening_day(self) -> Day {
        Day(self as u32 * DAYS_PER_SEASON)
    }
}

impl fmt::Display for Season {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownSeason(pub String);

impl fmt::Display for UnknownSeason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no such season as {:?}", self.0)
    }
}

impl Error for UnknownSeason {}

impl FromStr for Season {
    type Err = UnknownSeason;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Season::ALL
            .into_iter()
            .find(|season| season.name().eq_ignore_ascii_case(text))
            .ok_or_else(|| UnknownSeason(text.to_owned()))
    }
}

/// A day, counted from the opening of the shop on the first day of spring.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Day(pub u32);

impl Day {
    pub const fn year(self) -> u32 {
        self.0 / DAYS_PER_YEAR + 1
    }

    pub fn season(self) -> Season {
        Season::ALL[(self.0 % DAYS_PER_YEAR / DAYS_PER_SEASON) as usize]
    }

    /// All days from this one up to, but not including, `end`.
    pub fn until(self, end: Day) -> Days {
        Days { next: self, end }
    }
}

impl Add<u32> for Day {
    type Output = Day;

    fn add(self, days: u32) -> Day {
        Day(self.0 + days)
    }
}

impl Sub for Day {
    type Output = u32;

    /// The number of days since `earlier`, zero if it lies in the future.
    fn sub(self, earlier: Day) -> u32 {
        self.0.saturating_sub(earlier.0)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!(
            "{} {}, year {}",
            self.season(),
            self.0 % DAYS_PER_SEASON + 1,
            self.year()
        );
        f.pad(&text)
    }
}

/// Iterator over consecutive days, see [`Day::until`].
#[derive(Debug, Clone)]
pub struct Days {
    next: Day,
    end: Day,
}

impl Iterator for Days {
    type Item = Day;

    fn next(&mut self) -> Option<Day> {
        if self.next >= self.end {
            return None;
        }
        let today = self.next;
        self.next = today + 1;
        Some(today)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seasons_follow_each_other() {
        for season in Season::ALL {
            assert_eq!(season.opening_day().season(), season);
            assert_eq!((season.opening_day() + DAYS_PER_YEAR).season(), season);
        }
    }

    #[test]
    fn days_are_written_out() {
        assert_eq!(Day(0).to_string(), "spring 1, year 1");
        assert_eq!(Day(DAYS_PER_YEAR + 100).to_string(), "summer 11, year 2");
    }

    #[test]
    fn a_range_of_days_excludes_its_end() {
        let week: Vec<Day> = Day(3).until(Day(6)).collect();
        assert_eq!(week, [Day(3), Day(4), Day(5)]);
        assert_eq!(Day(6).until(Day(3)).count(), 0);
    }

    #[test]
    fn season_names_are_case_insensitive() {
        assert_eq!("Autumn".parse(), Ok(Season::Autumn));
        assert_eq!(
            "monsoon".parse::<Season>(),
            Err(UnknownSeason("monsoon".into()))
        );
    }
}
