//! What is known of KG Inicis, each fact with its source.

use kr_billing_core::profile::{AmountRole, KeyInTerms, Note, RefundTax, VatTerms, WindowReturn};
use kr_billing_core::{Fact, Profile};

/// The module that opens a window for storing a card.
pub const WINDOW_MODULE: &str = "html5_inicis";
/// The module for key-in in the guides, the PG code page and the rule table.
pub const KEY_IN_MODULE: &str = "inicis";

const FACTS: Profile = Profile {
    pg: "inicis",
    name: "KG Inicis",
    window_module: Fact::new(Some(WINDOW_MODULE), "[man inicis-window] [docs inicis]"),
    key_in_module: Fact::new(KEY_IN_MODULE, "[seed 001] [rules] [pg-code]; CONFLICT with [oa]"),
    key_in_terms: Fact::new(KeyInTerms::SeparateAgreement, "[seed 001] [docs inicis]"),
    window_amount: Fact::new(AmountRole::DisplayOnly, "[man inicis-window]"),
    pc_return: Fact::new(WindowReturn::Callback, "[man inicis-window] [docs inicis]"),
    mobile_return: Fact::new(WindowReturn::Either, "CONFLICT: [man] vs [man-en] [docs inicis]"),
    minimum_won: Fact::new(10, "[help min-max]"),
    vat_amount: Fact::new(VatTerms::ByAgreementThrough(WINDOW_MODULE), "[oa] [docs inicis]"),
    interest_free: Fact::new(false, "[docs inicis] [oa]"),
    card_points: Fact::new(false, "[oa]"),
    refund_tax: Fact::new(RefundTax::MustBeKnown, "[oa cancel] [docs inicis]"),
    key_in_buyer: Fact::new(&["buyer_name", "buyer_email", "buyer_tel"], "[oa onetime]"),
    window_buyer: Fact::new(&["buyer_tel"], "[docs inicis]"),
    test_mids: Fact::new(&["INIBillTst"], "[man] [help inicis]"),
    test_behaviour: Fact::new(
        "really charge, and cancel by themselves the same night between 23:00 and 23:50. KB and KakaoBank cards do not work.",
        "[help test-payment]",
    ),
    notes: NOTES,
};

/// KG Inicis with a window: `vat_amount` may be sent, as `html5_inicis` takes it.
pub static PROFILE: Profile = FACTS;

/// Key-in through `inicis` alone, which is not among the modules that take `vat_amount`: the provider's check names the way. `[oa]`
pub static KEY_IN_ONLY: Profile = Profile { vat_amount: Fact::new(VatTerms::NotTaken, "[oa]"), ..FACTS };

/// Key-in through `html5_inicis`, for accounts whose `GET /users/pg` says so.
pub static KEY_IN_BY_HTML5: Profile =
    Profile { key_in_module: Fact::new(WINDOW_MODULE, "[oa]; CONFLICT with [rules] [pg-code]"), ..FACTS };

