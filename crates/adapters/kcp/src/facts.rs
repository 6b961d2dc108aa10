//! What is known of NHN KCP, each fact with its source.

use kr_billing_core::profile::{AmountRole, KeyInTerms, Note, RefundTax, VatTerms, WindowReturn};
use kr_billing_core::{Fact, Profile};

/// The module that opens a window for storing a card.
pub const WINDOW_MODULE: &str = "kcp_billing";
/// The module for key-in, and for charges by key.
pub const KEY_IN_MODULE: &str = "kcp";

/// NHN KCP.
pub static PROFILE: Profile = Profile {
    pg: "kcp",
    name: "NHN KCP",
    window_module: Fact::new(Some(WINDOW_MODULE), "[seed 003] [docs kcp] [rules]"),
    key_in_module: Fact::new(KEY_IN_MODULE, "[seed 000, 002] [docs kcp] [rules]"),
    key_in_terms: Fact::new(KeyInTerms::SeparateAgreement, "[seed 000, 002]"),
    window_amount: Fact::new(AmountRole::DisplayOnly, "[seed 003]"),
    pc_return: Fact::new(WindowReturn::Callback, "[seed 003] [docs kcp]"),
    mobile_return: Fact::new(WindowReturn::Redirect, "[seed 003] [docs kcp]"),
    minimum_won: Fact::new(1_000, "[help min-max] [kcp codes]"),
    vat_amount: Fact::new(VatTerms::NotTaken, "[oa]"),
    interest_free: Fact::new(false, "[oa]"),
    card_points: Fact::new(false, "[oa]"),
    refund_tax: Fact::new(RefundTax::MustBeKnown, "[oa cancel] [help tax]"),
    key_in_buyer: Fact::new(&[], "[seed 000 §2] [oa onetime]"),
    window_buyer: Fact::new(&[], "[seed 003] [docs kcp]"),
    test_mids: Fact::new(&["A52LD"], "[help kcp]"),
    test_behaviour: Fact::new("never charge; declines cannot be provoked.", "[help test-payment]"),
    notes: NOTES,
};

