//! The client: a token, one attempt, and after a 401 one more.

use std::sync::Arc;

use kr_billing_core::{Error, ErrorKind};
use secrecy::SecretString;
use serde_json::value::RawValue;
use tracing::Instrument;

use crate::answer::Context;
use crate::config::ClientConfig;
use crate::failure::Refusal;
use crate::money::RawMoney;
use crate::request::Call;
use crate::send::{Heard, Transport};
use crate::token::{Token, TokenManager};
use crate::types::account::TokenStatus;

/// One account at one server. Cheap to clone; clones share connections and the token.
///
/// Its own methods read, or prepare amounts. What moves money or changes keys and schedules is behind
/// [`Client::raw_money`], for adapters.
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

struct Inner {
    transport: Transport,
    tokens: TokenManager,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Client")
    }
}

impl Client {
    /// A client. Nothing is sent.
    ///
    /// # Errors
    /// Kind `Configuration`: an address that is no URL or would send secrets in the clear, an empty key or secret, a tier that
    /// is none, or a machine without usable TLS roots. No text holds a value.
    pub fn new(config: ClientConfig) -> Result<Self, Error> {
        config.check()?;
        let transport = Transport::new(&config)?;
        let tokens = TokenManager::new(config.credentials, config.clock);
        Ok(Self { inner: Arc::new(Inner { transport, tokens }) })
    }

    /// Whether this is an agency's client that acts for a sub-merchant.
    pub(crate) fn acts_for_a_tier(&self) -> bool {
        self.inner.transport.has_tier()
    }

    /// Makes sure that a token is held.
    ///
    /// # Errors
    /// Reach `NotSent`, always.
    pub async fn ready(&self) -> Result<(), Error> {
        self.token().await.map(drop)
    }

    /// Asks for a token and tells what the server said, for a check of credentials and clocks.
    ///
    /// # Errors
    /// Reach `NotSent`, always.
    pub async fn token_status(&self) -> Result<TokenStatus, Error> {
        self.inner.tokens.status(&self.inner.transport).await
    }

    /// The calls that move money or change keys and schedules: no policy, no journal, sent once. For adapters.
    pub fn raw_money(&self) -> RawMoney<'_> {
        RawMoney { client: self }
    }

    async fn token(&self) -> Result<Token, Error> {
        self.inner.tokens.get(&self.inner.transport).await
    }

    /// Sends a call: once, or twice when the first time was answered by a 401, which means that nothing was executed.
    pub(crate) async fn send(&self, call: Call) -> Result<Answered, Error> {
        let span = tracing::info_span!(
            "portone_v1",
            operation = %call.operation,
            merchant_uid = call.order.as_deref(),
            customer_uid = call.key.as_deref(),
            imp_uid = call.payment.as_deref(),
        );
        self.send_in_span(call).instrument(span).await
    }

    async fn send_in_span(&self, mut call: Call) -> Result<Answered, Error> {
        let token = self.token().await?;
        self.hide(&mut call, &token);
        let transport = &self.inner.transport;
        let mut reply = transport.once(&call, Some(&token)).await?;
        if reply.status == 401 {
            tracing::debug!("the token was refused; asking for another");
            let token = self.inner.tokens.replace(transport, &token).await?;
            self.hide(&mut call, &token);
            reply = transport.once(&call, Some(&token)).await?;
        }
        let heard = {
            let context = Context { operation: call.operation, route: call.route, mask: &call.mask };
            reply.heard(&context)?
        };
        Ok(Answered { call, heard })
    }

    fn hide(&self, call: &mut Call, token: &Token) {
        let credentials = self.inner.tokens.credentials();
        let secret = |text: &SecretString| Arc::new(text.clone());
        call.mask.add(token.text.clone());
        call.mask.add(secret(&credentials.imp_secret));
        call.mask.add(secret(&credentials.imp_key));
    }
}

/// An answer, with the call that it answers.
pub(crate) struct Answered {
    pub(crate) call: Call,
    pub(crate) heard: Heard,
}

/// A payload or the provider's no.
#[derive(Debug)]
pub enum Reply<T> {
    /// Code 0, and its record.
    Done(T),
    /// Another code, and no record.
    Refused(Refusal),
}

impl Answered {
    pub(crate) fn context(&self) -> Context<'_> {
        Context { operation: self.call.operation, route: self.call.route, mask: &self.call.mask }
    }

    /// The record, or the provider's no. A 404 is an error.
    pub(crate) fn reply<T>(self, read: impl FnOnce(&Context<'_>, &RawValue) -> Result<T, Error>) -> Result<Reply<T>, Error> {
        let context = self.context();
        match &self.heard {
            Heard::Done(Some(response)) => Ok(Reply::Done(read(&context, response)?)),
            Heard::Done(None) => Err(context.bad("says that it is done and holds no record")),
            Heard::Refused(refusal) => Ok(Reply::Refused(refusal.clone())),
            Heard::NotFound(refusal) => Err(refusal.clone().into_error(context.operation, ErrorKind::NotFound)),
        }
    }

    /// The record. A no is an error.
    pub(crate) fn done<T>(self, read: impl FnOnce(&Context<'_>, &RawValue) -> Result<T, Error>) -> Result<T, Error> {
        let operation = self.call.operation;
        match self.reply(read)? {
            Reply::Done(record) => Ok(record),
            Reply::Refused(refusal) => Err(refusal.into_error(operation, ErrorKind::Rejected)),
        }
    }

    /// The record, or `None` when the provider does not know the id.
    pub(crate) fn found<T>(self, read: impl FnOnce(&Context<'_>, &RawValue) -> Result<T, Error>) -> Result<Option<T>, Error> {
        match self.heard {
            Heard::NotFound(_) => Ok(None),
            _ => self.done(read).map(Some),
        }
    }

    /// As [`Answered::found`], where HTTP 200 with code 1 also says "not there". `[obs]` portone-v1.md section 13, row 21
    pub(crate) fn found_by_code<T>(
        self,
        read: impl FnOnce(&Context<'_>, &RawValue) -> Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        match &self.heard {
            Heard::Refused(refusal) if refusal.code == 1 => Ok(None),
            _ => self.found(read),
        }
    }
}
