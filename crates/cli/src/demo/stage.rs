//! What every step stands on: a sandbox, a `Billing` on its clock, and a webhook address.

use std::sync::Arc;

use kr_billing::{
    Billing, BillingBuilder, BillingKey, BillingKeyId, Buyer, Card, ChannelName, ChargeRequest, Config, Expiry, Invalid, Krw,
    OrderId, OrderName,
};
use kr_billing_sandbox::{Handle, SAMPLE_KEY, SAMPLE_SECRET, Sandbox};

use super::Failure;
use super::clock::SandboxClock;
use super::receiver::Receiver;

/// The card of the guides, which every PG of the sandbox takes.
pub(super) const GOOD_CARD: &str = "1234-1234-1234-1234";

/// The sandbox's channels, and times short enough for a demo.
const CONFIG: &str = r#"
[policy]
send_timeout_ms = 3000
connect_timeout_ms = 1000
resolve_for_ms = 3000
settle_after_ms = 1500
first_wait_ms = 25
longest_wait_ms = 200

[channels.kcp]
pg = "kcp"
window = { mid = "KCPW1", birth_box = true }
key_in = { mid = "KCPR1", require = ["birth", "pwd_2digit"] }

[channels.inicis]
pg = "inicis"
window = { mid = "MOIsandbx2" }
key_in = { mid = "MOIsandbx1" }

[channels.nice]
pg = "nice"
mid = "IMPsandbo1"
"#;

/// A PG of the demo; its channel has the same name.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pg {
    pub(super) channel: &'static str,
    pub(super) name: &'static str,
    pub(super) has_window: bool,
}

impl Pg {
    pub(super) const ALL: [Self; 3] = [
        Self { channel: "kcp", name: "NHN KCP", has_window: true },
        Self { channel: "inicis", name: "KG Inicis", has_window: true },
        Self { channel: "nice", name: "NICE Payments", has_window: false },
    ];

    pub(super) fn channel(self) -> Result<ChannelName, Invalid> {
        ChannelName::new(self.channel)
    }

    /// The order id of one step.
    pub(super) fn order(self, what: &str) -> Result<OrderId, Invalid> {
        OrderId::new(format!("demo-{}-{what}", self.channel))
    }

    /// A billing key of one member.
    pub(super) fn key(self, member: &str) -> Result<BillingKey, Invalid> {
        Ok(BillingKey::new(self.channel()?, BillingKeyId::new(format!("{}-{member}", self.channel))?))
    }

    /// A charge of the key that the step "issue" makes.
    pub(super) fn charge_member(self, what: &str, amount: Krw) -> Result<ChargeRequest, Invalid> {
        Ok(ChargeRequest::by_key(self.key(MEMBER)?, self.order(what)?, amount, order_name()?))
    }
}

/// The member whose key most steps charge.
pub(super) const MEMBER: &str = "member-1";

/// The running demo.
pub(super) struct Stage {
    pub(super) billing: Billing,
    pub(super) sandbox: Handle,
    pub(super) receiver: Receiver,
    running: Sandbox,
}

impl Stage {
    pub(super) async fn open() -> Result<Self, Failure> {
        let running = Sandbox::start().await?;
        let receiver = Receiver::open().await?;
        let account = format!(
            "[account]\nimp_key = \"{SAMPLE_KEY}\"\nimp_secret = \"{SAMPLE_SECRET}\"\nbase_url = \"{}\"\n",
            running.base_url()
        );
        let clock = Arc::new(SandboxClock::new(running.handle()));
        let config = Config::from_toml(&format!("{account}{CONFIG}"))?;
        let billing = BillingBuilder::from_config(config).await?.clock(clock).build()?;
        Ok(Self { billing, sandbox: running.handle(), receiver, running })
    }

    pub(super) fn address(&self) -> &str {
        self.running.base_url()
    }

    pub(super) async fn close(self) {
        // It has no state file, so nothing can be left unwritten.
        let _stopped = self.running.shutdown().await;
    }
}

pub(super) fn krw(won: u64) -> Result<Krw, Invalid> {
    Krw::new(won)
}

pub(super) fn order_name() -> Result<OrderName, Invalid> {
    OrderName::new("월 구독 Monthly plan")
}

/// A card with all that a contract may ask of its holder.
pub(super) fn card(number: &str) -> Result<Card, Invalid> {
    Card::new(number, Expiry::new(2099, 12)?)?.with_birth("880101")?.with_password_digits("12")
}

pub(super) fn buyer() -> Result<Buyer, Invalid> {
    Buyer::new().with_name("홍길동")?.with_tel("010-1234-5678")?.with_email("gildong@example.com")
}
