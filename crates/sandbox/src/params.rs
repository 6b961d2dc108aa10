//! The fields of one request, read leniently: numbers may come as text, lists as single values.

use serde_json::{Map, Value};

use crate::card::CardInput;

/// The fields of a request without its card data, which [`CardInput`] holds masked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Params {
    fields: Map<String, Value>,
    pub(crate) card: CardInput,
}

/// A field that cannot be read as what it must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BadField(pub(crate) &'static str);

impl Params {
    pub(crate) fn new(mut fields: Map<String, Value>) -> Self {
        let card = CardInput::take(&mut fields);
        fields.values_mut().for_each(forget_cards);
        Self { fields, card }
    }

    /// The names of the fields, for the request log. What does not look like a name of the API
    /// is not shown: a card number sent in the wrong place must not end up in a log.
    pub(crate) fn names(&self) -> Vec<String> {
        let plain = |name: &&String| {
            let few_digits = name.bytes().filter(u8::is_ascii_digit).count() < 4;
            few_digits && name.len() <= 40 && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-[]".contains(&b))
        };
        let shown = self.fields.keys().filter(plain).cloned();
        let hidden = self.fields.len() - self.fields.keys().filter(plain).count();
        shown.chain((hidden > 0).then(|| format!("({hidden} more)"))).collect()
    }

    /// A text field; numbers and booleans are read as text, empty text and null as absent.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        scalar(self.fields.get(name)?)
    }

    /// The bytes of a text field as they are, for values that may be empty.
    pub(crate) fn object_text(&self, name: &str, inner: &str) -> Option<String> {
        scalar(self.fields.get(name)?.as_object()?.get(inner)?)
    }

    /// A whole number, from a number or its text. Absent and null are none.
    pub(crate) fn integer(&self, name: &'static str) -> Result<Option<i64>, BadField> {
        match self.fields.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) if text.trim().is_empty() => Ok(None),
            Some(value) => whole(value).map(Some).ok_or(BadField(name)),
        }
    }

    /// `true`, `"true"`, `1` and `"1"` are true.
    pub(crate) fn flag(&self, name: &str) -> bool {
        self.text(name).is_some_and(|text| matches!(text.as_str(), "true" | "TRUE" | "True" | "1"))
    }

    /// One or several texts; `name` without brackets and with them mean the same.
    pub(crate) fn list(&self, name: &str) -> Vec<String> {
        let with_brackets = format!("{name}[]");
        match self.fields.get(name).or_else(|| self.fields.get(&with_brackets)) {
            Some(Value::Array(list)) => list.iter().filter_map(scalar).collect(),
            Some(value) => scalar(value).into_iter().collect(),
            None => Vec::new(),
        }
    }

    /// True when the field is there and not null.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.fields.get(name).is_some_and(|value| !value.is_null())
    }

    /// The entries of a list of objects; a single object is read as a list of one.
    pub(crate) fn entries(&self, name: &'static str) -> Result<Vec<Params>, BadField> {
        let entry = |value: &Value| value.as_object().cloned().map(Params::new).ok_or(BadField(name));
        match self.fields.get(name) {
            None | Some(Value::Null) => Ok(Vec::new()),
            Some(Value::Array(list)) => list.iter().map(entry).collect(),
            Some(Value::String(text)) => match serde_json::from_str(text) {
                Ok(Value::Array(list)) => list.iter().map(entry).collect(),
                _ => Err(BadField(name)),
            },
            Some(value) => entry(value).map(|one| vec![one]),
        }
    }

    /// `custom_data`: a text, or an object kept as its JSON text [docs payrq].
    pub(crate) fn json_text(&self, name: &str) -> Option<String> {
        match self.fields.get(name)? {
            Value::Null => None,
            Value::String(text) => Some(text.clone()),
            value => Some(value.to_string()),
        }
    }
}

/// Drops a card's secrets where the API has no card fields, such as in a schedule's entry. Dates stay:
/// `custom_data` may well have a `birth` of its own.
fn forget_cards(value: &mut Value) {
    match value {
        Value::Array(list) => list.iter_mut().for_each(forget_cards),
        Value::Object(fields) => {
            fields.retain(|name, _| !matches!(name.as_str(), "card_number" | "pwd_2digit" | "cvc"));
            fields.values_mut().for_each(forget_cards);
        }
        _ => {}
    }
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Array(list) => list.last().and_then(scalar),
        _ => None,
    }
}

fn whole(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64().or_else(|| from_float(number.as_f64()?)),
        Value::String(text) => {
            let text = text.trim();
            text.parse().ok().or_else(|| from_float(text.parse().ok()?))
        }
        Value::Array(list) => whole(list.last()?),
        _ => None,
    }
}

/// `1000.0` is a whole number; the bound keeps the conversion exact.
#[allow(clippy::cast_possible_truncation, reason = "checked to be whole and below 2^53")]
fn from_float(number: f64) -> Option<i64> {
    (number.fract() == 0.0 && number.abs() < 9_007_199_254_740_992.0).then_some(number as i64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn params(value: Value) -> Params {
        Params::new(value.as_object().expect("object").clone())
    }

    #[test]
    fn numbers_may_come_as_text() {
        let read = params(json!({ "a": "1000", "b": 1000.0, "c": "12.5", "d": null, "e": "", "f": "x" }));
        assert_eq!(read.integer("a"), Ok(Some(1000)));
        assert_eq!(read.integer("b"), Ok(Some(1000)));
        assert_eq!(read.integer("c"), Err(BadField("c")));
        assert_eq!(read.integer("d"), Ok(None));
        assert_eq!(read.integer("e"), Ok(None));
        assert_eq!(read.integer("f"), Err(BadField("f")));
    }

    #[test]
    fn card_secrets_in_the_wrong_place_are_dropped() {
        let read = params(json!({ "custom_data": { "birth": "1990", "card": [{ "card_number": "1234123412341234" }] } }));
        assert_eq!(read.json_text("custom_data").as_deref(), Some(r#"{"birth":"1990","card":[{}]}"#));
    }

    #[test]
    fn lists_may_come_alone_with_brackets_or_as_json_text() {
        assert_eq!(params(json!({ "m": "a" })).list("m"), ["a"]);
        assert_eq!(params(json!({ "m": ["a", 2] })).list("m"), ["a", "2"]);
        assert_eq!(params(json!({ "m[]": ["a"] })).list("m"), ["a"]);
        assert_eq!(params(json!({ "s": "[{\"x\":1}]" })).entries("s").map(|list| list.len()), Ok(1));
        assert_eq!(params(json!({ "s": [{ "x": 1 }, "x"] })).entries("s").map(|list| list.len()), Err(BadField("s")));
    }
}
