//! What customers ask for.

use std::error::Error;
use std::fmt;

use apothecary_core::calendar::Day;
use apothecary_core::pricing::Sale;
use apothecary_core::recipe::RecipeId;
use apothecary_core::SlugError;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrderNumber(pub u32);

impl fmt::Display for OrderNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("#{}", self.0))
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    pub number: OrderNumber,
    pub customer: String,
    pub recipe: RecipeId,
    pub phials: u32,
    pub due: Day,
    pub loyal_customer: bool,
}

impl Order {
    /// The terms under which the order is sold on the given day.
    pub fn sale_on(&self, day: Day) -> Sale {
        Sale {
            day,
            phials: self.phials,
            loyal_customer: self.loyal_customer,
        }
    }
}

/// Why a slip of paper is not an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OrderError {
    Malformed(String),
    BadRecipe(SlugError),
    NothingOrdered,
}

impl fmt::Display for OrderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OrderError::Malformed(slip) => write!(f, "cannot read the order {slip:?}"),
            OrderError::BadRecipe(cause) => write!(f, "cannot read the recipe: {cause}"),
            OrderError::NothingOrdered => f.write_str("the order is for nothing"),
        }
    }
}

impl Error for OrderError {}

impl From<SlugError> for OrderError {
    fn from(cause: SlugError) -> Self {
        OrderError::BadRecipe(cause)
    }
}

/// The orders of the shop, in the order of their arrival.
///
/// ```
/// use apothecary_brew::order::OrderBook;
///
/// let mut book = OrderBook::default();
/// let order = book.take("Old Marta*, 4 moonwort-draught by 12").unwrap();
/// assert_eq!(order.phials, 4);
/// assert!(order.loyal_customer);
/// ```
#[derive(Debug, Clone, Default)]
pub struct OrderBook {
    orders: Vec<Order>,
}

impl OrderBook {
    /// Takes an order written as `<customer>[*], <phials> <recipe> by <day>`;
    /// a star marks a loyal customer.
    pub fn take(&mut self, slip: &str) -> Result<&Order, OrderError> {
        let malformed = || OrderError::Malformed(slip.to_owned());
        let (customer, rest) = slip.split_once(',').ok_or_else(malformed)?;
        let words: Vec<&str> = rest.split_whitespace().collect();
        let [phials, recipe, "by", day] = words[..] else {
            return Err(malformed());
        };
        let phials: u32 = phials.parse().map_err(|_| malformed())?;
        if phials == 0 {
            return Err(OrderError::NothingOrdered);
        }
        let name = customer.trim().trim_end_matches('*');
        self.orders.push(Order {
            number: OrderNumber(self.orders.len() as u32 + 1),
            customer: name,
            recipe: RecipeId::try_from(recipe)?,
            phials,
            due: Day(day.parse().map_err(|_| malformed())?),
            loyal_customer: customer.trim().ends_with('*'),
        });
        Ok(&self.orders[self.orders.len() - 1])
    }

    pub fn get(&self, number: OrderNumber) -> Option<&Order> {
        self.orders.iter().find(|order| order.number == number)
    }

    pub fn len(&self) -> usize {
        self.orders.len()
    }

    pub fn is_empty(&self) -> bool {
        self.orders.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = &Order> {
        self.orders.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_are_numbered() {
        let mut book = OrderBook::default();
        book.take("Ivo, 2 sun-salve by 3").unwrap();
        let second = book.take(" Old Marta* , 1 frost-draught by 9").unwrap();
        assert_eq!(second.number, OrderNumber(2));
        assert_eq!(second.customer, "Old Marta");
        assert_eq!(book.get(OrderNumber(1)).unwrap().due, Day(3));
        assert!(book.get(OrderNumber(3)).is_none());
    }

    #[test]
    fn illegible_orders_are_refused() {
        let mut book = OrderBook::default();
        for slip in ["two salves", "Ivo, two salves", "Ivo, x salve by 3"] {
            assert_eq!(book.take(slip), Err(OrderError::Malformed(slip.to_owned())));
        }
        assert_eq!(
            book.take("Ivo, 0 sun-salve by 3"),
            Err(OrderError::NothingOrdered)
        );
        assert_eq!(
            book.take("Ivo, 1 Salve by 3"),
            Err(OrderError::BadRecipe(SlugError::BadCharacter('S')))
        );
        assert!(book.is_empty());
    }
}
