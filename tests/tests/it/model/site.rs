//! Where cases run: a sandbox, a breaking line in front of it, and the programs of a merchant. Cases take turns on one; their ids
//! are their own.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use kr_billing::inicis::InicisConfig;
use kr_billing::journal::{Journal, MemoryJournal, SqliteJournal};
use kr_billing::kcp::KcpConfig;
use kr_billing::nice::NiceConfig;
use kr_billing::portone_v1::{Client, ClientConfig, Credentials};
use kr_billing::{
    Billing, BillingGateway, BillingKey, BillingKeyId, Buyer, Card, ChannelName, Clock, Expiry, Issuance, IssueRequest, Policy,
};
use kr_billing_sandbox::{Handle, SAMPLE_KEY, SAMPLE_SECRET, Sandbox};

use super::proxy::Proxy;
use super::script::{Pg, Script};
use super::watch::{Bed, JournalTrouble, MovedClock, Watch, WatchedJournal};

/// The settle time of every case. What the cases hold back (35 ms) and commit late (75 ms) stays below it by more than a busy
/// machine's delays: see the driver's `STALL`.
pub const SETTLE: Duration = Duration::from_millis(400);

/// A card that works, and one that the issuer declines for want of money (`docs/sandbox.md`).
pub const GOOD_CARD: &str = "1234-1234-1234-1234";
pub const BAD_CARD: &str = "4000-0000-0000-0001";

/// Cases after which a sandbox starts afresh, so that its ledger stays short.
const FRESH_AFTER: u32 = 200;

/// A sandbox behind a breaking line.
pub struct Site {
    pub sandbox: Sandbox,
    pub proxy: Proxy,
    pub clock: Arc<MovedClock>,
    /// A program that is connected to the sandbox itself, with the patience of production.
    pub direct: Billing,
    gateways: Gateways,
    /// Straight to the sandbox, with the patience of production.
    sure: Gateways,
    dir: tempfile::TempDir,
    cases: u32,
}

impl Site {
    pub async fn start() -> Self {
        let sandbox = Sandbox::start().await.expect("a sandbox on a free port");
        let proxy = Proxy::start(sandbox.addr(), sandbox.handle()).await.expect("a proxy on a free port");
        let dir = tempfile::tempdir().expect("a folder for journals");
        let clock = Arc::new(MovedClock::new());
        let sure = gateways(sandbox.base_url(), &Policy::default(), &clock);
        let direct = build(sure.clone(), Policy::default(), Arc::new(MemoryJournal::new()), Arc::clone(&clock));
        let own = gateways(&proxy.base_url(), &times(), &clock);
        let site = Self { sandbox, proxy, clock, direct, gateways: own, sure, dir, cases: 0 };
        site.furnish().await;
        site
    }

    /// The control handle.
    pub fn handle(&self) -> Handle {
        self.sandbox.handle()
    }

    /// Called before each case: from time to time everything is forgotten.
    pub async fn tidy(&mut self) {
        self.cases += 1;
        if self.cases.is_multiple_of(FRESH_AFTER) {
            self.handle().reset();
            self.furnish().await;
        }
    }

    /// Stores the key that every case of a PG may charge.
    async fn furnish(&self) {
        let billing = &self.direct;
        for pg in [Pg::Kcp, Pg::Inicis, Pg::Nice] {
            let request = IssueRequest::new(base_key(pg).id, card(GOOD_CARD)).with_holder(buyer());
            let issuing = billing.issuing(Some(&channel(pg))).expect("a channel");
            let stored = issuing.key_in().expect("key-in").issue(&request).await;
            assert!(matches!(stored, Ok(Issuance::Stored(_))), "the base key was not stored: {stored:?}");
        }
    }

    /// The journal of a case.
    pub fn durable(&self, script: &Script, case: &str) -> Durable {
        match script.sqlite {
            true => Durable::File(self.dir.path().join(format!("{case}.sqlite"))),
            false => Durable::Kept(Arc::new(MemoryJournal::new())),
        }
    }

    /// The program that cleans up after a case, when nothing is broken any more: a busy machine must not look like a fault.
    pub async fn last_program(&self, desk: &Desk) -> Billing {
        let journal = desk.journal.open().await;
        let journal = WatchedJournal::new(journal, self.handle(), desk);
        build(self.sure.clone(), Policy::default(), Arc::new(journal), Arc::clone(&self.clock))
    }

    /// A program of a case, started now. A cold one has new connections and no token.
    pub async fn program(&self, script: &Script, desk: &Desk, cold: bool) -> Billing {
        let journal = desk.journal.open().await;
        let journal = WatchedJournal::new(journal, self.handle(), desk);
        let gateways = match cold {
            true => gateways(&self.proxy.base_url(), &times(), &self.clock),
            false => self.gateways.clone(),
        };
        build(gateways, policy(script), Arc::new(journal), Arc::clone(&self.clock))
    }
}

