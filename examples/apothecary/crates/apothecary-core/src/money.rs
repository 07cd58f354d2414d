//! Coins of the realm: twelve bits to the florin, ten florins to the crown.
//!
//! ```
//! use apothecary_core::money::Money;
//!
//! let price = Money::crowns(1) + Money::bits(4);
//! assert_eq!(price.to_string(), "1c 4b");
//! assert_eq!("1c 4b".parse(), Ok(price));
//! ```

use std::error::Error;
use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Mul, Neg, Sub, SubAssign};
use std::str::FromStr;

pub const BITS_PER_FLORIN: i64 = 12;
pub const FLORINS_PER_CROWN: i64 = 10;
const BITS_PER_CROWN: i64 = BITS_PER_FLORIN * FLORINS_PER_CROWN;

/// A sum of money; negative sums are debts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Money {
    bits: i64,
}

impl Money {
    pub const ZERO: Money = Money { bits: 0 };

    pub const fn bits(count: i64) -> Self {
        Money { bits: count }
    }

    pub const fn florins(count: i64) -> Self {
        Money::bits(count * BITS_PER_FLORIN)
    }

    pub const fn crowns(count: i64) -> Self {
        Money::bits(count * BITS_PER_CROWN)
    }

    pub const fn in_bits(self) -> i64 {
        self.bits
    }

    pub const fn is_debt(self) -> bool {
        self.bits < 0
    }

    /// `percent` hundredths of the sum, rounded half away from zero.
    pub fn percent(self, percent: u32) -> Money {
        let raw = self.bits * i64::from(percent);
        let rounding = if raw < 0 { -50 } else { 50 };
        Money::bits((raw + rounding) / 100)
    }

    /// The smallest multiple of `step` that is not below the sum.
    pub fn round_up_to(self, step: Money) -> Money {
        if step.bits <= 0 {
            return self;
        }
        let over = self.bits.rem_euclid(step.bits);
        if over == 0 {
            self
        } else {
            Money::bits(self.bits + step.bits - over)
        }
    }

    /// Splits the sum into `parts` nearly equal shares, not losing a single bit.
    ///
    /// ```
    /// use apothecary_core::money::Money;
    ///
    /// let shares: Vec<Money> = Money::bits(10).shares(3).collect();
    /// assert_eq!(shares, [Money::bits(4), Money::bits(3), Money::bits(3)]);
    /// ```
    pub fn shares(self, parts: u32) -> Shares {
        Shares {
            left: self.bits,
            parts,
        }
    }
}

/// Iterator over the shares of a sum, see [`Money::shares`].
#[derive(Debug, Clone)]
pub struct Shares {
    left: i64,
    parts: u32,
}

impl Iterator for Shares {
    type Item = Money;

    fn next(&mut self) -> Option<Money> {
        if self.parts == 0 {
            return None;
        }
        let parts = i64::from(self.parts);
        let floor = self.left.div_euclid(parts);
        let extra = i64::from(self.left.rem_euclid(parts) > 0);
        self.left -= floor + extra;
        self.parts -= 1;
        Some(Money::bits(floor + extra))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let parts = self.parts as usize;
        (parts, Some(parts))
    }
}

impl ExactSizeIterator for Shares {}

impl Add for Money {
    type Output = Money;

    fn add(self, other: Money) -> Money {
        Money::bits(self.bits + other.bits)
    }
}

impl Sub for Money {
    type Output = Money;

    fn sub(self, other: Money) -> Money {
        Money::bits(self.bits - other.bits)
    }
}

impl Neg for Money {
    type Output = Money;

    fn neg(self) -> Money {
        Money::bits(-self.bits)
    }
}

impl Mul<u32> for Money {
    type Output = Money;

    fn mul(self, times: u32) -> Money {
        Money::bits(self.bits * i64::from(times))
    }
}

impl AddAssign for Money {
    fn add_assign(&mut self, other: Money) {
        *self = *self + other;
    }
}

impl SubAssign for Money {
    fn sub_assign(&mut self, other: Money) {
        *self = *self - other;
    }
}

