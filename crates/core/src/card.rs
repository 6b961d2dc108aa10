//! A card, as a buyer types it in. Nothing of it can be printed, compared or serialised.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

use crate::text::Invalid;

/// When a card ends: `YYYY-MM` on the wire. `[oa onetime]`
#[derive(Clone)]
pub struct Expiry(SecretString);

impl Expiry {
    /// The month (1 to 12) and four-digit year printed on the card.
    ///
    /// # Errors
    /// [`Invalid`] for a month outside 1 to 12 or a year outside 2000 to 2099.
    pub fn new(year: u16, month: u8) -> Result<Self, Invalid> {
        if !(2000..=2099).contains(&year) || !(1..=12).contains(&month) {
            return Err(Invalid::new("expiry", "is not a year and a month, such as 2030-12"));
        }
        Ok(Self(SecretString::from(format!("{year:04}-{month:02}"))))
    }

    /// Reads `YYYY-MM`.
    ///
    /// # Errors
    /// [`Invalid`] for any other shape.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let wrong = || Invalid::new("expiry", "is not a year and a month, such as 2030-12");
        let (year, month) = text.split_once('-').ok_or_else(wrong)?;
        let digits = |part: &str, len: usize| part.len() == len && part.bytes().all(|b| b.is_ascii_digit());
        if !digits(year, 4) || !digits(month, 2) {
            return Err(wrong());
        }
        Self::new(year.parse().map_err(|_| wrong())?, month.parse().map_err(|_| wrong())?)
    }
}

/// A card with what a PG may ask of its holder. Which of the optional parts are needed is a matter of the merchant's contract
/// and stands in the channel's configuration. `[oa customers POST]`
///
/// The number is not checked against Luhn's rule: the guides' own sample fails it, and the PG decides.
pub struct Card {
    number: SecretString,
    expiry: Expiry,
    birth: Option<SecretString>,
    password: Option<SecretString>,
}

impl Card {
    /// A card by number (15 or 16 digits, with or without dashes or spaces) and expiry.
    ///
    /// # Errors
    /// [`Invalid`] when the number cannot be one: wrong count of digits, or anything but digits, dashes and spaces.
    pub fn new(number: impl Into<SecretString>, expiry: Expiry) -> Result<Self, Invalid> {
        let typed: SecretString = number.into();
        let digits: String = typed.expose_secret().chars().filter(|c| !matches!(c, '-' | ' ')).collect();
        let digits = SecretString::from(digits);
        let plain = digits.expose_secret();
        if !plain.bytes().all(|b| b.is_ascii_digit()) || !matches!(plain.len(), 15 | 16) {
            return Err(Invalid::new("card_number", "is not 15 or 16 digits"));
        }
        let number = match plain.len() {
            16 => SecretString::from(format!("{}-{}-{}-{}", &plain[..4], &plain[4..8], &plain[8..12], &plain[12..])),
            _ => digits,
        };
        Ok(Self { number, expiry, birth: None, password: None })
    }

    /// The holder's birth date (`YYMMDD`) or, for a corporate card, the business number of ten digits. It is not checked as a
    /// date. `[oa onetime]`
    ///
    /// # Errors
    /// [`Invalid`] when it is neither six nor ten digits.
    pub fn with_birth(mut self, birth: impl Into<SecretString>) -> Result<Self, Invalid> {
        let birth: SecretString = birth.into();
        let text = birth.expose_secret();
        if !text.bytes().all(|b| b.is_ascii_digit()) || !matches!(text.len(), 6 | 10) {
            return Err(Invalid::new("birth", "is neither six digits (YYMMDD) nor a business number of ten"));
        }
        self.birth = Some(birth);
        Ok(self)
    }

    /// The first two digits of the card's password. `[oa onetime]`
    ///
    /// # Errors
    /// [`Invalid`] when it is not two digits.
    pub fn with_password_digits(mut self, digits: impl Into<SecretString>) -> Result<Self, Invalid> {
        let digits: SecretString = digits.into();
        let text = digits.expose_secret();
        if text.len() != 2 || !text.bytes().all(|b| b.is_ascii_digit()) {
            return Err(Invalid::new("pwd_2digit", "is not two digits"));
        }
        self.password = Some(digits);
        Ok(self)
    }

    /// For the wire only: the number as `dddd-dddd-dddd-dddd`, or 15 plain digits.
    pub fn expose_number(&self) -> &str {
        self.number.expose_secret()
    }

    /// For the wire only: `YYYY-MM`.
    pub fn expose_expiry(&self) -> &str {
        self.expiry.0.expose_secret()
    }

    /// For the wire only.
    pub fn expose_birth(&self) -> Option<&str> {
        self.birth.as_ref().map(ExposeSecret::expose_secret)
    }

    /// For the wire only.
    pub fn expose_password_digits(&self) -> Option<&str> {
        self.password.as_ref().map(ExposeSecret::expose_secret)
    }
}

impl fmt::Debug for Expiry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Expiry(hidden)")
    }
}

impl fmt::Debug for Card {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Card(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expiry() -> Expiry {
        Expiry::new(2030, 12).unwrap()
    }

    #[test]
    fn the_guides_sample_is_a_card_and_is_normalised() {
        for typed in ["1234-1234-1234-1234", "1234123412341234", "1234 1234 1234 1234"] {
            let card = Card::new(typed, expiry()).unwrap().with_birth("123456").unwrap();
            assert_eq!(card.expose_number(), "1234-1234-1234-1234");
        }
        assert_eq!(Card::new("378282246310005", expiry()).unwrap().expose_number(), "378282246310005");
    }

    #[test]
    fn what_cannot_be_a_card_is_refused_without_a_digit_of_it() {
        for bad in ["", "1234", "1234-1234-1234-123x", "12341234123412345", "１２３４１２３４１２３４１２３４"] {
            let error = Card::new(bad, expiry()).unwrap_err().to_string();
            assert!(bad.is_empty() || !error.contains(bad), "{error}");
        }
        for bad in ["2030-13", "2030-00", "30-12", "2030/12", "1999-01", "2030-1"] {
            assert!(Expiry::parse(bad).is_err(), "{bad}");
        }
        let card = || Card::new("1234123412341234", expiry()).unwrap();
        assert!(card().with_birth("12345").is_err());
        assert!(card().with_birth("1234567890").is_ok());
        assert!(card().with_password_digits("1").is_err() && card().with_password_digits("1a").is_err());
    }

    #[test]
    fn debug_shows_nothing() {
        let card = Card::new("1234123412341234", expiry()).unwrap().with_birth("880101").unwrap();
        let shown = format!("{card:?}");
        assert!(!shown.contains(|c: char| c.is_ascii_digit()), "{shown}");
    }
}
