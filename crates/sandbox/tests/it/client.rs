//! A tiny HTTP client for the tests: no types of ours, only JSON.

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::Request;
use hyper_util::client::legacy::Client as Http;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use kr_billing_sandbox::{SAMPLE_KEY, SAMPLE_SECRET, Sandbox};
use serde_json::{Value, json};

pub(crate) const GOOD_CARD: &str = "1234-1234-1234-1234";

/// What came back.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) code: i64,
    pub(crate) message: String,
    pub(crate) response: Value,
}

impl Reply {
    fn read(status: u16, body: &[u8]) -> Self {
        let envelope: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
        Self {
            status,
            code: envelope["code"].as_i64().unwrap_or(99),
            message: envelope["message"].as_str().unwrap_or_default().to_owned(),
            response: envelope["response"].clone(),
        }
    }

    /// The payload of an answer that must be 200 with code 0.
    #[track_caller]
    pub(crate) fn ok(self) -> Value {
        assert_eq!((self.status, self.code), (200, 0), "{}", self.message);
        self.response
    }

    /// Asserts status and code of a refusal and gives its message.
    #[track_caller]
    pub(crate) fn refused(self, status: u16, code: i64) -> String {
        assert_eq!((self.status, self.code), (status, code), "{}", self.message);
        assert_eq!(self.response, Value::Null);
        self.message
    }
}

/// One merchant's client.
#[derive(Clone)]
pub(crate) struct Client {
    http: Http<HttpConnector, Full<Bytes>>,
    pub(crate) base: String,
    pub(crate) token: Option<String>,
}

impl Client {
    /// A client without a token.
    pub(crate) fn anonymous(sandbox: &Sandbox) -> Self {
        let http = Http::builder(TokioExecutor::new()).build_http();
        Self { http, base: sandbox.base_url().to_owned(), token: None }
    }

    /// A client with a token, sent with `Bearer`.
    pub(crate) async fn of(sandbox: &Sandbox) -> Self {
        let mut client = Self::anonymous(sandbox);
        client.log_in().await;
        client
    }

    pub(crate) async fn log_in(&mut self) {
        let pair = json!({ "imp_key": SAMPLE_KEY, "imp_secret": SAMPLE_SECRET });
        let token = self.post("/users/getToken", pair).await.ok();
        self.token = Some(format!("Bearer {}", token["access_token"].as_str().expect("a token")));
    }

    /// Sends anything; `None` when no answer came.
    pub(crate) async fn send(
        &self,
        method: &str,
        path: &str,
        kind: Option<&str>,
        body: impl Into<Bytes>,
    ) -> Option<(u16, Bytes)> {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.base));
        if let Some(token) = &self.token {
            request = request.header("authorization", token);
        }
        if let Some(kind) = kind {
            request = request.header("content-type", kind);
        }
        let request = request.body(Full::new(body.into())).expect("a request");
        let answer = self.http.request(request).await.ok()?;
        let status = answer.status().as_u16();
        Some((status, answer.into_body().collect().await.ok()?.to_bytes()))
    }

    async fn json(&self, method: &str, path: &str, body: Option<Value>) -> Reply {
        let text = body.map(|body| body.to_string()).unwrap_or_default();
        let (status, body) = self.send(method, path, Some("application/json"), text).await.expect("an answer");
        Reply::read(status, &body)
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.json("GET", path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Reply {
        self.json("POST", path, Some(body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Reply {
        self.json("PUT", path, Some(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Reply {
        self.json("DELETE", path, None).await
    }

    pub(crate) async fn form(&self, path: &str, body: &str) -> Reply {
        let kind = Some("application/x-www-form-urlencoded");
        let (status, body) = self.send("POST", path, kind, body.to_owned()).await.expect("an answer");
        Reply::read(status, &body)
    }

    /// A control call's JSON.
    pub(crate) async fn control(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        let text = if body.is_null() { String::new() } else { body.to_string() };
        let (status, body) = self.send(method, path, Some("application/json"), text).await.expect("an answer");
        (status, serde_json::from_slice(&body).expect("JSON"))
    }

    /// Issues a key by a card.
    pub(crate) async fn issue(&self, uid: &str, pg: &str, card: &str) -> Reply {
        self.post(&format!("/subscribe/customers/{uid}"), with_card(json!({ "pg": pg }), card)).await
    }

    /// Charges a key.
    pub(crate) async fn again(&self, uid: &str, order: &str, amount: i64) -> Reply {
        let body = json!({ "customer_uid": uid, "merchant_uid": order, "amount": amount, "name": "월 구독" });
        self.post("/subscribe/payments/again", body).await
    }

    /// Charges a card.
    pub(crate) async fn onetime(&self, order: &str, amount: i64, card: &str) -> Reply {
        self.post("/subscribe/payments/onetime", with_card(json!({ "merchant_uid": order, "amount": amount }), card)).await
    }
}

/// Adds the guides' card fields.
pub(crate) fn with_card(mut body: Value, card: &str) -> Value {
    body["card_number"] = json!(card);
    body["expiry"] = json!("2099-12");
    body["birth"] = json!("123456");
    body["pwd_2digit"] = json!("12");
    body
}
