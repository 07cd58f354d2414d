//! Validated lower-case identifiers such as `silver-dew`.

use std::error::Error;
use std::fmt;

/// The longest identifier that still fits on a jar label.
pub const MAX_SLUG_LEN: usize = 32;

/// Why a string is not a valid identifier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SlugError {
    Empty,
    TooLong(usize),
    BadCharacter(char),
    DanglingHyphen,
}

impl fmt::Display for SlugError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SlugError::Empty => f.write_str("identifier is empty"),
            SlugError::TooLong(len) => {
                write!(f, "identifier has {len} characters, at most {MAX_SLUG_LEN}")
            }
            SlugError::BadCharacter(c) => write!(f, "identifier contains {c:?}"),
            SlugError::DanglingHyphen => f.write_str("identifier starts or ends with a hyphen"),
        }
    }
}

impl Error for SlugError {}

pub(crate) fn validate(text: &str) -> Result<(), SlugError> {
    if text.is_empty() {
        return Err(SlugError::Empty);
    }
    if text.len() > MAX_SLUG_LEN {
        return Err(SlugError::TooLong(text.len()));
    }
    if text.starts_with('-') || text.ends_with('-') {
        return Err(SlugError::DanglingHyphen);
    }
    match text
        .chars()
        .find(|c| !(c.is_ascii_lowercase() || c.is_ascii_digit() || *c == '-'))
    {
        Some(c) => Err(SlugError::BadCharacter(c)),
        None => Ok(()),
    }
}

/// Defines a newtype around a validated slug.
macro_rules! slug_id {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<&str> for $name {
            type Error = $crate::SlugError;

            fn try_from(text: &str) -> Result<Self, Self::Error> {
                $crate::slug::validate(text)?;
                Ok(Self(text.to_owned()))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(&self.0)
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    slug_id!(JarLabel);

    #[test]
    fn accepts_hyphenated_words() {
        let label = JarLabel::try_from("silver-dew-2").unwrap();
        assert_eq!(label.as_str(), "silver-dew-2");
        assert_eq!(format!("{label:>14}"), "  silver-dew-2");
    }

    #[test]
    fn rejects_malformed_identifiers() {
        assert_eq!(JarLabel::try_from(""), Err(SlugError::Empty));
        assert_eq!(
            JarLabel::try_from("Newt"),
            Err(SlugError::BadCharacter('N'))
        );
        assert_eq!(JarLabel::try_from("newt-"), Err(SlugError::DanglingHyphen));
        assert_eq!(
            JarLabel::try_from("x".repeat(40).as_str()),
            Err(SlugError::TooLong(40))
        );
    }
}
