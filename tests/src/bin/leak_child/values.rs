//! Values that no operation gives: refusals before anything is sent, settings, and what the journal holds.

use std::error::Error;
use std::path::Path;
use std::sync::Arc;

use kr_billing::config::JournalConfig;
use kr_billing::contract::{Attempt, BillingGateway, CodeTable, KeyIn, Scheduler};
use kr_billing::journal::{Intent, Journal, MemoryJournal, SqliteJournal, Subject};
use kr_billing::portone_v1::{
    CancelOptions, CardField, ChannelSettings, Client, ClientConfig, Credentials, Extra, KeyInSettings, ModuleRoute,
};
use kr_billing::{
    BillingKey, BillingKeyId, Buyer, Card, ChannelName, Charge, Config, Expiry, Invalid, IssueRequest, Krw, OrderId, OrderName,
    PaymentId, Refund, RefundRequest, ScheduleEntry, ScheduleRequest, ServicePeriod, TaxSplit, Ticket, UnixSeconds,
    WindowRequest, inicis, kcp, nice,
};
use kr_billing_sandbox::{Effect, Fault, Moment, Operation, Sandbox};
use kr_billing_tests::canaries;

use crate::show::Show;
use crate::{echo, operations};

/// All of them.
pub(crate) async fn all(folder: &Path, show: &mut Show) -> Result<(), Box<dyn Error>> {
    refusals(show);
    settings(show)?;
    contract(show).await?;
    journal(folder, show).await?;
    outcomes(folder, show).await?;
    raw(show).await
}

/// What is refused because of a value, which the refusal must not repeat.
fn refusals(show: &mut Show) {
    let long = |text: &str| text.repeat(30);
    let expiry = || Expiry::new(2087, 7);
    let card = || canaries::card();
    let refused: Vec<Option<Invalid>> = vec![
        Card::new(format!("{}0", canaries::NUMBER), expiry().unwrap_or_else(|_| unreachable!())).err(),
        card().and_then(|card| card.with_birth(format!("{}1", canaries::BIRTH))).err(),
        card().and_then(|card| card.with_password_digits(format!("{}1", canaries::PASSWORD))).err(),
        Expiry::parse("208707").err(),
        Buyer::new().with_name(long(canaries::NAME)).err(),
        Buyer::new().with_tel(long(canaries::TEL)).err(),
        Buyer::new().with_email(long(canaries::EMAIL)).err(),
        Buyer::new().with_address(long(canaries::ADDR), canaries::POSTCODE).err(),
        OrderName::new(long(canaries::NAME)).err(),
        OrderId::new(format!("{}/{}", canaries::NUMBER, canaries::NAME)).err(),
        BillingKeyId::new(long(canaries::NUMBER)).err(),
        PaymentId::new(canaries::NAME).err(),
        ChannelName::new(canaries::NAME).err(),
        canaries::NUMBER.parse::<Krw>().err(),
        ServicePeriod::new(canaries::BIRTH, canaries::BIRTH).err(),
    ];
    for invalid in refused {
        show.value(&invalid);
        if let Some(invalid) = invalid {
            show.chain(&invalid);
        }
    }
}

