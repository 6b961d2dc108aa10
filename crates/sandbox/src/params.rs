//! The fields of one request, read leniently: numbers may come as text, lists as single values.

use serde_json::{Map, Value};

use crate::card::CardInput;
use crate::form::Body;

/// The fields of a request without its card data, which [`CardInput`] holds masked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Params {
    fields: Map<String, Value>,
    /// Whether a form brought them: of its key that comes twice the last counts where one value belongs.
    form: bool,
    pub(crate) card: CardInput,
}

/// A field that cannot be read as what it must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BadField(pub(crate) String);

impl Params {
    /// Fields that came as JSON.
    pub(crate) fn new(fields: Map<String, Value>) -> Self {
        Self::of(Body::Json(fields))
    }

    pub(crate) fn of(body: Body) -> Self {
        let (mut fields, form) = match body {
            Body::Json(fields) => (fields, false),
            Body::Form(fields) => (fields, true),
        };
        let card = CardInput::take(&mut fields);
        fields.values_mut().for_each(forget_cards);
        Self { fields, form, card }
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

    /// A text field; numbers and booleans are read as text, empty text and null as absent. A list and an object are
    /// unreadable: to take one of several would charge or refund what nobody named.
    pub(crate) fn text(&self, name: &str) -> Result<Option<String>, BadField> {
        self.one(name).map_or(Ok(None), |value| scalar(name, value))
    }

    /// A text inside an object; what cannot be read counts as absent.
    pub(crate) fn object_text(&self, name: &str, inner: &str) -> Option<String> {
        scalar(inner, self.fields.get(name)?.as_object()?.get(inner)?).ok()?
    }

    /// A whole number, from a number or its text. Absent and null are none.
    pub(crate) fn integer(&self, name: &str) -> Result<Option<i64>, BadField> {
        match self.one(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) if text.trim().is_empty() => Ok(None),
            Some(value) => whole(value).map(Some).ok_or_else(|| bad(name)),
        }
    }

    /// `true`, `"true"`, `1` and `"1"` are true.
    pub(crate) fn flag(&self, name: &str) -> Result<bool, BadField> {
        Ok(self.text(name)?.is_some_and(|text| matches!(text.as_str(), "true" | "TRUE" | "True" | "1")))
    }

    /// One or several texts; `name` without brackets and with them mean the same.
    pub(crate) fn list(&self, name: &str) -> Result<Vec<String>, BadField> {
        let with_brackets = format!("{name}[]");
        match self.fields.get(name).or_else(|| self.fields.get(&with_brackets)) {
            Some(Value::Array(list)) => list.iter().filter_map(|value| scalar(name, value).transpose()).collect(),
            Some(value) => Ok(scalar(name, value)?.into_iter().collect()),
            None => Ok(Vec::new()),
        }
    }

    /// A field where one value belongs.
    fn one(&self, name: &str) -> Option<&Value> {
        match self.fields.get(name)? {
            Value::Array(list) if self.form => list.last(),
            value => Some(value),
        }
    }

    /// True when the field is a text of JSON or of a form, and not a number.
    pub(crate) fn is_string(&self, name: &str) -> bool {
        self.one(name).is_some_and(Value::is_string)
    }

    /// True when the field is there and not null.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.fields.get(name).is_some_and(|value| !value.is_null())
    }

    /// The entries of a list of objects; a single object is read as a list of one.
    pub(crate) fn entries(&self, name: &str) -> Result<Vec<Params>, BadField> {
        let written = if self.form { Body::Form } else { Body::Json };
        match self.fields.get(name) {
            None | Some(Value::Null) => Ok(Vec::new()),
            Some(Value::Array(list)) => list.iter().map(|one| entry(name, one, written)).collect(),
            Some(Value::String(text)) => match serde_json::from_str(text) {
                Ok(Value::Array(list)) => list.iter().map(|one| entry(name, one, Body::Json)).collect(),
                _ => Err(bad(name)),
            },
            Some(value) => entry(name, value, written).map(|one| vec![one]),
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

fn bad(name: &str) -> BadField {
    BadField(name.to_owned())
}

fn entry(name: &str, value: &Value, written: impl Fn(Map<String, Value>) -> Body) -> Result<Params, BadField> {
    value.as_object().cloned().map(|fields| Params::of(written(fields))).ok_or_else(|| bad(name))
}

fn scalar(name: &str, value: &Value) -> Result<Option<String>, BadField> {
    match value {
        Value::String(text) => Ok((!text.is_empty()).then(|| text.clone())),
        Value::Number(number) => Ok(Some(number.to_string())),
        Value::Bool(flag) => Ok(Some(flag.to_string())),
        Value::Null => Ok(None),
        Value::Array(_) | Value::Object(_) => Err(bad(name)),
    }
}

fn whole(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64().or_else(|| from_float(number.as_f64()?)),
        Value::String(text) => {
            let text = text.trim();
            text.parse().ok().or_else(|| from_float(text.parse().ok()?))
        }
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
        assert_eq!(read.integer("c"), Err(bad("c")));
        assert_eq!(read.integer("d"), Ok(None));
        assert_eq!(read.integer("e"), Ok(None));
        assert_eq!(read.integer("f"), Err(bad("f")));
    }

    #[test]
    fn card_secrets_in_the_wrong_place_are_dropped() {
        let read = params(json!({ "custom_data": { "birth": "1990", "card": [{ "card_number": "1234123412341234" }] } }));
        assert_eq!(read.json_text("custom_data").as_deref(), Some(r#"{"birth":"1990","card":[{}]}"#));
    }

    #[test]
    fn lists_may_come_alone_with_brackets_or_as_json_text() {
        let list = |value: Value| params(value).list("m").expect("readable");
        assert_eq!(list(json!({ "m": "a" })), ["a"]);
        assert_eq!(list(json!({ "m": ["a", 2, "", null] })), ["a", "2"]);
        assert_eq!(list(json!({ "m[]": ["a"] })), ["a"]);
        assert_eq!(params(json!({ "s": "[{\"x\":1}]" })).entries("s").map(|list| list.len()), Ok(1));
        assert_eq!(params(json!({ "s": [{ "x": 1 }, "x"] })).entries("s").map(|list| list.len()), Err(bad("s")));
    }

    #[test]
    fn one_value_is_no_list_but_the_last_of_a_forms() {
        let fields = json!({ "a": ["1", "2"] }).as_object().expect("object").clone();
        let (json, form) = (Params::of(Body::Json(fields.clone())), Params::of(Body::Form(fields)));
        assert_eq!((json.text("a"), json.integer("a")), (Err(bad("a")), Err(bad("a"))));
        assert_eq!((form.text("a"), form.integer("a")), (Ok(Some("2".to_owned())), Ok(Some(2))));
        assert_eq!((json.list("a"), form.list("a")), (Ok(vec!["1".to_owned(), "2".to_owned()]), json.list("a")));
    }
}
