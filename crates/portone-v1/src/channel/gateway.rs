//! [`BillingGateway`] over this wire.

use async_trait::async_trait;
use kr_billing_core::{
    Answer, BillingGateway, BillingKeyId, ChargeRequest, Error, ErrorKind, IssuePath, Operation, OrderId, Payment, PaymentId,
    Profile, Reach, RefundRequest, Scheduler, StoredKey, TaxSplit,
};

use super::Channel;
use crate::client::Reply;
use crate::failure::{Refusal, of_refund, of_refusal};
use crate::provider::{Phase, Provider};
use crate::types::key::KeyRecord;
use crate::types::payment::{CancelOptions, PaymentRecord};

#[async_trait]
impl<P: Provider> BillingGateway for Channel<P> {
    fn profile(&self) -> &Profile {
        self.provider.profile()
    }

    fn issue_path(&self) -> IssuePath<'_> {
        self.path()
    }

    fn is_test_channel(&self) -> bool {
        self.test
    }

    fn mids(&self) -> Vec<String> {
        self.known_mids()
    }

    fn check_charge(&self, request: &ChargeRequest) -> Result<(), Error> {
        self.check_charge_here(request)
    }

    async fn ready(&self) -> Result<(), Error> {
        self.client.ready().await
    }

    async fn charge(&self, request: &ChargeRequest) -> Result<Answer, Error> {
        self.check_charge_here(request)?;
        let route = self.key_in_settings().map(|key_in| &key_in.route);
        let reply = self.client.raw_money().charge(request, route).await?;
        Ok(self.answer(reply))
    }

    async fn refund(&self, request: &RefundRequest, tax: Option<TaxSplit>) -> Result<Payment, Error> {
        let tax = self.check_refund_here(request.amount, tax)?;
        let options = CancelOptions { tax, reason: request.reason.clone(), webhook: request.webhook };
        let (id, balance) = (&request.payment, request.expected_balance);
        let money = self.client.raw_money();
        let reply = match request.is_full() {
            true => money.cancel_full(id, balance, &options).await?,
            false => money.cancel_part(id, request.amount, balance, &options).await?,
        };
        match reply {
            Reply::Done(record) => Ok(self.judged(record)),
            Reply::Refused(refusal) => Err(of_refund(&*self.provider, refusal)),
        }
    }

    async fn payment(&self, id: &PaymentId) -> Result<Option<Payment>, Error> {
        Ok(self.client.payment(id).await?.map(|record| self.judged(record)))
    }

    async fn payments(&self, order: &OrderId) -> Result<Vec<Payment>, Error> {
        let records = self.client.payments_of_order(order, None).await?;
        Ok(records.into_iter().map(|record| self.judged(record)).collect())
    }

    async fn billing_key(&self, id: &BillingKeyId) -> Result<Option<StoredKey>, Error> {
        match self.client.key(id).await? {
            Some(record) if record.id() != id => Err(another_key(Operation::LookUpKey)),
            found => Ok(found.map(KeyRecord::into_stored)),
        }
    }

    /// "Not there" comes as HTTP 404 and as HTTP 200 with code 1. `[oa]` `[obs]` Code 1 has other meanings too, so the key is
    /// looked up before it is called gone.
    async fn delete_billing_key(&self, id: &BillingKeyId, reason: Option<String>) -> Result<(), Error> {
        match self.client.raw_money().delete_key(id, reason.as_deref(), None).await {
            Ok(Reply::Done(_)) => Ok(()),
            Ok(Reply::Refused(refusal)) if refusal.code == 1 => self.gone(id, refusal).await,
            Ok(Reply::Refused(refusal)) => Err(refusal.into_error(Operation::DeleteKey, ErrorKind::Rejected)),
            Err(error) if error.kind() == ErrorKind::NotFound && error.reach() == Reach::Refused => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn scheduler(&self) -> Option<&dyn Scheduler> {
        Some(self)
    }
}

impl<P: Provider> Channel<P> {
    /// Whether a refused deletion left nothing behind. A refusal deletes nothing, whatever the look-up says.
    async fn gone(&self, id: &BillingKeyId, refusal: Refusal) -> Result<(), Error> {
        match self.billing_key(id).await {
            Ok(None) => Ok(()),
            Ok(Some(_)) => Err(refusal.into_error(Operation::DeleteKey, ErrorKind::Rejected)),
            Err(error) => Err(refusal.into_error(Operation::DeleteKey, error.kind()).with_source(error)),
        }
    }

    pub(super) fn answer(&self, reply: Reply<PaymentRecord>) -> Answer {
        match reply {
            Reply::Done(record) => Answer::Recorded(Box::new(self.judged(record))),
            Reply::Refused(refusal) => Answer::Refused(of_refusal(&*self.provider, refusal, Phase::Charge)),
        }
    }
}

/// An answer about another key than the one that was asked about.
pub(super) fn another_key(operation: Operation) -> Error {
    let message = "the answer speaks of another customer_uid than was asked for";
    Error::new(operation, Reach::Unclear, ErrorKind::Mismatch, message)
}
