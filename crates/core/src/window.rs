//! Checkout windows: what goes into one and what comes back.

use serde::{Deserialize, Serialize};

use crate::ids::{BillingKeyId, OrderId, PaymentId};
use crate::money::DisplayAmount;
use crate::text::{Buyer, Invalid, OrderName};

/// The language a window is shown in, where the PG has a choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
#[allow(missing_docs, reason = "each name says what it is")]
pub enum Language {
    Ko,
    En,
    Zh,
    Ja,
}

/// The service period a buyer is shown, both days included: `YYYYMMDD`. `[docs inicis]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServicePeriod {
    from: String,
    to: String,
}

impl ServicePeriod {
    /// From the first day to the last.
    ///
    /// # Errors
    /// [`Invalid`] when a day is not eight digits or the last is before the first.
    pub fn new(from: impl Into<String>, to: impl Into<String>) -> Result<Self, Invalid> {
        let (from, to) = (from.into(), to.into());
        let day = |text: &str| text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit());
        if !day(&from) || !day(&to) || to < from {
            return Err(Invalid::new("period", "is not two days as YYYYMMDD, first and last"));
        }
        Ok(Self { from, to })
    }

    /// The first day.
    pub fn from(&self) -> &str {
        &self.from
    }

    /// The last day.
    pub fn to(&self) -> &str {
        &self.to
    }
}

/// What a merchant asks of a window that issues a key.
#[derive(Debug, Clone)]
pub struct WindowRequest {
    /// The id the card is to be stored under.
    pub key: BillingKeyId,
    /// The order id of the issuance record. It is burnt: the first charge needs another. `[docs webhook-v1]`
    pub order: OrderId,
    /// What the window shows.
    pub name: OrderName,
    /// The sum the window shows. Nothing is charged for KCP and Inicis. `[seed 003]` `[man inicis-window]`
    pub display_amount: DisplayAmount,
    /// Where a mobile browser is sent afterwards (`m_redirect_url`). Always sent: without it a redirect loses the result.
    pub redirect_url: String,
    /// Who buys.
    pub buyer: Buyer,
    /// Where the issuance's webhook goes.
    pub notice_url: Option<String>,
    /// The window's language.
    pub language: Option<Language>,
    /// The service period shown.
    pub period: Option<ServicePeriod>,
    /// The merchant's own data, as the text of a JSON object.
    pub custom_data: Option<String>,
}

impl WindowRequest {
    /// Stores the card that the buyer gives as `key`.
    pub fn new(key: BillingKeyId, order: OrderId, name: OrderName, redirect_url: impl Into<String>) -> Self {
        Self {
            key,
            order,
            name,
            display_amount: DisplayAmount::default(),
            redirect_url: redirect_url.into(),
            buyer: Buyer::default(),
            notice_url: None,
            language: None,
            period: None,
            custom_data: None,
        }
    }

    /// With a sum to show.
    #[must_use]
    pub fn with_display_amount(mut self, won: u64) -> Self {
        self.display_amount = DisplayAmount(won);
        self
    }

    /// With what is known of the buyer.
    #[must_use]
    pub fn with_buyer(mut self, buyer: Buyer) -> Self {
        self.buyer = buyer;
        self
    }

    /// With a webhook address of its own.
    #[must_use]
    pub fn with_notice_url(mut self, url: impl Into<String>) -> Self {
        self.notice_url = Some(url.into());
        self
    }

    /// In this language.
    #[must_use]
    pub fn with_language(mut self, language: Language) -> Self {
        self.language = Some(language);
        self
    }

    /// With a service period to show.
    #[must_use]
    pub fn with_period(mut self, period: ServicePeriod) -> Self {
        self.period = Some(period);
        self
    }
}

/// The parameter object for `IMP.request_pay`, as JSON text. It may hold the buyer's data, so it has no `Debug`.
#[derive(Clone)]
pub struct WindowParams {
    json: String,
}

impl WindowParams {
    /// Parameters from the text of a JSON object.
    pub fn from_json(json: impl Into<String>) -> Self {
        Self { json: json.into() }
    }

    /// The JSON text: hand it to the page that calls `IMP.request_pay`.
    pub fn as_json(&self) -> &str {
        &self.json
    }
}

/// What a browser or a webhook says has happened. A hint, never a proof: look the payment up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WindowHint {
    /// The record it names; null when the window failed before one was made. `[docs payrt]`
    pub payment: Option<PaymentId>,
    /// The order it names.
    pub order: Option<OrderId>,
    /// What it claims; absent in the newer script, which only adds `error_code` on failure. `[docs payrt]`
    pub claims_success: Option<bool>,
    /// The PG's raw code on failure.
    pub error_code: Option<String>,
    /// The PG's text on failure.
    pub error_message: Option<String>,
}
