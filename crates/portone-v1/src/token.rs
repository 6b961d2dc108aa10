//! The account's token: one refresh at a time, however many wait.
//!
//! A token's life is the server's `expired_at − now`, measured on the monotonic clock from before the question was sent, so a
//! wrong local clock does no harm. V1 gives the same token out until less than a minute is left and then prolongs it, so it is
//! asked for again only when less than [`MARGIN`] is left. `[oa /users/getToken]`

use std::error::Error as StdError;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use kr_billing_core::{Clock, Error, ErrorKind, Operation, Reach, UnixSeconds};
use secrecy::SecretString;
use serde_json::value::RawValue;
use tokio::time::{Instant, timeout_at};

use crate::answer::{Context, text, unsigned, wire};
use crate::config::Credentials;
use crate::request::account;
use crate::send::{Heard, Reply, Transport};
use crate::types::account::TokenStatus;

/// When less than this is left, a token is renewed: below the last minute in which V1 prolongs it.
const MARGIN: Duration = Duration::from_secs(30);

/// A token and until when it is good.
#[derive(Clone)]
pub(crate) struct Token {
    pub(crate) text: Arc<SecretString>,
    /// Counts answers of getToken: the same text may come back, and is another generation.
    pub(crate) generation: u64,
    renew_at: Duration,
}

#[derive(Default)]
struct State {
    token: Option<Token>,
    /// How many refreshes have ended.
    ended: u64,
    /// What the last one failed with.
    failure: Option<Arc<Error>>,
}

/// Hands out tokens.
pub(crate) struct TokenManager {
    credentials: Credentials,
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
    /// Held by the one who asks.
    asking: tokio::sync::Mutex<()>,
}

impl TokenManager {
    pub(crate) fn new(credentials: Credentials, clock: Arc<dyn Clock>) -> Self {
        Self { credentials, clock, state: Mutex::default(), asking: tokio::sync::Mutex::new(()) }
    }

    pub(crate) fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    /// A token that is good for a while.
    ///
    /// # Errors
    /// Reach `NotSent`, always.
    pub(crate) async fn get(&self, transport: &Transport) -> Result<Token, Error> {
        let now = self.clock.monotonic();
        if let Some(token) = self.current(|token| now < token.renew_at) {
            return Ok(token);
        }
        self.renew(transport, |token| now < token.renew_at).await
    }

    /// Another token than the one that a 401 refused. The same text may come back; it has another generation.
    ///
    /// # Errors
    /// Reach `NotSent`, always: a 401 means that nothing was executed.
    pub(crate) async fn replace(&self, transport: &Transport, refused: &Token) -> Result<Token, Error> {
        self.renew(transport, |token| token.generation > refused.generation).await
    }

    /// Asks the server, whatever is at hand.
    pub(crate) async fn status(&self, transport: &Transport) -> Result<TokenStatus, Error> {
        let (_, status) = self.ask(transport).await?;
        Ok(status)
    }

    /// One asks; who waited takes what came of it, a failure too. Waiting and asking together take one call's time at most: whoever
    /// holds a charge back meanwhile counts on it.
    async fn renew(&self, transport: &Transport, good: impl Fn(&Token) -> bool) -> Result<Token, Error> {
        let ended_before = self.lock().ended;
        let deadline = Instant::now() + transport.send_timeout();
        let late = |_| Error::not_sent(Operation::Token, ErrorKind::Timeout, "no token came in time");
        let free = self.asking.try_lock();
        let waited = free.is_err();
        let _asking = match free {
            Ok(asking) => asking,
            Err(_) => timeout_at(deadline, self.asking.lock()).await.map_err(late)?,
        };
        if let Some(token) = self.current(&good) {
            return Ok(token);
        }
        if let Some(failure) = self.failure_since(ended_before) {
            return Err(again(&failure));
        }
        let asked = match timeout_at(deadline, self.ask(transport)).await {
            Ok(asked) => asked,
            // Its time was cut short by waiting: others have more, and ask for themselves.
            Err(elapsed) if waited => return Err(late(elapsed)),
            Err(elapsed) => Err(late(elapsed)),
        };
        let mut state = self.lock();
        state.ended += 1;
        match asked {
            Ok((mut token, _)) => {
                token.generation = state.ended;
                state.failure = None;
                state.token = Some(token.clone());
                Ok(token)
            }
            Err(error) => {
                let failure = Arc::new(error);
                state.failure = Some(failure.clone());
                Err(again(&failure))
            }
        }
    }

