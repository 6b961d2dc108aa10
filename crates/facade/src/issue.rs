//! Billing keys: by key-in, or by a window whose result is looked up and never believed.

use kr_billing_core::outcome::Attempt;
use kr_billing_core::{
    BillingKey, BillingKeyId, ChannelName, CodeClass, Doubt, DoubtCause, Error, ErrorKind, IssueAnswer, IssuePath, IssueRequest,
    Operation, OrderId, Payment, PaymentStatus, Reach, StoredKey, Ticket, WindowHint, WindowParams, WindowRequest,
};
use tracing::instrument;

use crate::billing::{Billing, Channel, belongs};
use crate::judge::Place;
use crate::ladder::Ladder;
use crate::outcome::{Issuance, Issued, WindowOutcome};

/// How a key can be had on a channel, through policy. Exhaustive on purpose: a merchant behind a configuration must write each arm.
#[derive(Debug, Clone, Copy)]
pub enum Issuing<'a> {
    /// Only in the PG's window.
    Window(WindowIssuer<'a>),
    /// Only from card data that the merchant's server holds.
    KeyIn(KeyInIssuer<'a>),
    /// Both, under this contract.
    Either {
        /// The window.
        window: WindowIssuer<'a>,
        /// Key-in.
        key_in: KeyInIssuer<'a>,
    },
}

impl<'a> Issuing<'a> {
    /// The window, where there is one.
    pub fn window(self) -> Option<WindowIssuer<'a>> {
        match self {
            Self::Window(window) | Self::Either { window, .. } => Some(window),
            Self::KeyIn(_) => None,
        }
    }

    /// Key-in, where there is one.
    pub fn key_in(self) -> Option<KeyInIssuer<'a>> {
        match self {
            Self::KeyIn(key_in) | Self::Either { key_in, .. } => Some(key_in),
            Self::Window(_) => None,
        }
    }
}

/// A channel's window.
#[derive(Debug, Clone, Copy)]
pub struct WindowIssuer<'a> {
    billing: &'a Billing,
    channel: &'a ChannelName,
}

/// A channel's key-in.
#[derive(Debug, Clone, Copy)]
pub struct KeyInIssuer<'a> {
    billing: &'a Billing,
    channel: &'a ChannelName,
}

