//! English.

use kr_billing::{Decline, Recovery};

use super::{Check, Fact, Step, id, ledger, won};

pub(super) fn step(step: Step) -> &'static str {
    match step {
        Step::OneTime => "One-time card payment",
        Step::Issue => "Issue a billing key from card data",
        Step::IssueAndCharge => "Issue a key and charge it for the first time, in one call",
        Step::ByKey => "Charge by key",
        Step::Window => "Issue a key in the checkout window",
        Step::NoWindow => "Ask for a checkout window",
        Step::Schedule => "Book a charge a month ahead",
        Step::Decline => "Declined cards",
        Step::Refund => "Refund a part, then the rest",
        Step::Lost => "The answer to a charge is lost after the money has moved",
    }
}

pub(super) fn fact(fact: &Fact<'_>) -> String {
    match fact {
        Fact::Opening { sandbox } => format!("kr-billing demo: every flow, on a sandbox of the PortOne V1 API at {sandbox}"),
        Fact::Paid { won: sum, order, payment } => format!("paid {} won: order {order}, payment {payment}", won(*sum)),
        Fact::AgainRefused { key, answer } => format!("charging the key {key}, which was never made, is answered: {answer}"),
        Fact::KeyIssued { key, card } => format!("billing key {key} for a card of {card}"),
        Fact::OnlyKeyIn { pg } => {
            format!("{pg} issues no keys in a window: `issuing()` gives the `KeyIn` arm, and code must say so")
        }
        Fact::WindowParameters { json } => format!("the page calls IMP.request_pay with\n{json}"),
        Fact::WindowReturned { hint } => {
            format!(
                "the buyer gave a card; the browser says order {}, payment {} (only a hint)",
                id(&hint.order),
                id(&hint.payment)
            )
        }
        Fact::Booked { won: sum, order, at } => format!("{} won are booked for {at}: order {order}", won(*sum)),
        Fact::ClockAdvanced { from, to } => format!("the sandbox's clock goes from {from} to {to}"),
        Fact::Webhook { hint } => {
            format!("a webhook comes: order {}, payment {} (only a hint)", id(&hint.order), id(&hint.payment))
        }
        Fact::LookedUp { status, won: sum, payment } => format!("looked up: payment {payment} is {status}, {} won", won(*sum)),
        Fact::Declined { won: sum, decline } => declined(*sum, decline),
        Fact::Refunded { won: sum, payment, left } => {
            format!("refunded {} won of payment {payment}; {} won are left", won(*sum), won(*left))
        }
        Fact::AnswerLost => "the connection broke after the sandbox had taken the money; the order was looked up".to_owned(),
        Fact::Differs { expected, found } => format!("expected {expected:?}, found {found:?}"),
        Fact::Ledger { totals } => format!(
            "the sandbox's ledger: {} captures of {} won, {} refunds of {} won",
            totals.captures,
            ledger(totals.captured),
            totals.refunds,
            ledger(totals.refunded)
        ),
        Fact::End { checks, differences: [] } => format!("everything was as expected ({checks} checks)"),
        Fact::End { differences, .. } => format!("{} differed:\n{}", differences.len(), differences.join("\n")),
    }
}

fn declined(sum: u64, decline: &Decline) -> String {
    let code = decline.pg_code.as_deref().unwrap_or("no code");
    format!(
        "{} won declined: {:?} ({code}, \"{}\"), order {}\nwhat helps: {}",
        won(sum),
        decline.reason,
        decline.pg_message,
        decline.order,
        recovery(decline.recovery())
    )
}

fn recovery(recovery: Recovery) -> &'static str {
    match recovery {
        Recovery::TryLater => "the same card may work later",
        Recovery::OtherCard => "ask for another card",
        Recovery::HolderMustCall => "the holder must call the issuer",
        Recovery::Never => "never try this card again",
        Recovery::FixSetup => "mend the merchant's set-up",
    }
}

pub(super) fn check(check: Check) -> &'static str {
    match check {
        Check::AmountAsAsked => "the sum that was asked for",
        Check::CapturedOnce => "ledger: captured once, nothing refunded",
        Check::CapturedAndRefunded => "ledger: captured once, and refunded as asked",
        Check::NoMoneyMoved => "ledger: no money moved for this order",
        Check::WholeLedger => "the whole ledger is the sum of what the steps expected",
        Check::CardNotKept => "the payment has no billing key",
        Check::NoSuchKey => "look-up: no such key exists",
        Check::AgainRefused => "a charge by it is refused",
        Check::KeyStored => "the card was stored with the charge",
        Check::KeyFound => "look-up: the key exists",
        Check::LedgerUntouched => "ledger: issuing moved no money",
        Check::ChargedKey => "the payment names the key that was charged",
        Check::WindowOffered => "a window is offered where the PG has one, and only there",
        Check::WindowConfirmed => "look-up: the window issued the key that was asked for",
        Check::ScheduleWaits => "the booking waits",
        Check::WebhookCame => "one webhook came, for this order",
        Check::LookUpSaysPaid => "look-up: paid, with the booked sum",
        Check::ScheduleExecuted => "the booking was made and is paid",
        Check::ReasonAndRecovery => "reason and recovery as the PG's code means them",
        Check::Balance => "the balance that is left",
        Check::FoundByLookUp => "the charge was found by look-up",
        Check::SentOnce => "the charge was sent once",
        Check::SameOutcome => "asked again, it answers with the same outcome",
        Check::StillSentOnce => "and nothing more is sent",
        Check::OneRecord => "one payment stands under the order",
    }
}
