//! Reading answers: lenient about shapes, strict about what decides.
//!
//! A record is read field by field from its own text, so that unknown fields cost no memory and are kept as text, numbers may
//! come as numbers or as strings, and nesting has no depth to overflow.

use kr_billing_core::{Amount, Error, ErrorKind, Operation, RawText, Reach, UnixSeconds};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::mask::Mask;

/// A struct whose fields are all optional pieces of JSON text.
macro_rules! wire {
    ($name:ident { $($field:ident $(= $word:literal)?),* $(,)? }) => {
        #[derive(serde::Deserialize)]
        struct $name<'a> {
            $(#[serde(borrow, default $(, rename = $word)?)] $field: Option<&'a serde_json::value::RawValue>,)*
        }
    };
}
pub(crate) use wire;

/// What a record's reader needs to know of the call.
pub(crate) struct Context<'a> {
    pub(crate) operation: Operation,
    pub(crate) route: &'static str,
    pub(crate) mask: &'a Mask,
}

impl Context<'_> {
    /// An answer that cannot be used: for a call that acts, it may have acted.
    pub(crate) fn bad(&self, problem: &str) -> Error {
        let message = format!("the answer to {} {problem}", self.route.replace("{}", "…"));
        Error::new(self.operation, Reach::Unclear, ErrorKind::BadAnswer, message)
    }

    /// Reads a record's fields.
    pub(crate) fn fields<'r, T: Deserialize<'r>>(&self, record: &'r RawValue) -> Result<T, Error> {
        serde_json::from_str(record.get()).map_err(|_| self.bad("holds a record that is no object, or names a field twice"))
    }

    /// The records of a list.
    pub(crate) fn list<'r>(&self, records: &'r RawValue) -> Result<Vec<&'r RawValue>, Error> {
        serde_json::from_str(records.get()).map_err(|_| self.bad("holds no list where one belongs"))
    }

    /// A field that must be there.
    pub(crate) fn need<T>(&self, field: &str, value: Option<T>) -> Result<T, Error> {
        value.ok_or_else(|| self.bad(&format!("lacks a usable `{field}`")))
    }

    /// An identifier that must be there. One that repeats what this call sent in secret is none.
    pub(crate) fn id<T: TryFrom<String>>(&self, field: &str, value: Option<&RawValue>) -> Result<T, Error> {
        let honest = |text: &String| self.mask.word(text) == *text;
        self.need(field, text(value).filter(honest).and_then(|text| T::try_from(text).ok()))
    }

    /// The record as it came, card data and secrets hidden.
    pub(crate) fn raw(&self, record: &RawValue) -> RawText {
        RawText::new(self.mask.record(record.get()))
    }

    /// A text for people.
    pub(crate) fn shown(&self, value: Option<&RawValue>) -> Option<String> {
        text(value).map(|text| self.mask.text(&text))
    }

    /// A sum. What is not whole won is kept as it came and equals nothing.
    pub(crate) fn amount(&self, value: Option<&RawValue>) -> Option<Amount> {
        let raw = value?;
        if raw.get() == "null" {
            return None;
        }
        let text = text(Some(raw)).unwrap_or_else(|| raw.get().to_owned());
        let odd = || Amount::Odd(self.mask.text(&text).chars().take(40).collect());
        Some(whole(&text).map_or_else(odd, Amount::Won))
    }

    /// A word or an identifier that something is decided by: compared with what was asked, so a birth date in it stays.
    pub(crate) fn word(&self, value: Option<&RawValue>) -> Option<String> {
        text(value).map(|text| self.mask.word(&text))
    }

    /// A name that is kept as data, or a number that should be masked: see [`Mask::name`].
    pub(crate) fn name(&self, value: Option<&RawValue>) -> Option<String> {
        text(value).map(|text| self.mask.name(&text))
    }

    /// A text that is kept as data: codes, identifiers and addresses among them, which may be long numbers.
    pub(crate) fn kept(&self, value: Option<&RawValue>) -> Option<String> {
        text(value).map(|text| self.mask.record(&text))
    }
}

