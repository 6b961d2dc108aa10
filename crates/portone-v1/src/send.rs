//! One attempt: bytes out, bytes in, and how far it got.

use std::time::Duration;

use kr_billing_core::{Error, ErrorKind, Operation, Reach};
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, HeaderValue};
use reqwest::redirect::Policy;
use secrecy::ExposeSecret;
use serde::Deserialize;
use serde_json::value::RawValue;
use url::Url;

use crate::answer::{Context, signed, text};
use crate::config::{ClientConfig, wrong};
use crate::failure::{Refusal, Words, code_in};
use crate::request::{Call, Method};
use crate::token::Token;

/// How long an idle connection is kept. A shorter time than servers keep theirs: a connection that dies under a charge is a
/// doubt.
const IDLE: Duration = Duration::from_secs(15);

/// Sends single requests to one server. It follows no redirect and repeats nothing.
///
/// The one thing below it that tries again is the connection pool: when a kept connection turns out to be closed before a byte
/// of the request was written to it, the request goes out on another one. That was not a send.
pub(crate) struct Transport {
    http: reqwest::Client,
    base: Url,
    tier: Option<HeaderValue>,
    send_timeout: Duration,
    max_list: usize,
    max_body: usize,
}

/// What came back: a status, and a text of bounded length.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) text: String,
}

/// What an answer says.
pub(crate) enum Heard {
    /// Code 0, and its payload.
    Done(Option<Box<RawValue>>),
    /// HTTP 200 with another code.
    Refused(Refusal),
    /// HTTP 404 with the service's own envelope and one of its codes. Any other 404 may be another server's: it proves nothing. `[obs]`
    NotFound(Refusal),
}

impl Transport {
    /// The longest that one request takes.
    pub(crate) fn send_timeout(&self) -> Duration {
        self.send_timeout
    }

    pub(crate) fn has_tier(&self) -> bool {
        self.tier.is_some()
    }

    pub(crate) fn new(config: &ClientConfig) -> Result<Self, Error> {
        let base = config.checked_base()?;
        let http = reqwest::Client::builder()
            .user_agent(concat!("kr-billing/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(config.connect_timeout)
            .timeout(config.send_timeout)
            .pool_idle_timeout(IDLE)
            .redirect(Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .no_proxy()
            .http1_only()
            .no_gzip()
            .no_brotli()
            .no_deflate()
            .no_zstd()
            .https_only(base.scheme() == "https")
            .build()
            .map_err(|error| wrong("the HTTP client cannot be set up on this machine").with_source(error.without_url()))?;
        let tier = config.tier.as_deref().and_then(|tier| HeaderValue::from_str(tier).ok());
        Ok(Self {
            http,
            base,
            tier,
            send_timeout: config.send_timeout,
            max_list: config.max_list_bytes,
            max_body: config.max_body_bytes,
        })
    }

    /// Sends `call` once and reads the answer.
    ///
    /// # Errors
    /// `reach` says how far it got. Any status is an answer here but a redirect, a 5xx and an undocumented one.
    pub(crate) async fn once(&self, call: &Call, token: Option<&Token>) -> Result<Reply, Error> {
        let context = Context { operation: call.operation, route: call.route, mask: &call.mask };
        let request = self.request(call, token)?;
        let response = request.send().await.map_err(|error| self.broken(call.operation, error, "before an answer came"))?;
        let status = response.status().as_u16();
        tracing::debug!(status, "answered");
        if (300..400).contains(&status) {
            return Err(context.bad(&format!("is a redirect (HTTP {status}), which is not followed; check base_url")));
        }
        if response.headers().get(CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity") {
            return Err(context.bad("is compressed, which was not asked for"));
        }
        let limit = if call.list { self.max_list } else { self.max_body };
        let read = self.read(&context, response, limit).await;
        match status {
            200 | 207 => Ok(Reply { status, text: read? }),
            400..=499 => Ok(Reply { status, text: read.unwrap_or_default() }),
            500..=599 => Err(server_failure(&context, status, read.ok())),
            _ => Err(context.bad(&format!("has an undocumented status (HTTP {status})"))),
        }
    }

    fn request(&self, call: &Call, token: Option<&Token>) -> Result<reqwest::RequestBuilder, Error> {
        let method = match call.method {
            Method::Get => reqwest::Method::GET,
            Method::Post => reqwest::Method::POST,
            Method::Put => reqwest::Method::PUT,
            Method::Delete => reqwest::Method::DELETE,
        };
        let mut request = self.http.request(method, self.url(call)?).header(ACCEPT, "application/json");
        if let Some(token) = token {
            let bearer = format!("Bearer {}", token.text.expose_secret());
            let mut bearer = HeaderValue::from_str(&bearer)
                .map_err(|_| Error::not_sent(call.operation, ErrorKind::BadAnswer, "the server's token cannot be sent back"))?;
            bearer.set_sensitive(true);
            request = request.header(AUTHORIZATION, bearer);
        }
        if let Some(tier) = &self.tier {
            request = request.header("Tier", tier);
        }
        match &call.body {
            None => Ok(request),
            Some(body) => {
                let text = serde_json::to_vec(body)
                    .map_err(|_| Error::not_sent(call.operation, ErrorKind::InvalidInput, "the request cannot be written"))?;
                Ok(request.header(CONTENT_TYPE, "application/json").body(text))
            }
        }
    }

    fn url(&self, call: &Call) -> Result<Url, Error> {
        let unusable = |_| Error::not_sent(call.operation, ErrorKind::InvalidInput, "an identifier makes no usable address");
        let mut url = Url::parse(&format!("{}{}", self.base.as_str().trim_end_matches('/'), call.path)).map_err(unusable)?;
        if !call.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&call.query);
        }
        Ok(url)
    }

    /// Reads at most `limit` bytes, piece by piece.
    async fn read(&self, context: &Context<'_>, mut response: reqwest::Response, limit: usize) -> Result<String, Error> {
        let too_long = || context.bad(&format!("is longer than {limit} bytes"));
        if response.content_length().is_some_and(|length| length > limit as u64) {
            return Err(too_long());
        }
        let mut bytes = Vec::new();
        loop {
            match response.chunk().await {
                Ok(None) => break,
                Ok(Some(piece)) if bytes.len() + piece.len() > limit => return Err(too_long()),
                Ok(Some(piece)) => bytes.extend_from_slice(&piece),
                Err(error) => return Err(self.broken(context.operation, error, "in the middle of the answer")),
            }
        }
        String::from_utf8(bytes).map_err(|_| context.bad("is not UTF-8"))
    }

    /// Only a request that never had a connection is certain not to have been read.
    fn broken(&self, operation: Operation, error: reqwest::Error, when: &str) -> Error {
        let (reach, kind, message) = if error.is_builder() {
            (Reach::NotSent, ErrorKind::InvalidInput, "the request cannot be made".to_owned())
        } else if error.is_connect() {
            (Reach::NotSent, ErrorKind::Unreachable, "the server cannot be reached; check base_url and the network".to_owned())
        } else if error.is_timeout() {
            (Reach::Unclear, ErrorKind::Timeout, format!("no whole answer within {:?}", self.send_timeout))
        } else {
            (Reach::Unclear, ErrorKind::Interrupted, format!("the connection broke {when}"))
        };
        tracing::debug!(?reach, ?kind, "no answer");
        Error::new(operation, reach, kind, message).with_source(error.without_url())
    }
}

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    code: &'a RawValue,
    #[serde(borrow, default)]
    message: Option<&'a RawValue>,
    #[serde(default)]
    response: Option<Box<RawValue>>,
}

