//! The account a suite runs against: the adapter's own channels, after its facts, behind one of another PG.
//!
//! The other PG's is the account's default channel. V1 takes that silently for a `pg` that it does not know, so whatever an adapter
//! sends without naming its channel ends up with a stranger, and is seen.

use kr_billing_core::{BillingGateway, Profile};
use kr_billing_sandbox::{ChannelConfig, Handle, SandboxConfig, presets};
use serde_json::Value;

use crate::desk::window_request;

/// How this account is mended, for whoever reads a failed run.
const REMEDY: &str = "The site's channels are made of the adapter's own facts: `Profile::key_in_module`, `Profile::window_module`, \
                      `Profile::test_mids`, and `BillingGateway::mids`. Let facts and configuration name the same module, set \
                      `test` where `site.test` is set, and set no channel key in the function that makes the channel.";

/// The account for an adapter: a stranger's channel by default, and its own ones.
pub(crate) fn of(gateway: &dyn BillingGateway, test: bool) -> SandboxConfig {
    let mut config = of_a_stranger(gateway.profile(), test);
    config.channels.extend(own(gateway, test));
    config
}

/// An account without any channel of this PG.
pub(crate) fn of_a_stranger(profile: &Profile, test: bool) -> SandboxConfig {
    let pg = if profile.owns_provider("nice") { "kcp" } else { "nice" };
    let stranger = ChannelConfig { name: Some("stranger".into()), ..channel(pg, "STRANGER", test) };
    SandboxConfig { channels: vec![stranger], default_channel: Some("stranger".into()), ..SandboxConfig::default() }
}

/// One channel for each way to a key and each MID.
fn own(gateway: &dyn BillingGateway, test: bool) -> Vec<ChannelConfig> {
    let (profile, path) = (gateway.profile(), gateway.issue_path());
    let key_in = path.key_in().map(|_| (profile.key_in_module.value, Some(true)));
    let window = path.window().and(profile.window_module.value).map(|module| (module, None));
    let mut channels = Vec::new();
    for (module, key_in) in key_in.into_iter().chain(window) {
        for mid in mids(gateway, module, test) {
            let way = if key_in.is_some() { "key-in" } else { "window" };
            let name = Some(format!("{module}-{mid}-{way}"));
            channels.push(ChannelConfig { name, key_in, ..channel(module, &mid, test) });
        }
    }
    channels
}

/// The adapter's MIDs where it has set any; else one that its facts, or the sandbox, know to be for tests; else any.
fn mids(gateway: &dyn BillingGateway, module: &str, test: bool) -> Vec<String> {
    let own = gateway.mids();
    if !own.is_empty() {
        return own;
    }
    let of_module = |mid: &str| presets().iter().find(|preset| preset.pg == module && preset.mid == mid);
    let of_facts =
        gateway.profile().test_mids.value.iter().copied().find(|mid| of_module(mid).is_none_or(|preset| preset.recurring));
    let of_sandbox = || presets().iter().find(|preset| preset.pg == module && preset.sandbox && preset.recurring);
    let known = of_facts.or_else(|| of_sandbox().map(|preset| preset.mid)).filter(|_| test);
    vec![known.unwrap_or("MID1").to_owned()]
}

fn channel(pg: &str, mid: &str, test: bool) -> ChannelConfig {
    ChannelConfig { pg: Some(pg.to_owned()), mid: Some(mid.to_owned()), sandbox: Some(test), ..ChannelConfig::default() }
}

/// Sees that the account has what the adapter would use, so that no check runs on V1's default channel.
///
/// # Panics
/// When it has not, with what to do.
pub(crate) async fn assert_known(gateway: &dyn BillingGateway, sandbox: &Handle) {
    if let Some(key_in) = gateway.issue_path().key_in()
        && let Err(error) = key_in.ready().await
    {
        panic!(
            "key-in: the adapter finds no channel of its own in the account of the site: {error}\n{}\n{REMEDY}",
            there(sandbox)
        );
    }
    let Some(window) = gateway.issue_path().window() else { return };
    let params = window.parameters(&window_request("member1", "issue1")).expect("window parameters");
    let params: Value = serde_json::from_str(params.as_json()).expect("window parameters as JSON");
    let text = |field: &str| params.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (pg, key) = (text("pg"), text("channelKey"));
    let known = sandbox.channels().into_iter().any(|channel| {
        key == channel.channel_key || pg == channel.provider || pg == format!("{}.{}", channel.provider, channel.mid)
    });
    assert!(known, "window: the site has no channel for `pg` = `{pg}`, channelKey = `{key}`\n{}\n{REMEDY}", there(sandbox));
}

fn there(sandbox: &Handle) -> String {
    let channels: Vec<_> = sandbox.channels().iter().map(|channel| format!("{}.{}", channel.provider, channel.mid)).collect();
    format!("The site has: {}.", channels.join(", "))
}

/// Sees that a record belongs to this PG: one that names another went through V1's default channel.
///
/// # Panics
/// When it does not.
pub(crate) fn assert_own(profile: &Profile, pg_provider: Option<&str>) {
    let Some(provider) = pg_provider else { return };
    assert!(
        profile.owns_provider(provider),
        "what was sent went through a channel of `{provider}`, not of `{}`: V1 takes the account's default channel when a call names \
         none that it knows, so `pg` must name the module\n{REMEDY}",
        profile.pg
    );
}

/// Whether the sandbox declines with this PG's own codes.
pub(crate) fn has_own_codes(gateway: &dyn BillingGateway, sandbox: &Handle) -> bool {
    let profile = gateway.profile();
    let own = |provider: &str| profile.owns_provider(provider);
    sandbox.channels().iter().any(|channel| own(&channel.provider) && channel.has_own_codes())
}
