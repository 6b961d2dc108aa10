//! What a no means: PG codes out of texts, PortOne's own sentences, and the PG's table behind both.

use std::fmt;

use kr_billing_core::{CodeClass, DeclineReason, Error, ErrorKind, Failure, Operation, Reach};
use secrecy::{ExposeSecret, SecretString};

use crate::mask::Mask;
use crate::provider::{Phase, Provider};

/// The provider's words as they came, for a PG's table only: what hides card data in them may hide a part of a code as well. They may
/// repeat what was sent, so nothing shows them.
#[derive(Clone)]
pub(crate) struct Words(SecretString);

impl Words {
    pub(crate) fn new(text: String) -> Self {
        Self(SecretString::from(text))
    }

    fn text(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("****")
    }
}

/// The provider answered with a code other than 0 and without a record.
#[derive(Debug, Clone)]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// PortOne's code. Only 1 and -1 have been seen. `[obs]`
    pub code: i64,
    /// The PG's code, when the text still has one after card data was hidden in it.
    pub pg_code: Option<String>,
    /// The text as it came, card data and secrets hidden.
    pub message: String,
    pub(crate) words: Words,
}

impl Refusal {
    /// Whether the code is one that the service is known to answer with. Others, a gateway's say, prove nothing. `[obs]`
    pub(crate) fn has_seen_code(&self) -> bool {
        matches!(self.code, 1 | -1)
    }

    /// As an error of `operation`: the provider did not act.
    pub fn into_error(self, operation: Operation, kind: ErrorKind) -> Error {
        let text = match kind {
            ErrorKind::NotFound => "the provider does not know this id",
            _ => "the provider refused",
        };
        let message = format!("{text} (HTTP {}, code {})", self.status, self.code);
        Error::new(operation, Reach::Refused, kind, message).with_pg(self.pg_code, self.message)
    }
}

/// A failure before a PG's table has been asked.
pub(crate) fn unclassified(words: &Words, mask: &Mask) -> Failure {
    let message = mask.text(words.text());
    let pg_code = code_in(&message).map(str::to_owned);
    Failure { class: CodeClass::Unlisted, pg_code, message, from_words: false }
}

/// The first PG code of a text: two to eight of `0-9A-Z` in square brackets. `codes.md` section 1
pub(crate) fn code_in(text: &str) -> Option<&str> {
    codes_in(text).next()
}

fn codes_in(text: &str) -> impl Iterator<Item = &str> {
    text.split('[').skip(1).filter_map(|rest| {
        let code = rest.split_once(']')?.0;
        let shaped = (2..=8).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase());
        shaped.then_some(code)
    })
}

/// What PortOne's own sentences mean. They come with HTTP 200 and code 1 or -1. `[obs]` portone-v1.md section 3
fn own_sentence(text: &str) -> Option<CodeClass> {
    let text = text.trim_start();
    let starts = |stem: &str| text.starts_with(stem);
    if text.contains("이미 주문이 이루어진") || text.contains("이미 결제가 이루어진") {
        Some(CodeClass::Duplicate)
    } else if starts("유효하지않은 카드번호") {
        Some(CodeClass::Decline(DeclineReason::InvalidCardNumber))
    } else if starts("등록되지 않은 구매자") || starts("등록된 고객정보가 없습니다") {
        Some(CodeClass::Decline(DeclineReason::BillingKeyUnusable))
    } else if (starts("카드정보 인증에 실패") || starts("카드정보 인증 및 빌키 발급에 실패"))
        && code_in(text).is_none()
        && !speaks_of_silence(text)
    {
        // The PG's own text follows `[obs]`: a code in it says more than the sentence, listed or not.
        Some(CodeClass::Decline(DeclineReason::Generic))
    } else {
        None
    }
}

/// Whether a text may mean that somebody has not answered: then it is no proof of a no.
fn speaks_of_silence(text: &str) -> bool {
    ["통신", "시간", "타임아웃", "응답", "장애", "timeout", "Timeout", "TIMEOUT"].iter().any(|word| text.contains(word))
}

/// Whether a code of the words is not itself what was hidden in them, as a birth date is that stands in brackets.
fn may_be_shown(code: &str, shown: &str) -> bool {
    shown.contains(&format!("[{code}]")) || !shown.contains("[****]")
}

/// What a PG's code or words mean, with the code that decided. Words win where the adapter reads any: its table says so only
/// for codes that leave the reason to the text.
fn listed(provider: &dyn Provider, text: &str, phase: Phase) -> Option<(Option<String>, CodeClass, bool)> {
    let known = codes_in(text).filter_map(|code| {
        let by_words = provider.classify_words(Some(code), text).map(|class| (class, true));
        let (class, from_words) = by_words.or_else(|| provider.classify_code(code, phase).map(|class| (class, false)))?;
        Some((Some(code.to_owned()), class, from_words))
    });
    // Of several codes, one that leaves the outcome open wins.
    let open = |class: &CodeClass| matches!(class, CodeClass::UnknownOutcome | CodeClass::Duplicate);
    if let Some(found) = known.min_by_key(|(_, class, _)| !open(class)) {
        return Some(found);
    }
    let class = provider.classify_words(None, text)?;
    Some((None, class, true))
}