impl Reply {
    /// What the answer says; a status of 400 and above is an error unless it is the service's own "not found".
    pub(crate) fn heard(self, context: &Context<'_>) -> Result<Heard, Error> {
        let envelope = serde_json::from_str::<Envelope<'_>>(&self.text).ok();
        let code = envelope.as_ref().and_then(|envelope| signed(Some(envelope.code)));
        if self.status >= 400 {
            return self.not_done(context, code.filter(|code| *code != 0).zip(envelope));
        }
        let envelope = envelope.ok_or_else(|| context.bad(&format!("is not the service's (HTTP {})", self.status)))?;
        match code {
            Some(0) => Ok(Heard::Done(envelope.response)),
            Some(_) if envelope.response.is_some() => Err(context.bad("has both a refusal's code and a record")),
            Some(code) => Ok(Heard::Refused(refusal(context, self.status, code, envelope.message))),
            None => Err(context.bad("has no readable code")),
        }
    }

    fn not_done(&self, context: &Context<'_>, own: Option<(i64, Envelope<'_>)>) -> Result<Heard, Error> {
        let refusal = own.map(|(code, envelope)| refusal(context, self.status, code, envelope.message));
        let (reach, kind, message) = match self.status {
            401 => (Reach::Refused, ErrorKind::Unauthorized, "the token is not taken, even after a new one was asked for"),
            404 => match refusal {
                Some(refusal) if refusal.has_seen_code() => return Ok(Heard::NotFound(refusal)),
                // A proxy's or a gateway's 404 says nothing about the service behind it.
                _ => (Reach::Unclear, ErrorKind::BadAnswer, "HTTP 404, but not the service's own; check base_url"),
            },
            400 => (Reach::Refused, ErrorKind::Rejected, "the provider refused the request's values (HTTP 400)"),
            405 => (Reach::Refused, ErrorKind::Rejected, "the provider has no such operation (HTTP 405)"),
            429 => (Reach::Refused, ErrorKind::RateLimited, "too many requests (HTTP 429); wait"),
            status => return Err(with_refusal(context.bad(&format!("has an undocumented status (HTTP {status})")), refusal)),
        };
        Err(with_refusal(Error::new(context.operation, reach, kind, message), refusal))
    }
}

fn with_refusal(error: Error, refusal: Option<Refusal>) -> Error {
    match refusal {
        Some(refusal) => error.with_pg(refusal.pg_code, refusal.message),
        None => error,
    }
}

fn refusal(context: &Context<'_>, status: u16, code: i64, message: Option<&RawValue>) -> Refusal {
    let words = text(message).unwrap_or_default();
    let message = context.mask.text(&words);
    Refusal { status, code, pg_code: code_in(&message).map(str::to_owned), message, words: Words::new(words) }
}

fn server_failure(context: &Context<'_>, status: u16, body: Option<String>) -> Error {
    let message = format!("the server says that it failed (HTTP {status})");
    let error = Error::new(context.operation, Reach::Unclear, ErrorKind::ServerFailure, message);
    let body = body.unwrap_or_default();
    let Ok(envelope) = serde_json::from_str::<Envelope<'_>>(&body) else { return error };
    let code = signed(Some(envelope.code)).unwrap_or_default();
    with_refusal(error, Some(refusal(context, status, code, envelope.message)))
}
