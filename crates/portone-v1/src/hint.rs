//! What browsers and webhooks claim. Hints, never proofs: look the payment up and believe that. `[docs payrt]`
//! `[docs webhook-v1]`

use kr_billing_core::{Error, ErrorKind, Operation, OrderId, PaymentId, PaymentStatus, WindowHint};
use url::Url;

use crate::answer::{flag, text, wire};

/// The longest text that is read, in bytes.
pub const MAX_BYTES: usize = 64 * 1024;

/// What a webhook claims.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookHint {
    /// The payment it names.
    pub payment: Option<PaymentId>,
    /// The order it names.
    pub order: Option<OrderId>,
    /// The status it claims.
    pub status: Option<PaymentStatus>,
    /// The cancel it speaks of, for cancels. `[note 2024-02]`
    pub cancellation_id: Option<String>,
}

wire!(HintWire { imp_uid, merchant_uid, success, imp_success, error_code, error_msg, status, cancellation_id });

/// Reads what `IMP.request_pay` hands to its callback, as JSON text.
///
/// # Errors
/// It is no JSON object, longer than [`MAX_BYTES`], or names neither a payment nor an order.
pub fn from_callback(json: &str) -> Result<WindowHint, Error> {
    let wire = object(json)?;
    window(WindowHint {
        payment: id(text(wire.imp_uid)),
        order: id(text(wire.merchant_uid)),
        claims_success: flag(wire.success.or(wire.imp_success)),
        error_code: bounded(text(wire.error_code)),
        error_message: bounded(text(wire.error_msg)),
    })
}

/// Reads what a mobile browser brings back to `m_redirect_url`: the whole address, or its query alone.
///
/// # Errors
/// It is longer than [`MAX_BYTES`], or names neither a payment nor an order.
pub fn from_redirect(address: &str) -> Result<WindowHint, Error> {
    within(address.len())?;
    let parsed = Url::parse(address).ok().filter(|url| url.has_host());
    let query = match &parsed {
        Some(url) => url.query().unwrap_or_default(),
        None => address.split_once('?').map_or(address, |(_, query)| query),
    };
    let fields = Form::read(query.split('#').next().unwrap_or_default());
    window(WindowHint {
        payment: id(fields.get("imp_uid")),
        order: id(fields.get("merchant_uid")),
        claims_success: fields.get("imp_success").or_else(|| fields.get("success")).and_then(|word| truth(&word)),
        error_code: bounded(fields.get("error_code")),
        error_message: bounded(fields.get("error_msg")),
    })
}

/// Reads a webhook's body, JSON or form. It carries no signature, so anyone can have sent it. `[docs webhook-v1]`
///
/// The shape is taken from the text itself, since the console decides it and a proxy may lose the header.
///
/// # Errors
/// It is longer than [`MAX_BYTES`], not text, neither JSON nor form, or names neither a payment nor an order.
pub fn from_webhook(body: &[u8]) -> Result<WebhookHint, Error> {
    within(body.len())?;
    let body = std::str::from_utf8(body).map_err(|_| unreadable("it is not UTF-8"))?;
    let hint = if body.trim_start().starts_with('{') {
        let wire = object(body)?;
        WebhookHint {
            payment: id(text(wire.imp_uid)),
            order: id(text(wire.merchant_uid)),
            status: bounded(text(wire.status)).map(|word| PaymentStatus::from_word(&word)),
            cancellation_id: bounded(text(wire.cancellation_id)),
        }
    } else {
        let fields = Form::read(body);
        WebhookHint {
            payment: id(fields.get("imp_uid")),
            order: id(fields.get("merchant_uid")),
            status: bounded(fields.get("status")).map(|word| PaymentStatus::from_word(&word)),
            cancellation_id: bounded(fields.get("cancellation_id")),
        }
    };
    match (&hint.payment, &hint.order) {
        (None, None) => Err(unreadable("it names neither imp_uid nor merchant_uid")),
        _ => Ok(hint),
    }
}

fn window(hint: WindowHint) -> Result<WindowHint, Error> {
    match (&hint.payment, &hint.order) {
        (None, None) => Err(unreadable("it names neither imp_uid nor merchant_uid")),
        _ => Ok(hint),
    }
}

fn object(json: &str) -> Result<HintWire<'_>, Error> {
    within(json.len())?;
    serde_json::from_str(json).map_err(|_| unreadable("it is no JSON object, or names a field twice"))
}

