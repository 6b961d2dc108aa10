//! Charges, and storing a card.

use kr_billing_core::{BillingKeyId, Card, ChargeMethod, ChargeRequest, IssueRequest, Operation};
use serde_json::{Map, Value, json};

use super::{Call, Method, put, put_buyer, put_tax};
use crate::mask::Mask;
use crate::settings::ModuleRoute;

/// `POST /subscribe/payments/again`. The key decides the channel, so no `pg` goes with it. `[oa again]`
pub(crate) fn again(request: &ChargeRequest, key: &BillingKeyId) -> Call {
    let mut body = money(request);
    body.insert("customer_uid".into(), json!(key.as_str()));
    let mut call = Call::new(Operation::Charge, Method::Post, "/subscribe/payments/again", &[]).body(body);
    call.mask = Mask::default().with_buyer(&request.buyer);
    call.for_order(&request.order).for_key(key)
}

/// `POST /subscribe/payments/onetime`, storing the card when there is a `keep`.
///
/// The OpenAPI gives `pg` to this call and no `channel_key`; both go, so that a server that ignores the second still takes the
/// right module. `[oa onetime]`
pub(crate) fn onetime(request: &ChargeRequest, card: &Card, keep: Option<&BillingKeyId>, route: &ModuleRoute) -> Call {
    let mut body = money(request);
    body.insert("pg".into(), json!(route.pg()));
    put(&mut body, "channel_key", route.channel_key.as_deref());
    put_card(&mut body, card);
    put(&mut body, "customer_uid", keep.map(BillingKeyId::as_str));
    let mut call = Call::new(Operation::Charge, Method::Post, "/subscribe/payments/onetime", &[]).body(body);
    call.mask = Mask::for_card(card).with_buyer(&request.buyer);
    call.key = keep.map(|key| key.as_str().to_owned());
    call.for_order(&request.order)
}

/// `POST /subscribe/customers/{customer_uid}`. `[oa customers POST]`
pub(crate) fn issue(request: &IssueRequest, route: &ModuleRoute) -> Call {
    let mut body = Map::new();
    match &route.channel_key {
        Some(key) => body.insert("channel_key".into(), json!(key)),
        None => body.insert("pg".into(), json!(route.pg())),
    };
    put_card(&mut body, &request.card);
    let holder = &request.holder;
    put(&mut body, "customer_name", holder.name());
    put(&mut body, "customer_tel", holder.tel());
    put(&mut body, "customer_email", holder.email());
    put(&mut body, "customer_addr", holder.addr());
    put(&mut body, "customer_postcode", holder.postcode());
    let mut call = Call::new(Operation::IssueKey, Method::Post, "/subscribe/customers/{}", &[request.key.as_str()]).body(body);
    call.mask = Mask::for_card(&request.card).with_buyer(holder);
    call.for_key(&request.key)
}

/// The call for a charge; `None` for a card without a route.
pub(crate) fn charge(request: &ChargeRequest, route: Option<&ModuleRoute>) -> Option<Call> {
    Some(match &request.method {
        ChargeMethod::Key(key) => again(request, &key.id),
        ChargeMethod::Card { card, .. } => onetime(request, card, None, route?),
        ChargeMethod::CardAndKeep { card, key, .. } => onetime(request, card, Some(key), route?),
    })
}

fn money(request: &ChargeRequest) -> Map<String, Value> {
    let mut body = Map::new();
    body.insert("merchant_uid".into(), json!(request.order.as_str()));
    body.insert("amount".into(), json!(request.amount.won()));
    body.insert("name".into(), json!(request.name.as_str()));
    put_tax(&mut body, request.tax);
    put_buyer(&mut body, &request.buyer);
    put(&mut body, "card_quota", request.installment.get());
    put(&mut body, "interest_free_by_merchant", request.interest_free.then_some(true));
    put(&mut body, "use_card_point", request.use_card_point.then_some(true));
    put(&mut body, "custom_data", request.custom_data.as_deref());
    put(&mut body, "notice_url", request.notice_url.as_deref());
    body
}

fn put_card(body: &mut Map<String, Value>, card: &Card) {
    body.insert("card_number".into(), json!(card.expose_number()));
    body.insert("expiry".into(), json!(card.expose_expiry()));
    put(body, "birth", card.expose_birth());
    put(body, "pwd_2digit", card.expose_password_digits());
}
