//! Bodies and queries: JSON, or form pairs with nested keys such as `schedules[0][merchant_uid]`,
//! `extra[requester]`, `imp_uid[]` and `imp_uid[0]` [oa /payments/cancel] [man NAVERPAY].

use serde_json::{Map, Value};

/// Keys nested deeper than this are refused.
const DEPTH: usize = 8;
/// More pairs than this are refused.
const PAIRS: usize = 20_000;

/// A body that is neither an object of JSON nor form pairs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unreadable;

/// The fields of a body, and how they were written: of a form's key that comes twice the last may count, a list of JSON is a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Body {
    Json(Map<String, Value>),
    Form(Map<String, Value>),
}

/// Reads a body by what it looks like; the content type decides only what its look does not, unless it names another format.
pub(crate) fn body(bytes: &[u8], content_type: Option<&str>) -> Result<Body, Unreadable> {
    let trimmed = bytes.trim_ascii();
    let Some(first) = trimmed.first() else { return Ok(Body::Form(Map::new())) };
    let kind = content_type.unwrap_or_default().to_ascii_lowercase();
    if kind.contains("multipart") || kind.contains("xml") {
        return Err(Unreadable);
    }
    if *first == b'{' || (kind.contains("json") && !trimmed.contains(&b'=')) {
        return match serde_json::from_slice(trimmed) {
            Ok(Value::Object(fields)) => Ok(Body::Json(fields)),
            Ok(Value::Null) => Ok(Body::Json(Map::new())),
            _ => Err(Unreadable),
        };
    }
    if !begins_a_form(*first) || !trimmed.contains(&b'=') {
        return Err(Unreadable);
    }
    pairs(std::str::from_utf8(trimmed).map_err(|_| Unreadable)?).map(Body::Form)
}

/// A form begins with a field's name, escaped or not, or with a separator; XML, multipart, and a list or a text of JSON do not.
fn begins_a_form(first: u8) -> bool {
    first.is_ascii_alphanumeric() || b"_%+&".contains(&first)
}

/// Reads form pairs or a query.
pub(crate) fn pairs(text: &str) -> Result<Map<String, Value>, Unreadable> {
    // Escaped bytes count, too: a form in EUC-KR would otherwise become a text full of question marks.
    percent_encoding::percent_decode_str(text).decode_utf8().map_err(|_| Unreadable)?;
    let mut root = Map::new();
    for (count, (key, value)) in url::form_urlencoded::parse(text.as_bytes()).enumerate() {
        if count >= PAIRS {
            return Err(Unreadable);
        }
        // The deprecated Go client makes forms out of JSON, with a space before some keys.
        let path = path(key.trim()).ok_or(Unreadable)?;
        insert(&mut root, &path, value.into_owned());
    }
    Ok(root.into_iter().map(|(key, value)| (key, lists(value))).collect())
}

/// `a[b][0][]` as `a`, `b`, `0` and the empty part that means "next".
fn path(key: &str) -> Option<Vec<&str>> {
    let Some((head, mut rest)) = key.split_once('[') else { return Some(vec![key]) };
    let mut parts = vec![head];
    loop {
        let Some((part, tail)) = rest.split_once(']') else { return Some(vec![key]) };
        parts.push(part);
        if parts.len() > DEPTH {
            return None;
        }
        match tail.strip_prefix('[') {
            Some(next) => rest = next,
            None => return Some(parts),
        }
    }
}

fn insert(at: &mut Map<String, Value>, path: &[&str], text: String) {
    let Some((first, rest)) = path.split_first() else { return };
    let key = if first.is_empty() { at.len().to_string() } else { (*first).to_owned() };
    if rest.is_empty() {
        put(at, key, Value::String(text));
        return;
    }
    let slot = at.entry(key).or_insert_with(|| Value::Object(Map::new()));
    if !slot.is_object() {
        *slot = Value::Object(Map::new());
    }
    if let Value::Object(inner) = slot {
        insert(inner, rest, text);
    }
}

