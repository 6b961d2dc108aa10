//! Small texts with rules: order names, buyers, raw answers, and the error for a value that cannot be right.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

/// A value that was refused before anything was sent: which field, and what is wrong with it. Never holds the value itself.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {problem}")]
pub struct Invalid {
    /// The field, in the field's own words (`merchant_uid`, `amount`, …).
    pub field: &'static str,
    /// What is wrong and what would be right.
    pub problem: String,
}

impl Invalid {
    /// A refusal of `field` because of `problem`. Do not put the value into the text: it may be a secret.
    pub fn new(field: &'static str, problem: impl Into<String>) -> Self {
        Self { field, problem: problem.into() }
    }
}

/// What the buyer sees on the statement or in the window: 1 to 40 characters. `[oa again]`, `[oa onetime]`
///
/// NICE's new module counts bytes and forbids some marks; its adapter checks that on top.
#[doc(alias = "name")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct OrderName(String);

impl OrderName {
    /// The longest name V1 takes, in characters.
    pub const MAX_CHARS: usize = 40;

    /// A checked order name.
    ///
    /// # Errors
    /// [`Invalid`] when it is blank, longer than 40 characters, or holds control characters.
    pub fn new(text: impl Into<String>) -> Result<Self, Invalid> {
        let text = text.into();
        if text.trim().is_empty() {
            return Err(Invalid::new("name", "is blank; say what is being paid for"));
        }
        if text.chars().count() > Self::MAX_CHARS {
            return Err(Invalid::new("name", "is longer than 40 characters"));
        }
        if text.chars().any(char::is_control) {
            return Err(Invalid::new("name", "has control characters"));
        }
        Ok(Self(text))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for OrderName {
    type Error = Invalid;
    fn try_from(text: String) -> Result<Self, Invalid> {
        Self::new(text)
    }
}

impl From<OrderName> for String {
    fn from(name: OrderName) -> String {
        name.0
    }
}

/// The buyer, as far as the merchant tells. Every part is optional here; a PG or a channel may ask for some.
///
/// Parts are kept secret: `Debug` shows only which are there.
#[derive(Clone, Default)]
pub struct Buyer {
    name: Option<SecretString>,
    tel: Option<SecretString>,
    email: Option<SecretString>,
    addr: Option<SecretString>,
    postcode: Option<SecretString>,
}

impl Buyer {
    /// Nothing said about the buyer.
    pub fn new() -> Self {
        Self::default()
    }

    /// `buyer_name`, at most 16 characters. `[oa onetime]`
    ///
    /// # Errors
    /// [`Invalid`] when it is longer.
    pub fn with_name(mut self, name: impl Into<String>) -> Result<Self, Invalid> {
        self.name = Some(bounded("buyer_name", name.into(), 16)?);
        Ok(self)
    }

    /// `buyer_tel`, at most 16 characters. `[oa onetime]`
    ///
    /// # Errors
    /// [`Invalid`] when it is longer.
    pub fn with_tel(mut self, tel: impl Into<String>) -> Result<Self, Invalid> {
        self.tel = Some(bounded("buyer_tel", tel.into(), 16)?);
        Ok(self)
    }

    /// `buyer_email`, at most 64 characters. `[oa onetime]`
    ///
    /// # Errors
    /// [`Invalid`] when it is longer.
    pub fn with_email(mut self, email: impl Into<String>) -> Result<Self, Invalid> {
        self.email = Some(bounded("buyer_email", email.into(), 64)?);
        Ok(self)
    }

    /// `buyer_addr` (at most 128 characters) and `buyer_postcode` (at most 8). `[oa onetime]`
    ///
    /// # Errors
    /// [`Invalid`] when one is longer.
    pub fn with_address(mut self, addr: impl Into<String>, postcode: impl Into<String>) -> Result<Self, Invalid> {
        self.addr = Some(bounded("buyer_addr", addr.into(), 128)?);
        self.postcode = Some(bounded("buyer_postcode", postcode.into(), 8)?);
        Ok(self)
    }

    /// The name, for the wire or for an answer that a user asked for.
    pub fn name(&self) -> Option<&str> {
        self.name.as_ref().map(ExposeSecret::expose_secret)
    }

    /// The phone number, likewise.
    pub fn tel(&self) -> Option<&str> {
        self.tel.as_ref().map(ExposeSecret::expose_secret)
    }

    /// The e-mail address, likewise.
    pub fn email(&self) -> Option<&str> {
        self.email.as_ref().map(ExposeSecret::expose_secret)
    }

    /// The postal address, likewise.
    pub fn addr(&self) -> Option<&str> {
        self.addr.as_ref().map(ExposeSecret::expose_secret)
    }

    /// The postcode, likewise.
    pub fn postcode(&self) -> Option<&str> {
        self.postcode.as_ref().map(ExposeSecret::expose_secret)
    }

    /// A buyer as the provider tells it: nothing is refused for its length.
    pub fn from_answer(
        name: Option<String>,
        tel: Option<String>,
        email: Option<String>,
        addr: Option<String>,
        postcode: Option<String>,
    ) -> Self {
        let secret = |part: Option<String>| part.filter(|text| !text.is_empty()).map(SecretString::from);
        Self { name: secret(name), tel: secret(tel), email: secret(email), addr: secret(addr), postcode: secret(postcode) }
    }
}

fn bounded(field: &'static str, text: String, most: usize) -> Result<SecretString, Invalid> {
    if text.trim().is_empty() {
        return Err(Invalid::new(field, "is blank; leave it out instead"));
    }
    if text.chars().count() > most {
        return Err(Invalid::new(field, format!("is longer than {most} characters")));
    }
    Ok(SecretString::from(text))
}

impl fmt::Debug for Buyer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let here = |part: &Option<SecretString>| if part.is_some() { "given" } else { "none" };
        f.debug_struct("Buyer")
            .field("name", &here(&self.name))
            .field("tel", &here(&self.tel))
            .field("email", &here(&self.email))
            .field("addr", &here(&self.addr))
            .field("postcode", &here(&self.postcode))
            .finish()
    }
}

/// The provider's answer as it came, so that fields we have no type for are not lost. It may hold a buyer's data: `Debug` and
/// serde leave it out.
#[derive(Clone, Default)]
pub struct RawText(String);

impl RawText {
    /// Keeps `text`.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The JSON text of this record. Empty when the record did not come straight from an answer.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for RawText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RawText({} bytes)", self.0.len())
    }
}
