//! Where the server is and who calls it.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use kr_billing_core::{Clock, Error, ErrorKind, Operation};
use secrecy::{ExposeSecret, SecretString};
use url::{Host, Url};

use crate::clock::SystemClock;

/// The service's address. `[oa root]`
pub const DEFAULT_BASE_URL: &str = "https://api.iamport.kr";

/// The REST API key and secret of an account. Neither is ever printed.
#[derive(Clone)]
pub struct Credentials {
    pub(crate) imp_key: SecretString,
    pub(crate) imp_secret: SecretString,
}

impl Credentials {
    /// The pair from PortOne's console (`imp_key`, `imp_secret`).
    pub fn new(imp_key: impl Into<SecretString>, imp_secret: impl Into<SecretString>) -> Self {
        Self { imp_key: imp_key.into(), imp_secret: imp_secret.into() }
    }

    /// A print of the account, of its key and of the sub-merchant that an agency acts for: 24 bits (FNV-1a, folded), which tell
    /// accounts apart and from which no key can be found.
    pub fn print(&self, tier: Option<&str>) -> u32 {
        let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        let of_tier = tier.into_iter().flat_map(|tier| std::iter::once(0).chain(tier.bytes()));
        let hash = self.imp_key.expose_secret().bytes().chain(of_tier).fold(0xcbf2_9ce4_8422_2325, step);
        let folded = (hash ^ (hash >> 24) ^ (hash >> 48)) & 0x00ff_ffff;
        u32::try_from(folded).unwrap_or_default()
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(hidden)")
    }
}

/// What a [`crate::Client`] is made from.
#[derive(Clone)]
pub struct ClientConfig {
    /// The account's key pair.
    pub credentials: Credentials,
    /// The server. `https`, or `http` on this machine; see [`ClientConfig::allow_plaintext`].
    pub base_url: String,
    /// A sub-merchant's code, three characters of A–Z and 0–9, sent with each call. `[docs v1auth]`
    pub tier: Option<String>,
    /// How long a connection may take to be made. 5 s unless told.
    pub connect_timeout: Duration,
    /// How long one call may take from its first byte to the answer's last. 60 s unless told: the provider goes on working
    /// when a caller hangs up, so a shorter time makes doubts. `[docs v2 api intro]` `[infer]`
    pub send_timeout: Duration,
    /// The largest answer to a list, in bytes. 16 MiB unless told.
    pub max_list_bytes: usize,
    /// The largest answer to anything else, in bytes. 1 MiB unless told.
    pub max_body_bytes: usize,
    /// The clock that tokens age by.
    pub clock: Arc<dyn Clock>,
    /// Whether `http://` may go to another machine.
    pub allow_plaintext: bool,
}

impl ClientConfig {
    /// For an account, at the service's own address.
    pub fn new(credentials: Credentials) -> Self {
        Self {
            credentials,
            base_url: DEFAULT_BASE_URL.to_owned(),
            tier: None,
            connect_timeout: Duration::from_secs(5),
            send_timeout: Duration::from_secs(60),
            max_list_bytes: 16 << 20,
            max_body_bytes: 1 << 20,
            clock: Arc::new(SystemClock::new()),
            allow_plaintext: false,
        }
    }

