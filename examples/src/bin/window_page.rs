//! A page that opens the PG's window, and the two ways its result comes back: a callback on a PC, a redirect on a phone. Neither
//! is believed; both only say that it is time to look.

use axum::extract::{RawQuery, State};
use axum::response::Html;
use axum::routing::{get, post};
use axum::{Router, http::StatusCode};
use kr_billing::portone_v1::hint;
use kr_billing::{Billing, BillingKey, BillingKeyId, Buyer, OrderId, OrderName, WindowHint, WindowOutcome, WindowRequest};
use kr_billing_examples::{Shop, Trouble, serve};

/// What the shop knows of the card that is being stored. A real shop keeps it with the member's session.
#[derive(Clone)]
struct Checkout {
    billing: Billing,
    key: BillingKey,
    order: OrderId,
}

#[tokio::main]
async fn main() -> Result<(), Trouble> {
    let shop = Shop::open().await?;
    let key = BillingKey::new(shop.channel()?, BillingKeyId::new("member-1042.card-1")?);
    // The issuance burns this order id: the first charge takes another.
    let checkout = Checkout { billing: shop.billing.clone(), key, order: OrderId::new("issue-member-1042.card-1")? };
    let app = Router::new()
        .route("/", get(page))
        .route("/cards/callback", post(callback))
        .route("/cards/done", get(redirect))
        .with_state(checkout);
    if shop.sandbox().is_some() {
        println!("no PG opens a window for a sandbox: POST the page's parameters to it at /_sandbox/windows to play the buyer");
    }
    serve(app).await
}

// ANCHOR: page
/// The page. `IMP.init` takes the account's merchant code (가맹점 식별코드).
async fn page(State(checkout): State<Checkout>) -> Result<Html<String>, Answer> {
    let parameters = parameters(&checkout).await.map_err(trouble)?;
    // As text in a page, `<` could end the script; as \u003c it cannot.
    let parameters = parameters.replace('<', "\\u003c");
    Ok(Html(PAGE.replace("PARAMETERS", &parameters)))
}

async fn parameters(checkout: &Checkout) -> Result<String, Trouble> {
    let Checkout { billing, key, order } = checkout;
    let window = billing.issuing(Some(&key.channel))?.window().ok_or("this PG issues no keys in a window: see first_charge")?;
    let buyer = Buyer::new().with_name("홍길동")?.with_tel("010-1234-5678")?;
    let request =
        WindowRequest::new(key.id.clone(), order.clone(), OrderName::new("Monthly plan")?, "http://127.0.0.1:8080/cards/done")
            .with_display_amount(9_900)
            .with_buyer(buyer);
    Ok(window.parameters(&request).await?.as_json().to_owned())
}

const PAGE: &str = r#"<!doctype html>
<meta charset="utf-8">
<title>Store a card</title>
<button id="store">Store a card</button>
<p id="result"></p>
<script src="https://cdn.iamport.kr/v1/iamport.js"></script>
<script id="parameters" type="application/json">PARAMETERS</script>
<script>
  IMP.init("imp00000000");
  document.getElementById("store").onclick = () => {
    const parameters = JSON.parse(document.getElementById("parameters").textContent);
    IMP.request_pay(parameters, async (result) => {
      const answer = await fetch("/cards/callback", { method: "POST", body: JSON.stringify(result) });
      document.getElementById("result").textContent = await answer.text();
    });
  };
</script>
"#;
// ANCHOR_END: page

// ANCHOR: return
/// On a PC the window calls back, and the page posts what it was told.
async fn callback(State(checkout): State<Checkout>, body: String) -> Answer {
    match hint::from_callback(&body) {
        Ok(hint) => confirm(&checkout, &hint).await,
        Err(_) => (StatusCode::BAD_REQUEST, "this is not what a window calls back with".to_owned()),
    }
}

/// A phone comes back by redirect, with the same in the query.
async fn redirect(State(checkout): State<Checkout>, RawQuery(query): RawQuery) -> Answer {
    match hint::from_redirect(&query.unwrap_or_default()) {
        Ok(hint) => confirm(&checkout, &hint).await,
        Err(_) => (StatusCode::BAD_REQUEST, "this is not what a window redirects with".to_owned()),
    }
}

/// A browser can say anything. What counts is what PortOne says about the order that this shop has made.
async fn confirm(checkout: &Checkout, hint: &WindowHint) -> Answer {
    let Checkout { billing, key, order } = checkout;
    match billing.confirm_window(key, order, Some(hint)).await {
        Ok(WindowOutcome::Issued(issued)) => (StatusCode::OK, format!("the card is stored as {}", issued.key.id)),
        Ok(WindowOutcome::NotIssued { reason, .. }) => {
            (StatusCode::OK, format!("no card was stored: {}", reason.unwrap_or_default()))
        }
        Ok(WindowOutcome::Pending) => (StatusCode::ACCEPTED, "nothing is known yet; the webhook will tell".to_owned()),
        Ok(WindowOutcome::Mismatch { fields, .. }) => (StatusCode::CONFLICT, format!("another card or order: {fields:?}")),
        Err(error) => (StatusCode::BAD_GATEWAY, error.to_string()),
    }
}
// ANCHOR_END: return

type Answer = (StatusCode, String);

fn trouble(trouble: Trouble) -> Answer {
    (StatusCode::INTERNAL_SERVER_ERROR, trouble.to_string())
}
