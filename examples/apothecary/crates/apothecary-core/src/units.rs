//! Apothecaries' measures.
//!
//! ```
//! use apothecary_core::units::{Quantity, Unit};
//!
//! let dose = Quantity::new(2, Unit::Dram);
//! assert_eq!(dose, Quantity::new(120, Unit::Grain));
//! assert_eq!("2 dram".parse(), Ok(dose));
//! ```

use std::cmp::Ordering;
use std::error::Error;
use std::fmt;
use std::str::FromStr;

/// What a unit measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dimension {
    Mass,
    Volume,
    Count,
}

impl Dimension {
    /// The unit in which the ledger keeps its books.
    pub const fn base_unit(self) -> Unit {
        match self {
            Dimension::Mass => Unit::Grain,
            Dimension::Volume => Unit::Drop,
            Dimension::Count => Unit::Piece,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unit {
    Grain,
    Dram,
    Ounce,
    Drop,
    Phial,
    Flask,
    Piece,
}

struct UnitInfo {
    unit: Unit,
    name: &'static str,
    dimension: Dimension,
    in_base: u64,
}

macro_rules! unit_table {
    ($($unit:ident = $count:literal $dimension:ident as $name:literal),+ $(,)?) => {
        static UNITS: &[UnitInfo] = &[
            $(UnitInfo {
                unit: Unit::$unit,
                name: $name,
                dimension: Dimension::$dimension,
                in_base: $count,
            }),+
        ];
    };
}

unit_table! {
    Grain = 1 Mass as "grain",
    Dram = 60 Mass as "dram",
    Ounce = 480 Mass as "ounce",
    Drop = 1 Volume as "drop",
    Phial = 200 Volume as "phial",
    Flask = 1000 Volume as "flask",
    Piece = 1 Count as "piece",
}

impl Unit {
    fn info(self) -> &'static UnitInfo {
        UNITS
            .iter()
            .find(|info| info.unit == self)
            .expect("the table lists every unit")
    }

    pub fn dimension(self) -> Dimension {
        self.info().dimension
    }

    /// How many base units make up one of this unit.
    pub fn in_base(self) -> u64 {
        self.info().in_base
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.info().name)
    }
}

impl FromStr for Unit {
    type Err = QuantityError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        UNITS
            .iter()
            .find(|info| info.name == text)
            .map(|info| info.unit)
            .ok_or_else(|| QuantityError::UnknownUnit(text.to_owned()))
    }
}

/// An amount of something, for example three drams.
///
/// Quantities are equal when they measure the same; amounts of different
/// dimensions cannot be compared.
#[derive(Debug, Clone, Copy)]
pub struct Quantity {
    pub amount: u64,
    pub unit: Unit,
}

impl Quantity {
    pub const fn new(amount: u64, unit: Unit) -> Self {
        Quantity { amount, unit }
    }

    pub const fn none_of(dimension: Dimension) -> Self {
        Quantity::new(0, dimension.base_unit())
    }

    pub fn dimension(self) -> Dimension {
        self.unit.dimension()
    }

    pub const fn is_none(self) -> bool {
        self.amount == 0
    }

    /// The same quantity in grains, drops or pieces.
    pub fn in_base(self) -> Quantity {
        Quantity::new(
            self.amount * self.unit.in_base(),
            self.dimension().base_unit(),
        )
    }

    /// The same quantity in the largest unit that divides it evenly.
    pub fn simplified(self) -> Quantity {
        let base = self.in_base();
        UNITS
            .iter()
            .rev()
            .filter(|info| info.dimension == base.dimension())
            .find(|info| base.amount > 0 && base.amount.is_multiple_of(info.in_base))
            .map_or(base, |info| {
                Quantity::new(base.amount / info.in_base, info.unit)
            })
    }

    /// The quantity times `numerator / denominator`, rounded up to a whole base unit.
    pub fn scaled(self, numerator: u64, denominator: u64) -> Quantity {
        let base = self.in_base();
        Quantity::new((base.amount * numerator).div_ceil(denominator), base.unit).simplified()
    }

    pub fn checked_add(self, other: Quantity) -> Result<Quantity, QuantityError> {
        self.combine(other, |a, b| Some(a + b))
    }

