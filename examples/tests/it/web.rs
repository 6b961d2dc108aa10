//! The programs that serve pages, driven over HTTP.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, ChildStdout, Stdio};

use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::{Method, Request, StatusCode};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};

/// A running program. It ends with this.
struct Program {
    child: Child,
    /// Held open, so that the program can go on printing.
    _output: BufReader<ChildStdout>,
    said: Vec<String>,
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Program {
    /// Starts it on a free port, and waits until it listens.
    fn start(path: &str) -> Self {
        let mut child =
            crate::program(path).env("LISTEN", "127.0.0.1:0").stdout(Stdio::piped()).spawn().expect("the program starts");
        let mut output = BufReader::new(child.stdout.take().expect("its output"));
        let mut said = Vec::new();
        for line in output.by_ref().lines().map_while(Result::ok) {
            let ready = line.starts_with("listening on ");
            said.push(line);
            if ready {
                break;
            }
        }
        Self { child, _output: output, said }
    }

    /// The rest of the line that begins with these words.
    fn said(&self, words: &str) -> &str {
        let found = self.said.iter().find_map(|line| line.strip_prefix(words));
        found.unwrap_or_else(|| panic!("no `{words}` in {:?}", self.said))
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.said("listening on "))
    }

    /// A control call of its sandbox.
    async fn sandbox(&self, path: &str, body: &Value) -> Value {
        let (_, answer) = post(&format!("{}{path}", self.said("sandbox at ")), "application/json", &body.to_string()).await;
        serde_json::from_str(&answer).expect("JSON")
    }
}

async fn send(method: Method, url: &str, content_type: &str, body: &str) -> (StatusCode, String) {
    let client = Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
    let request = Request::builder().method(method).uri(url).header("content-type", content_type);
    let request = request.body(Full::new(Bytes::from(body.to_owned()))).expect("a request");
    let answer = client.request(request).await.expect("an answer");
    let status = answer.status();
    let body = answer.into_body().collect().await.expect("a body").to_bytes();
    (status, String::from_utf8(body.to_vec()).expect("UTF-8"))
}

async fn get(url: &str) -> (StatusCode, String) {
    send(Method::GET, url, "text/plain", "").await
}

async fn post(url: &str, content_type: &str, body: &str) -> (StatusCode, String) {
    send(Method::POST, url, content_type, body).await
}

/// The parameters that the page hands to `IMP.request_pay`.
async fn parameters(program: &Program) -> Value {
    let (status, page) = get(&program.url("/")).await;
    assert_eq!(status, StatusCode::OK, "{page}");
    let json = page.split_once("type=\"application/json\">").and_then(|(_, rest)| rest.split_once("</script>"));
    serde_json::from_str(json.expect("parameters in the page").0).expect("JSON")
}

#[tokio::test]
async fn a_pc_window_calls_back_and_is_looked_up() {
    let program = Program::start(env!("CARGO_BIN_EXE_window_page"));
    let parameters = parameters(&program).await;
    assert_eq!(parameters["pg"], "kcp_billing.KCPW1");
    assert_eq!(parameters["customer_uid"], "member-1042.card-1");

    // Nobody has given a card yet: whatever a browser claims, nothing is stored.
    let claim = json!({ "success": true, "imp_uid": "imp_1", "merchant_uid": parameters["merchant_uid"] });
    let (_, answer) = post(&program.url("/cards/callback"), "application/json", &claim.to_string()).await;
    assert!(!answer.contains("stored as"), "{answer}");

    let returned = program.sandbox("/_sandbox/windows", &json!({ "params": parameters })).await;
    let (status, answer) = post(&program.url("/cards/callback"), "application/json", &returned["callback"].to_string()).await;
    assert_eq!((status, answer.as_str()), (StatusCode::OK, "the card is stored as member-1042.card-1"));
}

#[tokio::test]
async fn a_phone_comes_back_by_redirect() {
    let program = Program::start(env!("CARGO_BIN_EXE_window_page"));
    let order = json!({ "params": parameters(&program).await, "buyer": { "mobile": true } });
    let returned = program.sandbox("/_sandbox/windows", &order).await;
    let redirect = returned["redirect_url"].as_str().expect("a redirect");
    let query = redirect.split_once('?').expect("a query").1;
    let (_, answer) = get(&program.url(&format!("/cards/done?{query}"))).await;
    assert_eq!(answer, "the card is stored as member-1042.card-1");
}

#[tokio::test]
async fn a_closed_window_stores_nothing() {
    let program = Program::start(env!("CARGO_BIN_EXE_window_page"));
    let order = json!({ "params": parameters(&program).await, "buyer": { "cancel": true } });
    let returned = program.sandbox("/_sandbox/windows", &order).await;
    let (_, answer) = post(&program.url("/cards/callback"), "application/json", &returned["callback"].to_string()).await;
    assert!(answer.starts_with("no card was stored"), "{answer}");
}

#[tokio::test]
async fn a_webhook_is_a_hint_in_json_and_in_a_form() {
    let program = Program::start(env!("CARGO_BIN_EXE_webhook_endpoint"));
    let id = program.said("try: curl -d 'imp_uid=").split('\'').next().expect("an id");
    let url = program.url("/webhook");
    // A body that lies about the status changes nothing: the order was paid.
    let json = json!({ "imp_uid": id, "merchant_uid": "sub-1042.202611.1", "status": "cancelled" }).to_string();
    let form = format!("imp_uid={id}&merchant_uid=sub-1042.202611.1&status=failed");
    for (content_type, body) in [("application/json", json.as_str()), ("application/x-www-form-urlencoded", form.as_str())] {
        assert_eq!(post(&url, content_type, body).await, (StatusCode::OK, "the order is paid".to_owned()), "{content_type}");
    }
    let unknown = json!({ "imp_uid": "imps_0", "merchant_uid": "x", "status": "paid" }).to_string();
    assert_eq!(post(&url, "application/json", &unknown).await, (StatusCode::OK, "no such payment".to_owned()));
    assert_eq!(post(&url, "application/json", "garbage").await.0, StatusCode::BAD_REQUEST);
}
