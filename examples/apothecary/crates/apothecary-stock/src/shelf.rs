//! A container that has the first to spoil at the front.

use std::slice;

use apothecary_core::calendar::Day;

use crate::lot::{Freshness, Perishable};

/// Perishable items in order of expiry; what keeps forever comes last.
///
/// ```
/// use apothecary_core::calendar::Day;
/// use apothecary_stock::lot::Perishable;
/// use apothecary_stock::shelf::Shelf;
///
/// #[derive(Debug, PartialEq)]
/// struct Milk(u32);
///
/// impl Perishable for Milk {
///     fn expires(&self) -> Option<Day> {
///         Some(Day(self.0))
///     }
/// }
///
/// let mut shelf: Shelf<Milk> = [Milk(9), Milk(3), Milk(6)].into_iter().collect();
/// assert_eq!(shelf.take_spoiled(Day(6)), [Milk(3), Milk(6)]);
/// assert_eq!(shelf.len(), 1);
/// ```
#[derive(Debug, Clone)]
pub struct Shelf<T> {
    items: Vec<T>,
}

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        Shelf { items: Vec::new() }
    }
}

impl<T: Perishable> Shelf<T> {
    pub fn put(&mut self, item: T) {
        let key = sort_key(&item);
        let index = self.items.partition_point(|other| sort_key(other) <= key);
        self.items.insert(index, item);
    }

    /// Removes everything that is spoiled on the given day.
    pub fn take_spoiled(&mut self, today: Day) -> Vec<T> {
        let spoiled = |item: &T| item.freshness(today) == Freshness::Spoiled;
        let fresh_from = self.items.partition_point(spoiled);
        self.items.drain(..fresh_from).collect()
    }

    pub fn len(&self) -> usize {
        self.items.len()
    }

    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    pub fn iter(&self) -> slice::Iter<'_, T> {
        self.items.iter()
    }

    pub(crate) fn iter_mut(&mut self) -> slice::IterMut<'_, T> {
        self.items.iter_mut()
    }

    pub(crate) fn retain(&mut self, keep: impl FnMut(&T) -> bool) {
        self.items.retain(keep);
    }
}

fn sort_key<T: Perishable>(item: &T) -> Day {
    item.expires().unwrap_or(Day(u32::MAX))
}

impl<T: Perishable> Extend<T> for Shelf<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, items: I) {
        items.into_iter().for_each(|item| self.put(item));
    }
}

impl<T: Perishable> FromIterator<T> for Shelf<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        let mut shelf = Shelf::default();
        shelf.extend(items);
        shelf
    }
}

impl<'a, T: Perishable> IntoIterator for &'a Shelf<T> {
    type Item = &'a T;
    type IntoIter = slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Clone, Copy, PartialEq)]
    struct Cheese(&'static str, Option<u32>);

    impl Perishable for Cheese {
        fn expires(&self) -> Option<Day> {
            self.1.map(Day)
        }
    }

    fn names(shelf: &Shelf<Cheese>) -> Vec<&'static str> {
        shelf.iter().map(|cheese| cheese.0).collect()
    }

    #[test]
    fn the_first_to_spoil_is_in_front() {
        let shelf: Shelf<Cheese> = [
            Cheese("rind", None),
            Cheese("brie", Some(4)),
            Cheese("gouda", Some(30)),
            Cheese("feta", Some(4)),
        ]
        .into_iter()
        .collect();
        assert_eq!(names(&shelf), ["brie", "feta", "gouda", "rind"]);
    }

    #[test]
    fn nothing_everlasting_is_thrown_away() {
        let mut shelf = Shelf::default();
        shelf.extend([Cheese("rind", None), Cheese("brie", Some(4))]);
        assert_eq!(shelf.take_spoiled(Day(1000)), [Cheese("brie", Some(4))]);
        assert_eq!(names(&shelf), ["rind"]);
        assert!(shelf.take_spoiled(Day(1000)).is_empty());
    }
}
