use std::error::Error;
use std::fmt;

use apothecary_brew::order::OrderError;
use apothecary_brew::planner::PlanError;
use apothecary_core::calendar::UnknownSeason;
use apothecary_core::ingredient::catalogue::CatalogueError;
use apothecary_core::pricing::PricingError;
use apothecary_core::scroll::ScrollError;
use apothecary_stock::StockError;

/// Everything that can go wrong at the counter.
#[derive(Debug)]
pub enum CliError {
    Usage(String),
    Cause(Box<dyn Error>),
}

impl fmt::Display for CliError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CliError::Usage(problem) => write!(f, "{problem}, try `help`"),
            CliError::Cause(cause) => cause.fmt(f),
        }
    }
}

impl Error for CliError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            CliError::Cause(cause) => Some(cause.as_ref()),
            _ => None,
        }
    }
}

macro_rules! from_causes {
    ($($cause:ty),+ $(,)?) => {
        $(impl From<$cause> for CliError {
            fn from(cause: $cause) -> Self {
                CliError::Cause(Box::new(cause))
            }
        })+
    };
}

from_causes! {
    CatalogueError,
    OrderError,
    PlanError,
    PricingError,
    ScrollError,
    StockError,
    UnknownSeason,
    fmt::Error,
}
