//! A billing key from card data, and the first charge by it.

use kr_billing::{
    Billing, BillingKey, BillingKeyId, Card, Charge, ChargeRequest, Expiry, Issuance, IssueRequest, Krw, OrderName, order_ids,
};
use kr_billing_examples::{Shop, Trouble};

#[tokio::main]
async fn main() -> Result<(), Trouble> {
    let shop = Shop::open().await?;
    let key = issue(&shop.billing).await?;
    charge(&shop.billing, key).await
}

// ANCHOR: issue
/// Stores the member's card at the PG. From now on the server needs only the key's name.
async fn issue(billing: &Billing) -> Result<BillingKey, Trouble> {
    // The card comes from the buyer: never log it, never store it. It has no `Debug` and cannot be serialised.
    let card = Card::new("1234-1234-1234-1234", Expiry::new(2030, 12)?)?.with_birth("880101")?.with_password_digits("12")?;
    let key_in = billing.issuing(None)?.key_in().ok_or("this channel issues keys in a window: see the example window_page")?;
    match key_in.issue(&IssueRequest::new(BillingKeyId::new("member-1042.card-1")?, card)).await? {
        Issuance::Stored(issued) => {
            println!("stored as {}", issued.key.id);
            Ok(issued.key)
        }
        Issuance::Refused(failure) => Err(format!("the card was refused: {}", failure.message).into()),
        Issuance::InDoubt(doubt) => Err(doubt.detail.into()),
    }
}
// ANCHOR_END: issue

// ANCHOR: charge
/// Charges November. Run it twice: the same order id can be paid only once.
async fn charge(billing: &Billing, key: BillingKey) -> Result<(), Trouble> {
    let order = order_ids::order_id("sub-1042", "202611", 1)?;
    let request = ChargeRequest::by_key(key, order, Krw::new(9_900)?, OrderName::new("Monthly plan, November")?);
    match billing.charge(request).await {
        Ok(Charge::Paid(paid)) => println!("paid {} won: {}", paid.payment.amount, paid.payment.id),
        Ok(Charge::Declined(decline)) => println!("declined, {:?}: {:?} helps", decline.reason, decline.recovery()),
        Ok(Charge::InDoubt(doubt)) => {
            println!("may have been charged; store the ticket: {}", serde_json::to_string(doubt.ticket())?)
        }
        Err(not_charged) => println!("{not_charged}"),
    }
    Ok(())
}
// ANCHOR_END: charge
