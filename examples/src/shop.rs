//! Where an example does its business.

use kr_billing::{Billing, BillingKey, BillingKeyId, Buyer, Card, ChannelName, Config, Expiry, Issuance, IssueRequest};
use kr_billing_sandbox::{Handle, SAMPLE_KEY, SAMPLE_SECRET, Sandbox};

use crate::Trouble;

/// What the sandbox's account looks like: one channel for each PG.
const CHANNELS: &str = r#"
[channels.kcp]
pg = "kcp"
key_in = { mid = "KCPR1", require = ["birth", "pwd_2digit"] }
window = { mid = "KCPW1" }

[channels.inicis]
pg = "inicis"
key_in = { mid = "MOIsandbx1" }
window = { mid = "MOIsandbx2" }

[channels.nice]
pg = "nice"
mid = "IMPsandbo1"
"#;

/// A merchant's account: yours when `KR_BILLING_…` variables are set, else a sandbox's.
pub struct Shop {
    /// The client.
    pub billing: Billing,
    sandbox: Option<Sandbox>,
}

impl Shop {
    /// Opens for business.
    ///
    /// # Errors
    /// The configuration is wrong, or no sandbox can be started.
    pub async fn open() -> Result<Self, Trouble> {
        if std::env::vars().any(|(name, _)| name.starts_with("KR_BILLING_")) {
            return Ok(Self { billing: Billing::from_env().await?, sandbox: None });
        }
        Self::in_sandbox("").await
    }

    /// Opens on a sandbox of its own. `policy` is what the configuration's `[policy]` says, such as `resolve_for_ms = 300`.
    ///
    /// # Errors
    /// No sandbox can be started.
    pub async fn in_sandbox(policy: &str) -> Result<Self, Trouble> {
        let sandbox = Sandbox::start().await?;
        println!("sandbox at {}", sandbox.base_url());
        let billing = connect(&sandbox, policy).await?;
        Ok(Self { billing, sandbox: Some(sandbox) })
    }

    /// The same shop after a restart: all that its process knew is gone.
    ///
    /// # Errors
    /// There is no sandbox.
    pub async fn restarted(self) -> Result<Self, Trouble> {
        let sandbox = self.sandbox.ok_or("only a sandbox's shop can be restarted here")?;
        let billing = connect(&sandbox, "").await?;
        Ok(Self { billing, sandbox: Some(sandbox) })
    }

    /// Controls of the sandbox: clock, faults, ledger, windows. `None` on your own account.
    pub fn sandbox(&self) -> Option<Handle> {
        self.sandbox.as_ref().map(Sandbox::handle)
    }

    /// Where new keys are issued: the default channel, which is `kcp` in the sandbox.
    ///
    /// # Errors
    /// There are several channels and no default.
    pub fn channel(&self) -> Result<ChannelName, Trouble> {
        Ok(self.billing.default_channel().ok_or("set default_channel")?.clone())
    }

    /// A member who has given a card: one of the sandbox's, by its number.
    ///
    /// # Errors
    /// The card was not stored.
    pub async fn member(&self, id: &str, card_number: &str) -> Result<BillingKey, Trouble> {
        let channel = self.channel()?;
        let key_in = self.billing.issuing(Some(&channel))?.key_in().ok_or("this channel has no key-in")?;
        let request = IssueRequest::new(BillingKeyId::new(id)?, card(card_number)?).with_holder(buyer()?);
        match key_in.issue(&request).await? {
            Issuance::Stored(issued) => Ok(issued.key),
            Issuance::Refused(failure) => Err(format!("the card was refused: {}", failure.message).into()),
            Issuance::InDoubt(doubt) => Err(doubt.detail.into()),
        }
    }
}

async fn connect(sandbox: &Sandbox, policy: &str) -> Result<Billing, Trouble> {
    let toml = format!(
        "default_channel = \"kcp\"\n[account]\nimp_key = \"{SAMPLE_KEY}\"\nimp_secret = \"{SAMPLE_SECRET}\"\nbase_url = \"{}\"\n\
         [policy]\n{policy}\n{CHANNELS}",
        sandbox.base_url()
    );
    Ok(Billing::from_config(Config::from_toml(&toml)?).await?)
}

/// A card with all that a contract may ask of its holder. A real one comes from the buyer.
fn card(number: &str) -> Result<Card, Trouble> {
    Ok(Card::new(number, Expiry::new(2099, 12)?)?.with_birth("880101")?.with_password_digits("12")?)
}

fn buyer() -> Result<Buyer, Trouble> {
    Ok(Buyer::new().with_name("홍길동")?.with_tel("010-1234-5678")?.with_email("gildong@example.com")?)
}
