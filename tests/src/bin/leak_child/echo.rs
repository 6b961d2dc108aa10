//! A server that repeats what it was sent: the whole request, head and body, in every text that an answer has.

use std::collections::BTreeSet;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use kr_billing_tests::canaries;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Where the echo stands.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Way {
    /// In the envelope's message, with this status and code.
    Message(u16, i64),
    /// In an HTML page with this status.
    Html(u16),
    /// In a failed record's reasons.
    FailReason,
    /// In the address of a redirect.
    Location,
    /// In place of the record.
    Odd,
    /// In every word, sum and identifier of a record: the card and the credentials, since a record may tell of its buyer.
    Fields,
    /// Records of the kinds that the sandbox has none of: keys at several channels, promotions, balances, sub-merchants.
    Rare,
}

/// All of them.
pub(crate) const WAYS: &[Way] = &[
    Way::Message(200, 1),
    Way::Message(200, -1),
    Way::Message(400, -1),
    Way::Message(401, -1),
    Way::Message(403, 9),
    Way::Message(404, -1),
    Way::Message(429, -1),
    Way::Message(500, -1),
    Way::Html(200),
    Way::Html(404),
    Way::Html(502),
    Way::FailReason,
    Way::Location,
    Way::Odd,
    Way::Fields,
    Way::Rare,
];

/// A server that hands out a token and repeats everything else. Gives its address.
pub(crate) async fn start(way: Way) -> io::Result<String> {
    serve(way, false).await
}

/// A server that repeats the question for a token.
pub(crate) async fn start_at_the_token(way: Way) -> io::Result<String> {
    serve(way, true).await
}

async fn serve(way: Way, at_token: bool) -> io::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = format!("http://{}", listener.local_addr()?);
    let charged = Charged::default();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(answer(stream, way, at_token, Arc::clone(&charged)));
        }
    });
    Ok(address)
}

/// The orders whose charge has come: before it, nothing stands under them, or it would never be sent. And the payments that were
/// read.
type Charged = Arc<Mutex<BTreeSet<String>>>;

/// The payment that this is the first to read: its refund comes next.
fn to_be_refunded(request: &str, charged: &Charged) -> Option<Value> {
    let rest = request.strip_prefix("GET /payments/imps_")?;
    let payment = format!("imps_{}", rest.split(['/', '?', ' ']).next()?);
    let first = charged.lock().unwrap_or_else(PoisonError::into_inner).insert(payment.clone());
    let (order, status) = ("o", "paid");
    first.then(|| {
        json!({
            "imp_uid": payment, "merchant_uid": order, "amount": 6_000, "cancel_amount": 0, "currency": "KRW", "status": status,
        })
    })
}

/// Whether this looks up an order that nobody has charged yet. Remembers charges.
fn looks_ahead(request: &str, charged: &Charged) -> bool {
    let mut charged = charged.lock().unwrap_or_else(PoisonError::into_inner);
    let (head, body) = request.split_once("\r\n\r\n").unwrap_or_default();
    let fields: Value = serde_json::from_str(body).unwrap_or_default();
    if let Some(order) = fields["merchant_uid"].as_str().filter(|_| head.starts_with("POST /subscribe/payments/")) {
        charged.insert(order.to_owned());
    }
    let order = head.strip_prefix("GET /payments/findAll/").and_then(|rest| rest.split(['/', '?', ' ']).next());
    order.is_some_and(|order| !charged.contains(order))
}

async fn answer(mut stream: TcpStream, way: Way, at_token: bool, charged: Charged) -> io::Result<()> {
    let request = read(&mut stream).await?;
    let ahead = looks_ahead(&request, &charged);
    let payment = to_be_refunded(&request, &charged);
    let answer = if request.contains("/users/getToken") && !at_token {
        let token = json!({ "access_token": canaries::TOKEN, "now": 1_790_000_000, "expired_at": 1_790_001_800 });
        whole(200, "application/json", &json!({ "code": 0, "message": null, "response": token }).to_string())
    } else if request.starts_with("GET /users/pg") {
        whole(200, "application/json", &json!({ "code": 0, "message": null, "response": account(&request) }).to_string())
    } else if let Some(payment) = payment {
        whole(200, "application/json", &json!({ "code": 0, "message": null, "response": payment }).to_string())
    } else if ahead {
        let nothing = json!({ "code": -1, "message": "존재하지 않는 결제정보입니다.", "response": null });
        whole(404, "application/json", &nothing.to_string())
    } else {
        echo(way, &request)
    };
    stream.write_all(answer.as_bytes()).await?;
    stream.shutdown().await
}

fn echo(way: Way, request: &str) -> String {
    let envelope = |code: i64, message: Value, response: Value| {
        json!({ "code": code, "message": message, "response": response }).to_string()
    };
    // As it was sent, and as a server would log it: the fields one by one.
    let (_, body) = request.split_once("\r\n\r\n").unwrap_or_default();
    let fields: Value = serde_json::from_str(body).unwrap_or_default();
    let fields = fields.as_object().cloned().unwrap_or_default();
    let listed: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={}", value.as_str().unwrap_or("-"))).collect();
    let text = format!("[8178] 거절 {request} {}", listed.join("&"));
    match way {
        Way::Message(status, code) => whole(status, "application/json", &envelope(code, json!(text), Value::Null)),
        Way::Html(status) => whole(status, "text/html", &format!("<html><h1>{text}</h1></html>")),
        Way::FailReason => {
            let order = fields.get("merchant_uid").cloned().unwrap_or(json!("o"));
            let record = json!({
                "imp_uid": "imps_000000000001", "merchant_uid": order, "amount": fields.get("amount"), "cancel_amount": 0,
                "currency": "KRW", "status": "failed", "fail_reason": text, "cancel_reason": text,
                "cancel_history": [{ "amount": 1, "reason": text }],
            });
            whole(200, "application/json", &envelope(0, Value::Null, record))
        }
        Way::Location => {
            let line: String = listed.join("&").chars().filter(char::is_ascii_graphic).collect();
            format!("HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:9/?{line}\r\ncontent-length: 0\r\n\r\n")
        }
        Way::Odd => whole(200, "application/json", &envelope(0, json!(text), json!(text))),
        Way::Fields => whole(200, "application/json", &envelope(0, Value::Null, every_field(request, &fields))),
        Way::Rare => whole(200, "application/json", &envelope(0, Value::Null, rare(request))),
    }
}