/// A string that is not empty, or a number or truth value as text.
pub(crate) fn text(value: Option<&RawValue>) -> Option<String> {
    let raw = value?.get();
    match raw.as_bytes().first()? {
        b'"' => serde_json::from_str::<String>(raw).ok().filter(|text| !text.is_empty()),
        b'{' | b'[' | b'n' => None,
        _ => Some(raw.to_owned()),
    }
}

/// A whole number, as number or string.
pub(crate) fn unsigned(value: Option<&RawValue>) -> Option<u64> {
    whole(&text(value)?)
}

/// As [`unsigned`], if it fits.
pub(crate) fn small<T: TryFrom<u64>>(value: Option<&RawValue>) -> Option<T> {
    unsigned(value).and_then(|number| T::try_from(number).ok())
}

/// A signed whole number, as number or string.
pub(crate) fn signed(value: Option<&RawValue>) -> Option<i64> {
    let text = text(value)?;
    match text.strip_prefix('-') {
        Some(rest) => whole(rest).and_then(|number| i64::try_from(number).ok()).map(|number| -number),
        None => whole(&text).and_then(|number| i64::try_from(number).ok()),
    }
}

/// A time; zero and null mean never. `[oa defs]`
pub(crate) fn time(value: Option<&RawValue>) -> Option<UnixSeconds> {
    unsigned(value).filter(|seconds| *seconds != 0).map(UnixSeconds)
}

/// A truth value, as such, as a word or as 0 and 1.
pub(crate) fn flag(value: Option<&RawValue>) -> Option<bool> {
    match text(value)?.as_str() {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}

/// Digits, with nothing but zeros after a point.
fn whole(text: &str) -> Option<u64> {
    let (digits, fraction) = text.split_once('.').unwrap_or((text, ""));
    let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) && fraction.bytes().all(|b| b == b'0');
    if plain { digits.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(text: &str) -> Box<RawValue> {
        RawValue::from_string(text.to_owned()).unwrap()
    }

    fn amount(value: Option<&RawValue>) -> Option<Amount> {
        let mask = Mask::default();
        Context { operation: Operation::Charge, route: "/x", mask: &mask }.amount(value)
    }

    #[test]
    fn sums_are_whole_or_odd_and_never_rounded() {
        for (json, won) in [("1000", 1000), ("\"1000\"", 1000), ("1000.0", 1000), ("0", 0)] {
            assert_eq!(amount(Some(&raw(json))), Some(Amount::Won(won)), "{json}");
        }
        for odd in ["1000.5", "-1", "1e3", "true", "[1]", "\"x\"", "1000.00000000000000001", "99999999999999999999"] {
            assert!(matches!(amount(Some(&raw(odd))), Some(Amount::Odd(_))), "{odd}");
        }
        assert_eq!(amount(Some(&raw("null"))), None);
    }

    #[test]
    fn an_unusable_answers_text_has_no_blank_to_fill() {
        let mask = Mask::default();
        let context = Context { operation: Operation::LookUpPayment, route: "/payments/{}/balance", mask: &mask };
        let text = context.bad("is not UTF-8").to_string();
        assert!(text.contains("the answer to /payments/…/balance is not UTF-8") && !text.contains("{}"), "{text}");
    }

    #[test]
    fn zero_and_null_times_mean_never() {
        assert_eq!(time(Some(&raw("0"))), None);
        assert_eq!(time(Some(&raw("null"))), None);
        assert_eq!(time(Some(&raw("\"1790000000\""))), Some(UnixSeconds(1_790_000_000)));
    }

    #[test]
    fn words_for_truth_and_signs() {
        assert_eq!(
            (flag(Some(&raw("true"))), flag(Some(&raw("\"false\""))), flag(Some(&raw("7")))),
            (Some(true), Some(false), None)
        );
        assert_eq!((signed(Some(&raw("-1"))), signed(Some(&raw("\"1\""))), signed(Some(&raw("1.5")))), (Some(-1), Some(1), None));
    }
}
