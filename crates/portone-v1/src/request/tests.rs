use kr_billing_core::{
    BillingKey, BillingKeyId, Buyer, Card, ChannelName, ChargeRequest, Expiry, Installment, IssueRequest, Krw, OrderId,
    OrderName, PaymentId, PaymentStatus, ScheduleEntry, ScheduleRequest, ScheduleStatus, TaxSplit, TimeWindow, UnixSeconds,
};
use serde_json::json;

use super::*;
use crate::settings::ModuleRoute;
use crate::types::key::Requester;
use crate::types::list::{ScheduleQuery, ScheduleSorting, Sorting, StatusFilter, StatusQuery};
use crate::types::payment::CancelOptions;

/// Calls as text, without card data.
fn shown(calls: impl IntoIterator<Item = Call>) -> String {
    calls.into_iter().map(|call| one(&call)).collect::<Vec<_>>().join("\n\n")
}

fn one(call: &Call) -> String {
    let mut text = format!("{:?} {}", call.method, call.path);
    for (i, (name, value)) in call.query.iter().enumerate() {
        text.push_str(&format!("{}{name}={value}", if i == 0 { "?" } else { "&" }));
    }
    if call.list {
        text.push_str("  (long answer)");
    }
    if let Some(body) = &call.body {
        let mut body = body.clone();
        for field in ["card_number", "expiry", "birth", "pwd_2digit", "imp_secret"] {
            if let Some(value) = body.get_mut(field) {
                *value = json!(format!("<{field}>"));
            }
        }
        text.push('\n');
        text.push_str(&serde_json::to_string_pretty(&body).unwrap());
    }
    text
}

fn key() -> BillingKeyId {
    BillingKeyId::new("gildong_0001:1234").unwrap()
}

fn order(text: &str) -> OrderId {
    OrderId::new(text).unwrap()
}

fn krw(won: u64) -> Krw {
    Krw::new(won).unwrap()
}

fn name() -> OrderName {
    OrderName::new("월간 이용권").unwrap()
}

fn card() -> Card {
    let card = Card::new("1234-5678-9012-3456", Expiry::new(2031, 7).unwrap()).unwrap();
    card.with_birth("880205").unwrap().with_password_digits("73").unwrap()
}

fn buyer() -> Buyer {
    Buyer::new().with_name("홍길동").unwrap().with_tel("010-0000-0000").unwrap().with_email("a@b.kr").unwrap()
}

fn by_key() -> ChargeRequest {
    let key = BillingKey::new(ChannelName::new("main").unwrap(), key());
    ChargeRequest::by_key(key, order("order_1"), krw(60_000), name())
}

#[test]
fn an_id_stays_one_segment() {
    assert_eq!(fill("/a/{}/b", &["x/y?z#%2e 한"]), "/a/x%2Fy%3Fz%23%252e%20%ED%95%9C/b");
    assert_eq!(fill("/payments/find/{}/{}", &["order_1", "paid"]), "/payments/find/order_1/paid");
}

#[test]
fn charges_and_issuing() {
    let route = ModuleRoute::new("kcp").with_mid("A52LD");
    let channel_key = ModuleRoute::new("kcp").with_channel_key("channel-key-1");
    let full = by_key()
        .with_tax(TaxSplit { tax_free: Some(0), vat: Some(5_454) })
        .and_then(|request| request.with_installment(Installment::months(3)?))
        .unwrap()
        .with_buyer(buyer())
        .with_custom_data("{\"plan\":1}")
        .with_notice_url("https://shop.example/hook")
        .with_interest_free()
        .with_card_points();
    let by_card = ChargeRequest::by_card(card(), order("order_2"), krw(1_000), name());
    let keep = ChargeRequest::by_card_and_keep(card(), key(), order("order_3"), krw(1_000), name());
    let issue = IssueRequest::new(key(), card()).with_holder(buyer());
    insta::assert_snapshot!(shown([
        charge::charge(&by_key(), Some(&route)).unwrap(),
        charge::charge(&full, None).unwrap(),
        charge::charge(&by_card, Some(&route)).unwrap(),
        charge::charge(&keep, Some(&channel_key)).unwrap(),
        charge::issue(&issue, &route),
        charge::issue(&issue, &channel_key),
    ]));
    assert!(charge::charge(&by_card, None).is_none(), "a card needs a route");
}

#[test]
fn a_card_goes_out_as_it_was_typed() {
    let body = charge::issue(&IssueRequest::new(key(), card()), &ModuleRoute::new("nice")).body.unwrap();
    let sent = |field: &str| body[field].as_str().unwrap().to_owned();
    assert_eq!(sent("card_number"), card().expose_number());
    assert_eq!(sent("expiry"), card().expose_expiry());
    assert_eq!(Some(sent("birth").as_str()), card().expose_birth());
    assert_eq!(Some(sent("pwd_2digit").as_str()), card().expose_password_digits());
}

