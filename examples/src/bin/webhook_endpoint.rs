//! A webhook's address. PortOne posts JSON or a form; either says only that something has happened to a payment.

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use kr_billing::portone_v1::hint;
use kr_billing::{Billing, ChannelName, Charge, ChargeRequest, Krw, OrderId, OrderName, Payment, PaymentId, PaymentStatus};
use kr_billing_examples::{Shop, Trouble, serve};

#[derive(Clone)]
struct Endpoint {
    billing: Billing,
    channel: ChannelName,
}

#[tokio::main]
async fn main() -> Result<(), Trouble> {
    let shop = Shop::open().await?;
    if shop.sandbox().is_some() {
        println!("try: curl -d 'imp_uid={}' http://127.0.0.1:8080/webhook", some_payment(&shop).await?);
    }
    let endpoint = Endpoint { billing: shop.billing.clone(), channel: shop.channel()? };
    serve(Router::new().route("/webhook", post(webhook)).with_state(endpoint)).await
}

/// Something to hear of: a member of the sandbox has paid.
async fn some_payment(shop: &Shop) -> Result<PaymentId, Trouble> {
    let key = shop.member("member-1042.card-1", "1234-1234-1234-1234").await?;
    let order = OrderId::new("sub-1042.202611.1")?;
    let request = ChargeRequest::by_key(key, order, Krw::new(9_900)?, OrderName::new("Monthly plan")?);
    match shop.billing.charge(request).await? {
        Charge::Paid(paid) => Ok(paid.payment.id),
        other => Err(format!("the sandbox did not charge: {other:?}").into()),
    }
}

// ANCHOR: webhook
/// Answers 200 when the webhook needs no resending, and 503 when the look-up failed and it should come again.
async fn webhook(State(endpoint): State<Endpoint>, body: Bytes) -> (StatusCode, &'static str) {
    let Ok(hint) = hint::from_webhook(&body) else {
        return (StatusCode::BAD_REQUEST, "this is no webhook");
    };
    let Some(id) = hint.payment else {
        return (StatusCode::BAD_REQUEST, "the webhook names no payment");
    };
    // Anybody can post here, so nothing of the body is believed: not its status, not its order.
    match endpoint.billing.payment(&endpoint.channel, &id).await {
        Ok(Some(payment)) => (StatusCode::OK, record(&payment)),
        Ok(None) => (StatusCode::OK, "no such payment"),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "try again later"),
    }
}

/// Writes the payment down. Webhooks come twice, late and out of order: store the state that was looked up, whatever came before.
fn record(payment: &Payment) -> &'static str {
    println!("order {}: {} ({} won)", payment.order, payment.status.as_word(), payment.amount);
    match payment.status {
        PaymentStatus::Paid if payment.is_issuance() => "a card was stored",
        PaymentStatus::Paid => "the order is paid",
        PaymentStatus::Cancelled => "the order was refunded",
        PaymentStatus::Failed => "the order was not paid",
        _ => "nothing to do yet",
    }
}
// ANCHOR_END: webhook
