//! Card data as a person or a program hands it over: as lines, or as JSON.

use std::io::Read;

use kr_billing::{Card, Expiry, Invalid};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

/// The most bytes that are read. A card needs fewer than 100.
pub const MAX_BYTES: u64 = 4096;

/// The parts as JSON names them; the wire's names are taken too.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Parts {
    #[serde(alias = "card_number")]
    number: SecretString,
    expiry: SecretString,
    birth: Option<SecretString>,
    #[serde(alias = "pwd_2digit")]
    password: Option<SecretString>,
}

/// Reads a card from `input`: at most [`MAX_BYTES`].
///
/// # Errors
/// [`Invalid`] when the input cannot be read, is too long, or is no card. No text holds any of it.
pub fn read(input: impl Read) -> Result<Card, Invalid> {
    let mut text = String::with_capacity(256);
    let taken = input.take(MAX_BYTES + 1).read_to_string(&mut text);
    let text = SecretString::from(text);
    let taken = taken.map_err(|_| Invalid::new("card", "cannot be read as text"))?;
    if taken as u64 > MAX_BYTES {
        return Err(Invalid::new("card", "is longer than 4096 bytes"));
    }
    parse(text.expose_secret())
}

/// Reads a card from text: a JSON object with `number`, `expiry`, `birth` and `password`, or these four in lines, the last two of
/// which may be left out.
///
/// # Errors
/// [`Invalid`] when it is no card. No text holds any of it.
pub fn parse(text: &str) -> Result<Card, Invalid> {
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.is_empty() {
        return Err(Invalid::new("card", "is missing: nothing was read"));
    }
    let parts = if text.starts_with('{') { of_json(text)? } else { of_lines(text)? };
    card(&parts.number, &parts.expiry, parts.birth.as_ref(), parts.password.as_ref())
}

/// A card from what was typed. Blank optional parts count as left out.
///
/// # Errors
/// [`Invalid`] when it is no card.
pub fn card(
    number: &SecretString,
    expiry: &SecretString,
    birth: Option<&SecretString>,
    password: Option<&SecretString>,
) -> Result<Card, Invalid> {
    let mut card = Card::new(number.expose_secret().trim(), of_expiry(expiry.expose_secret().trim())?)?;
    let said =
        |part: Option<&SecretString>| part.map(|part| part.expose_secret().trim().to_owned()).filter(|part| !part.is_empty());
    if let Some(birth) = said(birth) {
        card = card.with_birth(birth)?;
    }
    if let Some(password) = said(password) {
        card = card.with_password_digits(password)?;
    }
    Ok(card)
}

/// The decoder's own text may quote what it read, so only the place is told.
fn of_json(text: &str) -> Result<Parts, Invalid> {
    serde_json::from_str(text).map_err(|error| {
        let place = format!("line {}, column {}", error.line(), error.column());
        let shape = "{\"number\": \"…\", \"expiry\": \"2030-12\", \"birth\": \"…\", \"password\": \"…\"}, all of them texts";
        Invalid::new("card", format!("is not this JSON object ({place}): {shape}"))
    })
}

fn of_lines(text: &str) -> Result<Parts, Invalid> {
    let mut lines = text.lines().map(|line| SecretString::from(line.trim()));
    let number = lines.next().unwrap_or_default();
    let expiry = lines.next().ok_or_else(|| Invalid::new("expiry", "is missing: it stands on the second line"))?;
    let (birth, password) = (lines.next(), lines.next());
    match lines.next() {
        Some(_) => Err(Invalid::new("card", "has more than four lines: number, expiry, birth, password digits")),
        None => Ok(Parts { number, expiry, birth, password }),
    }
}

/// `YYYY-MM`, or `MM/YY` as printed on a card.
fn of_expiry(text: &str) -> Result<Expiry, Invalid> {
    let two = |part: &str| if part.len() == 2 { part.parse::<u8>().ok() } else { None };
    match text.split_once('/') {
        Some((month, year)) => match (two(month), two(year)) {
            (Some(month), Some(year)) => Expiry::new(2000 + u16::from(year), month),
            _ => Err(Invalid::new("expiry", "is not a year and a month, such as 2030-12 or 12/30")),
        },
        None => Expiry::parse(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_json_say_the_same() {
        for text in [
            "1234-1234-1234-1234\n2030-12\n880101\n12\n",
            "1234123412341234\r\n12/30\r\n880101\r\n12",
            r#"{"number":"1234-1234-1234-1234","expiry":"2030-12","birth":"880101","password":"12"}"#,
            r#"{"card_number":"1234123412341234","expiry":"2030-12","birth":"880101","pwd_2digit":"12"}"#,
        ] {
            let card = parse(text).unwrap();
            assert_eq!(card.expose_number(), "1234-1234-1234-1234");
            assert_eq!(
                (card.expose_expiry(), card.expose_birth(), card.expose_password_digits()),
                ("2030-12", Some("880101"), Some("12"))
            );
        }
        assert!(parse("1234123412341234\n2030-12").unwrap().expose_birth().is_none());
        assert!(parse("1234123412341234\n2030-12\n\n12").unwrap().expose_birth().is_none());
    }

    #[test]
    fn no_refusal_repeats_what_was_read() {
        for bad in [
            "",
            "4321432143214321",
            "43214321\n2030-12",
            "4321432143214321\n2030-99",
            "4321432143214321\n2030-12\n8801\n12",
            "4321432143214321\n2030-12\n880101\n12\n99",
            r#"{"number":4321432143214321,"expiry":"2030-12"}"#,
            r#"{"number":"4321432143214321","expiry":"2030-12","cvc":"432"}"#,
            r#"{"number":"4321432143214321""#,
        ] {
            let error = parse(bad).map(|_| ()).unwrap_err().to_string();
            assert!(!error.contains("4321") && !error.contains("432\""), "{error}");
        }
    }

    #[test]
    fn too_much_is_not_read() {
        assert!(read(std::io::repeat(b'1')).unwrap_err().problem.contains("4096"));
        assert!(read(&b"\xff\xfe"[..]).is_err());
    }
}