    /// At another address, such as the sandbox's.
    #[must_use]
    pub fn with_base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = url.into();
        self
    }

    /// For a sub-merchant.
    #[must_use]
    pub fn with_tier(mut self, code: impl Into<String>) -> Self {
        self.tier = Some(code.into());
        self
    }

    /// With another time for connecting.
    #[must_use]
    pub fn with_connect_timeout(mut self, time: Duration) -> Self {
        self.connect_timeout = time;
        self
    }

    /// With another time for a whole call.
    #[must_use]
    pub fn with_send_timeout(mut self, time: Duration) -> Self {
        self.send_timeout = time;
        self
    }

    /// With other limits for answers, in bytes.
    #[must_use]
    pub fn with_max_bytes(mut self, list: usize, other: usize) -> Self {
        self.max_list_bytes = list;
        self.max_body_bytes = other;
        self
    }

    /// With another clock.
    #[must_use]
    pub fn with_clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Lets `http://` go to another machine. Cards and the account's secret then cross the network in the clear.
    #[must_use]
    pub fn allow_plaintext(mut self) -> Self {
        self.allow_plaintext = true;
        self
    }

    /// Whether the server is on this machine, as a sandbox is.
    pub fn is_on_this_machine(&self) -> bool {
        Url::parse(&self.base_url).is_ok_and(|url| is_loopback(&url))
    }

    /// The checked address, without a slash at its end.
    pub(crate) fn checked_base(&self) -> Result<Url, Error> {
        let mut url = Url::parse(&self.base_url).map_err(|_| wrong("base_url is not a URL, such as https://api.iamport.kr"))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(wrong("base_url holds a user name or password; leave them out"));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(wrong("base_url holds a query or a fragment; leave them out"));
        }
        match url.scheme() {
            "https" => {}
            "http" if self.allow_plaintext || is_loopback(&url) => {}
            "http" => {
                return Err(wrong(
                    "base_url is http:// to another machine, which would send cards and secrets in the clear; use https://, \
                     or allow plain text explicitly",
                ));
            }
            _ => return Err(wrong("base_url is neither https:// nor http://")),
        }
        let path = url.path().trim_end_matches('/').to_owned();
        url.set_path(&path);
        Ok(url)
    }

    pub(crate) fn check(&self) -> Result<(), Error> {
        let unsendable = |secret: &SecretString| {
            let text = secret.expose_secret();
            text.trim().is_empty() || text.chars().any(char::is_control)
        };
        if unsendable(&self.credentials.imp_key) {
            return Err(wrong("imp_key is empty or holds control characters; copy it from PortOne's console"));
        }
        if unsendable(&self.credentials.imp_secret) {
            return Err(wrong("imp_secret is empty or holds control characters; copy it from PortOne's console"));
        }
        match &self.tier {
            Some(tier) => check_tier(tier),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for ClientConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientConfig")
            .field("credentials", &self.credentials)
            .field("tier", &self.tier)
            .field("connect_timeout", &self.connect_timeout)
            .field("send_timeout", &self.send_timeout)
            .field("max_list_bytes", &self.max_list_bytes)
            .field("max_body_bytes", &self.max_body_bytes)
            .field("allow_plaintext", &self.allow_plaintext)
            .finish_non_exhaustive()
    }
}

/// Checks a sub-merchant's code. `[docs v1auth]`
pub(crate) fn check_tier(tier: &str) -> Result<(), Error> {
    let right = tier.len() == 3 && tier.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase());
    if right { Ok(()) } else { Err(wrong("tier is not three characters of A-Z and 0-9")) }
}

pub(crate) fn wrong(message: &str) -> Error {
    Error::not_sent(Operation::Configure, ErrorKind::Configuration, message)
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => IpAddr::V4(ip).is_loopback(),
        Some(Host::Ipv6(ip)) => IpAddr::V6(ip).is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(url: &str) -> ClientConfig {
        ClientConfig::new(Credentials::new("k", "s")).with_base_url(url)
    }

    #[test]
    fn plain_text_goes_to_this_machine_only() {
        for good in ["https://api.iamport.kr", "http://127.0.0.1:8410/", "http://[::1]:1", "http://localhost:9/api/"] {
            assert!(config(good).checked_base().is_ok(), "{good}");
        }
        for bad in [
            "http://api.iamport.kr",
            "http://127.0.0.1.evil.example",
            "ftp://x",
            "api.iamport.kr",
            "https://u:canary@h",
            "https://h?x=1",
        ] {
            let error = config(bad).checked_base().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Configuration, "{bad}");
            assert!(!error.to_string().contains("canary"));
        }
        assert!(config("http://10.0.0.1").allow_plaintext().checked_base().is_ok());
    }

    #[test]
    fn nothing_secret_is_printed() {
        let shown = format!("{:?}", ClientConfig::new(Credentials::new("canary-key", "canary-secret")));
        assert!(!shown.contains("canary"), "{shown}");
    }

    #[test]
    fn an_empty_secret_and_a_strange_tier_are_refused() {
        assert!(ClientConfig::new(Credentials::new("k", " ")).check().is_err());
        assert!(config("https://h").with_tier("ab1").check().is_err());
        assert!(config("https://h").with_tier("AB1").check().is_ok());
    }
}
