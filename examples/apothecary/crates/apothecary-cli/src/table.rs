//! Plain text tables.

use std::fmt::{self, Write};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    Left,
    Right,
}

struct Column<'c, T> {
    heading: &'static str,
    align: Align,
    cell: Box<dyn Fn(&T) -> String + 'c>,
}

/// A table with one row per item.
///
/// ```
/// use apothecary_cli::table::Table;
///
/// let text = Table::new()
///     .left("word", |word: &&str| word.to_string())
///     .right("length", |word| word.len().to_string())
///     .render(["toad", "newt"]);
/// assert_eq!(text, "word  length\ntoad       4\nnewt       4\n");
/// ```
pub struct Table<'c, T> {
    columns: Vec<Column<'c, T>>,
}

impl<T> Default for Table<'_, T> {
    fn default() -> Self {
        Table {
            columns: Vec::new(),
        }
    }
}

impl<'c, T> Table<'c, T> {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn left(self, heading: &'static str, cell: impl Fn(&T) -> String + 'c) -> Self {
        self.column(heading, Align::Left, cell)
    }

    pub fn right(self, heading: &'static str, cell: impl Fn(&T) -> String + 'c) -> Self {
        self.column(heading, Align::Right, cell)
    }

    fn column(
        mut self,
        heading: &'static str,
        align: Align,
        cell: impl Fn(&T) -> String + 'c,
    ) -> Self {
        self.columns.push(Column {
            heading,
            align,
            cell: Box::new(cell),
        });
        self
    }

    pub fn render(&self, items: impl IntoIterator<Item = T>) -> String {
        let mut out = String::new();
        self.write(&mut out, items)
            .expect("writing to a string never fails");
        out
    }

    pub fn write<W: Write>(&self, out: &mut W, items: impl IntoIterator<Item = T>) -> fmt::Result {
        let heading = self.columns.iter().map(|c| c.heading.to_owned()).collect();
        let mut rows: Vec<Vec<String>> = vec![heading];
        for item in items {
            rows.push(self.columns.iter().map(|c| (c.cell)(&item)).collect());
        }
        let widths: Vec<usize> = (0..self.columns.len())
            .map(|index| rows.iter().map(|row| row[index].chars().count()).max())
            .map(Option::unwrap_or_default)
            .collect();
        for row in &rows {
            let mut line = String::new();
            for ((cell, column), width) in row.iter().zip(&self.columns).zip(&widths) {
                match column.align {
                    Align::Left => write!(line, "{cell:<width$}  ")?,
                    Align::Right => write!(line, "{cell:>width$}  ")?,
                }
            }
            writeln!(out, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let table = Table::new()
            .right("n", |n: &u32| n.to_string())
            .left("squared", |n| (n * n).to_string());
        assert_eq!(table.render([1, 40]), " n  squared\n 1  1\n40  1600\n");
    }

    #[test]
    fn an_empty_table_has_a_heading() {
        let table = Table::new().left("potion", |name: &String| name.clone());
        assert_eq!(table.render([]), "potion\n");
    }
}
