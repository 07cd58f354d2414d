use std::error::Error;
use std::fmt;

use apothecary_core::ingredient::IngredientId;
use apothecary_core::recipe::RecipeLine;
use apothecary_core::units::{Dimension, QuantityError};

use crate::reservation::ReservationId;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StockError {
    /// A delivery of nothing, or of grains where drops are kept.
    BadDelivery {
        ingredient: IngredientId,
        dimension: Dimension,
    },
    /// The lines that would have been needed on top of what is available.
    Short(Vec<RecipeLine>),
    UnknownReservation(ReservationId),
    AlreadyFulfilled(ReservationId),
    Quantity(QuantityError),
}

impl fmt::Display for StockError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StockError::BadDelivery {
                ingredient,
                dimension,
            } => write!(f, "{ingredient} is kept by {}s", dimension.base_unit()),
            StockError::Short(missing) => {
                f.write_str("short of ")?;
                for (index, line) in missing.iter().enumerate() {
                    let separator = if index == 0 { "" } else { ", " };
                    write!(f, "{separator}{} {}", line.quantity, line.ingredient)?;
                }
                Ok(())
            }
            StockError::UnknownReservation(id) => write!(f, "{id} does not exist"),
            StockError::AlreadyFulfilled(id) => write!(f, "{id} is already fulfilled"),
            StockError::Quantity(cause) => cause.fmt(f),
        }
    }
}

impl Error for StockError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            StockError::Quantity(cause) => Some(cause),
            _ => None,
        }
    }
}

impl From<QuantityError> for StockError {
    fn from(cause: QuantityError) -> Self {
        StockError::Quantity(cause)
    }
}
