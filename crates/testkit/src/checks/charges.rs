//! What a charge's answer means.

use kr_billing_core::{Answer, BillingGateway, CodeClass, DeclineReason, Failure, PaymentStatus, Reach, Recovery};
use kr_billing_sandbox::Handle;

use crate::account::has_own_codes;
use crate::desk::{NO_CODES, PRICE, by_key, order, pay, skipped, store_card, test_card};

/// A second charge under a paid order moves nothing and is no decline: the first one stands.
pub async fn duplicate_is_no_decline(gateway: &dyn BillingGateway, sandbox: &Handle) {
    store_card(gateway, sandbox, "member1").await;
    pay(gateway, &by_key("member1", "order1", PRICE)).await;
    match gateway.charge(&by_key("member1", "order1", PRICE)).await {
        Ok(Answer::Refused(failure)) => assert_not_declined(&failure),
        Ok(Answer::Recorded(payment)) => panic!("one order was recorded twice, the second time as {:?}", payment.status),
        Err(error) => assert_ne!(error.reach(), Reach::NotSent, "{error}"),
    }
    assert_eq!(sandbox.totals("order1").captures, 1);
}

/// Rows of the sandbox's decline table, and what helps after each.
const DECLINES: &[(u8, Recovery)] = &[
    (1, Recovery::TryLater),
    (2, Recovery::TryLater),
    (3, Recovery::TryLater),
    (10, Recovery::OtherCard),
    (11, Recovery::OtherCard),
    (12, Recovery::OtherCard),
    (14, Recovery::OtherCard),
    (20, Recovery::Never),
    (21, Recovery::Never),
    (22, Recovery::Never),
    (30, Recovery::HolderMustCall),
    (31, Recovery::HolderMustCall),
    (32, Recovery::HolderMustCall),
    (33, Recovery::HolderMustCall),
    (40, Recovery::TryLater),
    (50, Recovery::FixSetup),
    (51, Recovery::FixSetup),
];

/// The ways of the sandbox's table in which a text has its PG's code: as `failed`, and as a code that is not 0.
const WAYS_WITH_CODE: [u8; 4] = [0, 1, 2, 4];

/// A decline says what helps, in whichever way V1 delivers it, and never that it was paid.
pub async fn declines_say_why(gateway: &dyn BillingGateway, sandbox: &Handle) {
    if !has_own_codes(gateway, sandbox) {
        return skipped("what helps after a decline", NO_CODES);
    }
    store_card(gateway, sandbox, "member1").await;
    for way in WAYS_WITH_CODE {
        for (row, recovery) in DECLINES {
            let order_id = format!("order{way}x{row}");
            let failure = failing_charge(gateway, sandbox, way, *row, &order_id).await;
            let CodeClass::Decline(reason) = &failure.class else {
                panic!("row {row}, way {way}: read as {:?}", failure.class);
            };
            assert_eq!(reason.recovery(), *recovery, "row {row}, way {way}: {reason:?}");
            assert!(!matches!(reason, DeclineReason::Other(_)), "row {row}, way {way}: the code is not in the adapter's list");
            assert!(failure.pg_code.is_some(), "row {row}, way {way}: the PG's code is lost");
            assert_eq!(sandbox.totals(&order_id).captured, 0);
        }
    }
}

/// Rows of the sandbox's table in which the PG does not know, or has seen the request before: some of them move the money.
const DOUBTFUL: [u8; 8] = [60, 61, 63, 64, 65, 70, 71, 72];

/// A code that leaves the outcome open is never read as a decline, and what was captured is found by its order.
pub async fn doubt_is_no_decline(gateway: &dyn BillingGateway, sandbox: &Handle) {
    let codes = has_own_codes(gateway, sandbox);
    if !codes {
        skipped("codes that leave the outcome open", NO_CODES);
    }
    store_card(gateway, sandbox, "member1").await;
    for way in WAYS_WITH_CODE {
        for row in DOUBTFUL {
            let order_id = format!("order{way}x{row}");
            let failure = failing_charge(gateway, sandbox, way, row, &order_id).await;
            if codes {
                assert_not_declined(&failure);
            }
            let found = gateway.payments(&order(&order_id)).await.expect("a look-up by order");
            let captured = found.iter().any(|payment| payment.status.was_captured());
            assert_eq!(
                captured,
                sandbox.totals(&order_id).captures == 1,
                "row {row}, way {way}: the look-up and the ledger differ"
            );
        }
    }
}

/// A test channel's payment is found by its id, though V1 hides it from who does not ask for it. `[help notice-v1-api-2025-11-25]`
pub async fn test_payments_are_seen(gateway: &dyn BillingGateway, sandbox: &Handle) {
    assert!(gateway.is_test_channel(), "the site is a test one, the channel says it is not");
    store_card(gateway, sandbox, "member1").await;
    let paid = pay(gateway, &by_key("member1", "order1", PRICE)).await;
    assert_eq!(paid.sandbox, Some(true));
    let found = gateway.payment(&paid.id).await.expect("a look-up by id").expect("a test payment that is there");
    assert_eq!(found.status, PaymentStatus::Paid);
    assert_eq!(gateway.payments(&order("order1")).await.expect("a look-up by order").len(), 1);
}

/// Charges a key whose card fails in a certain way, and returns what was said.
async fn failing_charge(gateway: &dyn BillingGateway, sandbox: &Handle, way: u8, row: u8, order_id: &str) -> Failure {
    sandbox.change_card("member1", &test_card(way, row)).expect("a test card");
    gateway.ready().await.expect("a token");
    match gateway.charge(&by_key("member1", order_id, PRICE)).await.expect("an answer to a charge") {
        Answer::Refused(failure) => failure,
        Answer::Recorded(payment) => {
            assert_eq!(payment.status, PaymentStatus::Failed, "row {row}, way {way}");
            payment.failure.expect("a failed payment says why")
        }
    }
}

fn assert_not_declined(failure: &Failure) {
    assert!(!matches!(failure.class, CodeClass::Decline(_)), "`{}` was read as {:?}", failure.message, failure.class);
}
