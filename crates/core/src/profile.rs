//! What is known of a PG, each fact with its source.

/// A fact and where it is from: a tag of the project's fact sheets (`[oa cancel]`, `[seed 003]`, …).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fact<T> {
    /// What is known.
    pub value: T,
    /// Where from.
    pub source: &'static str,
}

impl<T> Fact<T> {
    /// A fact from a source.
    pub const fn new(value: T, source: &'static str) -> Self {
        Self { value, source }
    }
}

/// What the sum in an issuing window does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum AmountRole {
    /// It is only shown: nothing is charged, and the first charge is a call of its own with another order id.
    DisplayOnly,
    /// There is no issuing window.
    NoWindow,
}

/// How a window's result comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum WindowReturn {
    /// To the page's callback.
    Callback,
    /// By redirect to `m_redirect_url`.
    Redirect,
    /// The sources disagree; be ready for both.
    Either,
    /// There is no issuing window.
    NoWindow,
}

/// Whether key-in (`POST /subscribe/customers`, `onetime`) is open to a merchant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyInTerms {
    /// Only with a separate agreement with the PG.
    SeparateAgreement,
    /// With the ordinary contract for a recurring MID.
    Ordinary,
}

/// Whether a charge may state its VAT (`vat_amount`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum VatTerms {
    /// It may not.
    NotTaken,
    /// After an agreement with the PG.
    ByAgreement,
    /// After an agreement, and through this module only: the PG's other module does not take it.
    ByAgreementThrough(&'static str),
}

impl VatTerms {
    /// Whether `vat_amount` may be sent at all.
    pub fn taken(self) -> bool {
        self != Self::NotTaken
    }
}

/// What a refund must state about tax. Payments don't carry their split, so caller or journal supplies it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum RefundTax {
    /// Must be known: what is left out is not defaulted, or is cancelled as something else.
    MustBeKnown,
    /// May be left out.
    Optional,
}

/// A fact about a PG that no code decides on: for people, printed in the matrix.
#[derive(Debug, Clone, Copy)]
pub struct Note {
    /// What it is about.
    pub topic: &'static str,
    /// What is known.
    pub text: &'static str,
    /// Where from.
    pub source: &'static str,
    /// False when it says something about a product that billing does not use.
    pub applies: bool,
}

impl Note {
    /// A note that a merchant of this PG should read.
    pub const fn new(topic: &'static str, text: &'static str, source: &'static str) -> Self {
        Self { topic, text, source, applies: true }
    }

    /// A fact that has nothing to do with billing by key, kept so that nobody looks for it twice.
    pub const fn not_applicable(topic: &'static str, text: &'static str, source: &'static str) -> Self {
        Self { topic, text, source, applies: false }
    }
}

/// The facts of one PG module.
#[derive(Debug, Clone)]
pub struct Profile {
    /// The name in a configuration: `kcp`, `inicis`, `nice`, `nice_v2`.
    pub pg: &'static str,
    /// The company.
    pub name: &'static str,
    /// The module that opens a window, as `pg` on the wire.
    pub window_module: Fact<Option<&'static str>>,
    /// The module for key-in.
    pub key_in_module: Fact<&'static str>,
    /// On what terms key-in is open.
    pub key_in_terms: Fact<KeyInTerms>,
    /// What the sum in the window does.
    pub window_amount: Fact<AmountRole>,
    /// How the result comes back on a PC.
    pub pc_return: Fact<WindowReturn>,
    /// How it comes back on a phone.
    pub mobile_return: Fact<WindowReturn>,
    /// The least card payment in won. An agreement may lower it, so nothing is refused for it here.
    pub minimum_won: Fact<u64>,
    /// Whether, and through which module, `vat_amount` may be sent.
    pub vat_amount: Fact<VatTerms>,
    /// Whether `interest_free_by_merchant` may be sent.
    pub interest_free: Fact<bool>,
    /// Whether `use_card_point` may be sent.
    pub card_points: Fact<bool>,
    /// What a refund must state about tax.
    pub refund_tax: Fact<RefundTax>,
    /// Buyer parts that key-in (`onetime`) needs, by their wire names.
    pub key_in_buyer: Fact<&'static [&'static str]>,
    /// Buyer parts that a window needs, by their wire names.
    pub window_buyer: Fact<&'static [&'static str]>,
    /// The documented test MIDs.
    pub test_mids: Fact<&'static [&'static str]>,
    /// What a test channel does with money.
    pub test_behaviour: Fact<&'static str>,
    /// Everything else.
    pub notes: &'static [Note],
}

impl Profile {
    /// Whether an answer's `pg_provider` names a module of this PG.
    pub fn owns_provider(&self, word: &str) -> bool {
        word == self.key_in_module.value || self.window_module.value == Some(word) || word == self.pg
    }
}
