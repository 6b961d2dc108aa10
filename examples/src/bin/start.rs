//! The README's start, word for word: a test compares them.
use kr_billing::{Billing, BillingKey, BillingKeyId, ChannelName, Charge, ChargeRequest, Krw, OrderName};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let billing = Billing::from_env().await?; // or from_path("kr-billing.toml"), or a builder
    let key = BillingKey::new(ChannelName::new("kcp")?, BillingKeyId::new("member-1042.card-1")?);
    // Made from what the charge is for: a program that runs twice asks for the same charge twice.
    let order = kr_billing::order_ids::order_id("sub-1042", "202611", 1)?;
    let request = ChargeRequest::by_key(key, order, Krw::new(9_900)?, OrderName::new("Monthly plan")?);
    match billing.charge(request).await {
        Ok(Charge::Paid(paid)) => println!("paid {}: {}", paid.payment.amount, paid.payment.id),
        Ok(Charge::Declined(decline)) => println!("declined ({:?}): {:?}", decline.reason, decline.recovery()),
        Ok(Charge::InDoubt(doubt)) => println!("may have been charged; store this: {}", serde_json::to_string(doubt.ticket())?),
        Err(not_charged) => println!("{not_charged}"),
    }
    Ok(())
}
