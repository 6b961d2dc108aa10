//! Card data as it comes off the wire: read once, masked at once, never kept.
//!
//! What survives the parser is the masked number, the issuer derived from it and the behaviour
//! that a test card asks for. Birth dates, passwords and security codes leave only the fact that
//! they were there and had the right shape.

use serde_json::{Map, Value};

use crate::codes::{self, Issuer};
use crate::declines::{self, Behaviour};

/// A card field that a contract may demand beside number and expiry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CardField {
    /// `birth`: six-digit birth date or ten-digit business number.
    Birth,
    /// `pwd_2digit`: the first two digits of the card's password.
    #[serde(rename = "pwd_2digit")]
    Pwd2digit,
    /// `cvc`: the card's check value.
    Cvc,
}

impl CardField {
    /// The field's name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Birth => "birth",
            Self::Pwd2digit => "pwd_2digit",
            Self::Cvc => "cvc",
        }
    }
}

/// What is known of a card after masking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Card {
    pub(crate) masked: String,
    pub(crate) issuer: Issuer,
    pub(crate) behaviour: Option<Behaviour>,
    /// Year and month, when `expiry` had the shape `YYYY-MM`.
    pub(crate) expiry: Option<(i32, u8)>,
}

/// The card fields of one request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct CardInput {
    number: Option<Option<Number>>,
    expiry: Option<Option<(i32, u8)>>,
    present: Vec<CardField>,
    malformed: Vec<CardField>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Number {
    masked: String,
    issuer: Issuer,
    behaviour: Option<Behaviour>,
}

/// Why a card cannot be used as sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CardProblem {
    Missing(&'static str),
    Number,
    Expiry,
    Field(CardField),
}

impl CardInput {
    /// Takes the card fields out of a request, so that nothing behind the parser can see them.
    pub(crate) fn take(fields: &mut Map<String, Value>) -> Self {
        let mut input = Self {
            number: fields.remove("card_number").and_then(text).map(|raw| read_number(&raw)),
            expiry: fields.remove("expiry").and_then(text).map(|raw| read_expiry(&raw)),
            ..Self::default()
        };
        for field in [CardField::Birth, CardField::Pwd2digit, CardField::Cvc] {
            let Some(raw) = fields.remove(field.name()).and_then(text) else { continue };
            input.present.push(field);
            if !shape_fits(field, &raw) {
                input.malformed.push(field);
            }
        }
        input
    }

    /// True when the request carried a card number at all.
    pub(crate) fn has_number(&self) -> bool {
        self.number.is_some()
    }

    /// The card, when number and expiry and the contract's fields are there and well formed.
    /// `birth` is never checked as a date [issue 2, section 2].
    pub(crate) fn card(&self, required: &[CardField]) -> Result<Card, CardProblem> {
        let number = match &self.number {
            None => return Err(CardProblem::Missing("card_number")),
            Some(None) => return Err(CardProblem::Number),
            Some(Some(number)) => number.clone(),
        };
        let expiry = match self.expiry {
            None => return Err(CardProblem::Missing("expiry")),
            Some(None) => return Err(CardProblem::Expiry),
            Some(Some(expiry)) => expiry,
        };
        if let Some(field) = required.iter().find(|field| !self.present.contains(field)) {
            return Err(CardProblem::Missing(field.name()));
        }
        if let Some(field) = self.malformed.first() {
            return Err(CardProblem::Field(*field));
        }
        let Number { masked, issuer, behaviour } = number;
        Ok(Card { masked, issuer, behaviour, expiry: Some(expiry) })
    }
}

/// A card from its bare number, for windows and control calls: no expiry is asked.
pub(crate) fn from_number(raw: &str) -> Option<Card> {
    let Number { masked, issuer, behaviour } = read_number(raw)?;
    Some(Card { masked, issuer, behaviour, expiry: None })
}

