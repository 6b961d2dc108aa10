//! Sending a request spends it: it cannot be sent twice by mistake.

async fn twice(billing: &kr_billing::Billing, request: kr_billing::ChargeRequest) {
    let _first = billing.charge(request).await;
    let _second = billing.charge(request).await;
}

fn main() {}
