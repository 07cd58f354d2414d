//! What one can ask for at the counter.

use std::fmt;

use apothecary_brew::strategy::{self, Strategy};
use apothecary_core::calendar::{Day, Season};

use crate::CliError;

pub const USAGE: &str = "\
usage: apothecary <command>

  recipes                        list the recipes of the house
  fresh <season>                 list what can be bought fresh
  quote <phials> <recipe> [day]  work out a price
  stock [day]                    inspect the storeroom
  plan [due|value|quick]         show the brewing schedule
  brew [due|value|quick]         brew everything that is ordered
";

/// A command with its arguments.
pub enum Command {
    Help,
    Recipes,
    Fresh(Season),
    /// The order slip of a passing stranger.
    Quote(String),
    Stock(Day),
    Plan {
        strategy: Box<dyn Strategy>,
    },
    Brew {
        strategy: Box<dyn Strategy>,
    },
}

impl Command {
    pub fn name(&self) -> &'static str {
        match self {
            Command::Help => "help",
            Command::Recipes => "recipes",
            Command::Fresh(_) => "fresh",
            Command::Quote(_) => "quote",
            Command::Stock(_) => "stock",
            Command::Plan { .. } => "plan",
            Command::Brew { .. } => "brew",
        }
    }
}

impl fmt::Debug for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl TryFrom<&[&str]> for Command {
    type Error = CliError;

    fn try_from(args: &[&str]) -> Result<Self, Self::Error> {
        match args {
            [] | ["help"] => Ok(Command::Help),
            ["recipes"] => Ok(Command::Recipes),
            ["fresh", season] => Ok(Command::Fresh(season.parse()?)),
            ["quote", phials, recipe] => Ok(quote(phials, recipe, "0")),
            ["quote", phials, recipe, day] => Ok(quote(phials, recipe, day)),
            ["stock"] => Ok(Command::Stock(Day(0))),
            ["stock", day] => Ok(Command::Stock(parse_day(day)?)),
            ["plan", rest @ ..] => Ok(Command::Plan {
                strategy: parse_strategy(rest)?,
            }),
            ["brew", rest @ ..] => Ok(Command::Brew {
                strategy: parse_strategy(rest)?,
            }),
            [name, ..] => Err(CliError::Usage(format!("cannot {name} like this"))),
        }
    }
}

fn quote(phials: &str, recipe: &str, day: &str) -> Command {
    Command::Quote(format!("A stranger, {phials} {recipe} by {day}"))
}

fn parse_day(text: &str) -> Result<Day, CliError> {
    text.parse()
        .map(Day)
        .map_err(|_| CliError::Usage(format!("{text} is not a day")))
}

fn parse_strategy(args: &[&str]) -> Result<Box<dyn Strategy>, CliError> {
    let name = args.first().copied().unwrap_or("due");
    strategy::by_name(name).ok_or_else(|| CliError::Usage(format!("no such strategy as {name}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Command, CliError> {
        let args: Vec<&str> = line.split_whitespace().collect();
        Command::try_from(args.as_slice())
    }

    #[test]
    fn every_command_of_the_usage_is_understood() {
        let lines = [
            "help",
            "recipes",
            "fresh winter",
            "quote 3 sun-salve",
            "stock 4",
            "plan value",
            "brew",
        ];
        for line in lines {
            let command = parse(line).unwrap();
            assert!(line.starts_with(command.name()), "{line}: {command:?}");
            assert!(USAGE.contains(command.name()) || command.name() == "help");
        }
    }

    #[test]
    fn the_day_of_a_quote_is_optional() {
        let slip = |line| match parse(line) {
            Ok(Command::Quote(slip)) => Some(slip),
            _ => None,
        };
        assert_eq!(
            slip("quote 3 sun-salve").as_deref(),
            Some("A stranger, 3 sun-salve by 0")
        );
        assert_eq!(
            slip("quote 3 sun-salve 280").as_deref(),
            Some("A stranger, 3 sun-salve by 280")
        );
        assert_eq!(slip("quote 3"), None);
    }

    #[test]
    fn nonsense_is_explained() {
        let problem = |line| parse(line).unwrap_err().to_string();
        assert_eq!(problem("dance"), "cannot dance like this, try `help`");
        assert_eq!(problem("stock soon"), "soon is not a day, try `help`");
        assert_eq!(problem("plan luck"), "no such strategy as luck, try `help`");
        assert_eq!(problem("fresh monsoon"), "no such season as \"monsoon\"");
    }
}