/// The account's channels, without which no card would be sent, and one more that repeats what it was sent.
fn account(request: &str) -> Value {
    let modules = ["kcp", "kcp_billing", "inicis", "html5_inicis", "nice", "nice_v2"];
    let channel = |module: &&str| json!({ "pg_provider": module, "pg_id": "A52LD", "sandbox": false, "type": "api_payment" });
    let mut channels: Vec<Value> = modules.iter().map(channel).collect();
    channels.push(every_field(request, &serde_json::Map::new()));
    Value::Array(channels)
}

/// A record of any kind whose words are what was sent in secret.
fn every_field(request: &str, fields: &serde_json::Map<String, Value>) -> Value {
    let secret = |name: &str| fields.get(name).and_then(Value::as_str).unwrap_or("-").to_owned();
    let token = request.split("Bearer ").nth(1).and_then(|rest| rest.split("\r\n").next()).unwrap_or("-");
    let echo = format!("{} {} {token} {} {}", secret("card_number"), secret("expiry"), secret("imp_key"), secret("imp_secret"));
    let words = [
        "status",
        "currency",
        "pg_provider",
        "pg_id",
        "pg_tid",
        "pay_method",
        "apply_num",
        "card_code",
        "card_name",
        "card_number",
        "card_quota",
        "name",
        "customer_uid_usage",
        "customer_id",
        "fail_reason",
        "cancel_reason",
        "receipt_url",
        "channel",
        "emb_pg_provider",
        "type",
        "channelGroupId",
        "tier_code",
        "tier_name",
        "code",
        "channel_name",
        "channel_key",
        "schedule_status",
        "payment_status",
        "cancel_amount",
    ];
    let mut record: serde_json::Map<String, Value> = words.iter().map(|word| ((*word).to_owned(), json!(echo))).collect();
    for (name, otherwise) in [("merchant_uid", "o"), ("customer_uid", "k")] {
        record.insert(name.to_owned(), fields.get(name).cloned().unwrap_or(json!(otherwise)));
    }
    record.insert("imp_uid".to_owned(), json!(secret("card_number")));
    record.insert("amount".to_owned(), json!(secret("card_number")));
    Value::Object(record)
}

/// A record by its path.
fn rare(request: &str) -> Value {
    let path = request.split(' ').nth(1).unwrap_or_default();
    let channel = json!({ "pg_provider": "kcp", "pg_id": "A52LD", "card_name": "card", "card_number": "5342********7788" });
    if path.ends_with("/balance") {
        return json!({ "amount": 1000, "cash_receipt": { "supply": 900 }, "histories": [{ "primary": { "vat": 1 }, "created": 1 }] });
    }
    if path.starts_with("/tiers") {
        return json!({ "tier_code": "ABC", "tier_name": "A shop" });
    }
    if path.contains("/customers/") {
        let failed = json!({ "type": "PG_PROVIDER", "message": request, "pg_provider": "nice", "pg_id": "x" });
        let id = path.split('/').nth(3).and_then(|rest| rest.split('?').next()).unwrap_or_default();
        return json!({ "customer_uid": id, "channelGroupId": "g", "succeededChannels": [channel], "failedChannels": [failed] });
    }
    let id = path.split('/').nth(2).and_then(|rest| rest.split('?').next()).unwrap_or_default();
    json!({
        "imp_uid": id, "merchant_uid": "o", "amount": 1000, "cancel_amount": 0, "currency": "KRW", "status": "paid",
        "promotion": { "id": "p", "discount": 100 }, "vbank_num": "75310000", "vbank_holder": canaries::NAME,
        "deposit_history": [{ "pg_tid": "t", "amount": 1, "depositor_name": canaries::NAME }],
        "buyer_name": canaries::NAME, "buyer_tel": canaries::TEL, "buyer_email": canaries::EMAIL, "custom_data": canaries::ADDR,
        "user_agent": canaries::EMAIL,
    })
}

fn whole(status: u16, kind: &str, body: &str) -> String {
    format!("HTTP/1.1 {status} Echo\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}

/// One request as text, head and body.
async fn read(stream: &mut TcpStream) -> io::Result<String> {
    let mut bytes = Vec::new();
    let mut piece = [0; 4096];
    loop {
        let length = stream.read(&mut piece).await?;
        bytes.extend_from_slice(&piece[..length]);
        let text = String::from_utf8_lossy(&bytes);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let announced =
                head.to_lowercase().lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
            if body.len() >= announced.unwrap_or(0) || length == 0 {
                return Ok(text.into_owned());
            }
        } else if length == 0 {
            return Ok(text.into_owned());
        }
    }
}

/// Sends a body to a server, without any of the project's client.
pub(crate) async fn ask(base_url: &str, path: &str, body: &str) -> io::Result<String> {
    let mut stream = TcpStream::connect(base_url.trim_start_matches("http://")).await?;
    let head = format!("POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\n");
    stream.write_all(format!("{head}content-length: {}\r\n\r\n{body}", body.len()).as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    Ok(answer)
}
