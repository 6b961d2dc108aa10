//! One function a target. Each takes any bytes, must not panic, and says what must hold of what it read.

use kr_billing::portone_v1::hint;
use kr_billing::{Config, Error};

use super::card_input;

/// An answer of the server, whatever was asked: the first byte chooses the status.
pub fn answer(bytes: &[u8]) {
    let Some((first, text)) = bytes.split_first() else { return };
    let Ok(text) = std::str::from_utf8(text) else { return };
    let status = [200, 207, 400, 401, 404, 429, 500, 502][usize::from(*first) % 8];
    kr_billing_portone_v1::fuzzing::answer(status, text);
}

/// What a browser, a redirect or a webhook brings. A hint that was read names a payment or an order, and its texts are bounded.
pub fn hint(bytes: &[u8]) {
    if let Ok(hint) = hint::from_webhook(bytes) {
        assert!(hint.payment.is_some() || hint.order.is_some());
        assert!(hint.cancellation_id.is_none_or(|text| text.chars().count() <= 500));
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    for read in [hint::from_callback(text), hint::from_redirect(text)].into_iter().flatten() {
        assert!(read.payment.is_some() || read.order.is_some());
        assert!(read.error_message.is_none_or(|text| text.chars().count() <= 500));
    }
}

const KEY: &str = "canary-key-7f3a";
const SECRET: &str = "canary-secret-91bc";

/// A configuration as TOML, as environment variables (a line each), and an adapter's settings. No refusal repeats a secret.
pub fn config(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    // A name may be repeated; the secrets are values unless the fuzzer has made names of them.
    let silent = |error: &Error| {
        let shown = format!("{error} {error:?}");
        let named = text.to_ascii_lowercase().contains("canary");
        assert!(named || (!shown.contains(KEY) && !shown.contains(SECRET)), "{shown}");
    };
    let account = format!("[account]\nimp_key = \"{KEY}\"\nimp_secret = \"{SECRET}\"\n");
    for toml in [text.to_owned(), format!("{account}{text}"), format!("{text}\n{account}")] {
        match Config::from_toml(&toml) {
            Ok(config) => settings(config),
            Err(error) => silent(&error),
        }
    }
    let line = |line: &str| line.split_once('=').map(|(name, value)| (format!("KR_BILLING_{name}"), value.to_owned()));
    let secrets = [("KR_BILLING_ACCOUNT__IMP_KEY", KEY), ("KR_BILLING_ACCOUNT__IMP_SECRET", SECRET)];
    let secrets = secrets.map(|(name, value)| (name.to_owned(), value.to_owned()));
    match Config::from_vars(secrets.into_iter().chain(text.lines().filter_map(line))) {
        Ok(config) => settings(config),
        Err(error) => silent(&error),
    }
}

/// Reads each channel's settings with the adapter that it names.
fn settings(config: Config) {
    use kr_billing::{inicis, kcp, nice};
    assert!(!format!("{config:?}").contains(SECRET));
    for channel in config.channels.into_values() {
        let settings = serde_json::Value::Object(channel.settings);
        match channel.pg.as_str() {
            "kcp" => drop(serde_json::from_value::<kcp::KcpConfig>(settings)),
            "inicis" => drop(serde_json::from_value::<inicis::InicisConfig>(settings)),
            "nice" => drop(serde_json::from_value::<nice::NiceConfig>(settings)),
            _ => drop(serde_json::from_value::<nice::NiceV2Config>(settings)),
        }
    }
}

/// A request to the sandbox: the first byte chooses the content type, the first line is the target, the rest is the body.
pub fn form(bytes: &[u8]) {
    let Some((first, rest)) = bytes.split_first() else { return };
    let kinds = [None, Some("application/json"), Some("application/x-www-form-urlencoded"), Some("text/plain; charset=euc-kr")];
    let end = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
    let (line, body) = rest.split_at(end);
    let target = String::from_utf8_lossy(line);
    kr_billing_sandbox::fuzzing::request(&target, body.get(1..).unwrap_or_default(), kinds[usize::from(*first) % 4]);
}

/// Card data as a person or a program hands it to the command. No refusal repeats five digits of it.
pub fn card(bytes: &[u8]) {
    let shown = match card_input::read(bytes) {
        Ok(card) => {
            assert!(matches!(card.expose_number().replace('-', "").len(), 15 | 16));
            format!("{card:?}")
        }
        Err(invalid) => format!("{invalid} {invalid:?}"),
    };
    let text = String::from_utf8_lossy(bytes);
    let runs = text.split(|c: char| !c.is_ascii_digit()).filter(|run| run.len() >= 5);
    for run in runs {
        assert!(!shown.contains(run), "{shown}");
    }
}