/// What survives a restart.
pub enum Durable {
    Kept(Arc<MemoryJournal>),
    File(PathBuf),
}

impl Durable {
    async fn open(&self) -> Arc<dyn Journal> {
        match self {
            Self::Kept(journal) => Arc::clone(journal) as Arc<dyn Journal>,
            Self::File(path) => Arc::new(SqliteJournal::open(path).await.expect("a journal on disk")),
        }
    }
}

impl Drop for Durable {
    fn drop(&mut self) {
        let Self::File(path) = self else { return };
        for end in ["", "-wal", "-shm"] {
            let file = Path::new(path).with_extension(format!("sqlite{end}"));
            // What is still open goes with the folder.
            let _ = std::fs::remove_file(file);
        }
    }
}

/// What the programs of a case share.
pub struct Desk {
    pub journal: Durable,
    pub watch: Arc<Watch>,
    pub trouble: Arc<Mutex<Option<JournalTrouble>>>,
    pub bed: Arc<Bed>,
}

/// Milliseconds in place of seconds, in production's proportions.
fn times() -> Policy {
    let mut policy = Policy::default();
    policy.send_timeout = Duration::from_millis(100);
    policy.connect_timeout = Duration::from_millis(80);
    policy.send_within = Duration::from_millis(120);
    policy.settle_after = SETTLE;
    policy.first_wait = Duration::from_millis(10);
    policy.longest_wait = Duration::from_millis(80);
    policy.wait_for_place = Duration::from_millis(150);
    policy
}

/// The policy of a case.
pub fn policy(script: &Script) -> Policy {
    let mut policy = times();
    policy.resolve_for = if script.patient { SETTLE + Duration::from_millis(80) } else { Duration::from_millis(60) };
    policy.attempts = script.attempts;
    policy.concurrent_sends = script.places;
    policy
}

type Gateways = Vec<(ChannelName, Arc<dyn BillingGateway>)>;

/// The channels of the three PGs over one client. A client reads the machine's certificates, which costs more than a case.
fn gateways(base_url: &str, times: &Policy, clock: &Arc<MovedClock>) -> Gateways {
    let config = ClientConfig::new(Credentials::new(SAMPLE_KEY, SAMPLE_SECRET))
        .with_base_url(base_url)
        .with_connect_timeout(times.connect_timeout)
        .with_send_timeout(times.send_timeout)
        .with_clock(Arc::clone(clock) as Arc<dyn Clock>);
    let client = Client::new(config).expect("a client");
    let kcp: KcpConfig = serde_json::from_str(r#"{"key_in": {"mid": "KCPR1"}}"#).expect("settings");
    let inicis: InicisConfig = serde_json::from_str(r#"{"key_in": {"mid": "MOIsandbx1"}}"#).expect("settings");
    let nice: NiceConfig = serde_json::from_str(r#"{"mid": "IMPsandbo1"}"#).expect("settings");
    vec![
        (channel(Pg::Kcp), Arc::new(kcp.channel(client.clone()).expect("a KCP channel"))),
        (channel(Pg::Inicis), Arc::new(inicis.channel(client.clone()).expect("an Inicis channel"))),
        (channel(Pg::Nice), Arc::new(nice.channel(client).expect("a NICE channel"))),
    ]
}

fn build(gateways: Gateways, policy: Policy, journal: Arc<dyn Journal>, clock: Arc<MovedClock>) -> Billing {
    let mut builder = Billing::builder();
    for (name, gateway) in gateways {
        builder = builder.gateway(name, gateway);
    }
    builder.policy(policy).journal(journal).clock(clock).build().expect("a configuration")
}

/// A PG's channel.
pub fn channel(pg: Pg) -> ChannelName {
    ChannelName::new(format!("{pg:?}").to_lowercase()).expect("a channel name")
}

/// The key that every case may charge.
pub fn base_key(pg: Pg) -> BillingKey {
    BillingKey::new(channel(pg), BillingKeyId::new(format!("base-{pg:?}")).expect("a key id"))
}

/// A card with everything a contract may ask for.
pub fn card(number: &str) -> Card {
    let card = Card::new(number.to_owned(), Expiry::new(2099, 12).expect("an expiry")).expect("a card");
    card.with_birth("880101".to_owned()).and_then(|card| card.with_password_digits("12".to_owned())).expect("a holder")
}

/// A buyer with everything a PG may ask for.
pub fn buyer() -> Buyer {
    let buyer = Buyer::new().with_name("Hong Gildong").and_then(|buyer| buyer.with_tel("010-1234-5678"));
    buyer.and_then(|buyer| buyer.with_email("gildong@shop.example")).expect("a buyer")
}
