//! Values that no operation gives: refusals before anything is sent, settings, and what the journal holds.

use std::error::Error;
use std::path::Path;

use kr_billing::journal::{Journal, SqliteJournal, Subject};
use kr_billing::portone_v1::{
    CancelOptions, CardField, ChannelSettings, Client, ClientConfig, Credentials, Extra, KeyInSettings, ModuleRoute,
};
use kr_billing::{
    BillingKeyId, Buyer, Card, ChannelName, Config, Expiry, Invalid, Krw, OrderId, OrderName, PaymentId, ServicePeriod, inicis,
    kcp, nice,
};
use kr_billing_tests::canaries;

use crate::echo;
use crate::show::Show;

/// All of them.
pub(crate) async fn all(folder: &Path, show: &mut Show) -> Result<(), Box<dyn Error>> {
    refusals(show);
    settings(show)?;
    journal(folder, show).await?;
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
