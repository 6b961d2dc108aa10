//! Inicis on the wire: its facts, codes and window fields.

use kr_billing_core::{
    ChargeMethod, ChargeRequest, CodeClass, Error, IssueRequest, Language, Operation, Profile, ScheduleEntry, TaxSplit,
    WindowRequest,
};
use kr_billing_portone_v1::{Extra, Phase, Provider, WindowProvider};
use serde_json::{Map, Value, json};

use crate::config::{AuthType, Module, WindowConfig};
use crate::{codes, facts};

/// What Inicis does otherwise than its sisters on the wire. Made by [`crate::InicisConfig::channel`].
#[derive(Debug)]
pub struct InicisProvider {
    pub(crate) window: Option<WindowConfig>,
    pub(crate) key_in: Option<Module>,
}

impl Provider for InicisProvider {
    fn profile(&self) -> &'static Profile {
        match (&self.window, self.key_in) {
            (_, Some(Module::Html5Inicis)) => &facts::KEY_IN_BY_HTML5,
            (None, Some(Module::Inicis)) => &facts::KEY_IN_ONLY,
            (Some(_), _) | (None, None) => &facts::PROFILE,
        }
    }

    /// One list for both phases. `[inicis xlsx]`
    fn classify_code(&self, code: &str, _phase: Phase) -> Option<CodeClass> {
        codes::classify(code)
    }

    /// Inicis gives a code for everything, so its words are never read.
    fn classify_words(&self, _code: Option<&str>, _text: &str) -> Option<CodeClass> {
        None
    }

    /// `vat_amount` is listed for `html5_inicis` alone, so a card charged through `inicis` cannot carry it, and a key can only where
    /// the channel has a window, which may have issued it. `[oa onetime]` `[oa again]`
    fn check_charge(&self, request: &ChargeRequest) -> Result<(), Error> {
        let by_card = !matches!(request.method, ChargeMethod::Key(_));
        self.check_vat(Operation::Charge, by_card, request.tax)
    }

    /// A booking is a charge by key.
    fn check_entry(&self, entry: &ScheduleEntry) -> Result<(), Error> {
        self.check_vat(Operation::Schedule, false, entry.tax)
    }

    /// The profile and the channel's `require` say it all.
    fn check_issue(&self, _request: &IssueRequest) -> Result<(), Error> {
        Ok(())
    }

    /// Inicis cancels exactly the parts it is told, so they must be known, which the profile says; what the charge left unsaid stays
    /// unsaid, and what it could not say is not said here either. `[docs inicis]` `[help inicis-vat]`
    fn check_refund(&self, tax: Option<TaxSplit>) -> Result<(), Error> {
        self.check_vat(Operation::Refund, false, tax.unwrap_or_default())
    }
}

impl InicisProvider {
    /// Refuses a VAT that goes through `inicis`, and names the way.
    fn check_vat(&self, operation: Operation, by_card: bool, tax: TaxSplit) -> Result<(), Error> {
        let through_inicis = self.key_in == Some(Module::Inicis) && (by_card || self.window.is_none());
        if tax.vat.is_some() && through_inicis {
            return Err(Error::unsupported(
                operation,
                "vat_amount: Inicis takes it through `html5_inicis` only, not through the module `inicis`; set \
                 `key_in.module = \"html5_inicis\"` if `GET /users/pg` lists that for this channel, charge a key that the window has \
                 issued, or leave it out",
            ));
        }
        Ok(())
    }
}

impl WindowProvider for InicisProvider {
    fn window_fields(&self, request: &WindowRequest, extra: &mut Extra) -> Result<(), Error> {
        check_language(request.language)?;
        if let Some(bypass) = self.window.as_ref().map(bypass).filter(|bypass| !bypass.is_empty()) {
            extra.set("bypass", bypass);
        }
        Ok(())
    }
}

/// The documents list Korean and English for windows, and which PG has which is not said: others are refused. `[docs payrq]`
fn check_language(language: Option<Language>) -> Result<(), Error> {
    match language {
        None | Some(Language::Ko | Language::En) => Ok(()),
        Some(_) => {
            Err(Error::unsupported(Operation::OpenWindow, "language: Inicis's window is known to take `ko` and `en` only"))
        }
    }
}

/// Inicis's own window options: flags joined by colons for a PC, by ampersands for a phone. `[docs inicis]`
fn bypass(window: &WindowConfig) -> Map<String, Value> {
    let mut bypass = Map::new();
    if !window.acceptmethod.is_empty() {
        bypass.insert("acceptmethod".into(), window.acceptmethod.join(":").into());
    }
    if !window.p_reserved.is_empty() {
        bypass.insert("P_RESERVED".into(), window.p_reserved.join("&").into());
    }
    if window.authtype == Some(AuthType::CardExpiryBirth) {
        bypass.insert("inicis".into(), json!({ "authtype": "01" }));
    }
    bypass
}