#[test]
fn keys() {
    let window = TimeWindow::new(UnixSeconds(1_790_000_000), UnixSeconds(1_790_086_400)).unwrap();
    insta::assert_snapshot!(shown([
        super::keys::one(&key()),
        super::keys::many(&[key(), BillingKeyId::new("b").unwrap()]),
        super::keys::delete(&key(), None, None),
        super::keys::delete(&key(), Some("left us"), Some(Requester::Customer)),
        super::keys::payments(&key(), 2),
        super::keys::schedules(&key(), window, Some(&ScheduleStatus::Executed), 1),
    ]));
}

#[test]
fn payments() {
    let id = PaymentId::new("imps_123456789012").unwrap();
    let query = StatusQuery {
        from: Some(UnixSeconds(1)),
        to: Some(UnixSeconds(2)),
        sorting: Some(Sorting::OldestPaid),
        ..StatusQuery::default()
    };
    insta::assert_snapshot!(shown([
        super::payments::one(&id, false),
        super::payments::one(&id, true),
        super::payments::many(std::slice::from_ref(&id), &[order("order_1")]),
        super::payments::find(&order("order_1"), None, None),
        super::payments::find(&order("order_1"), Some(&PaymentStatus::Paid), Some(Sorting::NewestPaid)),
        super::payments::find_all(&order("order_1"), None, 1, 100),
        super::payments::find_all(&order("order_1"), Some(&PaymentStatus::Failed), 2, 100),
        super::payments::by_status(StatusFilter::Cancelled, &query),
        super::payments::balance(&id),
        super::payments::prepare(Method::Post, &order("order_1"), krw(1_000)),
        super::payments::prepare(Method::Put, &order("order_1"), krw(2_000)),
        super::payments::prepared(&order("order_1")),
    ]));
}

#[test]
fn cancels_always_carry_amount_and_balance() {
    let id = PaymentId::new("imps_123456789012").unwrap();
    let tax = TaxSplit { tax_free: Some(0), vat: None };
    let options = CancelOptions { tax, reason: Some("changed mind".into()), webhook: true };
    insta::assert_snapshot!(shown([
        super::payments::cancel(&id, krw(1_000), krw(1_000), &CancelOptions::default()),
        super::payments::cancel(&id, krw(300), krw(1_000), &options),
    ]));
}

#[test]
fn schedules() {
    let at = UnixSeconds(1_790_000_000);
    let window = TimeWindow::new(UnixSeconds(1_789_000_000), UnixSeconds(1_790_000_000)).unwrap();
    let entries = vec![
        ScheduleEntry::new(order("m_1"), at, krw(1_000), name()),
        ScheduleEntry::new(order("m_2"), at, krw(2_000), name())
            .with_buyer(buyer())
            .with_notice_url("https://shop.example/hook")
            .with_tax(TaxSplit { tax_free: Some(500), vat: None })
            .unwrap(),
        ScheduleEntry::new(order("m_3"), at, krw(60_000), name())
            .with_installment(Installment::months(3).unwrap())
            .unwrap()
            .with_interest_free()
            .with_card_points()
            .with_custom_data("{\"plan\":1}"),
    ];
    let channel = ChannelName::new("main").unwrap();
    let request = ScheduleRequest::new(BillingKey::new(channel, key()), entries, UnixSeconds(1_780_000_000)).unwrap();
    let (status, sorting) = (Some(ScheduleStatus::Revoked), ScheduleSorting::OldestFirst);
    let revoked = ScheduleQuery { status, page: 2, sorting, ..ScheduleQuery::new(window) };
    insta::assert_snapshot!(shown([
        super::schedules::create(&request),
        super::schedules::all(&ScheduleQuery { limit: 1000, ..ScheduleQuery::new(window) }),
        super::schedules::all(&revoked),
        super::schedules::one(&order("m_1")),
        super::schedules::change_time(&order("m_1"), at),
        super::schedules::reschedule(&order("m_1"), at),
        super::schedules::retry(&order("m_1")),
        super::schedules::cancel(&key(), &[order("m_1"), order("m_2")]),
        super::schedules::cancel_all(&key()),
    ]));
}

#[test]
fn the_account() {
    let credentials = crate::Credentials::new("imp_apikey", "a-secret");
    insta::assert_snapshot!(shown([
        account::token(&credentials),
        account::pg_settings(),
        account::tier("AB1"),
        account::cards(),
        account::card("361"),
        account::banks(),
        account::bank("004"),
    ]));
}