fn within(length: usize) -> Result<(), Error> {
    if length > MAX_BYTES { Err(unreadable("it is longer than 64 KiB")) } else { Ok(()) }
}

fn unreadable(problem: &str) -> Error {
    let message = format!("what came back cannot be read: {problem}; look the order up instead");
    Error::not_sent(Operation::ReadWindowResult, ErrorKind::InvalidInput, message)
}

/// An identifier; one that cannot be right is as good as none.
fn id<T: TryFrom<String>>(text: Option<String>) -> Option<T> {
    text.and_then(|text| T::try_from(text).ok())
}

/// The start of a text, for a log.
fn bounded(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty()).map(|text| text.chars().take(500).collect())
}

fn truth(word: &str) -> Option<bool> {
    match word {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

/// The fields of a form or query. A field that is there twice counts as not there: nobody can say which one is meant.
struct Form(Vec<(String, String)>);

impl Form {
    fn read(text: &str) -> Self {
        Self(url::form_urlencoded::parse(text.as_bytes()).map(|(name, value)| (name.into_owned(), value.into_owned())).collect())
    }

    fn get(&self, name: &str) -> Option<String> {
        let mut values = self.0.iter().filter(|(field, _)| field == name).map(|(_, value)| value);
        match (values.next(), values.next()) {
            (Some(value), None) if !value.is_empty() && value != "null" => Some(value.clone()),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(hint: &WindowHint) -> Option<&str> {
        hint.order.as_ref().map(OrderId::as_str)
    }

    #[test]
    fn a_callback_in_the_old_and_the_new_shape() {
        let old = from_callback(r#"{"success":true,"imp_uid":"imp_1","merchant_uid":"o_1","paid_amount":100}"#).unwrap();
        assert_eq!((old.claims_success, order(&old)), (Some(true), Some("o_1")));
        let new = from_callback(r#"{"imp_uid":null,"merchant_uid":"o_1","error_code":"F1002","error_msg":"취소"}"#).unwrap();
        assert_eq!((new.claims_success, new.payment.is_none(), new.error_code.as_deref()), (None, true, Some("F1002")));
    }

    #[test]
    fn a_redirect_as_address_or_query() {
        for text in [
            "https://shop.example/back?imp_uid=imp_1&merchant_uid=o_1&imp_success=false&error_msg=%EC%B7%A8%EC%86%8C+1#x",
            "imp_uid=imp_1&merchant_uid=o_1&imp_success=false&error_msg=%EC%B7%A8%EC%86%8C+1",
            "?imp_uid=imp_1&merchant_uid=o_1&imp_success=false&error_msg=%EC%B7%A8%EC%86%8C+1",
            "/back?imp_uid=imp_1&merchant_uid=o_1&imp_success=false&error_msg=%EC%B7%A8%EC%86%8C+1",
        ] {
            let hint = from_redirect(text).unwrap();
            assert_eq!((hint.claims_success, hint.error_message.as_deref()), (Some(false), Some("취소 1")), "{text}");
        }
    }

    #[test]
    fn a_webhook_as_json_or_form() {
        let json = from_webhook(br#"{"imp_uid":"imp_1","merchant_uid":"o_1","status":"paid","event":{"new":1}}"#).unwrap();
        let form = from_webhook(b"imp_uid=imp_1&merchant_uid=o_1&status=paid").unwrap();
        assert_eq!((json.status.as_ref(), &json), (Some(&PaymentStatus::Paid), &form));
        let cancel = from_webhook(b"imp_uid=imp_1&status=cancelled&cancellation_id=c1").unwrap();
        assert_eq!(cancel.cancellation_id.as_deref(), Some("c1"));
    }

    #[test]
    fn what_names_nothing_usable_is_refused() {
        let long = format!("imp_uid={}", "x".repeat(MAX_BYTES));
        for bad in ["", "null", "[]", "{", "{}", "imp_uid=a/b", "imp_uid=a&imp_uid=b", r#"{"imp_uid":"a","imp_uid":"b"}"#, &long]
        {
            assert!(from_webhook(bad.as_bytes()).is_err(), "{}", &bad[..bad.len().min(40)]);
            assert!(from_redirect(bad).is_err() && from_callback(bad).is_err());
        }
        assert!(from_webhook(b"\xff\xfe").is_err());
    }
}
