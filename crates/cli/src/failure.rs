//! Why a verb did not do what was asked, and how that is told.

use std::error::Error as _;

use kr_billing::journal::Outcome;
use kr_billing::{Error, ErrorKind, NotCharged, Operation};
use serde_json::{Value, json};

use crate::exit::Exit;
use crate::korean;
use crate::show;
use crate::texts::Texts;

/// Why a verb did not do what was asked.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The library's error.
    Library(Error),
    /// A charge that was certainly not made.
    NotCharged(NotCharged),
    /// What comes before a charge failed, so it was not tried.
    NotTried(Error),
    /// The command's own.
    Plain {
        /// How the command ends.
        exit: Exit,
        /// For programs: a word beside those of [`ErrorKind`].
        kind: &'static str,
        /// What is wrong and what to do.
        text: String,
    },
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Library(error)
    }
}

impl From<NotCharged> for Failure {
    fn from(not_charged: NotCharged) -> Self {
        Self::NotCharged(not_charged)
    }
}

impl Failure {
    /// The command's own failure.
    pub(crate) fn plain(exit: Exit, text: impl Into<String>) -> Self {
        let kind = match exit {
            Exit::Refused => "refused",
            Exit::InDoubt => "interrupted",
            Exit::NotSent | Exit::Done => "not_sent",
            Exit::Usage => "usage",
        };
        Self::Plain { exit, kind, text: text.into() }
    }

    /// A configuration that is missing or wrong, found by the command itself.
    pub(crate) fn configuration(text: impl Into<String>) -> Self {
        Self::Plain { exit: Exit::Usage, kind: "configuration", text: text.into() }
    }

    /// How the command ends.
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Library(error) | Self::NotTried(error) => Exit::of(error),
            Self::NotCharged(not_charged) => Exit::of(not_charged.error()),
            Self::Plain { exit, .. } => *exit,
        }
    }

    fn error(&self) -> Option<&Error> {
        match self {
            Self::Library(error) | Self::NotTried(error) => Some(error),
            Self::NotCharged(not_charged) => Some(not_charged.error()),
            Self::Plain { .. } => None,
        }
    }

    /// For people: what, why, and what to do.
    pub(crate) fn text(&self, texts: &'static Texts) -> String {
        let mut lines = match self {
            Self::Library(error) => vec![format!("{}: {}", texts.error, korean::error(error, texts))],
            Self::NotCharged(not_charged) => vec![format!("{}: {}", texts.not_charged, why_not(not_charged.error(), texts))],
            Self::NotTried(error) => vec![format!("{}: {}", texts.not_charged, why_not(error, texts))],
            Self::Plain { text, .. } => vec![format!("{}: {text}", texts.error)],
        };
        if let Some(error) = self.error() {
            lines.extend(sources(error, texts).into_iter().map(|source| format!("  {}: {source}", texts.because)));
            lines.extend(advice(error, texts).map(|advice| format!("  {}: {advice}", texts.to_do)));
        }
        lines.iter().map(|line| show::clean(line)).collect::<Vec<_>>().join("\n")
    }

    /// For programs.
    pub(crate) fn json(&self) -> Value {
        let mut error = json!({ "exit": self.exit().code() });
        match (self.error(), self) {
            (Some(known), _) => {
                error["operation"] = json!(known.operation().to_string());
                error["reach"] = json!(show::word(&known.reach()));
                error["kind"] = json!(show::word(&known.kind()));
                error["message"] = json!(show::spoken(known.message()));
                error["pg_code"] = json!(known.pg_code());
                error["pg_message"] = json!(known.pg_message());
            }
            (None, Self::Plain { kind, text, .. }) => {
                error["kind"] = json!(kind);
                error["message"] = json!(text);
            }
            (None, _) => {}
        }
        if let Self::NotCharged(not_charged) = self {
            error["earlier"] = not_charged.earlier().map_or(Value::Null, earlier);
        }
        json!({ "outcome": "error", "error": error })
    }
}

/// What became of the request that stands under the same order id.
fn earlier(outcome: &Outcome) -> Value {
    match outcome {
        Outcome::Paid { paid } => json!({ "outcome": "paid", "imp_uid": paid.payment.id }),
        Outcome::Declined { decline } => json!({ "outcome": "declined", "reason": show::word(&decline.reason) }),
        Outcome::NotCharged => json!({ "outcome": "not_charged" }),
        Outcome::Refunded { payment } => json!({ "outcome": "refunded", "imp_uid": payment.id }),
        Outcome::NotRefunded => json!({ "outcome": "not_refunded" }),
        Outcome::Dismissed => json!({ "outcome": "dismissed" }),
    }
}

/// An error behind "not charged": its operation, a charge, is said already.
fn why_not(error: &Error, texts: &Texts) -> String {
    match error.operation() {
        Operation::Charge => korean::without_operation(error, texts),
        _ => korean::error(error, texts),
    }
}

fn sources(error: &Error, texts: &'static Texts) -> Vec<String> {
    let mut said = Vec::new();
    let mut source = error.source();
    while let Some(error) = source {
        said.push(match error.downcast_ref::<Error>() {
            Some(own) => korean::error(own, texts),
            None => korean::text(&error.to_string(), texts),
        });
        source = error.source();
    }
    said
}

/// What to do about a kind of error, where its own text does not say it.
pub(crate) fn advice(error: &Error, texts: &'static Texts) -> Option<&'static str> {
    match error.kind() {
        _ if Exit::of(error) == Exit::InDoubt => Some(match error.operation() {
            // They have no ticket, and repeating them is safe.
            Operation::Schedule | Operation::MoveSchedule | Operation::CancelSchedule | Operation::DeleteKey => texts.do_repeat,
            _ => texts.do_look_first,
        }),
        ErrorKind::InvalidInput if error.operation() == Operation::Refund && error.message().starts_with("tax: ") => {
            Some(if wants_vat(error.message()) { texts.do_refund_vat } else { texts.do_refund_tax })
        }
        ErrorKind::Configuration if error.message().starts_with("base_url is http://") => Some(texts.do_plaintext),
        ErrorKind::Unauthorized => Some(texts.do_unauthorized),
        ErrorKind::RateLimited => Some(texts.do_rate_limited),
        ErrorKind::Unreachable => Some(texts.do_unreachable),
        ErrorKind::Timeout | ErrorKind::Interrupted | ErrorKind::ServerFailure => Some(texts.do_again),
        ErrorKind::BadAnswer => Some(texts.do_bad_answer),
        // What stands in the way of a move says itself what to do.
        ErrorKind::OrderConflict if error.operation() != Operation::MoveSchedule => Some(texts.do_order_conflict),
        ErrorKind::BalanceChanged => Some(texts.do_balance),
        ErrorKind::NotFound if error.operation() == Operation::LookUpKey => Some(texts.do_unknown_key),
        ErrorKind::NotFound => Some(texts.do_not_found),
        _ => None,
    }
}

/// Whether the refusal of a refund's tax parts asks for its VAT: then no tax-free part alone is enough.
fn wants_vat(message: &str) -> bool {
    message.contains("vat_amount") || message.contains("VAT")
}