fn text(value: Value) -> Option<String> {
    match value {
        Value::String(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Fifteen or sixteen digits in any format [help card-number]: spaces and punctuation are dropped.
fn read_number(raw: &str) -> Option<Number> {
    let digits: String = raw.chars().filter(|c| !c.is_ascii_punctuation() && !c.is_whitespace()).collect();
    if !matches!(digits.len(), 15 | 16) || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    Some(Number { masked: mask(&digits), issuer: codes::issuer_of(&digits), behaviour: declines::behaviour_of_card(&digits) })
}

/// Digits 7 to 12 are hidden [oa def Payment].
fn mask(digits: &str) -> String {
    digits.chars().enumerate().map(|(at, digit)| if (6..12).contains(&at) { '*' } else { digit }).collect()
}

/// How the digits of a card are grouped where one is printed: by fours, as fifteen digits are, or not at all.
const GROUPS: [&[usize]; 4] = [&[4, 4, 4, 4], &[4, 6, 5], &[16], &[15]];

/// A text without what looks like a card number: the middle of one is hidden, be it part of an id or not.
pub(crate) fn hide_numbers(text: &str) -> String {
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(at) = rest.find(|c: char| c.is_ascii_digit()) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let length = GROUPS.iter().find_map(|groups| length_of(groups, rest));
        match length {
            Some(length) => out.push_str(&mask(&rest[..length].replace(|c: char| !c.is_ascii_digit(), ""))),
            None => out.push_str(&rest[..digits_of(rest)]),
        }
        rest = &rest[length.unwrap_or_else(|| digits_of(rest))..];
    }
    out + rest
}

/// How long the start of a text is that has exactly these groups, with one dash, dot, underscore or space between two.
fn length_of(groups: &[usize], text: &str) -> Option<usize> {
    let mut at = 0;
    for (number, group) in groups.iter().enumerate() {
        if number > 0 {
            at += text[at..].starts_with(['-', '.', '_', ' ']).then_some(1)?;
        }
        at += Some(digits_of(&text[at..])).filter(|digits| digits == group)?;
    }
    Some(at)
}

fn digits_of(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

/// `YYYY-MM` [oa]; `YYYYMM` is read as well.
fn read_expiry(raw: &str) -> Option<(i32, u8)> {
    let digits: String = raw.chars().filter(|c| *c != '-').collect();
    if digits.len() != 6 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let year = digits.get(..4)?.parse().ok()?;
    let month = digits.get(4..)?.parse().ok()?;
    (1..=12).contains(&month).then_some((year, month))
}

fn shape_fits(field: CardField, raw: &str) -> bool {
    let lengths: &[usize] = match field {
        CardField::Birth => &[6, 10],
        CardField::Pwd2digit => &[2],
        CardField::Cvc => &[3, 4],
    };
    lengths.contains(&raw.len()) && raw.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn take(value: Value) -> (CardInput, Map<String, Value>) {
        let Value::Object(mut fields) = value else { panic!("an object") };
        (CardInput::take(&mut fields), fields)
    }

    #[test]
    fn the_parser_leaves_no_card_data_behind() {
        let (input, rest) = take(json!({
            "card_number": "1234-1234-1234-1234", "expiry": "2030-12", "birth": "123456",
            "pwd_2digit": "12", "cvc": 123, "amount": 100,
        }));
        assert_eq!(Value::Object(rest), json!({ "amount": 100 }));
        let card = input.card(&[CardField::Birth]).expect("a good card");
        assert_eq!(card.masked, "123412******1234");
        assert!(!format!("{input:?}").contains("341234"));
    }

    #[test]
    fn numbers_are_hidden_however_they_are_written() {
        let cases = [
            ("9876-5432-1098-7654", "987654******7654"),
            ("o.2-9876 5432.1098_7654-x", "o.2-987654******7654-x"),
            ("card9876543210987654", "card987654******7654"),
            ("3782-822463-10005", "378282******005"),
            ("378282246310005", "378282******005"),
            ("imps_000000000001", "imps_000000000001"),
            ("sub-1042.20261121-0000", "sub-1042.20261121-0000"),
            ("한 20261121093000", "한 20261121093000"),
            ("", ""),
        ];
        for (text, shown) in cases {
            assert_eq!(hide_numbers(text), shown);
        }
    }

    #[test]
    fn what_cannot_be_a_card_is_named() {
        let cases = [
            (json!({ "card_number": "4092", "expiry": "2030-12" }), CardProblem::Number),
            (json!({ "card_number": "1234-1234-1234-123x", "expiry": "2030-12" }), CardProblem::Number),
            (json!({ "expiry": "2030-12" }), CardProblem::Missing("card_number")),
            (json!({ "card_number": "123412341234123" }), CardProblem::Missing("expiry")),
            (json!({ "card_number": "123412341234123", "expiry": "2030-13" }), CardProblem::Expiry),
            (
                json!({ "card_number": "123412341234123", "expiry": "2030-12", "birth": "12345" }),
                CardProblem::Field(CardField::Birth),
            ),
        ];
        for (body, problem) in cases {
            assert_eq!(take(body).0.card(&[]), Err(problem));
        }
        let (without, _) = take(json!({ "card_number": "123412341234123", "expiry": "2030-12" }));
        assert_eq!(without.card(&[CardField::Pwd2digit]), Err(CardProblem::Missing("pwd_2digit")));
    }
}
