//! Calls of the facade, each told to the case as its caller heard it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use kr_billing::{
    Billing, BillingKey, BillingKeyId, ChargeRequest, Error, Issuance, IssueRequest, Krw, OrderName, PaymentId, Reach,
    RefundRequest, ScheduleEntry, ScheduleRequest, TaxSplit, UnixSeconds,
};

use super::case::{Case, KeyBelief, RefundTold, Told};
use super::script::{Act, Deed, Part, Sum};
use super::site::{GOOD_CARD, base_key, buyer, card, channel};
use super::watch::{CALLER, Event};

/// One caller's call.
pub struct Call {
    pub billing: Billing,
    pub deed: Deed,
    /// Whether nobody else is after the same order or key meanwhile.
    pub alone: bool,
    /// The payments under the order before, where they are not this attempt's.
    pub before: Option<Vec<PaymentId>>,
}

/// Makes a call, until its caller loses patience.
pub async fn perform(case: Arc<Case>, call: Call) {
    static CALLERS: AtomicU64 = AtomicU64::new(1);
    let act = call.deed.act;
    let unclear = call.deed.give_up_ms.is_some() || !call.deed.trouble.is_empty();
    let work = CALLER.scope(CALLERS.fetch_add(1, Ordering::Relaxed), one(&case, &call, unclear));
    match call.deed.give_up_ms {
        None => work.await,
        Some(ms) => {
            if tokio::time::timeout(Duration::from_millis(u64::from(ms)), work).await.is_err() {
                dropped(&case, act);
            }
        }
    }
}

async fn one(case: &Case, call: &Call, unclear: bool) {
    let (billing, alone) = (&call.billing, call.alone);
    match call.deed.act {
        Act::ByKey { order, sum } => {
            let request = ChargeRequest::by_key(base_key(case.pg), case.order(order), krw(sum.won()), name());
            charge(case, call, order, sum, request).await;
        }
        Act::ByCard { order, sum } => {
            let request = ChargeRequest::by_card(card(GOOD_CARD), case.order(order), krw(sum.won()), name());
            charge(case, call, order, sum, request).await;
        }
        Act::AndKeep { order, sum, key } => {
            let id = key_id(case, key);
            let request = ChargeRequest::by_card_and_keep(card(GOOD_CARD), id.clone(), case.order(order), krw(sum.won()), name());
            charge_and_keep(case, call, (order, sum), &id, request, unclear).await;
        }
        Act::Refund { order, part, stale } => refund(case, billing, order, part, stale, alone).await,
        Act::Issue { key } => issue(case, billing, key, alone && !unclear).await,
        Act::Delete { key } => {
            let id = key_id(case, key);
            let result = billing.delete_billing_key(&BillingKey::new(channel(case.pg), id.clone()), None).await;
            let belief = (result.is_ok() && alone && !unclear).then_some(KeyBelief::Gone);
            case.heard_key(id.as_str(), belief);
        }
        Act::Retry { order } => {
            let order = case.booking(order);
            let result = billing.retry_schedule(&base_key(case.pg), &order).await;
            let won = u64::try_from(case.totals(order.as_str()).captured).unwrap_or_default();
            case.heard(order.as_str(), won, result, alone, call.before.as_deref());
        }
        Act::Book { .. } | Act::Move { .. } | Act::Unbook { .. } | Act::Rebook { .. } => {
            booking(case, billing, call.deed.act, alone).await;
        }
    }
}

async fn charge(case: &Case, call: &Call, order: u8, sum: Sum, request: ChargeRequest) {
    let request = request.on_channel(channel(case.pg)).expect("the key's channel").with_buyer(buyer());
    let order = case.order(order);
    let armed = case.desk.watch.len();
    let result = call.billing.charge(request).await;
    // A known outcome that is told again cites its own payment.
    let again = !sent_since(case, armed, order.as_str());
    let before = call.before.as_deref().filter(|_| call.alone && !again);
    case.heard(order.as_str(), sum.won(), result, call.alone, before);
}

async fn charge_and_keep(
    case: &Case,
    call: &Call,
    (order, sum): (u8, Sum),
    key: &BillingKeyId,
    request: ChargeRequest,
    unclear: bool,
) {
    let request = request.on_channel(channel(case.pg)).expect("a channel").with_buyer(buyer());
    let order = case.order(order);
    let armed = case.desk.watch.len();
    let result = call.billing.charge(request).await;
    let again = !sent_since(case, armed, order.as_str());
    let belief = Case::key_belief(&result).filter(|_| call.alone && !unclear && !again);
    // Refused before it was sent: the key is what it was.
    if !again || unclear {
        case.heard_key(key.as_str(), belief);
    }
    let before = call.before.as_deref().filter(|_| call.alone && !again);
    case.heard(order.as_str(), sum.won(), result, call.alone, before);
}

fn sent_since(case: &Case, place: usize, order: &str) -> bool {
    let sent = |event: &Event| matches!(event, Event::Sent { subject, .. } if subject.order() == Some(order));
    case.desk.watch.since(place).iter().any(sent)
}

