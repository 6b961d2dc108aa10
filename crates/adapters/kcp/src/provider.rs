//! KCP on the wire: its facts, codes and window fields.

use kr_billing_core::{
    ChargeRequest, CodeClass, Error, IssueRequest, Language, Operation, Profile, ScheduleEntry, TaxSplit, WindowRequest,
};
use kr_billing_portone_v1::{Extra, Phase, Provider, WindowProvider};
use serde_json::{Map, Value};

use crate::{codes, facts};

/// What KCP does otherwise than its sisters on the wire. Made by [`crate::KcpConfig::channel`].
#[derive(Debug)]
pub struct KcpProvider {
    pub(crate) site_logo: Option<String>,
    pub(crate) birth_box: bool,
}

impl Provider for KcpProvider {
    fn profile(&self) -> &'static Profile {
        &facts::PROFILE
    }

    /// One list for both phases. `[kcp xlsx]`
    fn classify_code(&self, code: &str, _phase: Phase) -> Option<CodeClass> {
        codes::classify(code)
    }

    /// KCP gives a code for everything, so its words are never read.
    fn classify_words(&self, _code: Option<&str>, _text: &str) -> Option<CodeClass> {
        None
    }

    /// The profile says it all.
    fn check_charge(&self, _request: &ChargeRequest) -> Result<(), Error> {
        Ok(())
    }

    /// The profile says it all.
    fn check_entry(&self, _entry: &ScheduleEntry) -> Result<(), Error> {
        Ok(())
    }

    /// The profile and the channel's `require` say it all.
    fn check_issue(&self, _request: &IssueRequest) -> Result<(), Error> {
        Ok(())
    }

    /// The profile says it all: the parts must be known, and those that are known are sent. `[oa cancel]`
    fn check_refund(&self, _tax: Option<TaxSplit>) -> Result<(), Error> {
        Ok(())
    }
}

impl WindowProvider for KcpProvider {
    fn window_fields(&self, request: &WindowRequest, extra: &mut Extra) -> Result<(), Error> {
        if request.period.is_some() {
            return Err(Error::unsupported(
                Operation::OpenWindow,
                "KCP's recurring window shows no service period; leave `period` out, or use an Inicis channel",
            ));
        }
        check_language(request.language)?;
        let mut bypass = Map::new();
        if let Some(logo) = &self.site_logo {
            bypass.insert("site_logo".into(), Value::from(logo.as_str()));
        }
        if self.birth_box {
            bypass.insert("batch_birth_day_yn".into(), Value::from("Y"));
        }
        if !bypass.is_empty() {
            extra.set("bypass", bypass);
        }
        Ok(())
    }
}

/// The documents list Korean and English for windows, and which PG has which is not said: others are refused. `[docs payrq]`
fn check_language(language: Option<Language>) -> Result<(), Error> {
    match language {
        None | Some(Language::Ko | Language::En) => Ok(()),
        Some(_) => Err(Error::unsupported(Operation::OpenWindow, "language: KCP's window is known to take `ko` and `en` only")),
    }
}