impl Billing {
    /// How new keys are had: on `channel`, or on the default one.
    ///
    /// # Errors
    /// There is no such channel, or no default.
    pub fn issuing(&self, channel: Option<&ChannelName>) -> Result<Issuing<'_>, Error> {
        let channel = self.issuing_channel(channel, Operation::IssueKey)?;
        let window = WindowIssuer { billing: self, channel: &channel.name };
        let key_in = KeyInIssuer { billing: self, channel: &channel.name };
        Ok(match channel.gateway.issue_path() {
            IssuePath::Window(_) => Issuing::Window(window),
            IssuePath::KeyIn(_) => Issuing::KeyIn(key_in),
            IssuePath::Either { .. } => Issuing::Either { window, key_in },
        })
    }

    /// Asks again whether a card was stored.
    ///
    /// # Errors
    /// For a ticket that is unreadable or foreign, and for a key that was stored on another channel. A look-up that fails leaves it
    /// in doubt.
    pub async fn resume_issue(&self, ticket: &Ticket) -> Result<Option<Issuance>, Error> {
        let channel = self.ticket_channel(ticket)?;
        let Attempt::Issue { key } = &ticket.attempt else {
            let text = "this is not the ticket of a billing key";
            return Err(Error::not_sent(Operation::Resume, ErrorKind::InvalidInput, text));
        };
        let found = self.look(Operation::LookUpKey, || channel.gateway.billing_key(key)).await;
        Ok(match found {
            Ok(Some(stored)) => Some(stored_here(channel, key, stored)?),
            Ok(None) if self.wall_ms() >= ticket.settled_at_ms => None,
            _ => Some(issue_in_doubt(ticket.clone())),
        })
    }

    /// Checks by look-up what a window has done. The hint only says where to look; nothing of it is believed.
    ///
    /// # Errors
    /// The channel is unknown, or a look-up failed.
    #[instrument(name = "confirm_window", skip_all, fields(order = %order, key = %key.id))]
    pub async fn confirm_window(
        &self,
        key: &BillingKey,
        order: &OrderId,
        hint: Option<&WindowHint>,
    ) -> Result<WindowOutcome, Error> {
        let channel = self.channel(&key.channel, Operation::ReadWindowResult)?;
        let ask = || channel.gateway.payments(order);
        let records = self.look(Operation::ReadWindowResult, ask).await?;
        // An issuance that stands is never undone by a second try that failed under its order id.
        let issued_first = |record: &Payment| {
            let stands = record.status == PaymentStatus::Paid && record.is_issuance();
            (stands, record.started_at.max(record.paid_at))
        };
        let newest = records.into_iter().max_by_key(issued_first);
        let said = hint.and_then(|hint| hint.error_message.clone());
        let Some(record) = newest else {
            let failed = hint.is_some_and(|hint| hint.error_code.is_some() || hint.claims_success == Some(false));
            return Ok(if failed { WindowOutcome::NotIssued { payment: None, reason: said } } else { WindowOutcome::Pending });
        };
        match record.status {
            PaymentStatus::Paid => {}
            PaymentStatus::Failed | PaymentStatus::Cancelled => {
                let reason = record.failure.map(|failure| failure.message).or(said);
                return Ok(WindowOutcome::NotIssued { payment: Some(record.id), reason });
            }
            _ => return Ok(WindowOutcome::Pending),
        }
        let fields = window_differences(&record, key, channel);
        if !fields.is_empty() {
            return Ok(WindowOutcome::Mismatch { payment: record.id, fields });
        }
        let stored = self.look(Operation::LookUpKey, || channel.gateway.billing_key(&key.id)).await?;
        Ok(match stored {
            None => WindowOutcome::Pending,
            Some(stored) if belongs(&stored, channel.gateway.as_ref()) => {
                WindowOutcome::Issued(Box::new(issued(channel, &key.id, stored)))
            }
            Some(_) => WindowOutcome::Mismatch { payment: record.id, fields: vec!["customer_uid".to_owned()] },
        })
    }
}

/// Where an issuance record differs from what was asked for, by wire names.
fn window_differences(record: &Payment, key: &BillingKey, channel: &Channel) -> Vec<String> {
    let checks = [
        ("customer_uid_usage", !record.is_issuance()),
        ("customer_uid", record.key.as_deref().is_some_and(|id| id != key.id.as_str())),
    ];
    let own = checks.into_iter().filter(|(_, differs)| *differs).map(|(field, _)| field);
    own.chain(Place::of(record).elsewhere(channel.gateway.as_ref())).map(str::to_owned).collect()
}

/// A key that was stored, if it was stored where it was meant to be: V1 silently takes the account's default channel for a MID it
/// does not know. `[oa customers POST]`
fn stored_here(channel: &Channel, key: &BillingKeyId, stored: StoredKey) -> Result<Issuance, Error> {
    if belongs(&stored, channel.gateway.as_ref()) {
        return Ok(Issuance::Stored(Box::new(issued(channel, key, stored))));
    }
    let text = format!(
        "the provider stored {key} on another channel ({} {}) than this one's; mend the channel's MID or test mark, and delete the key",
        stored.pg_provider.as_deref().unwrap_or("?"),
        stored.pg_id.as_deref().unwrap_or("?")
    );
    Err(Error::new(Operation::IssueKey, Reach::Unclear, ErrorKind::Mismatch, text))
}

fn issued(channel: &Channel, key: &BillingKeyId, stored: StoredKey) -> Issued {
    Issued { key: BillingKey::new(channel.name.clone(), key.clone()), stored }
}

fn issue_in_doubt(ticket: Ticket) -> Issuance {
    let detail = "no answer came, and the provider does not show the billing key yet".to_owned();
    Issuance::InDoubt(Box::new(Doubt { ticket, cause: DoubtCause::AnswerLost, detail }))
}

