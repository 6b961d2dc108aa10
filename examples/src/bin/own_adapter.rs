//! A merchant's own adapter: one more PG, named in the configuration like a built-in one, without a fork.
//!
//! Kiwoompay (`daou`) speaks the same protocol behind PortOne as the others, so its adapter only states facts. A PG that is spoken
//! to directly implements `BillingGateway` by hand and is registered in the same way.

use std::sync::Arc;

use kr_billing::contract::profile::{AmountRole, KeyInTerms, RefundTax, VatTerms, WindowReturn};
use kr_billing::portone_v1::{Channel, ChannelSettings, Client, KeyInSettings, ModuleRoute, Phase, Provider};
use kr_billing::{
    Billing, BillingBuilder, BillingGateway, BillingKeyId, Card, ChannelName, Charge, ChargeRequest, CodeClass, Config, Error,
    ErrorKind, Expiry, Fact, IssueRequest, Krw, Operation, OrderId, OrderName, Profile, ScheduleEntry, TaxSplit,
};
use kr_billing_examples::Trouble;
use kr_billing_sandbox::{ChannelConfig, SAMPLE_KEY, SAMPLE_SECRET, Sandbox, SandboxConfig};
use serde::Deserialize;

// ANCHOR: facts
/// What is known of the PG, each fact with its source: it is printed in the PG matrix, and code decides by it.
static PROFILE: Profile = Profile {
    pg: "daou",
    name: "Kiwoompay",
    window_module: Fact::new(None, "[man payjoa] [rules]"),
    key_in_module: Fact::new("daou", "[man payjoa] [rules]"),
    key_in_terms: Fact::new(KeyInTerms::SeparateAgreement, "[man payjoa]"),
    window_amount: Fact::new(AmountRole::NoWindow, "[man payjoa] [rules]"),
    pc_return: Fact::new(WindowReturn::NoWindow, "[man payjoa] [rules]"),
    mobile_return: Fact::new(WindowReturn::NoWindow, "[man payjoa] [rules]"),
    minimum_won: Fact::new(100, "not stated; nothing is refused for it"),
    vat_amount: Fact::new(VatTerms::NotTaken, "[oa]"),
    interest_free: Fact::new(false, "not stated: the safe side"),
    card_points: Fact::new(false, "not stated: the safe side"),
    refund_tax: Fact::new(RefundTax::MustBeKnown, "not stated: the safe side"),
    key_in_buyer: Fact::new(&[], "[oa onetime]"),
    window_buyer: Fact::new(&[], "[rules]"),
    test_mids: Fact::new(&["CTS17266"], "[help daou]"),
    test_behaviour: Fact::new("really charge, and cancel by themselves between 23:00 and 23:50.", "[help daou]"),
    notes: &[],
};

/// The few things that are decided by code.
struct Daou;

impl Provider for Daou {
    fn profile(&self) -> &'static Profile {
        &PROFILE
    }

    /// A code that is not listed is never taken for a decline on its own: the order is looked up first.
    fn classify_code(&self, _code: &str, _phase: Phase) -> Option<CodeClass> {
        None
    }

    fn classify_words(&self, _code: Option<&str>, _text: &str) -> Option<CodeClass> {
        None
    }

    /// Names travel as EUC-KR, where unusual characters break. `[docs daou]`
    fn check_charge(&self, request: &ChargeRequest) -> Result<(), Error> {
        match request.name.as_str().chars().all(plain) {
            true => Ok(()),
            false => Err(Error::not_sent(Operation::Charge, ErrorKind::InvalidInput, "name: use Hangul and ASCII only")),
        }
    }

    fn check_entry(&self, _entry: &ScheduleEntry) -> Result<(), Error> {
        Ok(())
    }

    fn check_issue(&self, _request: &IssueRequest) -> Result<(), Error> {
        Ok(())
    }

    fn check_refund(&self, _tax: Option<TaxSplit>) -> Result<(), Error> {
        Ok(())
    }
}

fn plain(letter: char) -> bool {
    letter.is_ascii() || ('가'..='힣').contains(&letter)
}
// ANCHOR_END: facts

// ANCHOR: register
/// What a channel of this PG says in the configuration. A misspelt key is an error.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    mid: String,
}

/// Makes the gateway from a channel's settings and the account's client.
fn daou(settings: &str, client: &Client) -> Result<Arc<dyn BillingGateway>, Error> {
    let wrong = |_| Error::not_sent(Operation::Configure, ErrorKind::Configuration, "daou: settings are `mid` and nothing else");
    let Settings { mid } = serde_json::from_str(settings).map_err(wrong)?;
    let key_in = KeyInSettings::new(ModuleRoute::new("daou").with_mid(mid));
    Ok(Arc::new(Channel::new(client.clone(), Daou, ChannelSettings::new().with_key_in(key_in))?))
}

async fn connect(toml: &str) -> Result<Billing, Error> {
    BillingBuilder::from_config(Config::from_toml(toml)?).await?.adapter("daou", Arc::new(daou)).build()
}
// ANCHOR_END: register

#[tokio::main]
async fn main() -> Result<(), Trouble> {
    let channel = |pg: &str, mid: &str| ChannelConfig { pg: Some(pg.into()), mid: Some(mid.into()), ..ChannelConfig::default() };
    let channels = vec![channel("daou", "CTS17266"), channel("kcp", "A1234")];
    let config = SandboxConfig { channels, ..SandboxConfig::default() };
    let sandbox = Sandbox::builder().config(config).start().await?;
    let billing = connect(&format!(
        "default_channel = \"kiwoom\"\n\
         [account]\nimp_key = \"{SAMPLE_KEY}\"\nimp_secret = \"{SAMPLE_SECRET}\"\nbase_url = \"{}\"\n\
         [channels.kiwoom]\npg = \"daou\"\nmid = \"CTS17266\"\n\
         [channels.kcp]\npg = \"kcp\"\nkey_in = {{ mid = \"A1234\" }}\n",
        sandbox.base_url()
    ))
    .await?;

    let card = || Card::new("1234-1234-1234-1234", Expiry::new(2030, 12)?);
    let request = |order: &str, name: &str| -> Result<ChargeRequest, Trouble> {
        let (order, key) = (OrderId::new(order)?, BillingKeyId::new(format!("{order}.card"))?);
        Ok(ChargeRequest::by_card_and_keep(card()?, key, order, Krw::new(9_900)?, OrderName::new(name)?))
    };
    // The default channel is the own adapter's; a built-in one stands beside it.
    let charges =
        [request("sub-1.202611.1", "월 구독")?, request("sub-3.202611.1", "월 구독")?.on_channel(ChannelName::new("kcp")?)?];
    for charge in charges {
        match billing.charge(charge).await? {
            Charge::Paid(paid) => {
                let payment = &paid.payment;
                let through = payment.pg_provider.as_deref().unwrap_or("?");
                println!("paid {} won through {through}: {}", payment.amount, payment.id);
            }
            other => println!("{other:?}"),
        }
    }
    // The adapter's own rule, kept before anything is sent.
    if let Err(refused) = billing.charge(request("sub-2.202611.1", "☕ 구독")?).await {
        println!("{refused}");
    }
    Ok(())
}
