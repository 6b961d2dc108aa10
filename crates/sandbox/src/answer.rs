//! Answers in V1's envelope and the refusals that operations return [oa def ResponseAnnotation].

use serde::Serialize;
use serde_json::{Value, json};

use crate::params::BadField;

/// What goes back: an HTTP status and the envelope.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) code: i64,
    pub(crate) message: Option<String>,
    pub(crate) response: Value,
}

/// What an operation gives: its payload, or a refusal.
pub(crate) type Outcome = Result<Reply, Refusal>;

/// A payload and its status: 200, or 207 where some of several ids were found.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    status: u16,
    body: Value,
}

/// A refusal: an HTTP status, a code and a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) code: i64,
    pub(crate) message: String,
}

impl Reply {
    pub(crate) fn new(body: impl Serialize) -> Self {
        Self { status: 200, body: to_value(body) }
    }

    pub(crate) fn partly(body: impl Serialize) -> Self {
        Self { status: 207, ..Self::new(body) }
    }
}

impl Refusal {
    /// A business refusal: HTTP 200 with a code that is not 0.
    pub(crate) fn business(code: i64, message: impl Into<String>) -> Self {
        Self { status: 200, code, message: message.into() }
    }

    /// HTTP 404 with code -1.
    pub(crate) fn not_found(message: &str) -> Self {
        Self { status: 404, code: -1, message: message.to_owned() }
    }

    /// HTTP 400 with code -1.
    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self { status: 400, code: -1, message: message.into() }
    }

    /// HTTP 401 with code -1: token or key pair [oa all].
    pub(crate) fn unauthorized() -> Self {
        Self { status: 401, code: -1, message: "Unauthorized".to_owned() }
    }

    /// A missing field of a POST. Chosen: a business refusal, since the OpenAPI lists no 400 there.
    pub(crate) fn missing(field: &str) -> Self {
        Self::business(1, format!("필수 파라미터가 누락되었습니다({field})."))
    }
}

impl From<BadField> for Refusal {
    fn from(BadField(field): BadField) -> Self {
        Self::business(1, format!("파라미터 형식이 올바르지 않습니다({field})."))
    }
}

impl From<Refusal> for Answer {
    fn from(refusal: Refusal) -> Self {
        Err(refusal).into()
    }
}

impl From<Outcome> for Answer {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Ok(reply) => Self { status: reply.status, code: 0, message: None, response: reply.body },
            Err(refusal) => {
                Self { status: refusal.status, code: refusal.code, message: Some(refusal.message), response: Value::Null }
            }
        }
    }
}

impl Answer {
    pub(crate) fn body(&self) -> Vec<u8> {
        let Self { code, message, response, .. } = self;
        json!({ "code": code, "message": message, "response": response }).to_string().into_bytes()
    }
}

/// Turns our own plain types into JSON; they hold nothing that could fail.
pub(crate) fn to_value(body: impl Serialize) -> Value {
    serde_json::to_value(body).unwrap_or(Value::Null)
}