/// Configurations with the secrets in the wrong places, and the settings that adapters make of the right ones.
fn settings(show: &mut Show) -> Result<(), Box<dyn Error>> {
    let secret = canaries::SECRET;
    for wrong in [
        format!("[account]\nimp_key = \"{secret}"),
        format!("[account]\nimp_key = [\"{secret}\"]\nimp_secret = 1"),
        format!("[account]\nimp_key = \"k\"\nimp_secret = \"s\"\nallow_plaintext = \"{secret}\"\n[channels]"),
        format!("default_channel = \"{secret}/\"\n[account]\nimp_key = \"k\"\nimp_secret = \"{secret}\"\n[channels]"),
        format!("[account]\nimp_key = \"k\"\nimp_secret = \"s\"\n[policy]\nattempts = \"{secret}\"\n[channels]"),
    ] {
        show.result(&Config::from_toml(&wrong));
    }
    let vars = [("KR_BILLING_ACCOUNT", secret), ("KR_BILLING_ACCOUNT__IMP_SECRET", secret)];
    show.result(&Config::from_vars(vars.map(|(name, value)| (name.to_owned(), value.to_owned()))));
    for url in [format!("https://u:{secret}@api.iamport.kr"), format!("ftp://{secret}"), format!("http://{secret}.example")] {
        let config = ClientConfig::new(Credentials::new(canaries::KEY, secret)).with_base_url(url);
        show.value(&config);
        show.result(&Client::new(config));
    }

    let json =
        r#"{"window":{"mid":"A52LD","site_logo":"https://shop.example/l.gif"},"key_in":{"mid":"A52LD","require":["birth"]}}"#;
    let kcp: kcp::KcpConfig = serde_json::from_str(json)?;
    show.value(&kcp);
    show.value(&serde_json::from_str::<inicis::InicisConfig>(
        r#"{"window":{"mid":"INIBillTst"},"key_in":{"mid":"INIBillTst"}}"#,
    )?);
    show.value(&serde_json::from_str::<nice::NiceConfig>(r#"{"mid":"iamport01m"}"#)?);
    show.value(&serde_json::from_str::<nice::NiceV2Config>(r#"{"mid":"iamport01m"}"#)?);
    let route = ModuleRoute::new("kcp").with_mid("A52LD");
    let key_in = KeyInSettings::new(route.clone()).with_required([CardField::Birth]);
    show.value(&key_in);
    show.value(&ChannelSettings::new().with_key_in(key_in).with_window(route));
    let client = Client::new(ClientConfig::new(Credentials::new(canaries::KEY, secret)))?;
    show.value(&client);
    show.value(kcp.channel(client)?.provider());
    let mut extra = Extra::default();
    extra.set("bypass", true);
    show.value(&extra);
    show.value(&ServicePeriod::new("20261101", "20261130")?);
    show.value(&kr_billing::contract::matrix::matrix_rows(
        &[&kcp::facts::PROFILE],
        kr_billing::contract::matrix::Tongue::English,
    ));
    Ok(())
}

/// What stands behind the facade: an adapter's answers, its facts, and its code table.
async fn contract(show: &mut Show) -> Result<(), Box<dyn Error>> {
    let sandbox = Sandbox::builder().credentials(canaries::KEY, canaries::SECRET).start().await?;
    let config = ClientConfig::new(Credentials::new(canaries::KEY, canaries::SECRET)).with_base_url(sandbox.base_url());
    let client = Client::new(config)?;
    let inicis: inicis::InicisConfig = serde_json::from_str(r#"{"window":{},"key_in":{}}"#)?;
    let inicis = inicis.channel(client.clone())?;
    show.value(inicis.provider());
    show.value(&Expiry::new(2087, 7)?);
    show.value(&inicis::facts::PROFILE);
    show.value(&CodeTable::read("code,classification,reason,message\n01,new_card,expired_or_wrong_expiry,late\n"));
    show.result(&inicis.charge(&operations::by_card("contract")?).await);
    for (id, number) in [("contract.kept", canaries::NUMBER), ("contract.refused", "4000-0001-0000-0010")] {
        let card = Card::new(number, Expiry::new(2087, 7)?)?;
        show.result(&inicis.issue(&IssueRequest::new(BillingKeyId::new(id)?, card)).await);
    }
    let key = BillingKeyId::new("contract")?;
    show.result(
        &client.raw_money().issue_key(&IssueRequest::new(key.clone(), canaries::card()?), &ModuleRoute::new("inicis")).await,
    );
    let (at, order) = (UnixSeconds(u64::try_from(sandbox.handle().now())? + 86_400), OrderId::new("contract.later")?);
    let entry = ScheduleEntry::new(order.clone(), at, Krw::new(1_000)?, OrderName::new("Plan")?).with_buyer(canaries::buyer()?);
    let request = ScheduleRequest::new(BillingKey::new(ChannelName::new("inicis")?, key), vec![entry], UnixSeconds(at.0 - 60))?;
    show.result(&inicis.schedule(&request).await);
    show.result(&client.schedule(&order).await);
    Ok(())
}

/// What the journal holds, and what it says when it is none.
async fn journal(folder: &Path, show: &mut Show) -> Result<(), Box<dyn Error>> {
    let journal = SqliteJournal::open(folder.join("journal.db")).await?;
    show.value(&journal.find(&Subject::charge(&OrderId::new("kcp.well.key")?)).await?);
    show.value(&journal.open().await?);
    show.value(journal.durability());
    let none = folder.join("none.db");
    std::fs::write(&none, "no database")?;
    if let Err(error) = SqliteJournal::open(&none).await {
        show.value(&error);
        show.chain(&error);
    }
    Ok(())
}

/// Outcomes that need a past: intents of another channel, a refund that was not made, a window that was closed.
async fn outcomes(folder: &Path, show: &mut Show) -> Result<(), Box<dyn Error>> {
    let sandbox = Sandbox::builder().credentials(canaries::KEY, canaries::SECRET).start().await?;
    let memory = Arc::new(MemoryJournal::new());
    let billing = crate::builder(sandbox.base_url(), folder).await?.journal(memory.clone()).build()?;
    let key = BillingKey::new(ChannelName::new("elsewhere")?, BillingKeyId::new("k")?);
    let order = OrderId::new("outcomes")?;
    let attempt = Attempt::Retry { order: order.clone(), amount: Krw::new(1_000)?, key: key.id.clone() };
    let ticket = Ticket {
        version: Ticket::VERSION,
        channel: key.channel.clone(),
        attempt,
        sent_at_ms: 0,
        settled_at_ms: 0,
        known: Vec::new(),
        claim: None,
        account: None,
    };
    let intent = Intent { subject: Subject::retry(&order), body: "one".into(), ticket, send_by_ms: 0, tax: None };
    for intent in [intent.clone(), intent.clone(), Intent { body: "another".into(), ..intent }] {
        show.value(&memory.before_send(&intent).await?);
    }
    show.value(memory.as_ref());
    show.value(&JournalConfig { sqlite: folder.join("journal.db") });
    show.value(&billing.recover().await?);

    let kcp = ChannelName::new("kcp")?;
    let Charge::Paid(paid) = billing.charge(operations::by_card("outcomes.paid")?).await? else { return Ok(()) };
    let refund = |won: u64| -> Result<RefundRequest, Box<dyn Error>> {
        let part = RefundRequest::partial(kcp.clone(), paid.payment.id.clone(), Krw::new(100)?, Krw::new(won)?)?;
        Ok(part.with_tax(TaxSplit::taxable())?.with_reason("asked for"))
    };
    show.result(&billing.refund(&refund(5_000)?).await);
    show.value(&memory.find(&Subject::refund(&paid.payment.id, 5_000)).await?);
    sandbox.handle().add_fault(Fault::new(Operation::Cancel, Moment::BeforeCommit, Effect::Drop))?;
    sandbox.handle().add_fault(Fault::new(Operation::PaymentGet, Moment::BeforeCommit, Effect::Drop).nth(2).times(30))?;
    let lost = billing.refund(&refund(4_900)?).await;
    sandbox.handle().clear_faults();
    if let Ok(Refund::InDoubt(doubt)) = &lost {
        let settled = Ticket { settled_at_ms: 0, ..doubt.ticket.clone() };
        show.result(&billing.resume_refund(&settled).await);
    }
    show.result(&lost);

    let window = WindowRequest::new(key.id.clone(), order.clone(), OrderName::new("Plan")?, "https://shop.example/back");
    let Some(opener) = billing.issuing(Some(&kcp))?.window() else { return Ok(()) };
    let params = serde_json::from_str(opener.parameters(&window).await?.as_json())?;
    let back = sandbox.handle().complete_window(&params, &kr_billing_sandbox::Buyer::who_cancels());
    show.value(&back);
    show.result(&billing.confirm_window(&BillingKey::new(kcp, key.id), &order, None).await);
    Ok(())
}

/// The calls below the facade, refused.
async fn raw(show: &mut Show) -> Result<(), Box<dyn Error>> {
    let address = echo::start(echo::Way::Message(200, 1)).await?;
    let client = Client::new(ClientConfig::new(Credentials::new(canaries::KEY, canaries::SECRET)).with_base_url(address))?;
    let options = CancelOptions { reason: Some("asked for".into()), ..CancelOptions::default() };
    show.value(&options);
    show.result(&client.raw_money().cancel_full(&PaymentId::new("imps_1")?, Krw::new(1_000)?, &options).await);
    show.result(&client.raw_money().retry(&OrderId::new("o")?).await);
    Ok(())
}
