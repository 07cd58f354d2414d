//! Recipe scrolls, the text form of recipes.
//!
//! ```
//! use apothecary_core::scroll;
//!
//! let text = "\
//! recipe moon-tea: Moon Tea
//!   method steep
//!   yields 2 potency 3 dregs 1
//!   needs 1 dram moonwort
//!   add moonwort
//!   rest 9
//! end
//! ";
//! let recipes = scroll::parse(text).unwrap();
//! assert_eq!(recipes[0].title(), "Moon Tea");
//! assert_eq!(scroll::to_string(&recipes), text);
//! ```

use std::error::Error;
use std::fmt;

use crate::recipe::{Recipe, RecipeError};
use crate::units::QuantityError;
use crate::SlugError;

/// Something is wrong on a line of a scroll.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScrollError {
    pub line: usize,
    pub kind: ScrollErrorKind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScrollErrorKind {
    UnknownDirective(String),
    Malformed { expected: &'static str },
    OutsideRecipe,
    Unfinished,
    Slug(SlugError),
    Quantity(QuantityError),
    Recipe(RecipeError),
}

impl fmt::Display for ScrollErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ScrollErrorKind::UnknownDirective(word) => write!(f, "cannot {word:?} a potion"),
            ScrollErrorKind::Malformed { expected } => write!(f, "expected `{expected}`"),
            ScrollErrorKind::OutsideRecipe => f.write_str("this belongs into a recipe"),
            ScrollErrorKind::Unfinished => f.write_str("the recipe has no `end`"),
            ScrollErrorKind::Slug(cause) => cause.fmt(f),
            ScrollErrorKind::Quantity(cause) => cause.fmt(f),
            ScrollErrorKind::Recipe(cause) => cause.fmt(f),
        }
    }
}

impl fmt::Display for ScrollError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.kind)
    }
}

impl Error for ScrollError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.kind {
            ScrollErrorKind::Slug(cause) => Some(cause),
            ScrollErrorKind::Quantity(cause) => Some(cause),
            ScrollErrorKind::Recipe(cause) => Some(cause),
            _ => None,
        }
    }
}

macro_rules! kind_from {
    ($($cause:ident => $variant:ident),+ $(,)?) => {
        $(impl From<$cause> for ScrollErrorKind {
            fn from(cause: $cause) -> Self {
                ScrollErrorKind::$variant(cause)
            }
        })+
    };
}

kind_from! {
    SlugError => Slug,
    QuantityError => Quantity,
    RecipeError => Recipe,
}

/// Reads all recipes of a scroll.
pub fn parse(text: &str) -> Result<Vec<Recipe>, ScrollError> {
    let mut recipes = Vec::new();
    let mut lines = reader::Lines::new(text);
    while let Some(line) = lines.next() {
        recipes.push(reader::recipe(line, &mut lines)?);
    }
    Ok(recipes)
}

/// Writes recipes the way [`parse`] reads them.
pub fn write<'a, W, I>(out: &mut W, recipes: I) -> fmt::Result
where
    W: fmt::Write,
    I: IntoIterator<Item = &'a Recipe>,
{
    for (index, recipe) in recipes.into_iter().enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        let gives = recipe.gives();
        writeln!(out, "recipe {}: {}", recipe.id(), recipe.title())?;
        writeln!(out, "  method {}", recipe.method())?;
        writeln!(
            out,
            "  yields {} potency {} dregs {}",
            gives.phials,
            gives.potency.level(),
            gives.dregs
        )?;
        for line in recipe.lines() {
            writeln!(out, "  needs {} {}", line.quantity, line.ingredient)?;
        }
        for step in recipe.steps() {
            writeln!(out, "  {step}")?;
        }
        writeln!(out, "end")?;
    }
    Ok(())
}

/// The text of a scroll with the given recipes.
pub fn to_string<'a>(recipes: impl IntoIterator<Item = &'a Recipe>) -> String {
    let mut text = String::new();
    write(&mut text, recipes).expect("writing to a string never fails");
    text
}

mod reader {
    use super::{ScrollError, ScrollErrorKind};
    use crate::ingredient::IngredientId;
    use crate::recipe::{Method, Potency, Recipe, RecipeBuilder, RecipeId, Step};

    type Parsed<T> = Result<T, ScrollErrorKind>;

