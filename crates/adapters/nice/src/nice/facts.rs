//! What is known of NICE's old module, each fact with its source.

use kr_billing_core::profile::{AmountRole, KeyInTerms, Note, RefundTax, VatTerms, WindowReturn};
use kr_billing_core::{Fact, Profile};

/// The module's name on the wire.
pub const MODULE: &str = "nice";

/// NICE Payments, old module.
pub static PROFILE: Profile = Profile {
    pg: MODULE,
    name: "NICE Payments",
    window_module: Fact::new(None, "[seed 004] [docs nice] [rules]"),
    key_in_module: Fact::new(MODULE, "[seed 004] [docs nice] [rules]"),
    key_in_terms: Fact::new(KeyInTerms::Ordinary, "[seed 004]"),
    window_amount: Fact::new(AmountRole::NoWindow, "[seed 004] [rules]"),
    pc_return: Fact::new(WindowReturn::NoWindow, "[seed 004] [rules]"),
    mobile_return: Fact::new(WindowReturn::NoWindow, "[seed 004] [rules]"),
    minimum_won: Fact::new(100, "[help min-max]"),
    vat_amount: Fact::new(VatTerms::ByAgreement, "[oa] [docs nice]"),
    interest_free: Fact::new(true, "[oa]"),
    card_points: Fact::new(true, "[oa]"),
    refund_tax: Fact::new(RefundTax::MustBeKnown, "[oa cancel] [docs nice]"),
    key_in_buyer: Fact::new(&[], "[oa onetime] [seed 004]"),
    window_buyer: Fact::new(&[], "[rules]"),
    test_mids: Fact::new(&["iamport01m"], "[help nice]"),
    test_behaviour: Fact::new(
        "really charge, and cancel by themselves between 23:00 and 23:50; partial refunds are not seen by that job. NH and KB \
         cards do not work.",
        "[help test-payment]",
    ),
    notes: NOTES,
};

const NOTES: &[Note] = &[
    Note::new(
        "Window",
        "Recurring is by API only. A window for it does not exist, so asking this channel for one does not compile.",
        "[seed 004] [docs nice]",
    ),
    Note::new(
        "Terms of key-in",
        "The guide speaks of no separate agreement, unlike KCP's and Inicis's; a contract for a recurring MID is needed all the \
         same.",
        "[seed 004]",
    ),
    Note::new(
        "Card fields",
        "As KCP's: number, expiry, birth date and, to store, the first two password digits. Charging and storing at once has \
         them in the guide and not on the newer page (CONFLICT): they are optional unless `require` names them.",
        "[seed 004] [docs nice]",
    ),
    Note::new("MIDs", "Recurring has another MID than single payments. Live ones begin with `IMP`, ten characters.", "[ready]"),
    Note::new(
        "Console",
        "Set-up needs MID, merchant key and the cancel password (ten characters at most), which must equal the one set at NICE: \
         else refunds fail with 2024 or 2025.",
        "[ready] [help nice] [nice list]",
    ),
    Note::new(
        "Test MIDs",
        "`iamport01m` for key-in and recurring; `iamport00m` is the window's, `iamport02m` virtual accounts'.",
        "[help nice]",
    ),
    Note::new("Extras", "`vat_amount`, `interest_free_by_merchant` and `use_card_point` each need NICE's agreement.", "[oa]"),
    Note::new(
        "Points on one-time charges",
        "The field list names this module, the prose only the new one (CONFLICT): refused here on charges by card, open on \
         charges by key.",
        "[oa onetime]",
    ),
    Note::new("Zero rate", "`tax_free` 0 with `vat_amount` 0 works when the MID is set up for it.", "[docs nice]"),
    Note::new(
        "Refund",
        "A tax-free part must be stated, and `vat_amount` when the charge had it. A MID in the designated-amounts mode wants \
         every part, else code 1617: say `designated_amounts = true` in the configuration and it is checked before sending.",
        "[oa cancel] [docs nice]",
    ),
    Note::new(
        "Refund shortage",
        "The text says that the sum is larger than what is unsettled (2023): top up or try later.",
        "[help refund] [nice list]",
    ),
    Note::new(
        "Reasons in words",
        "An issuer's refusal comes as 3095, or A110 from outside, with the reason in the text alone. It is read off words, and the \
         decline says so.",
        "[nice list]",
    ),
    Note::new(
        "Codes with two meanings",
        "2011, 2012 and 2032 mean one thing on a payment and another on a cancel; the operation decides.",
        "[nice list]",
    ),
    Note::not_applicable("period", "`period` with `interval` exists for window payments only.", "[docs nice]"),
    Note::not_applicable("Phones in test", "KT phones do not work on test MIDs; recurring is by card.", "[help test-payment]"),
];

#[cfg(test)]
mod tests {
    use super::*;

    /// The rows of the fact sheet that a reader of the matrix finds, and those that are not about billing (marked -).
    #[test]
    fn every_row_of_the_fact_sheet_is_named() {
        let line = |note: &Note| format!("{} {}", if note.applies { "+" } else { "-" }, note.topic);
        let topics: Vec<_> = PROFILE.notes.iter().map(line).collect();
        insta::assert_snapshot!(topics.join("\n"));
    }
}
