//! `?` gives a `Charge`, and a `Charge` in doubt must be matched before it becomes a payment.

async fn charge(billing: &kr_billing::Billing, request: kr_billing::ChargeRequest) -> Result<kr_billing::Paid, kr_billing::NotCharged> {
    let kr_billing::Charge::Paid(paid) = billing.charge(request).await?;
    Ok(*paid)
}

fn main() {}
