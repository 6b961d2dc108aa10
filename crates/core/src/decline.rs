//! Why a charge did not go through, and what helps.

use serde::{Deserialize, Serialize};

use crate::ids::{OrderId, PaymentId};

/// What a PG's code or text says about a charge. Made by an adapter from its PG's table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum CodeClass {
    /// A definite no, and why.
    Decline(DeclineReason),
    /// The PG does not know itself whether the charge went through. Never a decline.
    UnknownOutcome,
    /// The PG has seen this order or request before. Never a decline: the earlier one may have been paid.
    Duplicate,
    /// An answer to a cancel, not to a charge.
    RefundState(RefundState),
    /// A success code, or one of another product: no statement about this charge.
    Unrelated,
    /// No listed code and no listed text.
    Unlisted,
}

impl CodeClass {
    /// Reads the two columns of an adapter's code table (`classification`, `reason`). `codes.md` section 2 has the words.
    /// `None` for a word that is not in that list, so that a table with a typo fails its adapter's test.
    pub fn from_table(class: &str, reason: &str) -> Option<Self> {
        use DeclineReason as R;
        let decline = match (class, reason) {
            ("success" | "not_billing", _) => return Some(Self::Unrelated),
            ("unknown_outcome", _) => return Some(Self::UnknownOutcome),
            ("duplicate", _) => return Some(Self::Duplicate),
            ("refund_state", reason) => return Some(Self::RefundState(RefundState::from_table(reason))),
            ("retry_later", "insufficient_funds") => R::InsufficientFunds,
            ("retry_later", "count_limit" | "monthly_recurring_count") => R::TooManyUses,
            ("retry_later", "not_sent" | "throttled") => R::NotSent,
            ("retry_later", reason) if reason.starts_with("limit") || reason.starts_with("pg_limit") => R::LimitExceeded,
            ("retry_later", _) => R::IssuerUnavailable,
            ("new_card", "expired_or_wrong_expiry") => R::Expired,
            ("new_card", "invalid_card_number" | "card_not_registered") => R::InvalidCardNumber,
            ("new_card", "holder_data_mismatch") => R::HolderMismatch,
            ("new_card", "auth_attempts_exceeded") => R::TooManyWrongAttempts,
            ("new_card", "card_closed_or_replaced") => R::CardClosed,
            ("new_card", "card_not_activated") => R::CardNotActivated,
            ("new_card", "foreign_card_not_allowed") => R::ForeignCard,
            ("new_card", reason) if reason.starts_with("billing_key") => R::BillingKeyUnusable,
            ("new_card", _) => R::CardNotUsable,
            ("contact_issuer", "suspended_card") => R::Suspended,
            ("contact_issuer", "delinquent") => R::Delinquent,
            ("contact_issuer", "authentication_required" | "identity_call_required") => R::AuthenticationRequired,
            ("contact_issuer", "call_issuer" | "call_pg") => R::CallIssuer,
            ("contact_issuer", _) => R::Generic,
            ("fraud_or_lost", "lost_stolen" | "lost_or_unusable" | "accident_card" | "accident_account") => R::LostOrStolen,
            ("fraud_or_lost", "legal_hold") => R::LegalHold,
            ("fraud_or_lost", "suspected_fraud" | "amount_tampered" | "tampered_request" | "fake_card") => R::SuspectedFraud,
            ("fraud_or_lost", _) => R::Blacklisted,
            ("merchant_config", "installment_not_allowed" | "installment_minimum" | "interest_free_not_allowed") => {
                R::Installment
            }
            ("merchant_config", "below_minimum" | "bad_amount" | "test_amount_limit") => R::AmountNotAllowed,
            ("merchant_config", "tax_amount") => R::TaxSplit,
            ("merchant_config", "keyin_not_allowed") => R::KeyInNotAllowed,
            ("merchant_config", reason) if reason.starts_with("merchant_limit") || reason.starts_with("merchant_or_pg") => {
                R::MerchantLimit
            }
            ("merchant_config", _) => R::MerchantSetup,
            _ => return None,
        };
        Some(Self::Decline(decline))
    }
}

/// What a refund's refusal means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum RefundState {
    /// The payment was cancelled before. Test payments that the PG refunded by itself say so too. `[help test-payment]`
    AlreadyCancelled,
    /// The PG does not find the payment.
    OriginalNotFound,
    /// Not enough unsettled balance: top up or try later. `[help refund]`
    SettlementShortage,
    /// Any other refusal of a cancel.
    NotPossible,
}

impl RefundState {
    fn from_table(reason: &str) -> Self {
        match reason {
            "already_cancelled" | "already_requested" => Self::AlreadyCancelled,
            "original_not_found" => Self::OriginalNotFound,
            "settlement_shortage" => Self::SettlementShortage,
            _ => Self::NotPossible,
        }
    }
}

