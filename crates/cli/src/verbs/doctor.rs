//! `doctor`: key pair, clock and channels against the account. It reads and changes nothing.

use kr_billing::config::ChannelConfig;
use kr_billing::portone_v1::{PgSetting, Purpose, TokenStatus};
use kr_billing::{Error, ErrorKind, Profile};
use serde_json::{Map, Value, json};

use super::config::{Way, ways};
use super::pages;
use crate::exit::Exit;
use crate::failure::{self, Failure};
use crate::korean;
use crate::session::Session;
use crate::show::{Answer, fill, prose, word};
use crate::texts::Texts;

/// A clock that is off by this many seconds is worth saying: tokens age by the server's clock, but booked times are yours.
const SKEW: u64 = 60;

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Health {
    Ok,
    Warning,
    Wrong,
}

struct Finding {
    /// For programs, the same in every language: `server`, `token`, `clock`, `channels`, `journal`, or `channel:NAME:window` and
    /// `channel:NAME:key_in`.
    id: String,
    check: String,
    health: Health,
    detail: String,
}

/// Checks everything it can reach.
pub(crate) async fn run(session: &Session) -> Result<Answer, Failure> {
    let texts = session.texts();
    let config = session.config().await?;
    let billing = session.billing().await?;
    let client = pages::client(&billing, session)?;
    let token = match client.token_status().await {
        Ok(token) => token,
        Err(error) => return Ok(sick(&error, texts)),
    };
    let mut findings = vec![Finding::new("token", texts.check_token, Health::Ok, texts.token_ok), clock(&token, texts)];
    let mut unchecked = None;
    match client.pg_settings().await {
        Ok(settings) => {
            for way in ways(&billing)? {
                let profile = billing.profile(&way.name)?;
                let channel = config.channels.get(&way.name).map(|config| channel(&way, config, profile, &settings, texts));
                findings.extend(channel.into_iter().flatten());
            }
        }
        Err(error) => {
            findings.push(Finding::new("channels", texts.check_channels, Health::Warning, &korean::error(&error, texts)));
            unchecked = Some(Exit::of(&error));
        }
    }
    if config.journal.is_none() {
        findings.push(Finding::new("journal", texts.journal, Health::Warning, texts.journal_advice));
    }
    let exit = match findings.iter().any(|finding| finding.health == Health::Wrong) {
        true => Exit::Usage,
        // What could not be checked is not healthy.
        false => unchecked.unwrap_or(Exit::Done),
    };
    Ok(report(exit, &findings, texts))
}

impl Finding {
    fn new(id: &str, check: &str, health: Health, detail: &str) -> Self {
        Self { id: id.to_owned(), check: check.to_owned(), health, detail: detail.to_owned() }
    }
}

/// No token, no further question.
fn sick(error: &Error, texts: &'static Texts) -> Answer {
    let said = korean::error(error, texts);
    // Where the service itself has answered, the pair was judged; else only the server was tried.
    let (id, check) = match error.kind() {
        ErrorKind::Unauthorized | ErrorKind::Rejected => ("token", texts.check_token),
        _ => ("server", texts.server),
    };
    let detail = match error.kind() {
        // These say themselves what to do.
        ErrorKind::Unauthorized | ErrorKind::Unreachable => said,
        _ => failure::advice(error, texts).map_or_else(|| said.clone(), |advice| format!("{said}; {advice}")),
    };
    report(Exit::of(error), &[Finding::new(id, check, Health::Wrong, &detail)], texts)
}

fn clock(token: &TokenStatus, texts: &Texts) -> Finding {
    let off = token.ahead_seconds.unsigned_abs().to_string();
    let health = if token.ahead_seconds.unsigned_abs() > SKEW { Health::Warning } else { Health::Ok };
    let text = if token.ahead_seconds >= 0 { texts.clock_ahead } else { texts.clock_behind };
    Finding::new("clock", texts.check_clock, health, &fill(text, &[&off]))
}

/// One use of a channel: a window, or key-in.
struct Use<'a> {
    channel: &'a Way,
    purpose: Purpose,
    module: &'a str,
    /// The table of the configuration that is about it.
    table: &'a Map<String, Value>,
    test: bool,
}

