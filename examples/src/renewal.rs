//! Mock in your tests: a merchant's code, and its tests against a `MockBillingGateway`. No server, no sandbox, no waiting.
//!
//! The mock is a feature of the facade for tests: `kr-billing = { version = "0.1", features = ["test-util"] }` under
//! `[dev-dependencies]`.

use kr_billing::{Billing, BillingKey, Charge, ChargeRequest, Krw, OrderName, Recovery, Ticket, order_ids};

use crate::Trouble;

/// What a shop does after it has tried to renew a subscription.
#[derive(Debug, PartialEq)]
pub enum Renewal {
    /// It goes on.
    Active,
    /// Try the same card again in some days.
    TryAgain,
    /// The member must do something.
    AskMember,
    /// Neither: the ticket is stored and resumed.
    Wait(Ticket),
}

/// Renews a subscription for a month.
///
/// # Errors
/// Nothing was charged.
pub async fn renew(billing: &Billing, subscription: &str, month: &str, key: BillingKey) -> Result<Renewal, Trouble> {
    let order = order_ids::order_id(subscription, month, 1)?;
    let request = ChargeRequest::by_key(key, order, Krw::new(9_900)?, OrderName::new("Monthly plan")?);
    Ok(match billing.charge(request).await? {
        Charge::Paid(_) => Renewal::Active,
        Charge::Declined(decline) if decline.recovery() == Recovery::TryLater => Renewal::TryAgain,
        Charge::Declined(_) => Renewal::AskMember,
        Charge::InDoubt(doubt) => Renewal::Wait(doubt.ticket),
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use kr_billing::{
        Answer, BillingKeyId, ChannelName, CodeClass, DeclineReason, Error, ErrorKind, Failure, MockBillingGateway, Operation,
        Payment, Policy, Reach, kcp,
    };

    use super::*;

    // ANCHOR: mock
    /// A gateway that has nothing against anything. Each test says what it answers.
    fn gateway() -> MockBillingGateway {
        let mut gateway = MockBillingGateway::new();
        gateway.expect_profile().return_const(kcp::facts::PROFILE.clone());
        gateway.expect_is_test_channel().return_const(false);
        gateway.expect_mids().returning(Vec::new);
        gateway.expect_check_charge().returning(|_| Ok(()));
        gateway.expect_ready().returning(|| Ok(()));
        gateway.expect_payments().times(1).returning(|_| Ok(Vec::new())); // what stands under the order before the charge
        gateway
    }

    async fn renew_through(gateway: MockBillingGateway) -> Result<Renewal, Trouble> {
        let mut policy = Policy::default();
        policy.resolve_for = Duration::ZERO; // one look-up, no waiting
        let channel = ChannelName::new("main")?;
        let billing = Billing::builder().gateway(channel.clone(), Arc::new(gateway)).policy(policy).build()?;
        renew(&billing, "sub-1042", "202611", BillingKey::new(channel, BillingKeyId::new("member-1042.card-1")?)).await
    }

    #[tokio::test]
    async fn a_paid_month_goes_on() {
        let mut gateway = gateway();
        gateway.expect_charge().times(1).returning(|request| Ok(Answer::Recorded(Box::new(paid(request)))));
        assert_eq!(renew_through(gateway).await.unwrap(), Renewal::Active);
    }

    #[tokio::test]
    async fn a_lost_answer_is_no_failure() {
        let mut gateway = gateway();
        let lost = || Error::new(Operation::Charge, Reach::Unclear, ErrorKind::Timeout, "no answer");
        gateway.expect_charge().times(1).returning(move |_| Err(lost()));
        gateway.expect_payments().returning(|_| Ok(Vec::new()));
        assert!(matches!(renew_through(gateway).await.unwrap(), Renewal::Wait(_)));
    }
    // ANCHOR_END: mock

    #[tokio::test]
    async fn what_helps_decides_what_comes_next() {
        for (reason, next) in
            [(DeclineReason::InsufficientFunds, Renewal::TryAgain), (DeclineReason::LostOrStolen, Renewal::AskMember)]
        {
            let mut gateway = gateway();
            gateway.expect_charge().times(1).returning(move |_| Ok(Answer::Refused(no(reason.clone()))));
            gateway.expect_payments().returning(|_| Ok(Vec::new()));
            assert_eq!(renew_through(gateway).await.unwrap(), next);
        }
    }

    #[tokio::test]
    async fn a_server_out_of_reach_has_charged_nothing() {
        let mut gateway = gateway();
        gateway.expect_charge().returning(|_| Err(Error::not_sent(Operation::Charge, ErrorKind::NotFound, "no server")));
        assert!(renew_through(gateway).await.is_err());
    }

    /// The record of a charge that went through, with the fields that a provider always sends.
    fn paid(request: &ChargeRequest) -> Payment {
        let record = serde_json::json!({
            "id": "imps_1", "order": request.order, "amount": request.amount, "cancelled": 0, "currency": "KRW",
            "status": "Paid", "cancellations": [],
        });
        serde_json::from_value(record).unwrap()
    }

    fn no(reason: DeclineReason) -> Failure {
        let (class, message) = (CodeClass::Decline(reason), "[XX] no".to_owned());
        Failure { class, pg_code: Some("XX".to_owned()), message, from_words: false }
    }
}
