//! What is known of NICE's new module, each fact with its source.

use kr_billing_core::profile::{AmountRole, KeyInTerms, Note, RefundTax, VatTerms, WindowReturn};
use kr_billing_core::{Fact, Profile};

/// The module's name on the wire.
pub const MODULE: &str = "nice_v2";

/// NICE Payments, new module.
pub static PROFILE: Profile = Profile {
    pg: MODULE,
    name: "NICE Payments (new)",
    window_module: Fact::new(None, "no card keys: [docs nice-v2] [rules]"),
    key_in_module: Fact::new(MODULE, "[docs nice-v2] [rules]"),
    key_in_terms: Fact::new(KeyInTerms::Ordinary, "[docs nice-v2]; no agreement is mentioned"),
    window_amount: Fact::new(AmountRole::NoWindow, "[docs nice-v2] [rules]"),
    pc_return: Fact::new(WindowReturn::NoWindow, "[docs nice-v2] [rules]"),
    mobile_return: Fact::new(WindowReturn::NoWindow, "[docs nice-v2] [rules]"),
    minimum_won: Fact::new(100, "[help min-max]"),
    vat_amount: Fact::new(VatTerms::ByAgreement, "[docs nice-v2] [oa]"),
    interest_free: Fact::new(true, "[docs nice-v2] [oa]"),
    card_points: Fact::new(true, "[docs nice-v2] [oa]"),
    refund_tax: Fact::new(RefundTax::MustBeKnown, "`vat_amount`: [oa cancel]; tax-free part as for `nice` [infer]"),
    key_in_buyer: Fact::new(&[], "[oa onetime]"),
    window_buyer: Fact::new(&[], "[rules]"),
    test_mids: Fact::new(&["iamport01m"], "[help nice]"),
    test_behaviour: Fact::new(
        "really charge, and cancel by themselves between 23:00 and 23:50; partial refunds are not seen by that job.",
        "[help test-payment]",
    ),
    notes: NOTES,
};

const NOTES: &[Note] = &[
    Note::new("What the API has", "Issuing, charging, key-in, scheduling and refunds.", "[docs nice-v2]"),
    Note::new(
        "Window",
        "One page lets KakaoPay and Naver Pay keys be made in a window at amount 0 with `customer_id`; the rule table says none at \
         all (CONFLICT). Card keys are by API only, so this channel has no window.",
        "[docs nice-v2] vs [rules]",
    ),
    Note::new(
        "Name",
        "At most 40 bytes (13 Hangul syllables), without any of % & | $ - + = [ ]: checked before anything is sent.",
        "[docs nice-v2]",
    ),
    Note::new(
        "Extras",
        "`vat_amount`, `interest_free_by_merchant` and `use_card_point` after an agreement. So are partial refunds, tax-free \
         sums and installments.",
        "[docs nice-v2]",
    ),
    Note::new(
        "Console",
        "The set-up page lists a cancel password for both modules, a help page for the old one only (CONFLICT): fill it in where \
         the console asks.",
        "[ready] vs [help real-channel-info]",
    ),
    Note::new(
        "Refund",
        "The cancel operation asks every part of MIDs in the designated-amounts mode, else code 1617, under the old module's name \
         only; a virtual account asks it of both modules (CONFLICT). Say `designated_amounts = true` in the configuration for \
         such a MID and it is checked before sending.",
        "[oa cancel] vs [oa vbanks]",
    ),
    Note::new("Test MIDs", "`iamport01m`; `iamport00m` is the window's, `iamport03m` virtual accounts'.", "[help nice]"),
    Note::new("Looking up several keys", "The operation for many keys does not list this module; one at a time works.", "[oa]"),
    Note::new(
        "Codes",
        "NICE's public list is for this API; the U and P families are not promised for the old module.",
        "[nice list]",
    ),
    Note::not_applicable(
        "Identity",
        "A window has its own identity check; keys by API have none.",
        "[help schedule-requirement]",
    ),
    Note::not_applicable(
        "Easy-pay keys",
        "Deleting one needs a reason, and a charge by one must not carry `card_quota`. This channel issues card keys only.",
        "[docs nice-v2]",
    ),
    Note::not_applicable(
        "Window results",
        "Only `imp_uid`, `merchant_uid` and errors come back, in a frame on a PC and by redirect on a phone.",
        "[docs nice-v2] [docs payrt]",
    ),
    Note::not_applicable(
        "Window failures",
        "NICE gives no reason; a general text with its phone number comes back.",
        "[docs nice-v2]",
    ),
    Note::not_applicable(
        "Window fields",
        "A window needs the buyer's phone number; amounts may have two decimals. Won has none.",
        "[docs nice-v2]",
    ),
    Note::not_applicable(
        "Direct card",
        "Calling a card company's page needs a fixed quota, Toss Bank (092) cannot be called, and lists of quotas are for PCs.",
        "[docs nice-v2]",
    ),
    Note::not_applicable(
        "Cash receipts",
        "They must be asked for at approval, with identifier and type; card payments have none.",
        "[docs nice-v2] [oa receipts]",
    ),
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