impl WindowIssuer<'_> {
    /// The exact parameter object for `IMP.request_pay`. Store the request's key and order: [`Billing::confirm_window`] needs them.
    ///
    /// Until it has said yes once, the account is asked whether it has this window's channel, for as long as connecting may take. Where it
    /// says nothing, the parameters are given all the same: nothing moves yet, and `confirm_window` compares the key's channel.
    ///
    /// # Errors
    /// Nothing is opened: a field is missing, an option is one that this PG's window does not have, or the account has no such channel.
    pub async fn parameters(&self, request: &WindowRequest) -> Result<WindowParams, Error> {
        let channel = self.billing.channel(self.channel, Operation::OpenWindow)?;
        let Some(window) = channel.gateway.issue_path().window() else {
            return Err(Error::unsupported(Operation::OpenWindow, "this channel has no window"));
        };
        let parameters = window.parameters(request)?;
        match tokio::time::timeout(self.billing.inner.policy.connect_timeout, window.ready()).await {
            Ok(Err(error)) if error.kind() == ErrorKind::Configuration => Err(error),
            _ => Ok(parameters),
        }
    }

    /// The channel.
    pub fn channel(&self) -> &ChannelName {
        self.channel
    }
}

impl KeyInIssuer<'_> {
    /// Stores a card. Its id must not be in use: a used one would be mapped to the new card without a trace. `[docs non-auth]`
    ///
    /// # Errors
    /// Nothing was stored: refused by a check, the id is in use, or the call was not sent. Only kind `Mismatch` says otherwise: the
    /// key was stored on another channel than this one's.
    #[instrument(name = "issue", skip_all, fields(key = %request.key))]
    pub async fn issue(&self, request: &IssueRequest) -> Result<Issuance, Error> {
        let billing = self.billing;
        let channel = billing.channel(self.channel, Operation::IssueKey)?;
        let Some(key_in) = channel.gateway.issue_path().key_in() else {
            return Err(Error::unsupported(Operation::IssueKey, "this channel has no key-in"));
        };
        key_in.check(request)?;
        billing.look(Operation::ReadAccount, || key_in.ready()).await?;
        let _place = billing.admitted(channel, Operation::IssueKey).await?;
        let look = || channel.gateway.billing_key(&request.key);
        let used = billing.look(Operation::LookUpKey, look).await.map_err(|error| error.with_reach(Reach::NotSent))?;
        if used.is_some() {
            let key = &request.key;
            let text =
                format!("the billing key id {key} is in use; look it up if a call of yours was broken off, else take a new one");
            return Err(Error::not_sent(Operation::IssueKey, ErrorKind::InvalidInput, text));
        }
        let ticket = billing.ticket(channel, Attempt::Issue { key: request.key.clone() }, Vec::new());
        match billing.send(Operation::IssueKey, || true, || key_in.issue(request)).await {
            Ok(IssueAnswer::Stored(stored)) if stored.id == request.key => stored_here(channel, &request.key, *stored),
            Ok(IssueAnswer::Refused(failure)) if matches!(failure.class, CodeClass::Decline(_)) => Ok(Issuance::Refused(failure)),
            Err(error) if error.reach() != Reach::Unclear => Err(error),
            Ok(IssueAnswer::Refused(failure)) => match self.find_issued(channel, request, ticket).await? {
                Issuance::InDoubt(_) if failure.class == CodeClass::Unlisted => Ok(Issuance::Refused(failure)),
                found => Ok(found),
            },
            Ok(IssueAnswer::Stored(_)) | Err(_) => self.find_issued(channel, request, ticket).await,
        }
    }

    /// Looks the key up for a bounded time: it was not there before, so if it is there now, it was stored.
    async fn find_issued(&self, channel: &Channel, request: &IssueRequest, ticket: Ticket) -> Result<Issuance, Error> {
        let mut ladder = Ladder::start(self.billing);
        loop {
            if let Ok(Some(stored)) = channel.gateway.billing_key(&request.key).await {
                return stored_here(channel, &request.key, stored);
            }
            if !self.billing.inner.limits.may_ask_again() || !ladder.next().await {
                return Ok(issue_in_doubt(ticket));
            }
        }
    }

    /// The channel.
    pub fn channel(&self) -> &ChannelName {
        self.channel
    }
}
