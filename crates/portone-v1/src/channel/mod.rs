//! One configured channel of one PG: the contract over this wire.

pub(crate) mod account;
mod check;
mod gateway;
mod key_in;
mod scheduler;

pub(crate) use check::missing;

use std::sync::{Arc, OnceLock};

use kr_billing_core::{CheckoutWindow, Error, IssuePath, Payment, Schedule};

use self::account::InAccount;
use crate::client::Client;
use crate::config::wrong;
use crate::failure::of_failed_record;
use crate::provider::{Provider, WindowProvider};
use crate::settings::{ChannelSettings, KeyInSettings, ModuleRoute};
use crate::types::payment::PaymentRecord;
use crate::types::schedule::ScheduleRecord;
use crate::window::Window;

/// One channel of one PG under one merchant's contract.
///
/// A channel with a window is made by [`Channel::with_window`], which exists only for a PG that has one; so asking the type of a
/// PG without one for its window does not compile:
///
/// ```compile_fail
/// fn window<P: kr_billing_portone_v1::Provider>(channel: &kr_billing_portone_v1::Channel<P>) {
///     let _ = channel.window();
/// }
/// ```
pub struct Channel<P> {
    client: Client,
    provider: Arc<P>,
    ways: Ways,
    test: bool,
    key_in_account: Option<InAccount>,
}

/// At least one way to a key.
enum Ways {
    KeyIn(KeyInSettings),
    Window(Opened),
    Both(KeyInSettings, Opened),
}

struct Opened {
    window: Box<dyn CheckoutWindow>,
    route: ModuleRoute,
}

impl<P: Provider> Channel<P> {
    /// A channel with key-in only. Nothing is sent.
    ///
    /// # Errors
    /// Kind `Configuration`: the settings name a window, or no key-in, or hold an empty name.
    pub fn new(client: Client, provider: P, settings: ChannelSettings) -> Result<Self, Error> {
        if settings.window.is_some() {
            return Err(wrong("window: this PG module issues no billing key in a window; use key_in"));
        }
        let key_in = settings.key_in.ok_or_else(|| wrong("key_in: is missing, and this channel has no other way to a key"))?;
        check_route("key_in", &key_in.route)?;
        let test = settings.test;
        let key_in_account = Some(in_account(&client, "key_in", &key_in.route, test));
        Ok(Self { client, provider: Arc::new(provider), ways: Ways::KeyIn(key_in), test, key_in_account })
    }

    /// The account's client.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// The PG's part.
    pub fn provider(&self) -> &P {
        &self.provider
    }

    /// Whether this is a test channel.
    pub fn is_test(&self) -> bool {
        self.test
    }

    fn key_in_settings(&self) -> Option<&KeyInSettings> {
        match &self.ways {
            Ways::KeyIn(key_in) | Ways::Both(key_in, _) => Some(key_in),
            Ways::Window(_) => None,
        }
    }

    fn opened(&self) -> Option<&Opened> {
        match &self.ways {
            Ways::Window(opened) | Ways::Both(_, opened) => Some(opened),
            Ways::KeyIn(_) => None,
        }
    }

    fn path(&self) -> IssuePath<'_> {
        match &self.ways {
            Ways::KeyIn(_) => IssuePath::KeyIn(self),
            Ways::Window(opened) => IssuePath::Window(opened.window.as_ref()),
            Ways::Both(_, opened) => IssuePath::Either { window: opened.window.as_ref(), key_in: self },
        }
    }

    /// All MIDs, or none when one is not known.
    fn known_mids(&self) -> Vec<String> {
        let routes = [self.key_in_settings().map(|key_in| &key_in.route), self.opened().map(|opened| &opened.route)];
        let mids: Option<Vec<String>> = routes.into_iter().flatten().map(|route| route.mid.clone()).collect();
        mids.unwrap_or_default()
    }

    /// Says what a failed record means, by this PG's table.
    fn judged(&self, record: PaymentRecord) -> Payment {
        let PaymentRecord { mut payment, words, .. } = record;
        if let Some(failure) = &mut payment.failure {
            of_failed_record(&*self.provider, payment.pg_provider.as_deref(), &words, failure);
        }
        payment
    }

    fn judged_schedule(&self, record: ScheduleRecord) -> Schedule {
        let ScheduleRecord { mut schedule, words, .. } = record;
        if let Some(failure) = &mut schedule.failure {
            of_failed_record(&*self.provider, schedule.pg_provider.as_deref(), &words, failure);
        }
        schedule
    }
}

impl<P: WindowProvider> Channel<P> {
    /// A channel of a PG that has a window: with the window, key-in or both, as the settings say. Nothing is sent.
    ///
    /// # Errors
    /// Kind `Configuration`: the settings name neither, or hold an empty name.
    pub fn with_window(client: Client, provider: P, settings: ChannelSettings) -> Result<Self, Error> {
        let provider = Arc::new(provider);
        if let Some(key_in) = &settings.key_in {
            check_route("key_in", &key_in.route)?;
        }
        if let Some(route) = &settings.window {
            check_route("window", route)?;
        }
        let test = settings.test;
        let key_in_account = settings.key_in.as_ref().map(|key_in| in_account(&client, "key_in", &key_in.route, test));
        let opened = settings.window.map(|route| {
            let account = in_account(&client, "window", &route, test);
            Opened { window: Box::new(Window { provider: provider.clone(), account }), route }
        });
        let ways = match (settings.key_in, opened) {
            (Some(key_in), Some(opened)) => Ways::Both(key_in, opened),
            (Some(key_in), None) => Ways::KeyIn(key_in),
            (None, Some(opened)) => Ways::Window(opened),
            (None, None) => return Err(wrong("names neither `window` nor `key_in`: say how this contract issues keys")),
        };
        Ok(Self { client, provider, ways, test, key_in_account })
    }

    /// The window, where the contract has it.
    pub fn window(&self) -> Option<&dyn CheckoutWindow> {
        self.opened().map(|opened| opened.window.as_ref())
    }
}

fn in_account(client: &Client, way: &'static str, route: &ModuleRoute, test: bool) -> InAccount {
    InAccount { client: client.clone(), way, route: route.clone(), test, known: OnceLock::new() }
}

/// V1 takes the default channel silently when `pg` is not what it knows, so what cannot be right is refused here.
fn check_route(way: &str, route: &ModuleRoute) -> Result<(), Error> {
    let right = |text: &str, most: usize| {
        !text.is_empty() && text.len() <= most && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
    };
    if !right(&route.module, 16) {
        return Err(wrong(&format!("{way}: the module is not a PG module's name, such as kcp_billing")));
    }
    if route.mid.as_deref().is_some_and(|mid| !right(mid, 63)) {
        return Err(wrong(&format!("{way}.mid: is empty, too long or holds other marks than letters, digits, - and _")));
    }
    if route.channel_key.as_deref().is_some_and(|key| !right(key, 55)) {
        return Err(wrong(&format!("{way}.channel_key: is empty, longer than 55 characters or holds other marks")));
    }
    Ok(())
}