const NOTES: &[Note] = &[
    Note::new(
        "Modules",
        "`kcp_billing` is the recurring window and nothing else; `kcp` is key-in and charges by key here, and an ordinary \
         payment window elsewhere.",
        "[pg-code] [docs payrq]",
    ),
    Note::new(
        "Agreement for key-in",
        "Issuing by card data and one-time charges are open only to merchants with a separate KCP agreement.",
        "[seed 000, 002]",
    ),
    Note::new(
        "One MID, two ways",
        "A manual of 2017 says that a window's MID cannot issue over REST. So window and key-in each have their own MID in a \
         configuration.",
        "[man README 2017]",
    ),
    Note::new(
        "One-time charge",
        "Needs order, card number, expiry, birth date and amount; the card is not stored.",
        "[seed 000 §2]",
    ),
    Note::new(
        "Issuing by card data",
        "Card number, expiry, birth date and the first two password digits in every guide; the contract decides which are \
         needed, so the configuration's `require` says it. Only a key is made, nothing is charged.",
        "[seed 000 §3] [docs kcp] [oa customers POST]",
    ),
    Note::new(
        "Charge and store",
        "The guides send the password digits with it, the newer page leaves them out (CONFLICT): they are optional unless \
         `require` names them.",
        "[seed 000 §4] vs [docs kcp]",
    ),
    Note::new(
        "Charge by key",
        "The guide sends key, order and amount only. The name is always sent as well.",
        "[seed 000 §5] [oa again]",
    ),
    Note::new(
        "Window",
        "`pg` is `kcp_billing`, or `kcp_billing.` and the site code, or a channel key takes its place. Only `card` may be asked \
         for, and `customer_uid` is needed.",
        "[seed 003] [docs kcp]",
    ),
    Note::new(
        "Window amount",
        "Shown on phones, hidden on a PC, approved nowhere: the first charge is a call of its own under another order id.",
        "[seed 003]",
    ),
    Note::new(
        "Site logo",
        "`bypass.site_logo`: address of a GIF or JPG below 150 x 50 pixels, shown top left on a PC only; it may slow the opening.",
        "[seed 003] [docs kcp]",
    ),
    Note::new(
        "Birth-date box",
        "`bypass.batch_birth_day_yn` = `Y` shows the birth-date box at once on a PC. Without it a resident-number box turns \
         into one after eight card digits.",
        "[docs kcp]",
    ),
    Note::new(
        "Language",
        "`language` is `ko` or `en`, where the window has a choice at all: the documents do not say which has. Others are refused.",
        "[docs payrq]",
    ),
    Note::new(
        "Certificate step",
        "On a PC the certificate log-in is skipped unless KCP's policy switches it on for a merchant.",
        "[docs kcp] [help schedule-requirement]",
    ),
    Note::new(
        "Console",
        "Set-up needs site code, site key and, for recurring payments, the recurring group id. The old console had a button for \
         a development account.",
        "[ready] [seed 000 §1]",
    ),
    Note::new(
        "Test site codes",
        "`A52LD` for recurring, by API and window. `AO09C` is the general window's and `AO0Q9` Payco's.",
        "[help kcp]",
    ),
    Note::new(
        "Minimum",
        "1,000 won by card, 100 on request; below it code 9010. On test site codes an article says from 100 won up to a low cap, \
         code 8129 says 1,000 to 5,004 won at once and 50,004 in installments (CONFLICT): nothing is refused before sending.",
        "[help min-max] [kcp codes]",
    ),
    Note::new(
        "Installments",
        "From 50,000 won; some issuers take them from 10,000. What is below 50,000 is refused here.",
        "[oa] [docs kcp]",
    ),
    Note::new(
        "Refund shortage",
        "Code 8178: not enough unsettled balance to offset the refund. Top up or try later.",
        "[kcp codes] [help refund]",
    ),
    Note::new(
        "Tax",
        "A tax-free part must be stated when it is refunded. On a mixed-tax MID an unsaid part counts as taxable: the opposite \
         of Inicis.",
        "[oa cancel] [help tax] [docs tax]",
    ),
    Note::new(
        "Service period, merchant-borne interest, points",
        "KCP's recurring window has no `period`, and its API no `interest_free_by_merchant`, `use_card_point` or `vat_amount`: \
         each is refused before anything is sent.",
        "[docs kcp] [oa]",
    ),
    Note::new("Platforms", "KCP sells no recurring payments to platforms that sell for others.", "[help schedule-list]"),
    Note::new(
        "Hint from V2",
        "KCP's V2 module wants birth date or business number and two password digits to issue by API.",
        "[v2 docs kcp]",
    ),
    Note::not_applicable("Quick Pay", "`kcp_quick` is a product of its own.", "[pg-code] [docs payrq]"),
    Note::not_applicable(
        "V2 limits",
        "V2 takes order ids of 40 characters and names of 100 bytes; its test site codes are `T0000` and `A52Q7`.",
        "[v2 docs kcp] [help kcp]",
    ),
    Note::not_applicable("Key-in inside a window", "`auth_mode: \"key-in\"` belongs to ordinary payments.", "[docs kcp]"),
    Note::not_applicable(
        "Installment list in a window",
        "`display.card_quota` sets a maximum and not a choice; an issuing window charges nothing.",
        "[docs kcp]",
    ),
    Note::not_applicable(
        "Phone and vouchers",
        "`shop_user_id` (and for phones the buyer's name) are for payments that cannot recur.",
        "[docs kcp]",
    ),
    Note::not_applicable("Direct card points", "Quota offsets 60 and 80 are for direct card calls in a window.", "[docs kcp]"),
    Note::not_applicable(
        "Phone refunds next month",
        "They need the holder's bank account and a special contract; recurring is by card.",
        "[oa cancel]",
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
