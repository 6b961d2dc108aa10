//! Codes that leave the outcome open, beside card data that looks like a part of them: hiding the one must not hide the other.

use kr_billing::contract::{Answer, BillingGateway, CodeClass, Failure};
use kr_billing::portone_v1::{Client, ClientConfig, Credentials};
use kr_billing::{Buyer, Card, ChargeRequest, Expiry};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::support::*;

/// The three tables.
const TABLES: &[(&str, &str)] = &[
    ("kcp", include_str!("../../../crates/adapters/kcp/src/codes.csv")),
    ("inicis", include_str!("../../../crates/adapters/inicis/src/codes.csv")),
    ("nice", include_str!("../../../crates/adapters/nice/src/codes.csv")),
];

fn gateway(pg: &str, url: &str) -> Box<dyn BillingGateway> {
    let client = Client::new(ClientConfig::new(Credentials::new("key-of-ours", "secret-of-ours")).with_base_url(url)).unwrap();
    match pg {
        "kcp" => Box::new(
            serde_json::from_value::<kr_billing::kcp::KcpConfig>(json!({"key_in": {}})).unwrap().channel(client).unwrap(),
        ),
        "inicis" => {
            let config: kr_billing::inicis::InicisConfig = serde_json::from_value(json!({"key_in": {}})).unwrap();
            Box::new(config.channel(client).unwrap())
        }
        _ => Box::new(serde_json::from_value::<kr_billing::nice::NiceConfig>(json!({})).unwrap().channel(client).unwrap()),
    }
}

/// A server with a token and one answer.
async fn api(body: Value) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = vec![0; 64 * 1024];
            let length = stream.read(&mut request).await.unwrap_or_default();
            let asks_token = request[..length].starts_with(b"POST /users/getToken");
            let token = json!({"access_token": "a-token-of-theirs", "now": 1_790_000_000, "expired_at": 1_790_001_800});
            let token = json!({"code": 0, "message": null, "response": token});
            let text = if asks_token { &token } else { &body }.to_string();
            let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n";
            let _sent = stream.write_all(format!("{head}content-length: {}\r\n\r\n{text}", text.len()).as_bytes()).await;
        }
    });
    url
}

/// A card and a buyer whose data stand within a code wherever they can.
fn alike(code: &str) -> (Card, Buyer) {
    let digits = |count: usize| {
        let part = |at: usize| code.get(at..at + count).filter(|part| part.bytes().all(|b| b.is_ascii_digit()));
        (0..code.len()).find_map(part)
    };
    let card = Card::new("5342-9876-0123-7788", Expiry::new(2031, 7).unwrap()).unwrap();
    let card = card.with_birth(digits(6).unwrap_or("880205")).unwrap();
    let card = card.with_password_digits(digits(2).unwrap_or("73")).unwrap();
    let buyer = Buyer::new().with_name("홍길동").unwrap().with_tel("010-0000-0000").unwrap().with_email("a@b.kr").unwrap();
    (card, buyer.with_address("서울", digits(5).unwrap_or("04524")).unwrap())
}

/// What a charge of such a card comes to when the PG says this: as a failed record, and as a refusal.
async fn heard(pg: &str, code: &str, text: &str) -> [Failure; 2] {
    let record = json!({
        "imp_uid": "imps_1", "merchant_uid": "o", "amount": 1_000, "cancel_amount": 0, "currency": "KRW", "status": "failed",
        "fail_reason": text,
    });
    let mut found = Vec::new();
    for body in [json!({"code": 0, "message": null, "response": record}), json!({"code": -1, "message": text, "response": null})]
    {
        let url = api(body).await;
        let (card, buyer) = alike(code);
        let request = ChargeRequest::by_card(card, order("o"), krw(1_000), name()).with_buyer(buyer);
        found.push(match gateway(pg, &url).charge(&request).await.unwrap() {
            Answer::Recorded(payment) => payment.failure.unwrap(),
            Answer::Refused(failure) => failure,
        });
    }
    found.try_into().unwrap()
}

#[tokio::test]
async fn an_open_code_is_open_whatever_the_card_looks_like() {
    let mut tried = 0;
    for (pg, table) in TABLES {
        for line in table.lines().skip(1) {
            let code = line.split(',').next().unwrap();
            let class = if line.contains(",unknown_outcome,") { CodeClass::UnknownOutcome } else { CodeClass::Duplicate };
            if !line.contains(",unknown_outcome,") && !line.contains(",duplicate,") || !code.bytes().any(|b| b.is_ascii_digit()) {
                continue;
            }
            tried += 1;
            for failure in heard(pg, code, &format!("[{code}] ...")).await {
                assert_eq!(failure.class, class, "{pg} {code}: {failure:?}");
                // A code that is the whole of a birth date counts, and is not shown.
                let hidden = code.bytes().all(|b| b.is_ascii_digit()) && matches!(code.len(), 2 | 5 | 6);
                assert_eq!(failure.pg_code.as_deref(), Some(code).filter(|_| !hidden), "{pg} {code}: {failure:?}");
            }
        }
    }
    assert!(tried > 30, "the tables were not read: {tried}");
}

#[tokio::test]
async fn what_only_looks_like_a_code_is_not_kept() {
    for (text, secret) in [("생년월일[880205] 오류", "880205"), ("비밀번호[73] 오류", "73")] {
        for failure in heard("kcp", "none", text).await {
            let kept = format!("{failure:?} {}", serde_json::to_value(&failure).unwrap_or(Value::Null));
            assert!(!kept.contains(secret), "{kept}");
        }
    }
}
