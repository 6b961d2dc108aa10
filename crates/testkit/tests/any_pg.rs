//! The suite over PGs that the workspace has no adapter for: each gets its channels from its facts alone. And what it says of an
//! adapter that would use a channel which its facts do not name.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use kr_billing_core::profile::{AmountRole, KeyInTerms, RefundTax, VatTerms, WindowReturn};
use kr_billing_core::{
    BillingGateway, ChargeMethod, ChargeRequest, CodeClass, DeclineReason, Error, Fact, IssueRequest, Operation, Profile,
    Recovery, ScheduleEntry, TaxSplit, WindowRequest,
};
use kr_billing_portone_v1::{
    Channel, ChannelSettings, Client, ClientConfig, Credentials, Extra, KeyInSettings, ModuleRoute, Phase, Provider,
    WindowProvider,
};
use kr_billing_testkit::{Site, checks, declines, run};

/// A PG's facts: its name is its module, for key-in and, where it has one, for its window.
const fn facts(pg: &'static str, window: bool) -> Profile {
    let returns = if window { WindowReturn::Either } else { WindowReturn::NoWindow };
    Profile {
        pg,
        name: pg,
        window_module: Fact::new(if window { Some(pg) } else { None }, "[rules]"),
        key_in_module: Fact::new(pg, "[rules]"),
        key_in_terms: Fact::new(KeyInTerms::SeparateAgreement, "[test]"),
        window_amount: Fact::new(if window { AmountRole::DisplayOnly } else { AmountRole::NoWindow }, "[rules]"),
        pc_return: Fact::new(returns, "[test]"),
        mobile_return: Fact::new(returns, "[test]"),
        minimum_won: Fact::new(100, "[test]"),
        vat_amount: Fact::new(VatTerms::NotTaken, "[test]"),
        interest_free: Fact::new(false, "[test]"),
        card_points: Fact::new(false, "[test]"),
        refund_tax: Fact::new(RefundTax::MustBeKnown, "[test]"),
        key_in_buyer: Fact::new(&[], "[test]"),
        window_buyer: Fact::new(&[], "[test]"),
        test_mids: Fact::new(&[], "[test]"),
        test_behaviour: Fact::new("are not described.", "[test]"),
        notes: &[],
    }
}

static KICC: Profile = facts("kicc", true);
static DAOU: Profile = facts("daou", false);
static WELCOME: Profile = facts("welcome", true);
static SMARTRO: Profile = facts("smartro_v2", true);
static TOSS: Profile = facts("tosspayments", true);