const NOTES: &[Note] = &[
    Note::new(
        "Modules",
        "`html5_inicis` is the window, for single and recurring payments; `inicis` is key-in and recurring by API, and long ago \
         was an ActiveX window.",
        "[pg-code] [docs payrq]",
    ),
    Note::new(
        "Module for key-in",
        "CONFLICT: the API description lists `html5_inicis` for issuing and one-time charges, the guides, the PG code page and \
         the rule table say `inicis`. `inicis` is used unless `key_in.module` says otherwise; `GET /users/pg` tells which of them \
         an account's API channel carries, and an answer from either is accepted as Inicis.",
        "[oa] vs [seed 001] [rules] [pg-code]",
    ),
    Note::new(
        "Agreement for key-in",
        "Issuing by card data and one-time charges need a separate agreement. One help page says that Inicis recurs by window \
         only (CONFLICT): without an agreement, configure the window alone.",
        "[seed 001] vs [help schedule-list]",
    ),
    Note::new(
        "Features by contract",
        "Key-in, issuing by API, merchant-borne interest, stated VAT and tax-free parts, points and direct card calls must be \
         applied for. Without that an approval fails, or succeeds with another effect. Said of the V2 module; the contract is \
         the same.",
        "[v2 docs inicis] [infer]",
    ),
    Note::new(
        "One-time charge",
        "The API description wants the order's name and the buyer's name, e-mail and phone; the samples leave them out \
         (CONFLICT). All four are required here, for both modules.",
        "[oa onetime] vs [seed 001]",
    ),
    Note::new(
        "Buyer on issuing and on charges by key",
        "The V2 module demands name, phone and e-mail there too. V1 does not, so it is advice: send them.",
        "[v2 docs inicis] [infer]",
    ),
    Note::new(
        "Issuing by card data",
        "Card number, expiry, birth date and the first two password digits in the guides; the contract decides, so the \
         configuration's `require` says it.",
        "[seed 001] [docs inicis]",
    ),
    Note::new(
        "Charge and store",
        "A positive sum is really charged while the card is stored. The guide sends the password digits, the newer page does \
         not (CONFLICT): they are optional unless `require` names them.",
        "[seed 001] [docs inicis]",
    ),
    Note::new("Charge by key", "Needs the order's name; it is always sent.", "[man inicis-window] [oa again]"),
    Note::new(
        "Window",
        "`pg` is `html5_inicis`, with a dot and the MID when there are several. Only `card` may be asked for, and \
         `customer_uid` is needed. Inicis windows want the buyer's phone number; the list for recurring calls it optional \
         (CONFLICT): it is required here.",
        "[man inicis-window] [docs inicis]",
    ),
    Note::new(
        "Window amount",
        "Shown on a PC, not on phones, approved nowhere: the first charge is a call of its own under another order id.",
        "[man inicis-window]",
    ),
    Note::new(
        "Result on a phone",
        "The Korean manual says callback on both, though its sample has a return address; the English manual and the present \
         page say redirect (CONFLICT). `m_redirect_url` is always sent, and both ways back are read.",
        "[man] vs [man-en] [docs inicis]",
    ),
    Note::new(
        "authtype",
        "`bypass.inicis.authtype` = `01` asks on phones only for card number, expiry and birth date; without it also for \
         resident number and password.",
        "[docs inicis]",
    ),
    Note::new(
        "acceptmethod, P_RESERVED",
        "Flags for the PC window joined by colons, and for the phone window joined by ampersands, both in `bypass`.",
        "[docs inicis]",
    ),
    Note::new("period", "The service period shown to the buyer, first and last day as YYYYMMDD.", "[docs inicis]"),
    Note::new(
        "Language",
        "`language` is `ko` or `en`, where the window has a choice at all: the documents do not say which has. Others are refused.",
        "[docs payrq]",
    ),
    Note::new(
        "Certificate step",
        "The PC window asks for a certificate, the phone window does not.",
        "[help schedule-requirement]",
    ),
    Note::new(
        "Console",
        "Set-up needs MID (it begins with `MOI` when contracted through PortOne), the web sign key, for recurring the INILite \
         key, and the key file with its password. A missing key shows as TX9301.",
        "[ready] [help inicis]",
    ),
    Note::new(
        "Test MIDs",
        "`INIBillTst` for recurring; one help section writes `INIBillTest` (CONFLICT), the manual and another section \
         `INIBillTst`. `INIpayTest` is for single payments.",
        "[man] [help inicis]",
    ),
    Note::new("Card type", "Always null in a stored key's record: credit and check cards look alike.", "[oa def Customer]"),
    Note::new(
        "Merchant-borne interest",
        "Only in a window (`card.interest_free`) after a set-up by Inicis, not on the API; an issuing window charges nothing, so \
         it is refused here.",
        "[docs inicis]",
    ),
    Note::new(
        "Zero rate and VAT",
        "A stated VAT, zero too, works when the MID is set up for it. A refund must repeat the exact parts, since Inicis cancels \
         what it is told. `vat_amount` is listed for `html5_inicis` and not for `inicis`, the default for key-in: there it is \
         refused on charges by card, and without a window on charges by key, too. A window's keys can state it, and so does key-in \
         with `key_in.module = \"html5_inicis\"`, where the account's API channel carries that.",
        "[docs inicis] [oa] [oa cancel]",
    ),
    Note::new(
        "The MID's tax mode",
        "A taxable MID taxes everything and a tax-free MID nothing, whatever is sent. A mixed MID follows `tax_free`, and an \
         unsaid one makes all of it tax-free: the opposite of KCP. Changing the mode changes earlier payments too.",
        "[help inicis-vat] [help tax] [docs tax]",
    ),
    Note::new(
        "Minimum",
        "Samsung cards 100 won, others 10; the same article's headline says 100 (CONFLICT). Nothing is refused before sending.",
        "[help min-max]",
    ),
    Note::new("Product", "The recurring contract covers credit cards only, by a special clause.", "[help schedule-list]"),
    Note::new(
        "Codes",
        "PG answers are 500NNN and, it seems for recurring, 550NNN; the issuer's come as 1200XX and as 12XX. Small differences \
         exist, so each is kept whole.",
        "[inicis xlsx]",
    ),
    Note::not_applicable("Identity module", "`inicis_unified` is identity checks only.", "[pg-code] [docs payrq]"),
    Note::not_applicable(
        "Escrow webhook",
        "Carries `event`, and in `extra` a status, a time and a reason. Recurring payments have no escrow.",
        "[docs inicis]",
    ),
    Note::not_applicable("Other limits", "Bank transfers from 150 won, phone payments from 300.", "[help min-max]"),
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