/// A definite reason for a decline. New ones may come, so a `match` needs a last arm; [`DeclineReason::recovery`] groups them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum DeclineReason {
    /// Not enough money in the account behind the card.
    InsufficientFunds,
    /// A limit per charge, day, month or year, the holder's or the PG's risk limit.
    LimitExceeded,
    /// The card was used too often in a period.
    TooManyUses,
    /// The issuer is closed, in maintenance or too busy.
    IssuerUnavailable,
    /// The PG says that it did not reach the issuer.
    NotSent,
    /// Expired, or another expiry than the issuer knows.
    Expired,
    /// No card has this number.
    InvalidCardNumber,
    /// Birth date, business number or password digits do not match.
    HolderMismatch,
    /// Wrong password or CVC too often.
    TooManyWrongAttempts,
    /// Closed, returned or replaced.
    CardClosed,
    /// Not received or not activated yet.
    CardNotActivated,
    /// This card cannot be used here.
    CardNotUsable,
    /// A card issued abroad is not taken.
    ForeignCard,
    /// The PG or PortOne has no usable billing key under this id.
    BillingKeyUnusable,
    /// Suspended by issuer or holder.
    Suspended,
    /// The holder is in arrears.
    Delinquent,
    /// The issuer wants to speak with the holder.
    CallIssuer,
    /// The issuer wants the holder to prove who it is.
    AuthenticationRequired,
    /// Refused without a reason.
    Generic,
    /// Lost or stolen.
    LostOrStolen,
    /// On a list of cards or holders that are not served.
    Blacklisted,
    /// Fraud is suspected.
    SuspectedFraud,
    /// Blocked by law.
    LegalHold,
    /// The merchant's own limit at the PG is used up.
    MerchantLimit,
    /// The merchant's contract, MID, key or request is wrong.
    MerchantSetup,
    /// The merchant's contract has no key-in.
    KeyInNotAllowed,
    /// Installments are not possible for this sum, card or merchant.
    Installment,
    /// Below the minimum, above the maximum, or not a sum the PG takes.
    AmountNotAllowed,
    /// Tax-free and VAT parts do not add up.
    TaxSplit,
    /// PG or issuer did not say whether it charged; after the settle time it is known that nothing was.
    NoAnswer,
    /// The PG took it for a repeated request, and no charge stands behind it: look at how order ids are made.
    Duplicate,
    /// A code that no table knows, as it came.
    Other(String),
    /// The PG gave no code, and its text says nothing known.
    Unstated,
}

/// What helps after a decline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Recovery {
    /// The same card may work later: try again another day, under a new order id.
    TryLater,
    /// Ask for another card, or for this one's data again.
    OtherCard,
    /// The holder must call the issuer.
    HolderMustCall,
    /// Never try this card again by machine.
    Never,
    /// The merchant's set-up is wrong: no buyer can mend it.
    FixSetup,
}

impl DeclineReason {
    /// What helps. Our proposal (`codes.md` section 2), not a PG's word.
    pub fn recovery(&self) -> Recovery {
        match self {
            Self::InsufficientFunds
            | Self::LimitExceeded
            | Self::TooManyUses
            | Self::IssuerUnavailable
            | Self::NotSent
            | Self::NoAnswer => Recovery::TryLater,
            Self::Expired
            | Self::InvalidCardNumber
            | Self::HolderMismatch
            | Self::TooManyWrongAttempts
            | Self::CardClosed
            | Self::CardNotActivated
            | Self::CardNotUsable
            | Self::ForeignCard
            | Self::BillingKeyUnusable => Recovery::OtherCard,
            Self::Suspended
            | Self::Delinquent
            | Self::CallIssuer
            | Self::AuthenticationRequired
            | Self::Generic
            | Self::Other(_)
            | Self::Unstated => Recovery::HolderMustCall,
            Self::LostOrStolen | Self::Blacklisted | Self::SuspectedFraud | Self::LegalHold => Recovery::Never,
            Self::MerchantLimit
            | Self::MerchantSetup
            | Self::KeyInNotAllowed
            | Self::Installment
            | Self::AmountNotAllowed
            | Self::Duplicate
            | Self::TaxSplit => Recovery::FixSetup,
        }
    }
}

/// A PG's or the provider's no, as an adapter read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// What it means.
    pub class: CodeClass,
    /// The PG's code, when the text had one in a documented shape.
    pub pg_code: Option<String>,
    /// The text as it came, card data masked.
    pub message: String,
    /// True when the class was read off words, since this PG gives no code for it. `codes.md` section 4.
    pub from_words: bool,
}

/// A charge that certainly did not go through.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decline {
    /// Why.
    pub reason: DeclineReason,
    /// The order that was asked for.
    pub order: OrderId,
    /// The failed payment record, where one was made.
    pub payment: Option<PaymentId>,
    /// The PG's code, when it gave one.
    pub pg_code: Option<String>,
    /// The PG's text as it came, card data masked.
    pub pg_message: String,
    /// True when the reason was read off words and not off a code.
    pub from_words: bool,
}

impl Decline {
    /// What helps: short for `reason.recovery()`.
    pub fn recovery(&self) -> Recovery {
        self.reason.recovery()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_outcome_and_duplicate_are_never_declines() {
        for class in ["unknown_outcome", "duplicate"] {
            let read = CodeClass::from_table(class, "insufficient_funds").unwrap();
            assert!(!matches!(read, CodeClass::Decline(_)), "{class}");
        }
        assert_eq!(CodeClass::from_table("retry-later", "x"), None);
    }

    #[test]
    fn each_class_has_its_recovery() {
        let cases = [
            ("retry_later", "limit_daily", Recovery::TryLater),
            ("new_card", "expired_or_wrong_expiry", Recovery::OtherCard),
            ("contact_issuer", "other", Recovery::HolderMustCall),
            ("fraud_or_lost", "lost_stolen", Recovery::Never),
            ("merchant_config", "request_format", Recovery::FixSetup),
        ];
        for (class, reason, recovery) in cases {
            let Some(CodeClass::Decline(decline)) = CodeClass::from_table(class, reason) else { panic!("{class}") };
            assert_eq!(decline.recovery(), recovery, "{class}");
        }
    }
}
