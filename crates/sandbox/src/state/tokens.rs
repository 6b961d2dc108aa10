//! `getToken` and the life of a token [oa /users/getToken] [docs v1auth].

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};

use serde_json::json;

use super::World;
use super::books::Token;
use crate::answer::{Outcome, Refusal, Reply};
use crate::params::Params;

/// A new token lives for thirty minutes.
const LIFE: i64 = 1_800;
/// Within its last minute a token is given five minutes more.
const LAST_MINUTE: i64 = 60;
const EXTENSION: i64 = 300;

impl World {
    /// The key is compared without case (chosen): clients in use spell the sample key `imp_apiKey`.
    pub(crate) fn get_token(&mut self, params: &Params) -> Outcome {
        let key = params.text("imp_key").unwrap_or_default().unwrap_or_default();
        let secret = params.text("imp_secret").unwrap_or_default().unwrap_or_default();
        if !key.eq_ignore_ascii_case(&self.credentials.key) || secret != self.credentials.secret {
            return Err(Refusal::unauthorized());
        }
        let now = self.now();
        let token = match self.books.token.take().filter(|token| token.value().is_some()) {
            Some(token) if token.expires_at - now > LAST_MINUTE => token,
            Some(mut token) if token.expires_at > now => {
                token.expires_at += EXTENSION;
                token
            }
            _ => Token::new(fresh(), now + LIFE),
        };
        let body = json!({ "access_token": token.value(), "now": now, "expired_at": token.expires_at });
        self.books.token = Some(token);
        Ok(Reply::new(body))
    }

    /// Whether a token is the one that is alive.
    pub(crate) fn accepts(&self, token: &str) -> bool {
        let now = self.now();
        self.books.token.as_ref().is_some_and(|alive| alive.is(token) && alive.expires_at > now)
    }

    /// Puts the clock to a time. Where that is back, a token gets no more than a new one's life of it.
    pub(crate) fn set_clock(&mut self, at_ms: i64) {
        self.clock.set_ms(at_ms);
        let latest = self.now() + LIFE;
        if let Some(token) = &mut self.books.token {
            token.expires_at = token.expires_at.min(latest);
        }
    }

    /// Makes the token in use worthless, as a new secret in the console does.
    pub(crate) fn revoke_token(&mut self) {
        self.books.token = None;
    }
}

/// Forty hexadecimal digits from the process's random hasher keys.
fn fresh() -> String {
    let word = |at: u64| {
        let mut hasher = RandomState::new().build_hasher();
        hasher.write_u64(at);
        hasher.finish()
    };
    format!("{:016x}{:016x}{:08x}", word(1), word(2), word(3) >> 32)
}