    pub fn checked_sub(self, other: Quantity) -> Result<Quantity, QuantityError> {
        self.combine(other, u64::checked_sub)
    }

    fn combine(
        self,
        other: Quantity,
        operation: impl FnOnce(u64, u64) -> Option<u64>,
    ) -> Result<Quantity, QuantityError> {
        let (left, right) = (self.in_base(), other.in_base());
        if left.unit != right.unit {
            return Err(QuantityError::Incomparable(self.unit, other.unit));
        }
        operation(left.amount, right.amount)
            .map(|amount| Quantity::new(amount, left.unit))
            .ok_or(QuantityError::NotEnough)
    }
}

impl PartialEq for Quantity {
    fn eq(&self, other: &Quantity) -> bool {
        self.partial_cmp(other) == Some(Ordering::Equal)
    }
}

impl Eq for Quantity {}

impl PartialOrd for Quantity {
    fn partial_cmp(&self, other: &Quantity) -> Option<Ordering> {
        let (left, right) = (self.in_base(), other.in_base());
        (left.unit == right.unit).then(|| left.amount.cmp(&right.amount))
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{} {}", self.amount, self.unit))
    }
}

impl FromStr for Quantity {
    type Err = QuantityError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (amount, unit) = text
            .trim()
            .split_once(' ')
            .ok_or_else(|| QuantityError::Malformed(text.to_owned()))?;
        let amount = amount
            .parse()
            .map_err(|_| QuantityError::Malformed(text.to_owned()))?;
        Ok(Quantity::new(amount, unit.trim().parse()?))
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QuantityError {
    Malformed(String),
    UnknownUnit(String),
    Incomparable(Unit, Unit),
    NotEnough,
}

impl fmt::Display for QuantityError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            QuantityError::Malformed(text) => write!(f, "{text:?} is not a quantity"),
            QuantityError::UnknownUnit(name) => write!(f, "no such unit as {name:?}"),
            QuantityError::Incomparable(a, b) => write!(f, "cannot measure a {a} in {b}s"),
            QuantityError::NotEnough => f.write_str("cannot take more than there is"),
        }
    }
}

impl Error for QuantityError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_unit_survives_the_text_form() {
        for info in UNITS {
            assert_eq!(info.unit.to_string().parse(), Ok(info.unit));
        }
    }

    #[test]
    fn comparison_needs_a_common_dimension() {
        let ounce = Quantity::new(1, Unit::Ounce);
        assert!(ounce > Quantity::new(7, Unit::Dram));
        assert_eq!(ounce.partial_cmp(&Quantity::new(1, Unit::Flask)), None);
        assert_ne!(ounce, Quantity::new(480, Unit::Drop));
    }

    #[test]
    fn arithmetic_is_done_in_base_units() {
        let sum = Quantity::new(1, Unit::Dram)
            .checked_add(Quantity::new(30, Unit::Grain))
            .unwrap();
        assert_eq!((sum.amount, sum.unit), (90, Unit::Grain));
        assert_eq!(
            sum.checked_sub(Quantity::new(2, Unit::Dram)),
            Err(QuantityError::NotEnough)
        );
        assert_eq!(
            sum.checked_add(Quantity::new(1, Unit::Piece)),
            Err(QuantityError::Incomparable(Unit::Grain, Unit::Piece))
        );
    }

    #[test]
    fn scaling_rounds_up_and_simplifies() {
        let third = Quantity::new(1, Unit::Phial).scaled(1, 3);
        assert_eq!((third.amount, third.unit), (67, Unit::Drop));
        let triple = Quantity::new(20, Unit::Grain).scaled(3, 1);
        assert_eq!((triple.amount, triple.unit), (1, Unit::Dram));
    }

    #[test]
    fn malformed_quantities_are_reported() {
        assert_eq!(
            "three dram".parse::<Quantity>(),
            Err(QuantityError::Malformed("three dram".into()))
        );
        assert_eq!(
            "3 bucket".parse::<Quantity>(),
            Err(QuantityError::UnknownUnit("bucket".into()))
        );
    }
}