/// A PG that is nothing but its facts and two codes.
struct Plain(&'static Profile);

impl Provider for Plain {
    fn profile(&self) -> &'static Profile {
        self.0
    }

    fn classify_code(&self, code: &str, _phase: Phase) -> Option<CodeClass> {
        match code {
            "E001" => Some(CodeClass::Decline(DeclineReason::InsufficientFunds)),
            "E900" => Some(CodeClass::UnknownOutcome),
            _ => None,
        }
    }

    fn classify_words(&self, _code: Option<&str>, _text: &str) -> Option<CodeClass> {
        None
    }

    /// Toss Payments keeps no card on a charge by the specification, and does by its page (CONFLICT); the sandbox does not. `[oa onetime]`
    fn check_charge(&self, request: &ChargeRequest) -> Result<(), Error> {
        match request.method {
            ChargeMethod::CardAndKeep { .. } if self.0.pg == "tosspayments" => {
                Err(Error::unsupported(Operation::Charge, "this PG keeps no card on a charge"))
            }
            _ => Ok(()),
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

impl WindowProvider for Plain {
    /// New Smartro's window asks for the buyer's id at the merchant, of 20 characters at most. `[docs smartro-v2]`
    fn window_fields(&self, request: &WindowRequest, extra: &mut Extra) -> Result<(), Error> {
        if self.0.pg == "smartro_v2" {
            extra.set("customer_id", request.key.as_str().chars().take(20).collect::<String>());
        }
        Ok(())
    }
}

fn channel(
    site: &Site,
    facts: &'static Profile,
    key_in: Option<ModuleRoute>,
    window: Option<ModuleRoute>,
) -> Box<dyn BillingGateway> {
    let credentials = Credentials::new(site.imp_key.clone(), site.imp_secret.clone());
    let client = Client::new(ClientConfig::new(credentials).with_base_url(&site.base_url)).unwrap();
    let settings = ChannelSettings { key_in: key_in.map(KeyInSettings::new), window, test: site.test };
    Box::new(Channel::with_window(client, Plain(facts), settings).unwrap())
}

mod by_window {
    fn make(site: &super::Site) -> Box<dyn super::BillingGateway> {
        super::channel(site, &super::KICC, None, Some(super::ModuleRoute::new("kicc")))
    }

    kr_billing_testkit::conformance!(make);
}

mod by_key_in {
    fn make(site: &super::Site) -> Box<dyn super::BillingGateway> {
        super::channel(site, &super::DAOU, Some(super::ModuleRoute::new("daou").with_mid("LIVE0001")), None)
    }

    kr_billing_testkit::conformance!(make);
}

mod both_in_one_module {
    fn make(site: &super::Site) -> Box<dyn super::BillingGateway> {
        let route = || Some(super::ModuleRoute::new("welcome"));
        super::channel(site, &super::WELCOME, route(), route())
    }

    kr_billing_testkit::conformance!(make);
}

mod with_letters_and_digits_for_ids {
    fn make(site: &super::Site) -> Box<dyn super::BillingGateway> {
        super::channel(site, &super::SMARTRO, None, Some(super::ModuleRoute::new("smartro_v2")))
    }

    kr_billing_testkit::conformance!(make);
}

mod that_keeps_no_card_on_a_charge {
    fn make(site: &super::Site) -> Box<dyn super::BillingGateway> {
        let route = || Some(super::ModuleRoute::new("tosspayments"));
        super::channel(site, &super::TOSS, route(), route())
    }

    kr_billing_testkit::conformance!(make);
}

#[test]
#[should_panic(expected = "key-in: the adapter finds no channel of its own in the account of the site")]
fn key_in_by_a_module_that_the_facts_do_not_name_is_told() {
    let make = |site: &Site| channel(site, &DAOU, Some(ModuleRoute::new("daov")), None);
    run(make, false, async |_, _| {});
}

#[test]
#[should_panic(expected = "window: the site has no channel for `pg` = `kicc_v2`")]
fn a_window_of_a_module_that_the_facts_do_not_name_is_told() {
    run(|site| channel(site, &KICC, None, Some(ModuleRoute::new("kicc_v2"))), false, async |_, _| {});
}

#[test]
#[should_panic(expected = "this PG takes no card data over REST")]
fn key_in_that_the_pg_does_not_have_is_told() {
    run(|site| channel(site, &KICC, Some(ModuleRoute::new("kicc")), None), false, async |_, _| {});
}

/// A charge by key whose record names another PG than the adapter's.
#[test]
#[should_panic(expected = "what was sent went through a channel of `nice`, not of `daou`")]
fn a_card_that_ends_up_with_a_stranger_is_told() {
    use kr_billing_sandbox::{ChannelConfig, Sandbox, SandboxConfig};
    let stranger = ChannelConfig { preset: Some("nice".into()), ..ChannelConfig::default() };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let config = SandboxConfig { channels: vec![stranger], ..SandboxConfig::default() };
        let sandbox = Sandbox::builder().config(config).start().await.unwrap();
        let (imp_key, imp_secret) = (kr_billing_sandbox::SAMPLE_KEY.into(), kr_billing_sandbox::SAMPLE_SECRET.into());
        let site = Site { base_url: sandbox.base_url().to_owned(), imp_key, imp_secret, test: false };
        let gateway = channel(&site, &DAOU, Some(ModuleRoute::new("daou")), None);
        checks::keys::life(&*gateway, &sandbox.handle()).await;
    });
}

fn make_daou(site: &Site) -> Box<dyn BillingGateway> {
    channel(site, &DAOU, Some(ModuleRoute::new("daou")), None)
}

#[test]
fn codes_that_the_sandbox_does_not_have_are_read_in_each_way_that_they_come() {
    declines(make_daou, &[("[E001] 잔액부족", Some(Recovery::TryLater)), ("[E900] 응답 없음", None)]);
}

#[test]
#[should_panic(expected = "`[E001] 잔액부족` was read as Decline(InsufficientFunds)")]
fn a_code_that_is_read_otherwise_is_told() {
    declines(make_daou, &[("[E001] 잔액부족", Some(Recovery::OtherCard))]);
}

#[test]
#[should_panic(expected = "`E002` is not in the adapter's list")]
fn a_code_that_the_adapter_does_not_have_is_told() {
    declines(make_daou, &[("[E002] 한도초과", Some(Recovery::TryLater))]);
}