/// Classifies an answer without a record. Only what is listed is a decline; the rest is for a look-up to settle.
pub(crate) fn of_refusal(provider: &dyn Provider, refusal: Refusal, phase: Phase) -> Failure {
    let documented = refusal.status == 200 && refusal.has_seen_code();
    let mut failure =
        Failure { class: CodeClass::Unlisted, pg_code: refusal.pg_code, message: refusal.message, from_words: false };
    if !documented {
        return failure;
    }
    let words = refusal.words.text();
    match (own_sentence(words), listed(provider, words, phase)) {
        (Some(class @ CodeClass::Duplicate), _) => failure.class = class,
        (_, Some((code, class, from_words))) => {
            failure.class = for_phase(class, phase);
            failure.pg_code = code.filter(|code| may_be_shown(code, &failure.message)).or(failure.pg_code);
            failure.from_words = from_words;
        }
        (Some(class), None) => failure.class = class,
        (None, None) => {}
    }
    failure
}

/// A charge is not answered by a success code, another product's code, or a cancel's. A cancel's answer to a charge may mean
/// that it went through and was undone, so a look-up must say.
fn for_phase(class: CodeClass, phase: Phase) -> CodeClass {
    match (class, phase) {
        (CodeClass::Unrelated, _) => CodeClass::Unlisted,
        (CodeClass::RefundState(_), Phase::Charge) => CodeClass::UnknownOutcome,
        (class, _) => class,
    }
}

/// Classifies a record whose status is `failed`. `pg_provider` is the payment's; the table of another PG says nothing of it.
///
/// A failed record is a definite no, whatever its code, unless the code says that the PG itself does not know, or that it has
/// seen this order before.
pub(crate) fn of_failed_record(provider: &dyn Provider, pg_provider: Option<&str>, words: &Words, failure: &mut Failure) {
    if pg_provider.is_some_and(|word| !provider.profile().owns_provider(word)) {
        return;
    }
    let found = listed(provider, words.text(), Phase::Charge);
    let (code, class, from_words) = match (own_sentence(words.text()), found) {
        (Some(class @ CodeClass::Duplicate), _) => (None, Some(class), false),
        (_, Some((code, class, from_words))) => (code, Some(for_phase(class, Phase::Charge)), from_words),
        (own, None) => (None, own, false),
    };
    failure.pg_code = code.filter(|code| may_be_shown(code, &failure.message)).or(failure.pg_code.take());
    failure.from_words = from_words;
    failure.class = match (class, &failure.pg_code) {
        // A success code, or another product's, on a failed record: PG and PortOne do not agree.
        (Some(CodeClass::Unlisted), _) => CodeClass::UnknownOutcome,
        (Some(class), _) => class,
        (_, Some(code)) => CodeClass::Decline(DeclineReason::Other(code.clone())),
        (_, None) => CodeClass::Decline(DeclineReason::Unstated),
    };
}

/// What a refused cancel is as an error. HTTP 200 with another code than 0 means "not cancelled" `[oa cancel]`, unless the PG's
/// own code says that it does not know.
pub(crate) fn of_refund(provider: &dyn Provider, refusal: Refusal) -> Error {
    let failure = of_refusal(provider, refusal.clone(), Phase::Refund);
    let refusal = Refusal { pg_code: failure.pg_code, ..refusal };
    // "Asked before" may be about this very cancel.
    if matches!(failure.class, CodeClass::UnknownOutcome | CodeClass::Duplicate) {
        let message = "the PG may have cancelled; read the payment before trying again";
        return Error::new(Operation::Refund, Reach::Unclear, ErrorKind::ServerFailure, message)
            .with_pg(refusal.pg_code, refusal.message);
    }
    let kind = refund_kind(&refusal.message);
    refusal.into_error(Operation::Refund, kind)
}

/// Two of PortOne's own refusals of a cancel. The sentence about the balance is not documented, so its words are only a hint
/// that the payment must be read again, which is right after any refusal.
fn refund_kind(text: &str) -> ErrorKind {
    if text.starts_with("취소할 결제건이 존재하지 않습니다") {
        ErrorKind::NotFound
    } else if text.contains("checksum") || (text.contains("취소") && text.contains("일치하지")) {
        ErrorKind::BalanceChanged
    } else {
        ErrorKind::Rejected
    }
}