async fn refund(case: &Case, billing: &Billing, order: u8, part: Part, stale: bool, alone: bool) {
    let order = case.order(order);
    let Some(payment) = case.facts().paid.get(order.as_str()).cloned() else { return };
    let totals = case.totals(order.as_str());
    let left = u64::try_from(totals.captured - totals.refunded).unwrap_or_default();
    let expected = match (left, stale) {
        (0, _) => u64::try_from(totals.captured).unwrap_or_default(),
        (left, true) if left > 2_000 => left - 100,
        (left, _) => left,
    };
    let amount = match part {
        Part::Little => 1_000,
        Part::Half => expected / 200 * 100,
        Part::All => expected,
    };
    let Ok(balance) = Krw::new(expected) else { return };
    let channel = channel(case.pg);
    let request = match Krw::new(amount).ok().filter(|amount| *amount < balance) {
        Some(amount) => RefundRequest::partial(channel, payment.clone(), amount, balance).expect("less than the balance"),
        None => RefundRequest::full(channel, payment.clone(), balance),
    };
    let request = request.with_tax(TaxSplit::taxable()).expect("no parts");
    let amount = request.amount.won();
    let call = case.facts().refunds.len();
    let told = RefundTold { call, order: order.to_string(), payment, expected, amount, told: Told::Unknown };
    // Said before the call, for a caller that is dropped in the middle of it.
    case.facts().refunds.push(told.clone());
    let result = billing.refund(&request).await;
    case.heard_refund(told, result, alone);
}

async fn issue(case: &Case, billing: &Billing, key: u8, clear: bool) {
    let id = key_id(case, key);
    let request = IssueRequest::new(id.clone(), card(GOOD_CARD)).with_holder(buyer());
    let channel = channel(case.pg);
    let Ok(issuing) = billing.issuing(Some(&channel)) else { return };
    let Some(key_in) = issuing.key_in() else { return };
    let result = key_in.issue(&request).await;
    match &result {
        Ok(Issuance::Stored(_)) => case.heard_key(id.as_str(), clear.then_some(KeyBelief::There)),
        // Refused or in use: the key is what it was.
        Ok(Issuance::Refused(_)) | Err(_) if clear => {}
        _ => case.heard_key(id.as_str(), None),
    }
    if let Ok(Issuance::InDoubt(doubt)) = result {
        let mut facts = case.facts();
        facts.doubts += 1;
        facts.tickets.push(doubt.ticket);
    }
}

async fn booking(case: &Case, billing: &Billing, act: Act, alone: bool) {
    let key = base_key(case.pg);
    let now = case.handle.now().max(i64::try_from(billing.now().0).unwrap_or(0));
    let at = |hours: u64| UnixSeconds(u64::try_from(now).unwrap_or(0) + hours * 3_600);
    match act {
        Act::Book { order, sum } => {
            let order = case.booking(order);
            case.facts().booked.insert(order.to_string());
            let first = !case.desk.watch.since(0).contains(&Event::Booked(order.to_string()));
            case.desk.watch.note(Event::Booked(order.to_string()));
            let entry = ScheduleEntry::new(order.clone(), at(1), krw(sum.won()), name()).with_buyer(buyer());
            let request = ScheduleRequest::new(key, vec![entry], billing.now()).expect("a booking");
            let result = billing.schedule(&request).await;
            if first && alone && !case.shared && certainly_not(&result) {
                case.claim(order.as_str(), "not booked", true);
            }
        }
        Act::Move { order } => {
            // Whether it moved or not, it is charged once or never.
            let _ = billing.change_schedule_time(&key, &case.booking(order), at(2)).await;
        }
        Act::Unbook { order } => {
            let order = case.booking(order);
            let taken_back = billing.cancel_schedules(&key, std::slice::from_ref(&order)).await.is_ok();
            if taken_back && alone && !case.shared && case.totals(order.as_str()).captures == 0 {
                case.claim(order.as_str(), "taken back", true);
            }
        }
        Act::Rebook { order } => {
            let order = case.booking(order);
            case.facts().booked.insert(order.to_string());
            case.facts().rebooked.insert(order.to_string());
            case.desk.watch.note(Event::Booked(order.to_string()));
            let _ = billing.reschedule(&key, &order, at(1)).await;
        }
        _ => {}
    }
}

fn certainly_not<T>(result: &Result<T, Error>) -> bool {
    result.as_ref().is_err_and(|error| error.reach() != Reach::Unclear)
}

/// The caller has left: whatever it was about is not clear.
fn dropped(case: &Case, act: Act) {
    case.count("dropped");
    if let Act::Issue { key } | Act::Delete { key } | Act::AndKeep { key, .. } = act {
        case.heard_key(key_id(case, key).as_str(), None);
    }
}

fn key_id(case: &Case, key: u8) -> BillingKeyId {
    BillingKeyId::new(format!("{}-k{key}", case.prefix)).expect("a key id")
}

fn krw(won: u64) -> Krw {
    Krw::new(won).expect("a sum")
}

fn name() -> OrderName {
    OrderName::new("monthly pass").expect("a name")
}