impl Sum for Money {
    fn sum<I: Iterator<Item = Money>>(sums: I) -> Money {
        sums.fold(Money::ZERO, Add::add)
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bits = self.bits.abs();
        let coins = [
            (bits / BITS_PER_CROWN, 'c'),
            (bits % BITS_PER_CROWN / BITS_PER_FLORIN, 'f'),
            (bits % BITS_PER_FLORIN, 'b'),
        ];
        let mut text: Vec<String> = coins
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, coin)| format!("{count}{coin}"))
            .collect();
        if text.is_empty() {
            text.push("0b".to_owned());
        }
        let sign = if self.is_debt() { "-" } else { "" };
        f.pad(&format!("{sign}{}", text.join(" ")))
    }
}

/// Why a price tag cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MoneyError {
    Empty,
    BadCount(String),
    UnknownCoin(String),
}

impl fmt::Display for MoneyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            MoneyError::Empty => f.write_str("no coins given"),
            MoneyError::BadCount(coin) => write!(f, "cannot count the coins in {coin:?}"),
            MoneyError::UnknownCoin(coin) => write!(f, "no such coin as {coin:?}"),
        }
    }
}

impl Error for MoneyError {}

impl FromStr for Money {
    type Err = MoneyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let (debt, coins) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        if coins.trim().is_empty() {
            return Err(MoneyError::Empty);
        }
        let total: Money = coins
            .split_whitespace()
            .map(parse_coin)
            .sum::<Result<Money, MoneyError>>()?;
        Ok(if debt { -total } else { total })
    }
}

fn parse_coin(token: &str) -> Result<Money, MoneyError> {
    let split = token
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(token.len());
    let (digits, coin) = token.split_at(split);
    let count: u32 = digits
        .parse()
        .map_err(|_| MoneyError::BadCount(token.to_owned()))?;
    match coin {
        "c" => Ok(Money::crowns(count.into())),
        "f" => Ok(Money::florins(count.into())),
        "b" => Ok(Money::bits(count.into())),
        _ => Err(MoneyError::UnknownCoin(token.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn displays_the_largest_coins_first() {
        assert_eq!(Money::bits(0).to_string(), "0b");
        assert_eq!(Money::bits(147).to_string(), "1c 2f 3b");
        assert_eq!((-Money::florins(11)).to_string(), "-1c 1f");
    }

    #[test]
    fn parsing_reverses_display() {
        for bits in [-500, -12, 0, 5, 119, 120, 1234] {
            let sum = Money::bits(bits);
            assert_eq!(sum.to_string().parse(), Ok(sum));
        }
    }

    #[test]
    fn parsing_names_the_culprit() {
        assert_eq!("".parse::<Money>(), Err(MoneyError::Empty));
        assert_eq!(
            "3c two".parse::<Money>(),
            Err(MoneyError::BadCount("two".into()))
        );
        assert_eq!(
            "3g".parse::<Money>(),
            Err(MoneyError::UnknownCoin("3g".into()))
        );
    }

    #[test]
    fn percentages_round_half_away_from_zero() {
        assert_eq!(Money::bits(5).percent(50), Money::bits(3));
        assert_eq!(Money::bits(-5).percent(50), Money::bits(-3));
        assert_eq!(Money::crowns(1).percent(115), Money::bits(138));
    }

    #[test]
    fn rounding_up_respects_exact_multiples() {
        let florin = Money::florins(1);
        assert_eq!(Money::bits(24).round_up_to(florin), Money::bits(24));
        assert_eq!(Money::bits(25).round_up_to(florin), Money::bits(36));
        assert_eq!(Money::bits(25).round_up_to(Money::ZERO), Money::bits(25));
    }

    #[test]
    fn shares_add_up_to_the_whole() {
        for bits in [-7, 0, 1, 100] {
            let whole = Money::bits(bits);
            let shares = whole.shares(6);
            assert_eq!(shares.len(), 6);
            assert_eq!(shares.sum::<Money>(), whole);
        }
    }

    #[test]
    fn subtraction_may_leave_a_debt() {
        let mut purse = Money::florins(1);
        purse -= Money::bits(20);
        assert!(purse.is_debt());
        purse += Money::bits(8);
        assert_eq!(purse, Money::ZERO);
    }
}
