//! [`KeyIn`] over this wire.

use async_trait::async_trait;
use kr_billing_core::{Error, IssueAnswer, IssueRequest, KeyIn, Operation};

use super::Channel;
use super::gateway::another_key;
use crate::client::Reply;
use crate::failure::of_refusal;
use crate::provider::{Phase, Provider};

#[async_trait]
impl<P: Provider> KeyIn for Channel<P> {
    fn check(&self, request: &IssueRequest) -> Result<(), Error> {
        self.check_issue_here(request)
    }

    async fn ready(&self) -> Result<(), Error> {
        match &self.key_in_account {
            Some(account) => account.check().await,
            None => self.key_in_here(Operation::ReadAccount).map(drop),
        }
    }

    async fn issue(&self, request: &IssueRequest) -> Result<IssueAnswer, Error> {
        self.check_issue_here(request)?;
        let route = &self.key_in_here(Operation::IssueKey)?.route;
        match self.client.raw_money().issue_key(request, route).await? {
            Reply::Done(record) if *record.id() != request.key => Err(another_key(Operation::IssueKey)),
            Reply::Done(record) => Ok(IssueAnswer::Stored(Box::new(record.into_stored()))),
            Reply::Refused(refusal) => Ok(IssueAnswer::Refused(of_refusal(&*self.provider, refusal, Phase::Charge))),
        }
    }
}
