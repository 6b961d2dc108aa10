//! A PG's own codes as V1 would deliver them, where the sandbox has none.

use kr_billing_core::{Answer, BillingGateway, CodeClass, DeclineReason, Failure, Recovery};
use serde_json::{Value, json};

use crate::desk::{PRICE, by_key, skipped};
use crate::recorder::Recorder;
use crate::site::{Site, block_on};

/// Sends a charge for each text, has it refused with that text in each way that V1 knows, and sees that the adapter reads what helps.
/// `None` stands for a text that leaves the outcome open, or speaks of a duplicate: it must not be read as a decline.
///
/// A text is a PG's as it comes, `[CODE] words`. `[legacy guide]` `[obs]`
///
/// # Panics
/// When one is read otherwise.
pub fn declines(make: impl FnOnce(&Site) -> Box<dyn BillingGateway>, texts: &[(&str, Option<Recovery>)]) {
    if texts.is_empty() {
        skipped("the PG's own codes", "the list is empty");
    }
    let recorder = Recorder::start();
    let gateway = make(&Site { base_url: recorder.base_url(), imp_key: "key".into(), imp_secret: "secret".into(), test: false });
    block_on(async {
        gateway.ready().await.expect("a token");
        for (text, expected) in texts {
            for envelope in envelopes(gateway.profile().pg, text) {
                recorder.answer_with(envelope.clone());
                let failure = failing(&*gateway).await;
                assert_eq!(recovery(&failure), *expected, "`{text}` was read as {:?} in {envelope}", failure.class);
            }
        }
    });
}

/// A failed record, and a refusal with either code; with -1 PortOne's own sentence stands before the PG's.
fn envelopes(pg: &str, text: &str) -> [Value; 3] {
    let record = json!({
        "imp_uid": "imps_000000000001", "merchant_uid": "order1", "customer_uid": "member1", "customer_uid_usage": "payment",
        "status": "failed", "amount": PRICE, "cancel_amount": 0, "currency": "KRW", "pg_provider": pg, "fail_reason": text,
        "started_at": 1_767_193_200, "failed_at": 1_767_193_200, "paid_at": 0, "cancelled_at": 0, "cancel_history": [],
    });
    [
        json!({ "code": 0, "message": null, "response": record }),
        json!({ "code": 1, "message": text, "response": null }),
        json!({ "code": -1, "message": format!("카드정보 인증에 실패하였습니다. {text}"), "response": null }),
    ]
}

async fn failing(gateway: &dyn BillingGateway) -> Failure {
    match gateway.charge(&by_key("member1", "order1", PRICE)).await.expect("an answer to a charge") {
        Answer::Refused(failure) => failure,
        Answer::Recorded(payment) => payment.failure.expect("a failed payment says why"),
    }
}

/// What helps, by a reason that the adapter's list has; `None` where the outcome stays open.
fn recovery(failure: &Failure) -> Option<Recovery> {
    match &failure.class {
        CodeClass::Decline(DeclineReason::Other(code)) => panic!("`{code}` is not in the adapter's list"),
        CodeClass::Decline(reason) => Some(reason.recovery()),
        CodeClass::Unlisted => panic!("`{}` is not in the adapter's list", failure.message),
        _ => None,
    }
}
