//! `Billing`: the channels, and the tools every call shares.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use kr_billing_core::{
    BillingGateway, BillingKey, BillingKeyId, ChannelName, Clock, Error, ErrorKind, Operation, Profile, Reach, StoredKey,
    UnixSeconds,
};
use kr_billing_portone_v1::Client;
use tokio::sync::SemaphorePermit;

use crate::journal::Journal;
use crate::judge::Place;
use crate::limits::Limits;
use crate::pace::Pace;
use crate::policy::Policy;

/// Recurring billing over one account and its channels. Cheap to clone; share one.
///
/// It owns every policy: what is sent again and what never is, how long a doubt is looked up, what is compared with what, and the
/// journal that makes many senders one.
#[derive(Clone)]
pub struct Billing {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) channels: BTreeMap<ChannelName, Channel>,
    pub(crate) default_channel: Option<ChannelName>,
    pub(crate) policy: Policy,
    pub(crate) journal: Arc<dyn Journal>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) limits: Limits,
    pub(crate) client: Option<Client>,
    /// A print of the account, for tickets.
    pub(crate) account: Option<u32>,
}

/// One configured channel.
pub(crate) struct Channel {
    pub(crate) name: ChannelName,
    pub(crate) gateway: Arc<dyn BillingGateway>,
    pub(crate) pace: Pace,
}

impl fmt::Debug for Billing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Billing").field("channels", &self.channels().collect::<Vec<_>>()).finish_non_exhaustive()
    }
}

impl Billing {
    /// The names of the configured channels.
    pub fn channels(&self) -> impl Iterator<Item = &ChannelName> {
        self.inner.channels.keys()
    }

    /// The channel on which new keys are issued and cards are charged when nothing else is said.
    pub fn default_channel(&self) -> Option<&ChannelName> {
        self.inner.default_channel.as_ref()
    }

    /// The facts of a channel's PG.
    ///
    /// # Errors
    /// There is no such channel; the text lists those there are.
    pub fn profile(&self, channel: &ChannelName) -> Result<&Profile, Error> {
        Ok(self.channel(channel, Operation::Configure)?.gateway.profile())
    }

    /// The times and limits this instance works with.
    pub fn policy(&self) -> &Policy {
        &self.inner.policy
    }

    /// The PortOne V1 client behind the built-in channels: reads such as lists and code tables. `None` when every channel is the
    /// merchant's own adapter.
    pub fn portone(&self) -> Option<&Client> {
        self.inner.client.as_ref()
    }

    /// Now, on this instance's clock.
    pub fn now(&self) -> UnixSeconds {
        self.inner.clock.wall().into()
    }

    /// Looks a billing key up. `None` when the provider does not know it.
    ///
    /// # Errors
    /// The channel is unknown, or the look-up failed.
    pub async fn billing_key(&self, key: &BillingKey) -> Result<Option<StoredKey>, Error> {
        let channel = self.channel(&key.channel, Operation::LookUpKey)?;
        self.look(Operation::LookUpKey, || channel.gateway.billing_key(&key.id)).await
    }

    /// Finds the channel of a bare `customer_uid` by look-up, once: store the [`BillingKey`] afterwards.
    ///
    /// # Errors
    /// No channel knows it (`NotFound`), or more than one fits (`InvalidInput`): then name the channel yourself.
    pub async fn find_key(&self, id: &BillingKeyId) -> Result<BillingKey, Error> {
        let mut fitting = Vec::new();
        for channel in self.inner.channels.values() {
            let found = self.look(Operation::LookUpKey, || channel.gateway.billing_key(id)).await?;
            if found.is_some_and(|stored| belongs(&stored, channel.gateway.as_ref())) {
                fitting.push(channel.name.clone());
            }
        }
        match fitting.len() {
            1 => Ok(BillingKey::new(fitting.remove(0), id.clone())),
            0 => {
                let text = format!("no channel has the billing key {id}");
                Err(Error::new(Operation::LookUpKey, Reach::Refused, ErrorKind::NotFound, text))
            }
            _ => {
                let names = fitting.iter().map(ChannelName::as_str).collect::<Vec<_>>().join(", ");
                let text = format!("the billing key {id} fits several channels ({names}); name one");
                Err(Error::not_sent(Operation::LookUpKey, ErrorKind::InvalidInput, text))
            }
        }
    }

    /// Deletes a billing key. A key that is not there counts as deleted. Take its schedules back first: V1 does not say what
    /// becomes of them. `[oa]`
    ///
    /// # Errors
    /// The key may still be there; calling again is safe.
    pub async fn delete_billing_key(&self, key: &BillingKey, reason: Option<&str>) -> Result<(), Error> {
        let channel = self.channel(&key.channel, Operation::DeleteKey)?;
        let reason = || reason.map(str::to_owned);
        self.look(Operation::DeleteKey, || channel.gateway.delete_billing_key(&key.id, reason())).await
    }