    #[derive(Debug, Clone, Copy)]
    pub struct Line<'a> {
        number: usize,
        word: &'a str,
        rest: &'a str,
    }

    impl Line<'_> {
        fn error(self, kind: impl Into<ScrollErrorKind>) -> ScrollError {
            ScrollError {
                line: self.number,
                kind: kind.into(),
            }
        }
    }

    /// Iterator over the lines that are neither blank nor comments.
    pub struct Lines<'a> {
        lines: std::iter::Enumerate<std::str::Lines<'a>>,
    }

    impl<'a> Lines<'a> {
        pub fn new(text: &'a str) -> Self {
            Lines {
                lines: text.lines().enumerate(),
            }
        }
    }

    impl<'a> Iterator for Lines<'a> {
        type Item = Line<'a>;

        fn next(&mut self) -> Option<Line<'a>> {
            self.lines.find_map(|(index, line)| {
                let line = line.split('#').next().unwrap_or_default().trim();
                let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
                (!word.is_empty()).then_some(Line {
                    number: index + 1,
                    word,
                    rest: rest.trim(),
                })
            })
        }
    }

    pub fn recipe<'a>(
        head: Line<'a>,
        lines: &mut impl Iterator<Item = Line<'a>>,
    ) -> Result<Recipe, ScrollError> {
        if head.word != "recipe" {
            return Err(head.error(ScrollErrorKind::OutsideRecipe));
        }
        let mut builder = title(head.rest).map_err(|kind| head.error(kind))?;
        for line in lines {
            if line.word == "end" {
                return builder.build().map_err(|cause| line.error(cause));
            }
            builder = directive(builder, line).map_err(|kind| line.error(kind))?;
        }
        Err(head.error(ScrollErrorKind::Unfinished))
    }

    fn title(text: &str) -> Parsed<RecipeBuilder> {
        let (id, title) = text.split_once(':').ok_or(ScrollErrorKind::Malformed {
            expected: "recipe <id>: <title>",
        })?;
        Ok(RecipeBuilder::new(RecipeId::try_from(id)?, title.trim()))
    }

    fn directive(builder: RecipeBuilder, line: Line<'_>) -> Parsed<RecipeBuilder> {
        let step = match line.word {
            "method" => return Ok(builder.method(method(line.rest)?)),
            "yields" => return yields(builder, line.rest),
            "needs" => return needs(builder, line.rest),
            "grind" => Step::Grind(IngredientId::try_from(line.rest)?),
            "add" => Step::Add(IngredientId::try_from(line.rest)?),
            "heat" => Step::Heat {
                minutes: number(line.rest, "heat <minutes>")?,
            },
            "stir" => Step::Stir {
                turns: number(line.rest, "stir <turns>")?,
            },
            "rest" => Step::Rest {
                minutes: number(line.rest, "rest <minutes>")?,
            },
            word => return Err(ScrollErrorKind::UnknownDirective(word.to_owned())),
        };
        Ok(builder.step(step))
    }

    fn number<T: std::str::FromStr>(text: &str, expected: &'static str) -> Parsed<T> {
        text.parse()
            .map_err(|_| ScrollErrorKind::Malformed { expected })
    }

    fn method(name: &str) -> Parsed<Method> {
        Method::ALL
            .into_iter()
            .find(|method| method.name() == name)
            .ok_or(ScrollErrorKind::Malformed {
                expected: "method steep|simmer|distil",
            })
    }

    fn yields(builder: RecipeBuilder, text: &str) -> Parsed<RecipeBuilder> {
        let expected = "yields <phials> potency <level> dregs <spoons>";
        let words: Vec<&str> = text.split_whitespace().collect();
        match words[..] {
            [phials, "potency", level, "dregs", dregs] => {
                let potency = Potency::try_from(number::<u8>(level, expected)?)?;
                Ok(builder.gives(number(phials, expected)?, potency, number(dregs, expected)?))
            }
            _ => Err(ScrollErrorKind::Malformed { expected }),
        }
    }

    fn needs(builder: RecipeBuilder, text: &str) -> Parsed<RecipeBuilder> {
        let (quantity, id) = text.rsplit_once(' ').ok_or(ScrollErrorKind::Malformed {
            expected: "needs <amount> <unit> <ingredient>",
        })?;
        Ok(builder.needs(IngredientId::try_from(id)?, quantity.parse()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> ScrollError {
        parse(text).unwrap_err()
    }

    #[test]
    fn an_empty_scroll_has_no_recipes() {
        assert_eq!(parse("\n# nothing but dust\n"), Ok(vec![]));
    }

    #[test]
    fn errors_carry_the_line_number() {
        assert_eq!(error("# hm\nstir 3").line, 2);
        assert_eq!(error("stir 3").kind, ScrollErrorKind::OutsideRecipe);
        assert_eq!(
            error("recipe a: A\n  boil 3\nend").to_string(),
            "line 2: cannot \"boil\" a potion"
        );
        assert_eq!(
            error("recipe a: A\n  heat soup\nend").to_string(),
            "line 2: expected `heat <minutes>`"
        );
    }

    #[test]
    fn causes_are_passed_on() {
        let bad_slug = error("recipe A: A\nend");
        assert_eq!(
            bad_slug.kind,
            ScrollErrorKind::Slug(SlugError::BadCharacter('A'))
        );
        assert!(bad_slug.source().is_some());
        let bad_potency = error("recipe a: A\n  yields 1 potency 12 dregs 0\nend");
        assert_eq!(
            bad_potency.kind,
            ScrollErrorKind::Recipe(RecipeError::BadPotency(12))
        );
    }

    #[test]
    fn a_recipe_must_come_to_an_end() {
        let torn = error("recipe a: A\n  rest 3\n");
        assert_eq!((torn.line, torn.kind), (1, ScrollErrorKind::Unfinished));
    }
}
