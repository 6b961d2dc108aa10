//! The account: channels, sub-merchants, code lists.

use std::sync::Arc;

use kr_billing_core::Operation;
use secrecy::ExposeSecret;
use serde_json::{Map, json};

use super::{Call, Method};
use crate::config::Credentials;

/// `GET /users/pg`.
pub(crate) fn pg_settings() -> Call {
    Call::get(Operation::ReadAccount, "/users/pg", &[]).long()
}

/// `GET /tiers/{tier_code}`.
pub(crate) fn tier(code: &str) -> Call {
    Call::get(Operation::ReadAccount, "/tiers/{}", &[code])
}

/// `GET /cards`.
pub(crate) fn cards() -> Call {
    Call::get(Operation::ReadAccount, "/cards", &[]).long()
}

/// `GET /cards/{code}`.
pub(crate) fn card(code: &str) -> Call {
    Call::get(Operation::ReadAccount, "/cards/{}", &[code])
}

/// `GET /banks`.
pub(crate) fn banks() -> Call {
    Call::get(Operation::ReadAccount, "/banks", &[]).long()
}

/// `GET /banks/{code}`.
pub(crate) fn bank(code: &str) -> Call {
    Call::get(Operation::ReadAccount, "/banks/{}", &[code])
}

/// `POST /users/getToken`.
pub(crate) fn token(credentials: &Credentials) -> Call {
    let mut body = Map::new();
    body.insert("imp_key".into(), json!(credentials.imp_key.expose_secret()));
    body.insert("imp_secret".into(), json!(credentials.imp_secret.expose_secret()));
    let mut call = Call::new(Operation::Token, Method::Post, "/users/getToken", &[]).body(body);
    call.mask.add(Arc::new(credentials.imp_key.clone()));
    call.mask.add(Arc::new(credentials.imp_secret.clone()));
    call
}
