//! Accounts that have no channel of the adapter's.

use kr_billing_core::{BillingGateway, ErrorKind, Reach};
use kr_billing_sandbox::{Handle, Operation};

use crate::desk::{NO_KEY_IN, skipped};

/// Getting ready to send a card finds that the account has no such channel, says so, and sends no card: V1 would store it with, or
/// charge it through, the account's default channel. Skipped without key-in. `[oa customers POST]` `[oa onetime]`
pub async fn no_card_for_a_stranger(gateway: &dyn BillingGateway, sandbox: &Handle) {
    let Some(key_in) = gateway.issue_path().key_in() else { return skipped("an account without this channel", NO_KEY_IN) };
    let ready = key_in.ready().await;
    let error = ready.expect_err("`KeyIn::ready` is content with an account that has no channel of this PG");
    assert_eq!((error.kind(), error.reach()), (ErrorKind::Configuration, Reach::NotSent), "{error}");
    let sent = sandbox.requests();
    let reads = |method: &str, operation| method == "GET" || operation == Some(Operation::GetToken);
    let other = sent.iter().find(|entry| !reads(&entry.method, entry.operation));
    assert_eq!(other, None, "something else than a look-up was sent");
    key_in.ready().await.expect_err("the second time the answer is another");
}
