//! The parameter object for `IMP.request_pay`. `[docs payrq]` `[seed 003]`

use std::sync::Arc;

use async_trait::async_trait;
use kr_billing_core::{CheckoutWindow, Error, ErrorKind, Invalid, Language, Operation, WindowParams, WindowRequest};
use serde_json::{Map, Value, json};
use url::Url;

use crate::channel::account::InAccount;
use crate::channel::missing;
use crate::provider::{Extra, WindowProvider};
use crate::request::{checked_url, put_buyer};
use crate::settings::ModuleRoute;

/// The window of one channel.
pub(crate) struct Window<P> {
    pub(crate) provider: Arc<P>,
    pub(crate) account: InAccount,
}

#[async_trait]
impl<P: WindowProvider> CheckoutWindow for Window<P> {
    async fn ready(&self) -> Result<(), Error> {
        self.account.check().await
    }

    fn parameters(&self, request: &WindowRequest) -> Result<WindowParams, Error> {
        check(self.provider.profile().window_buyer.value, request)?;
        let mut extra = Extra::default();
        self.provider.window_fields(request, &mut extra)?;
        let mut object = base(&self.account.route, request)?;
        object.extend(extra.0);
        Ok(WindowParams::from_json(Value::Object(object).to_string()))
    }
}

fn check(needed: &'static [&'static str], request: &WindowRequest) -> Result<(), Error> {
    if let Some(field) = missing(needed, &request.buyer) {
        return Err(invalid(format!("{field}: is missing; this PG's window needs it")));
    }
    checked_url(Operation::OpenWindow, "m_redirect_url", &request.redirect_url)?;
    if let Some(url) = &request.notice_url {
        checked_url(Operation::OpenWindow, "notice_url", url)?;
    }
    Ok(())
}

fn base(route: &ModuleRoute, request: &WindowRequest) -> Result<Map<String, Value>, Error> {
    let mut object = Map::new();
    match &route.channel_key {
        Some(key) => object.insert("channelKey".into(), json!(key)),
        None => object.insert("pg".into(), json!(route.pg())),
    };
    object.insert("pay_method".into(), json!("card"));
    object.insert("merchant_uid".into(), json!(request.order.as_str()));
    object.insert("name".into(), json!(request.name.as_str()));
    object.insert("amount".into(), json!(request.display_amount.0));
    object.insert("customer_uid".into(), json!(request.key.as_str()));
    put_buyer(&mut object, &request.buyer);
    object.insert("m_redirect_url".into(), json!(request.redirect_url));
    if let Some(url) = &request.notice_url {
        object.insert("notice_url".into(), json!(url));
    }
    if let Some(language) = request.language {
        object.insert("language".into(), json!(language_word(language)?));
    }
    if let Some(period) = &request.period {
        object.insert("period".into(), json!({ "from": period.from(), "to": period.to() }));
    }
    if let Some(text) = &request.custom_data {
        object.insert("custom_data".into(), custom_data(text)?);
    }
    Ok(object)
}

fn language_word(language: Language) -> Result<&'static str, Error> {
    match language {
        Language::Ko => Ok("ko"),
        Language::En => Ok("en"),
        Language::Zh => Ok("zh"),
        Language::Ja => Ok("ja"),
        _ => Err(invalid("language: this build has no word for it".into())),
    }
}

/// The script takes an object and stores it as text. `[docs payrq]`
fn custom_data(text: &str) -> Result<Value, Error> {
    match serde_json::from_str(text) {
        Ok(Value::Object(object)) => Ok(Value::Object(object)),
        _ => Err(Error::invalid(Operation::OpenWindow, Invalid::new("custom_data", "is not the text of a JSON object"))),
    }
}

fn invalid(message: String) -> Error {
    Error::not_sent(Operation::OpenWindow, ErrorKind::InvalidInput, message)
}

/// Whether a text is a URL that a browser or a webhook can be sent to.
pub(crate) fn is_web_url(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.host().is_some())
}