    pub(crate) fn channel(&self, name: &ChannelName, operation: Operation) -> Result<&Channel, Error> {
        self.inner.channels.get(name).ok_or_else(|| {
            let known = self.channels().map(ChannelName::as_str).collect::<Vec<_>>().join(", ");
            let text = format!("there is no channel {name}; the configuration has: {known}");
            Error::not_sent(operation, ErrorKind::Configuration, text)
        })
    }

    /// The named channel, or the default one.
    pub(crate) fn issuing_channel(&self, name: Option<&ChannelName>, operation: Operation) -> Result<&Channel, Error> {
        match name.or(self.default_channel()) {
            Some(name) => self.channel(name, operation),
            None => {
                let text = "there are several channels and no default; name one, or set `default_channel`";
                Err(Error::not_sent(operation, ErrorKind::Configuration, text))
            }
        }
    }

    /// Waits for the channel's turn and then for a place among the money calls, each for a bounded time: who waits for a slow channel's
    /// turn takes no place from the others.
    pub(crate) async fn admitted(&self, channel: &Channel, operation: Operation) -> Result<SemaphorePermit<'_>, Error> {
        let clock = self.inner.clock.as_ref();
        tokio::select! {
            biased;
            () = channel.pace.turn(clock) => {}
            () = clock.sleep(self.inner.policy.wait_for_place) => {
                let text = format!("the channel {} has more calls waiting than its pace lets through; try again later", channel.name);
                return Err(Error::not_sent(operation, ErrorKind::Exhausted, text));
            }
        }
        self.inner.limits.place(clock, operation).await
    }

    /// Asks something that never acts, or is harmless when asked twice, until it gets an answer or has tried often enough.
    pub(crate) async fn look<T, F>(&self, operation: Operation, ask: impl Fn() -> F) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Error>>,
    {
        let again = |error: &Error| {
            matches!(
                error.kind(),
                ErrorKind::RateLimited
                    | ErrorKind::Unreachable
                    | ErrorKind::Timeout
                    | ErrorKind::Interrupted
                    | ErrorKind::BadAnswer
                    | ErrorKind::ServerFailure
            )
        };
        self.attempts(operation, again, || true, ask).await
    }

    /// Sends something that may act. Only what certainly did not act is sent again, and only while `in_time`.
    pub(crate) async fn send<T, F>(
        &self,
        operation: Operation,
        in_time: impl Fn() -> bool,
        send: impl Fn() -> F,
    ) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Error>>,
    {
        let again = |error: &Error| match error.reach() {
            Reach::NotSent => matches!(error.kind(), ErrorKind::Unreachable | ErrorKind::RateLimited | ErrorKind::Timeout),
            Reach::Refused => error.kind() == ErrorKind::RateLimited,
            Reach::Unclear => false,
        };
        self.attempts(operation, again, in_time, send).await
    }

    async fn attempts<T, F>(
        &self,
        operation: Operation,
        again: impl Fn(&Error) -> bool,
        in_time: impl Fn() -> bool,
        call: impl Fn() -> F,
    ) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Error>>,
    {
        let mut waits = self.inner.policy.waits();
        let mut attempt = 1;
        // A deletion whose answer was lost may have acted, whatever the next one says; all else that is asked again never acts.
        let mut lost = false;
        loop {
            if !in_time() {
                let text = "its time to be sent is over; nothing is sent any more";
                return Err(Error::not_sent(operation, ErrorKind::Exhausted, text));
            }
            let error = match call().await {
                Ok(answer) => {
                    self.inner.limits.earned();
                    return Ok(answer);
                }
                Err(error) => error,
            };
            lost |= error.reach() == Reach::Unclear && operation == Operation::DeleteKey;
            if attempt >= self.inner.policy.attempts || !again(&error) || !self.inner.limits.may_ask_again() {
                return Err(if lost { error.with_reach(Reach::Unclear) } else { error });
            }
            tracing::warn!(%operation, attempt, kind = ?error.kind(), "asking again");
            self.inner.clock.sleep(waits.next().unwrap_or_default()).await;
            attempt += 1;
        }
    }

    /// Milliseconds since 1970 on this instance's clock.
    pub(crate) fn wall_ms(&self) -> u64 {
        let since = self.inner.clock.wall().duration_since(UNIX_EPOCH).unwrap_or_default();
        millis(since)
    }
}

/// Whole milliseconds, as far as they fit.
pub(crate) fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// Whether a stored key can be one of this channel's, by PG, MID and test mark as far as both sides tell.
pub(crate) fn belongs(stored: &StoredKey, gateway: &dyn BillingGateway) -> bool {
    let place = Place { pg: stored.pg_provider.as_deref(), mid: stored.pg_id.as_deref(), test: stored.sandbox };
    place.elsewhere(gateway).next().is_none()
}