/// A key that comes twice becomes a list, so that `imp_uid=a&imp_uid=b` names both.
fn put(at: &mut Map<String, Value>, key: String, value: Value) {
    match at.get_mut(&key) {
        None => {
            at.insert(key, value);
        }
        Some(Value::Array(list)) => list.push(value),
        Some(slot) => {
            let first = slot.take();
            *slot = Value::Array(vec![first, value]);
        }
    }
}

/// Objects whose keys are all numbers are lists.
fn lists(value: Value) -> Value {
    let Value::Object(fields) = value else { return value };
    let numbered: Option<Vec<u64>> = fields.keys().map(|key| key.parse().ok()).collect();
    match numbered.filter(|numbers| !numbers.is_empty()) {
        None => Value::Object(fields.into_iter().map(|(key, value)| (key, lists(value))).collect()),
        Some(numbers) => {
            let mut entries: Vec<_> = numbers.into_iter().zip(fields.into_iter().map(|(_, value)| lists(value))).collect();
            entries.sort_by_key(|(at, _)| *at);
            Value::Array(entries.into_iter().map(|(_, value)| value).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(text: &str) -> Value {
        match body(text.as_bytes(), None) {
            Ok(Body::Form(fields)) => Value::Object(fields),
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn nested_keys_become_lists_and_objects() {
        assert_eq!(
            read("schedules[0][merchant_uid]=a&schedules%5B1%5D%5Bmerchant_uid%5D=b&schedules[1][extra][x]=1"),
            json!({ "schedules": [{ "merchant_uid": "a" }, { "merchant_uid": "b", "extra": { "x": "1" } }] })
        );
        assert_eq!(read("a=1& b=2"), json!({ "a": "1", "b": "2" }));
        assert_eq!(read("extra[requester]=admin"), json!({ "extra": { "requester": "admin" } }));
        for keys in ["imp_uid[]=a&imp_uid[]=b", "imp_uid[1]=b&imp_uid[0]=a", "imp_uid=a&imp_uid=b", "imp_uid[0]=a&imp_uid[]=b"] {
            assert_eq!(read(keys), json!({ "imp_uid": ["a", "b"] }), "{keys}");
        }
        assert_eq!(read("name=%ED%85%8C%EC%8A%A4%ED%8A%B8+1&x="), json!({ "name": "테스트 1", "x": "" }));
    }

    #[test]
    fn json_is_told_by_its_look() {
        let form = Some("application/x-www-form-urlencoded");
        let fields = |value: Value| value.as_object().expect("object").clone();
        assert_eq!(body(br#" {"a": 1}"#, form), Ok(Body::Json(fields(json!({ "a": 1 })))));
        assert_eq!(body(b"", Some("application/json")), Ok(Body::Form(Map::new())));
        assert_eq!(body(b"a=1", Some("application/json")), Ok(Body::Form(fields(json!({ "a": "1" })))));
        for broken in
            [&b"{\"a\":"[..], b"[1]", b"[\"a=1\"]", b"\"a=1\"", b"<a b=\"c\"/>", b"--b\r\na=1", b"hello", b"\xff\xfe=1", b"{}x"]
        {
            for kind in [None, form, Some("application/json")] {
                assert_eq!(body(broken, kind), Err(Unreadable), "{broken:?} {kind:?}");
            }
        }
    }

    #[test]
    fn a_flood_of_pairs_is_refused() {
        assert!(body("a=1&".repeat(PAIRS).as_bytes(), None).is_ok());
        assert_eq!(body("a=1&".repeat(PAIRS + 1).as_bytes(), None), Err(Unreadable));
    }

    #[test]
    fn deep_nesting_is_refused() {
        let key = format!("a{}=1", "[b]".repeat(50));
        assert_eq!(body(key.as_bytes(), None), Err(Unreadable));
    }
}
