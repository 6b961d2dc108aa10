//! Won. Requests hold [`Krw`], which is never zero; answers hold [`Amount`], where nothing is refused and nothing is guessed.

use std::fmt;
use std::num::NonZeroU64;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::text::Invalid;

/// A sum that is asked for, in won: at least 1, at most [`Krw::MAX`]. Won has no smaller unit.
///
/// Zero cannot be written, since a cancel of zero cancels everything on this wire. `[oa cancel]`
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u64", into = "u64")]
pub struct Krw(NonZeroU64);

impl Krw {
    /// The largest sum: the most that any PG states (Welcome, `[help min-max]`). A contract's own limit is far below.
    pub const MAX: u64 = 999_999_999;

    /// A checked sum in won.
    ///
    /// # Errors
    /// [`Invalid`] when it is zero or above [`Krw::MAX`].
    pub fn new(won: u64) -> Result<Self, Invalid> {
        match NonZeroU64::new(won) {
            None => Err(Invalid::new("amount", "is 0 won; a sum must be at least 1")),
            Some(_) if won > Self::MAX => Err(Invalid::new("amount", "is above 999,999,999 won, the most that any PG takes")),
            Some(won) => Ok(Self(won)),
        }
    }

    /// The sum in won.
    pub fn won(self) -> u64 {
        self.0.get()
    }
}

impl TryFrom<u64> for Krw {
    type Error = Invalid;
    fn try_from(won: u64) -> Result<Self, Invalid> {
        Self::new(won)
    }
}

impl From<Krw> for u64 {
    fn from(sum: Krw) -> u64 {
        sum.won()
    }
}

impl FromStr for Krw {
    type Err = Invalid;
    /// Reads plain digits, or digits in groups of three (`12,900`).
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let mut groups = text.split(',');
        let first = groups.next().unwrap_or_default();
        let rest: Vec<&str> = groups.collect();
        let grouped = rest.is_empty() || (1..=3).contains(&first.len());
        let digits: String = std::iter::once(first).chain(rest.iter().copied()).collect();
        let whole = grouped && rest.iter().all(|group| group.len() == 3) && digits.bytes().all(|b| b.is_ascii_digit());
        match digits.parse() {
            Ok(won) if whole => Self::new(won),
            _ => Err(Invalid::new("amount", "is not a whole number of won, such as 12900")),
        }
    }
}

impl fmt::Display for Krw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        grouped(self.won(), f)
    }
}

fn grouped(won: u64, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let digits = won.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    f.pad(&out)
}

/// A sum in an answer. Zero is allowed; what is not a whole, non-negative number is kept as it came and never equals a sum.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Amount {
    /// Whole won.
    Won(u64),
    /// Anything else, as it came: a fraction, a negative number, a word.
    Odd(String),
}

impl Amount {
    /// The sum, if it is whole won.
    pub fn won(&self) -> Option<u64> {
        match self {
            Self::Won(won) => Some(*won),
            Self::Odd(_) => None,
        }
    }

    /// Whether this is exactly the sum that was asked for.
    pub fn is(&self, asked: Krw) -> bool {
        self.won() == Some(asked.won())
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Won(won) => grouped(*won, f),
            Self::Odd(text) => f.pad(text),
        }
    }
}

/// The sum a checkout window shows while a key is issued. It may be zero, since most windows charge nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct DisplayAmount(pub u64);

/// A currency code as the provider writes it. This project asks for `KRW` only; another word in an answer is a mismatch.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Currency(String);

impl Currency {
    /// A currency word of an answer.
    pub fn new(code: impl Into<String>) -> Self {
        Self(code.into())
    }

    /// Won.
    pub fn krw() -> Self {
        Self("KRW".into())
    }

    /// Whether this is won.
    pub fn is_krw(&self) -> bool {
        self.0 == "KRW"
    }

    /// The code.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_and_too_much_cannot_be_written() {
        assert!(Krw::new(0).is_err());
        assert!(Krw::new(Krw::MAX + 1).is_err());
        assert_eq!(Krw::new(Krw::MAX).map(Krw::won), Ok(Krw::MAX));
    }

    #[test]
    fn a_typed_sum_is_read_whole_or_refused() {
        assert_eq!("12,900".parse::<Krw>().map(Krw::won), Ok(12_900));
        assert_eq!("100".parse::<Krw>().map(Krw::won), Ok(100));
        for bad in ["", "1.5", "-1", "1,29", "12,9000", "1e3", "0", "+5", ",100"] {
            assert!(bad.parse::<Krw>().is_err(), "{bad}");
        }
    }

    #[test]
    fn an_odd_amount_equals_nothing() {
        assert!(!Amount::Odd("1000.5".into()).is(Krw::new(1000).unwrap()));
        assert!(Amount::Won(1000).is(Krw::new(1000).unwrap()));
    }

    #[test]
    fn sums_are_shown_in_groups() {
        assert_eq!(Krw::new(1_234_567).unwrap().to_string(), "1,234,567");
        assert_eq!(Amount::Won(0).to_string(), "0");
    }
}
