//! `doctor`: key pair, clock and channels against the account. It reads and changes nothing.

use kr_billing::Error;
use kr_billing::portone_v1::{PgSetting, Purpose, TokenStatus};
use serde_json::json;

use super::config::{Way, ways};
use super::pages;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::session::Session;
use crate::show::{Answer, fill, table, word};
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
    check: String,
    health: Health,
    detail: String,
}

/// Checks everything it can reach.
pub(crate) async fn run(session: &Session) -> Result<Answer, Failure> {
    let texts = session.texts();
    let billing = session.billing().await?;
    let client = pages::client(&billing, session)?;
    let token = match client.token_status().await {
        Ok(token) => token,
        Err(error) => return Ok(sick(&error, texts)),
    };
    let mut findings = vec![Finding::new(texts.check_token, Health::Ok, texts.token_ok), clock(&token, texts)];
    match client.pg_settings().await {
        Ok(settings) => {
            for way in ways(&billing)? {
                findings.extend(channel(&way, &settings, texts));
            }
        }
        Err(error) => findings.push(Finding::new(texts.check_channels, Health::Warning, &error.to_string())),
    }
    if session.config()?.journal.is_none() {
        findings.push(Finding::new(texts.journal, Health::Warning, texts.journal_advice));
    }
    let exit = if findings.iter().any(|finding| finding.health == Health::Wrong) { Exit::Usage } else { Exit::Done };
    Ok(report(exit, &findings, texts))
}

impl Finding {
    fn new(check: &str, health: Health, detail: &str) -> Self {
        Self { check: check.to_owned(), health, detail: detail.to_owned() }
    }
}

/// No token, no further question.
fn sick(error: &Error, texts: &Texts) -> Answer {
    let detail = match Exit::of(error) {
        Exit::Usage => format!("{error}; {}", texts.do_unauthorized),
        _ => format!("{error}; {}", texts.do_unreachable),
    };
    report(Exit::of(error), &[Finding::new(texts.check_token, Health::Wrong, &detail)], texts)
}

fn clock(token: &TokenStatus, texts: &Texts) -> Finding {
    let off = token.ahead_seconds.unsigned_abs().to_string();
    let health = if token.ahead_seconds.unsigned_abs() > SKEW { Health::Warning } else { Health::Ok };
    let text = if token.ahead_seconds >= 0 { texts.clock_ahead } else { texts.clock_behind };
    Finding::new(texts.check_clock, health, &fill(text, &[&off]))
}

/// Whether the account has the modules that a channel names, for what it uses them for. `[oa /users/pg]`
fn channel(way: &Way, settings: &[PgSetting], texts: &Texts) -> Vec<Finding> {
    let find = |module: &str, purpose: &Purpose| {
        let mids: Vec<_> = settings
            .iter()
            .filter(|setting| setting.pg_provider == module && setting.purpose == *purpose)
            .map(|setting| match setting.sandbox {
                Some(true) => format!("{} ({})", setting.pg_id, texts.test),
                _ => setting.pg_id.clone(),
            })
            .collect();
        let check = format!("{} {} ({module})", texts.channel, way.name);
        if mids.is_empty() {
            return Finding::new(&check, Health::Wrong, texts.module_missing);
        }
        Finding::new(&check, Health::Ok, &fill(texts.module_there, &[&mids.join(", ")]))
    };
    let window = way.window.map(|module| find(module, &Purpose::Window));
    let key_in = way.key_in.map(|module| find(module, &Purpose::KeyIn));
    window.into_iter().chain(key_in).collect()
}

fn report(exit: Exit, findings: &[Finding], texts: &Texts) -> Answer {
    let json: Vec<_> = findings
        .iter()
        .map(|finding| json!({ "check": finding.check, "health": word(&finding.health), "detail": finding.detail }))
        .collect();
    let row = |finding: &Finding| {
        let health = match finding.health {
            Health::Ok => texts.health_ok,
            Health::Warning => texts.health_warning,
            Health::Wrong => texts.health_wrong,
        };
        vec![finding.check.clone(), health.to_owned(), finding.detail.clone()]
    };
    let text = table(&[texts.check, texts.state, texts.detail], findings.iter().map(row).collect());
    Answer::with(exit, json!({ "healthy": exit == Exit::Done, "findings": json }), text)
}