    async fn ask(&self, transport: &Transport) -> Result<(Token, TokenStatus), Error> {
        let asked_at = self.clock.monotonic();
        let call = account::token(&self.credentials);
        let reply = transport.once(&call, None).await.map_err(|error| error.with_reach(Reach::NotSent))?;
        let context = Context { operation: Operation::Token, route: call.route, mask: &call.mask };
        let wire = read(&context, reply).map_err(|error| error.with_reach(Reach::NotSent))?;
        let life = Duration::from_secs(wire.expires_at - wire.now);
        let margin = MARGIN.min(life / 2);
        let renew_at = asked_at.saturating_add(life - margin);
        let wall = UnixSeconds::from(self.clock.wall()).0;
        let status = TokenStatus {
            server_now: UnixSeconds(wire.now),
            expires_at: UnixSeconds(wire.expires_at),
            ahead_seconds: i64::try_from(i128::from(wall) - i128::from(wire.now)).unwrap_or(i64::MAX),
        };
        Ok((Token { text: Arc::new(wire.text), generation: 0, renew_at }, status))
    }

    fn current(&self, good: impl Fn(&Token) -> bool) -> Option<Token> {
        self.lock().token.as_ref().filter(|token| good(token)).cloned()
    }

    fn failure_since(&self, ended_before: u64) -> Option<Arc<Error>> {
        let state = self.lock();
        state.failure.clone().filter(|_| state.ended > ended_before)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The same failure for each caller.
fn again(failure: &Arc<Error>) -> Error {
    let mut copy = Error::not_sent(Operation::Token, failure.kind(), failure.message());
    if let Some(text) = failure.pg_message() {
        copy = copy.with_pg(failure.pg_code().map(str::to_owned), text);
    }
    if failure.source().is_some() {
        copy = copy.with_source(SharedSource(failure.clone()));
    }
    copy
}

/// What stands behind a failure that several callers got.
#[derive(Debug)]
struct SharedSource(Arc<Error>);

impl fmt::Display for SharedSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.source().map_or(Ok(()), |source| fmt::Display::fmt(source, f))
    }
}

impl StdError for SharedSource {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source().and_then(StdError::source)
    }
}

struct Answered {
    text: SecretString,
    now: u64,
    expires_at: u64,
}

wire!(AuthWire { access_token, now, expired_at });

fn read(context: &Context<'_>, reply: Reply) -> Result<Answered, Error> {
    if reply.status == 401 {
        let message = "the server did not take the key pair; check imp_key and imp_secret";
        return Err(Error::not_sent(Operation::Token, ErrorKind::Unauthorized, message));
    }
    let heard = reply.heard(context)?;
    let response: Box<RawValue> = match heard {
        Heard::Done(response) => context.need("response", response)?,
        // Whoever asked for a key or a payment must not take this for "it is not there".
        Heard::Refused(refusal) | Heard::NotFound(refusal) => {
            return Err(refusal.into_error(Operation::Token, ErrorKind::Rejected));
        }
    };
    let wire: AuthWire<'_> = context.fields(&response)?;
    let token =
        context.need("access_token", text(wire.access_token).filter(|token| token.bytes().all(|b| b.is_ascii_graphic())))?;
    let now = context.need("now", unsigned(wire.now))?;
    let expires_at = context.need("expired_at", unsigned(wire.expired_at))?;
    if expires_at <= now {
        return Err(context.bad("holds a token that has no life left"));
    }
    Ok(Answered { text: SecretString::from(token), now, expires_at })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SystemClock;
    use crate::config::ClientConfig;

    /// Callers that leave in mid-ask hand the asking on; nobody behind them waits longer than one call's time.
    #[tokio::test(start_paused = true)]
    async fn waiting_for_whoever_asks_has_an_end() {
        let credentials = Credentials::new("key".to_owned(), "secret".to_owned());
        let config = ClientConfig::new(credentials.clone());
        let transport = Transport::new(&config).expect("a transport");
        let manager = TokenManager::new(credentials, Arc::new(SystemClock::default()));
        let _asking = manager.asking.lock().await;
        let ended = tokio::time::timeout(2 * transport.send_timeout(), manager.get(&transport)).await;
        let error = ended.expect("an end").err().expect("no token");
        assert_eq!((error.kind(), error.reach()), (ErrorKind::Timeout, Reach::NotSent));
    }
}
