//! Servers that answer badly: how far a call got is told right, memory is bounded, nothing secret leaves or is kept.

use std::error::Error as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::support::{self, Act, BIRTH, CARD, SECRET, Server, TOKEN, done, payment, refused};
use kr_billing_core::{BillingGateway, Error, ErrorKind, PaymentId, Reach};
use kr_billing_portone_v1::{Client, Reply};

/// What a charge by key comes to when the server does this.
async fn charge(act: Act) -> Error {
    // Short where no answer comes, and long enough for a busy machine where one does.
    let time = if matches!(act, Act::Hang) { Duration::from_millis(500) } else { Duration::from_secs(30) };
    let server = Server::start(move |_| act.clone()).await;
    let config = server.config().with_send_timeout(time);
    let error = Client::new(config).unwrap().raw_money().charge(&support::by_key(), None).await.unwrap_err();
    assert_eq!(server.count("/subscribe/payments/again"), 1, "a charge is sent once: {error}");
    error
}

fn raw(text: &str) -> Act {
    Act::Raw(text.as_bytes().to_vec())
}

#[tokio::test]
async fn how_far_a_charge_got() {
    let whole = payment("order_1", "paid", "");
    let half = format!("HTTP/1.1 200 OK\r\ncontent-length: 4000\r\n\r\n{{\"code\":0,\"response\":{whole}");
    let cut = "HTTP/1.1 200 OK\r\ncontent-length: 20\r\n\r\n{\"code\":0,\"message\":null,\"response\":null}";
    let gzip = "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 3\r\n\r\nxyz";
    let cases = [
        ("closed", Act::Drop, Reach::Unclear, ErrorKind::Interrupted),
        ("silent", Act::Hang, Reach::Unclear, ErrorKind::Timeout),
        ("half", raw(&half), Reach::Unclear, ErrorKind::Interrupted),
        ("cut short", raw(cut), Reach::Unclear, ErrorKind::BadAnswer),
        ("no http", raw("220 smtp ready\r\n\r\n"), Reach::Unclear, ErrorKind::Interrupted),
        ("gzip", raw(gzip), Reach::Unclear, ErrorKind::BadAnswer),
        ("html 502", Act::Json(502, "<html>bad gateway</html>".into()), Reach::Unclear, ErrorKind::ServerFailure),
        ("envelope 500", refused(500, -1, "내부 오류"), Reach::Unclear, ErrorKind::ServerFailure),
        ("html 200", Act::Json(200, "<html>hello</html>".into()), Reach::Unclear, ErrorKind::BadAnswer),
        ("empty 200", Act::Json(200, String::new()), Reach::Unclear, ErrorKind::BadAnswer),
        ("no record", done("null"), Reach::Unclear, ErrorKind::BadAnswer),
        ("no status", done("{\"imp_uid\":\"imps_1\"}"), Reach::Unclear, ErrorKind::BadAnswer),
        ("two statuses", done(&payment("order_1", "paid", ",\"status\":\"failed\"")), Reach::Unclear, ErrorKind::BadAnswer),
        ("code as a word", Act::Json(200, "{\"code\":\"x\",\"response\":null}".into()), Reach::Unclear, ErrorKind::BadAnswer),
        ("both", Act::Json(200, format!("{{\"code\":1,\"response\":{whole}}}")), Reach::Unclear, ErrorKind::BadAnswer),
        ("3 MB", Act::Json(200, "x".repeat(3 << 20)), Reach::Unclear, ErrorKind::BadAnswer),
        ("deep", done(&"[".repeat(200_000)), Reach::Unclear, ErrorKind::BadAnswer),
        (
            "deep and closed",
            done(&format!("{}{}", "[".repeat(200_000), "]".repeat(200_000))),
            Reach::Unclear,
            ErrorKind::BadAnswer,
        ),
        ("204", raw("HTTP/1.1 204 No Content\r\n\r\n"), Reach::Unclear, ErrorKind::BadAnswer),
        ("400", refused(400, -1, "bad"), Reach::Refused, ErrorKind::Rejected),
        ("404", refused(404, -1, "없음"), Reach::Refused, ErrorKind::NotFound),
        ("404 of a gateway", refused(404, 5, "Not Found"), Reach::Unclear, ErrorKind::BadAnswer),
        ("404 html", Act::Json(404, "<html>".into()), Reach::Unclear, ErrorKind::BadAnswer),
        ("405", Act::Json(405, String::new()), Reach::Refused, ErrorKind::Rejected),
        ("429", Act::Json(429, "slow down".into()), Reach::Refused, ErrorKind::RateLimited),
        ("418", Act::Json(418, "{}".into()), Reach::Unclear, ErrorKind::BadAnswer),
    ];
    for (name, act, reach, kind) in cases {
        let error = charge(act).await;
        assert_eq!((error.reach(), error.kind()), (reach, kind), "{name}: {error}");
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_was_sent_nothing() {
    let server = Server::start(|_| done("{}")).await;
    server.client().ready().await.unwrap();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let gone = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let error = Client::new(server.config().with_base_url(gone)).unwrap().ready().await.unwrap_err();
    assert_eq!((error.reach(), error.kind()), (Reach::NotSent, ErrorKind::Unreachable));
    assert!(error.source().is_some() && !error.source().unwrap().to_string().contains("http"), "{:?}", error.source());
}

#[tokio::test]
async fn an_endless_answer_is_cut_at_the_limit() {
    let head = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
    let mut piece = b"10000\r\n".to_vec();
    piece.extend(std::iter::repeat_n(b'x', 0x10000));
    piece.extend_from_slice(b"\r\n");
    let server = Server::start(move |_| Act::Endless(head.clone(), piece.clone())).await;
    let client = server.client();
    let error = client.raw_money().charge(&support::by_key(), None).await.unwrap_err();
    assert!(error.to_string().contains("longer than 1048576 bytes"), "{error}");
    let error = client.payments_of_order(&support::order(), None).await.unwrap_err();
    assert!(error.to_string().contains("longer than 16777216 bytes"), "{error}");
}

#[tokio::test]
async fn a_redirect_is_never_followed_and_carries_nothing_away() {
    let other = Server::start(|_| done("{}")).await;
    let location = format!("{}/subscribe/payments/again", other.url.replace("http://", "http://user:pass@"));
    for status in [301, 302, 307, 308] {
        let answer = format!("HTTP/1.1 {status} Moved\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n");
        let error = charge(raw(&answer)).await;
        assert_eq!((error.reach(), error.kind()), (Reach::Unclear, ErrorKind::BadAnswer));
        assert!(!format!("{error:?}").contains("user:pass"), "{error:?}");
    }
    assert_eq!(other.heard().len(), 0);
}

#[tokio::test]
async fn nothing_compressed_is_asked_for_and_the_token_goes_as_bearer() {
    let server = Server::start(|_| done(&payment("order_1", "paid", ""))).await;
    let client = Client::new(server.config().with_tier("AB1")).unwrap();
    client.raw_money().charge(&support::by_key(), None).await.unwrap();
    let heard = server.heard();
    let head = heard[1].head.to_ascii_lowercase();
    assert!(!head.contains("accept-encoding"), "{head}");
    assert!(head.contains(&format!("authorization: bearer {TOKEN}")) && head.contains("tier: ab1"), "{head}");
    assert!(head.contains("content-type: application/json"));
    assert!(!heard[0].head.to_ascii_lowercase().contains("authorization"), "getToken has no token yet");
}

/// Everything that can be seen of an error.
fn everything(error: &Error) -> String {
    let mut text = format!("{error} {error:?}");
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(&format!(" {error} {error:?}"));
        source = error.source();
    }
    text
}

fn assert_clean(text: &str) {
    let plain = CARD.replace('-', "");
    for secret in [CARD, &plain, &CARD.replace('-', " "), BIRTH, SECRET, TOKEN, "2031-07", "\"73\"", "canary-key"] {
        assert!(!text.contains(secret), "{secret} in: {text}");
    }
}

#[tokio::test]
async fn a_server_that_repeats_what_it_was_sent_finds_it_masked_wherever_it_is_kept() {
    let heard: Arc<Mutex<Vec<String>>> = Arc::default();
    let echo = move |request: &support::Heard| {
        heard.lock().unwrap().push(request.body.clone());
        let echo = format!("{} {} {SECRET} canary-key-0001", request.body, request.head);
        let text = serde_json::to_string(&format!("[LOW1] {echo}")).unwrap();
        match request.target.as_str() {
            "/subscribe/payments/onetime" => {
                done(&payment("order_1", "failed", &format!(",\"fail_reason\":{text},\"x\":{text},\"pg_tid\":{text}")))
            }
            "/subscribe/customers/member_1" => Act::Json(200, format!("{{\"code\":-1,\"message\":{text},\"response\":null}}")),
            _ => Act::Json(500, format!("{{\"code\":-1,\"message\":{text},\"response\":null}}")),
        }
    };
    let server = Server::start(echo).await;
    let client = server.client();
    let route = kr_billing_portone_v1::ModuleRoute::new("acme");

    let request = kr_billing_core::ChargeRequest::by_card(support::card(), support::order(), support::krw(1000), support::name());
    let Reply::Done(record) = client.raw_money().charge(&request, Some(&route)).await.unwrap() else { panic!() };
    assert_clean(&format!("{record:?} {}", record.payment.raw.expose()));
    assert_clean(&format!("{:?}", record.payment.pg_tid));

    let issue = kr_billing_core::IssueRequest::new(support::key(), support::card());
    let Reply::Refused(refusal) = client.raw_money().issue_key(&issue, &route).await.unwrap() else { panic!() };
    assert_clean(&format!("{refusal:?}"));
    assert_eq!(refusal.pg_code.as_deref(), Some("LOW1"));

    let error = client.raw_money().charge(&support::by_key(), None).await.unwrap_err();
    assert_clean(&everything(&error));
}

#[tokio::test]
async fn a_record_whose_card_number_is_not_masked_does_not_show_it() {
    let plain = CARD.replace('-', "");
    let card = format!(r#""card_number":"{plain}","card_name":"BC {CARD}","card_issuer_name":"{plain}""#);
    let found = payment(
        "order_1",
        "paid",
        &format!(r#",{card},"name":"8801234567893","buyer_name":"{CARD}","pg_tid":"20261121123456789""#),
    );
    let channel = format!(r#"{{"pg_provider":"acme",{card}}}"#);
    let group = format!(r#"{{"customer_uid":"member_1","channelGroupId":"g1","succeededChannels":[{channel}]}}"#);
    let schedule =
        format!(r#"{{"merchant_uid":"order_1","schedule_status":"scheduled","amount":1,"buyer_name":"{CARD}","imp_uid":null}}"#);
    let server = Server::start(move |heard| {
        done(match heard.target.split('?').next().unwrap() {
            "/subscribe/customers/member_1" => &group,
            target if target.starts_with("/subscribe/payments/schedule") => &schedule,
            _ => &found,
        })
    })
    .await;
    let client = server.client();
    let record = client.payment(&PaymentId::new("imps_1").unwrap()).await.unwrap().unwrap();
    let key = client.key(&support::key()).await.unwrap().unwrap();
    let booked = client.schedule(&support::order()).await.unwrap().unwrap();
    let shown = format!(
        "{record:?} {} {key:?} {booked:?} {}",
        serde_json::to_string(&record.payment).unwrap(),
        serde_json::to_string(&booked.schedule).unwrap()
    );
    assert!(!shown.contains(&plain) && !shown.contains(CARD), "{shown}");
    assert_eq!(record.payment.name.as_deref(), Some("8801234567893"), "the merchant's own name of an order stays");
    assert_eq!(record.payment.pg_tid.as_deref(), Some("20261121123456789"), "an identifier stays");
    let masked = payment("order_1", "paid", r#","card_number":"5342********7788""#);
    let server = Server::start(move |_| done(&masked)).await;
    let record = server.client().payment(&PaymentId::new("imps_1").unwrap()).await.unwrap().unwrap();
    assert_eq!(record.payment.card_number.as_deref(), Some("5342********7788"));
}

#[tokio::test]
async fn a_look_up_believes_only_the_services_own_not_found() {
    let cases: [(Act, Option<usize>); 5] = [
        (refused(404, -1, "존재하지 않는 결제정보입니다."), Some(0)),
        (Act::Json(404, "<html>not here</html>".into()), None),
        (refused(404, 404, "Not Found"), None),
        (refused(404, 5, "Not Found"), None),
        (refused(200, 1, "?"), None),
    ];
    for (act, expected) in cases {
        let server = Server::start(move |_| act.clone()).await;
        let found = support::channel(&server).payments(&support::order()).await;
        assert_eq!(found.as_ref().ok().map(Vec::len), expected, "{found:?}");
    }
}

#[tokio::test]
async fn a_list_that_may_lack_a_payment_is_no_answer() {
    let paid = payment("order_1", "paid", "");
    let cases = [
        ("counts more than it holds", format!(r#"{{"total":2,"previous":0,"next":0,"list":[{paid}]}}"#)),
        ("of another order", format!(r#"{{"total":1,"previous":0,"next":0,"list":[{}]}}"#, payment("order_2", "paid", ""))),
        ("unreadable record", format!(r#"{{"total":2,"previous":0,"next":0,"list":[{paid},{{}}]}}"#)),
        ("sent backwards", format!(r#"{{"total":2,"previous":0,"next":1,"list":[{paid}]}}"#)),
        ("no list", r#"{"total":0}"#.to_owned()),
    ];
    for (name, answer) in cases {
        let server = Server::start(move |_| done(&answer)).await;
        let error = support::channel(&server).payments(&support::order()).await.unwrap_err();
        assert_eq!(error.reach(), Reach::Unclear, "{name}");
    }
}

#[tokio::test]
async fn all_pages_of_an_order_are_read() {
    let server = Server::start(|heard| {
        let (number, next) = if heard.target.contains("page=1&") { (1, 2) } else { (2, 0) };
        let record = payment("order_1", "failed", "").replace("imps_1", &format!("imps_{number}"));
        done(&format!(r#"{{"total":2,"previous":0,"next":{next},"list":[{record}]}}"#))
    })
    .await;
    let found = support::channel(&server).payments(&support::order()).await.unwrap();
    assert_eq!(found.iter().map(|payment| payment.id.as_str()).collect::<Vec<_>>(), ["imps_1", "imps_2"]);
}

#[tokio::test]
async fn a_test_channels_payment_is_asked_for() {
    let server = Server::start(|_| done(&payment("order_1", "paid", ",\"sandbox\":true"))).await;
    let id = kr_billing_core::PaymentId::new("imps_1").unwrap();
    let found = support::channel(&server).payment(&id).await.unwrap().unwrap();
    assert_eq!(found.sandbox, Some(true));
    assert_eq!(server.count("/payments/imps_1?include_sandbox=true"), 1);
}

#[tokio::test]
async fn a_server_that_fails_the_tls_handshake_gets_nothing_but_a_greeting() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    let greeting = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut seen = vec![0; 4096];
        let length = stream.read(&mut seen).await.unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
        seen.truncate(length);
        String::from_utf8_lossy(&seen).into_owned()
    });
    let credentials = kr_billing_portone_v1::Credentials::new("canary-key-0001", SECRET);
    let client = Client::new(kr_billing_portone_v1::ClientConfig::new(credentials).with_base_url(url)).unwrap();
    let error = client.raw_money().charge(&support::by_key(), None).await.unwrap_err();
    assert_eq!((error.reach(), error.kind()), (Reach::NotSent, ErrorKind::Unreachable), "{error:?}");
    assert_clean(&greeting.await.unwrap());
}

#[tokio::test]
async fn an_answer_about_another_key_is_no_answer() {
    let server = Server::start(|_| done(r#"{"customer_uid":"member_2"}"#)).await;
    let channel = support::channel(&server);
    let error = channel.billing_key(&support::key()).await.unwrap_err();
    assert_eq!((error.reach(), error.kind()), (Reach::Unclear, ErrorKind::Mismatch));
    let issue = kr_billing_core::IssueRequest::new(support::key(), support::card());
    let error = channel.issue_path().key_in().unwrap().issue(&issue).await.unwrap_err();
    assert_eq!((error.reach(), error.kind()), (Reach::Unclear, ErrorKind::Mismatch));
}
