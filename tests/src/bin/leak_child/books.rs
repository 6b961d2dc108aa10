//! What the sandbox tells of itself: its books, its log, its webhooks, and its refusals.

use std::error::Error;
use std::path::Path;
use std::time::Duration;

use kr_billing::{Billing, OrderId};
use kr_billing_sandbox::{
    Buyer, ChannelConfig, Effect, Fault, Handle, Moment, Operation, Planted, Sandbox, SandboxConfig, StartError, Status,
    WebhookConfig, WebhookOutcome,
};
use kr_billing_tests::canaries;

use crate::show::Show;

/// The books after everything was done once, and what a window and a planted record leave.
pub(crate) async fn kept(billing: &Billing, handle: &Handle, show: &mut Show) -> Result<(), Box<dyn Error>> {
    handle.set_webhooks(WebhookConfig { url: Some("http://127.0.0.1:9/".into()), ..WebhookConfig::default() });
    show.value(&handle.webhook_settings());
    show.error(&billing.charge(crate::operations::by_card("books")?).await);
    while handle.webhooks().iter().any(|webhook| webhook.outcome == WebhookOutcome::Pending) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    handle.set_webhooks(WebhookConfig::default());
    show.value(&handle.webhooks());
    show.value(&handle.ledger());
    show.value(&handle.requests());
    show.value(&handle.channels());
    show.value(&handle.faults());
    let order = OrderId::new("planted")?.to_string();
    let planted = Planted { merchant_uid: order, amount: 1_000, status: Status::Ready, pg: None, customer_uid: None };
    show.value(&planted);
    show.value(&handle.plant(&planted));
    let buyer = Buyer::with_card(canaries::NUMBER);
    show.value(&buyer);
    let nowhere = serde_json::json!({ "merchant_uid": "books.window", "buyer_name": canaries::NAME });
    show.value(&handle.complete_window(&nowhere, &buyer));
    Ok(())
}

/// What it refuses, which must not repeat what was told.
pub(crate) async fn refused(folder: &Path, show: &mut Show) -> Result<(), Box<dyn Error>> {
    let sandbox = Sandbox::start().await?;
    let handle = sandbox.handle();
    show.value(&handle.add_fault(Fault::new(Operation::Again, Moment::AfterCommit, Effect::Drop).nth(0)));
    show.value(&handle.console_cancel(canaries::NUMBER, None, canaries::NAME));
    show.value(&handle.change_card(canaries::NUMBER, canaries::NUMBER));
    let listens = sandbox.base_url().trim_start_matches("http://").parse()?;
    show.value(&Sandbox::builder().listen(listens).start().await.map(drop));

    let channel = ChannelConfig { pg: Some("nobody".into()), mid: Some("m".into()), ..ChannelConfig::default() };
    let config = SandboxConfig { channels: vec![channel], ..SandboxConfig::default() };
    show.value(&config);
    show.value(&Sandbox::builder().config(config).start().await.map(drop));
    let damaged = folder.join("damaged.json");
    std::fs::write(&damaged, "no state")?;
    let nowhere = folder.join("no/such/folder/state.json");
    for state in [damaged, nowhere, folder.to_owned()] {
        let started = Sandbox::builder().state_file(state).start().await.map(drop);
        if let Err(StartError::State(error)) = &started {
            show.chain(error);
        }
        show.value(&started);
    }
    Ok(())
}
