//! All words of the demo, English and Korean, and nothing else.

mod en;
mod ko;

use std::fmt::Debug;

use kr_billing::portone_v1::hint::WebhookHint;
use kr_billing::{BillingKeyId, Decline, OrderId, PaymentId, WindowHint};
use kr_billing_sandbox::Totals;

use crate::Lang;

/// A step's title.
#[derive(Clone, Copy)]
pub(super) enum Step {
    OneTime,
    Issue,
    IssueAndCharge,
    ByKey,
    Window,
    NoWindow,
    Schedule,
    Decline,
    Refund,
    Lost,
}

/// Something that happened. Sums are in won.
pub(super) enum Fact<'a> {
    Opening { sandbox: &'a str },
    Paid { won: u64, order: &'a OrderId, payment: &'a PaymentId },
    AgainRefused { key: &'a BillingKeyId, answer: &'a str },
    KeyIssued { key: &'a BillingKeyId, card: &'a str },
    OnlyKeyIn { pg: &'a str },
    WindowParameters { json: &'a str },
    WindowReturned { hint: &'a WindowHint },
    Booked { won: u64, order: &'a OrderId, at: &'a str },
    ClockAdvanced { from: &'a str, to: &'a str },
    Webhook { hint: &'a WebhookHint },
    LookedUp { status: &'a str, won: Option<u64>, payment: &'a PaymentId },
    Declined { won: u64, decline: &'a Decline },
    Refunded { won: u64, payment: &'a PaymentId, left: Option<u64> },
    AnswerLost,
    Differs { expected: &'a dyn Debug, found: &'a dyn Debug },
    Ledger { totals: Totals },
    End { checks: u32, differences: &'a [String] },
}

/// What is compared with an expectation.
#[derive(Clone, Copy)]
pub(super) enum Check {
    AmountAsAsked,
    CapturedOnce,
    CapturedAndRefunded,
    NoMoneyMoved,
    WholeLedger,
    CardNotKept,
    NoSuchKey,
    AgainRefused,
    KeyStored,
    KeyFound,
    LedgerUntouched,
    ChargedKey,
    WindowOffered,
    WindowConfirmed,
    ScheduleWaits,
    WebhookCame,
    LookUpSaysPaid,
    ScheduleExecuted,
    ReasonAndRecovery,
    Balance,
    FoundByLookUp,
    SentOnce,
    SameOutcome,
    StillSentOnce,
    OneRecord,
}

impl Step {
    pub(super) fn say(self, lang: Lang) -> &'static str {
        match lang {
            Lang::En => en::step(self),
            Lang::Ko => ko::step(self),
        }
    }
}

impl Fact<'_> {
    pub(super) fn say(&self, lang: Lang) -> String {
        match lang {
            Lang::En => en::fact(self),
            Lang::Ko => ko::fact(self),
        }
    }
}

impl Check {
    pub(super) fn say(self, lang: Lang) -> &'static str {
        match lang {
            Lang::En => en::check(self),
            Lang::Ko => ko::check(self),
        }
    }
}

/// A sum in groups of three digits; a question mark for one that is not known.
fn won(sum: impl Into<Option<u64>>) -> String {
    sum.into().map_or_else(|| "?".to_owned(), |won| kr_billing::Amount::Won(won).to_string())
}

/// A sum of the ledger.
fn ledger(sum: i64) -> String {
    won(u64::try_from(sum).ok())
}

/// An identifier that a hint may lack.
fn id<T: ToString>(id: &Option<T>) -> String {
    id.as_ref().map_or_else(|| "-".to_owned(), T::to_string)
}