/// Compares a channel's uses with the account. `[oa /users/pg]`
fn channel(way: &Way, config: &ChannelConfig, profile: &Profile, account: &[PgSetting], texts: &Texts) -> Vec<Finding> {
    let test = config.settings.get("test").and_then(Value::as_bool).unwrap_or(false);
    // NICE has no window, so its key-in needs no table of its own.
    let table = |name: &str| config.settings.get(name).and_then(Value::as_object).unwrap_or(&config.settings);
    let window = way.window.map(|module| Use { channel: way, purpose: Purpose::Window, module, table: table("window"), test });
    let key_in = way.key_in.map(|module| {
        let table = table("key_in");
        // Inicis's key-in goes through either of two modules: the sources contradict each other. `[oa]` vs `[rules]`
        let module = table.get("module").and_then(Value::as_str).unwrap_or(module);
        Use { channel: way, purpose: Purpose::KeyIn, module, table, test }
    });
    window.into_iter().chain(key_in).map(|wanted| wanted.find(profile, account, texts)).collect()
}

impl Use<'_> {
    fn find(&self, profile: &Profile, account: &[PgSetting], texts: &Texts) -> Finding {
        let check = format!("{} {} ({})", texts.channel, self.channel.name, self.module);
        // As the library does before it sends a card: which purpose the account gives a channel decides nothing.
        let of_pg =
            |setting: &&PgSetting| setting.purpose != Purpose::Certification && profile.owns_provider(&setting.pg_provider);
        let candidates: Vec<&PgSetting> = account.iter().filter(of_pg).collect();
        let said = |name: &str| self.table.get(name).and_then(Value::as_str);
        let fits = |setting: &&&PgSetting| {
            let mid = said("mid").is_none_or(|mid| setting.pg_id == mid);
            let key = said("channel_key").is_none_or(|key| setting.channel_key.as_deref() == Some(key));
            setting.pg_provider == self.module && mid && key
        };
        let fitting: Vec<&PgSetting> = candidates.iter().filter(fits).copied().collect();
        let named = said("mid").or(said("channel_key")).is_some();
        let of_purpose: Vec<&PgSetting> = fitting.iter().filter(|one| one.purpose == self.purpose).copied().collect();
        let (health, detail) = match (fitting.as_slice(), of_purpose.as_slice()) {
            ([], _) if candidates.is_empty() => (Health::Wrong, texts.module_missing.to_owned()),
            ([], _) => (Health::Wrong, fill(texts.module_other, &[&names(&candidates, texts)])),
            (all, _) if all.iter().all(|one| one.sandbox.is_some_and(|test| test != self.test)) => {
                (Health::Wrong, fill(texts.module_test_differs, &[&names(all, texts)]))
            }
            (all, []) => (Health::Warning, fill(texts.module_purpose, &[&names(all, texts)])),
            (_, several @ [_, _, ..]) if !named => (Health::Warning, fill(texts.module_several, &[&names(several, texts)])),
            (_, there) => (Health::Ok, fill(texts.module_there, &[&names(there, texts)])),
        };
        let way = if self.purpose == Purpose::Window { "window" } else { "key_in" };
        Finding::new(&format!("channel:{}:{way}", self.channel.name), &check, health, &detail)
    }
}

fn names(settings: &[&PgSetting], texts: &Texts) -> String {
    let name = |setting: &&PgSetting| match setting.sandbox {
        Some(true) => format!("{}.{} ({})", setting.pg_provider, setting.pg_id, texts.test),
        _ => format!("{}.{}", setting.pg_provider, setting.pg_id),
    };
    settings.iter().map(name).collect::<Vec<_>>().join(", ")
}

fn report(exit: Exit, findings: &[Finding], texts: &Texts) -> Answer {
    let json: Vec<_> = findings
        .iter()
        .map(|finding| json!({ "id": finding.id, "check": finding.check, "health": word(&finding.health), "detail": finding.detail }))
        .collect();
    let row = |finding: &Finding| {
        let health = match finding.health {
            Health::Ok => texts.health_ok,
            Health::Warning => texts.health_warning,
            Health::Wrong => texts.health_wrong,
        };
        vec![finding.check.clone(), health.to_owned(), finding.detail.clone()]
    };
    let text = prose(&[texts.check, texts.state, texts.detail], findings.iter().map(row).collect());
    Answer::with(exit, json!({ "healthy": exit == Exit::Done, "findings": json }), text)
}
