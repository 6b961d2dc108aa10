//! Errors that say how far a request got.

use std::error::Error as StdError;
use std::fmt;

use crate::text::Invalid;

/// How far a request got: the first question after any failure is whether the provider could have acted.
///
/// Exhaustive on purpose: whoever decides about money must decide for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reach {
    /// No byte of the request left, or only of its token. Nothing happened.
    NotSent,
    /// The provider answered and did not act.
    Refused,
    /// It may have acted, or not.
    Unclear,
}

/// What was being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[allow(missing_docs, reason = "each name says what it is")]
pub enum Operation {
    Configure,
    Token,
    Charge,
    Refund,
    LookUpPayment,
    ListPayments,
    IssueKey,
    LookUpKey,
    DeleteKey,
    OpenWindow,
    ReadWindowResult,
    Schedule,
    LookUpSchedule,
    MoveSchedule,
    RetrySchedule,
    CancelSchedule,
    Prepare,
    ReadAccount,
    Journal,
    Resume,
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Configure => "configuration",
            Self::Token => "get a token",
            Self::Charge => "charge",
            Self::Refund => "refund",
            Self::LookUpPayment => "look up a payment",
            Self::ListPayments => "list payments",
            Self::IssueKey => "issue a billing key",
            Self::LookUpKey => "look up a billing key",
            Self::DeleteKey => "delete a billing key",
            Self::OpenWindow => "open a checkout window",
            Self::ReadWindowResult => "read a window's result",
            Self::Schedule => "schedule",
            Self::LookUpSchedule => "look up a schedule",
            Self::MoveSchedule => "move a schedule",
            Self::RetrySchedule => "retry a schedule",
            Self::CancelSchedule => "cancel a schedule",
            Self::Prepare => "prepare an amount",
            Self::ReadAccount => "read the account",
            Self::Journal => "journal",
            Self::Resume => "resume",
        })
    }
}

impl Operation {
    /// Whether it can change anything at the provider. A look-up cannot, however it fails.
    fn acts(self) -> bool {
        !matches!(
            self,
            Self::Configure
                | Self::Token
                | Self::LookUpPayment
                | Self::ListPayments
                | Self::LookUpKey
                | Self::ReadWindowResult
                | Self::LookUpSchedule
                | Self::ReadAccount
        )
    }
}

/// What to do about an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A value cannot be right: mend the call.
    InvalidInput,
    /// The configuration is wrong: mend it.
    Configuration,
    /// This PG, or this channel's contract, cannot do that: nothing was sent.
    Unsupported,
    /// Key pair or token were not taken: check `imp_key` and `imp_secret`.
    Unauthorized,
    /// The provider does not know this id.
    NotFound,
    /// Too many requests: wait.
    RateLimited,
    /// The provider said no; its message says why.
    Rejected,
    /// The order id was used before for something else: take the earlier outcome, or a new id once it is settled.
    OrderConflict,
    /// The balance is not what was expected: read the payment again.
    BalanceChanged,
    /// The server could not be reached.
    Unreachable,
    /// No answer in time.
    Timeout,
    /// The connection broke.
    Interrupted,
    /// An answer came that cannot be read.
    BadAnswer,
    /// The server says that it failed.
    ServerFailure,
    /// The answer speaks of another order, amount, PG or key.
    Mismatch,
    /// The journal could not be read or written.
    Journal,
    /// A deadline or a limit of this program was reached before the send.
    Exhausted,
}

/// Why something did not work. Opaque: ask it questions.
///
/// Its texts never hold a card digit, a key, a secret or a token. The texts of lower levels are reached through
/// [`std::error::Error::source`] and are not repeated.
pub struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    operation: Operation,
    reach: Reach,
    kind: ErrorKind,
    message: String,
    pg_code: Option<String>,
    pg_message: Option<String>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    /// An error. `message` says what was wrong, where and what to do, without any secret.
    pub fn new(operation: Operation, reach: Reach, kind: ErrorKind, message: impl Into<String>) -> Self {
        let message = message.into();
        Self(Box::new(Inner { operation, reach, kind, message, pg_code: None, pg_message: None, source: None }))
    }

    /// An error before anything was sent.
    pub fn not_sent(operation: Operation, kind: ErrorKind, message: impl Into<String>) -> Self {
        Self::new(operation, Reach::NotSent, kind, message)
    }

    /// A value that cannot be right, found before anything was sent.
    pub fn invalid(operation: Operation, invalid: Invalid) -> Self {
        Self::not_sent(operation, ErrorKind::InvalidInput, invalid.to_string())
    }

    /// Something that this PG or this contract cannot do, found before anything was sent.
    pub fn unsupported(operation: Operation, message: impl Into<String>) -> Self {
        Self::not_sent(operation, ErrorKind::Unsupported, message)
    }

    /// With the PG's code and text.
    #[must_use]
    pub fn with_pg(mut self, code: Option<String>, message: impl Into<String>) -> Self {
        self.0.pg_code = code;
        self.0.pg_message = Some(message.into());
        self
    }

    /// With the error behind it. Strip URLs and bodies from it first.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// With the place in front of its text, for code that knows where the value stood: `channel main: …`.
    #[must_use]
    pub fn with_place(mut self, place: impl fmt::Display) -> Self {
        self.0.message = format!("{place}: {}", self.0.message);
        self
    }

    /// The same error, with another answer to how far it got. For code that learned more.
    #[must_use]
    pub fn with_reach(mut self, reach: Reach) -> Self {
        self.0.reach = reach;
        self
    }

    /// How far the request got.
    pub fn reach(&self) -> Reach {
        self.0.reach
    }

    /// What to do.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// What was being done.
    pub fn operation(&self) -> Operation {
        self.0.operation
    }

    /// What went wrong, without the operation and the ending that `Display` adds.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The PG's code, when its text had one.
    pub fn pg_code(&self) -> Option<&str> {
        self.0.pg_code.as_deref()
    }

    /// The provider's or the PG's text as it came, card data masked.
    pub fn pg_message(&self) -> Option<&str> {
        self.0.pg_message.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.operation, self.0.message)?;
        if let Some(text) = &self.0.pg_message {
            write!(f, " (provider: {text})")?;
        }
        if !self.0.operation.acts() {
            return Ok(());
        }
        match self.0.reach {
            Reach::NotSent => f.write_str(" [nothing was sent]"),
            Reach::Refused => f.write_str(" [the provider did not act]"),
            Reach::Unclear => f.write_str(" [the provider may have acted]"),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        f.debug_struct("Error")
            .field("operation", &inner.operation)
            .field("reach", &inner.reach)
            .field("kind", &inner.kind)
            .field("message", &inner.message)
            .field("pg_code", &inner.pg_code)
            .field("pg_message", &inner.pg_message)
            .field("source", &inner.source)
            .finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_says_what_and_how_far() {
        let error = Error::new(Operation::Charge, Reach::Unclear, ErrorKind::Timeout, "no answer within 60 s");
        assert_eq!(error.to_string(), "charge: no answer within 60 s [the provider may have acted]");
        let error = Error::invalid(Operation::Refund, Invalid::new("amount", "is 0 won; a sum must be at least 1"));
        assert_eq!(error.to_string(), "refund: amount: is 0 won; a sum must be at least 1 [nothing was sent]");
    }
}
