//! Bad input ends in a clear error: nothing is sent or stored, and no secret is in the text.

use kr_billing::{
    BillingKeyId, Card, ChargeRequest, Config, ErrorKind, Expiry, IssueRequest, Krw, OrderId, Reach, ScheduleEntry,
    ScheduleRequest, UnixSeconds, WindowRequest,
};
use kr_billing_sandbox::{SAMPLE_KEY, SAMPLE_SECRET};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::support::*;

#[test]
fn ids_amounts_and_cards_that_cannot_be_are_refused_at_once() {
    let long = "x".repeat(300);
    for id in ["a/b", "a b", "주문-1", "", &long] {
        assert!(OrderId::new(id).is_err() && BillingKeyId::new(id).is_err(), "{id}");
    }
    assert!(Krw::new(0).is_err() && Krw::new(u64::MAX).is_err());
    for number in ["", "1234", "1234-1234-1234-12x4", "12345678901234567890"] {
        assert!(Card::new(number, Expiry::new(2030, 1).unwrap()).is_err());
    }
    assert!(Expiry::parse("2030-13").is_err() && Expiry::parse("12/30").is_err());
    let now = UnixSeconds(1_790_000_000);
    for at in [now.0 - 1, now.0 * 1_000] {
        let entry = ScheduleEntry::new(order("o"), UnixSeconds(at), krw(1_000), name());
        assert!(ScheduleRequest::new(key("kcp", "k"), vec![entry], now).is_err(), "{at}");
    }
}

#[tokio::test]
async fn what_a_contract_needs_and_a_pg_lacks_is_refused_before_sending() {
    let (sandbox, billing) = start().await;
    let bare = || Card::new(GOOD_CARD, Expiry::new(2030, 12).unwrap()).unwrap();
    let mut refused = Vec::new();
    let name_of = channel("kcp");
    let key_in = billing.issuing(Some(&name_of)).unwrap().key_in().unwrap();
    let issue = IssueRequest::new(BillingKeyId::new("k").unwrap(), bare());
    refused.push(key_in.issue(&issue).await.unwrap_err().to_string());
    let once = |card, pg: &str| {
        let request = ChargeRequest::by_card(card, order("o"), krw(100_000), name());
        request.on_channel(channel(pg)).unwrap()
    };
    let requests = [
        once(bare(), "kcp"),
        once(bare(), "inicis"),
        once(card(GOOD_CARD), "kcp").with_card_points(),
        once(card(GOOD_CARD), "kcp").with_interest_free(),
        once(card(GOOD_CARD), "nice").with_notice_url("ftp://example.com"),
        by_key(&key("elsewhere", "k"), "o", 1_000),
    ];
    for request in requests {
        let error = billing.charge(request).await.unwrap_err();
        assert_eq!(error.error().reach(), Reach::NotSent);
        refused.push(error.to_string());
    }
    insta::assert_snapshot!(refused.join("\n"));
    assert!(sandbox.handle().requests().is_empty(), "nothing was sent, not even for a token");
}

#[tokio::test]
async fn a_mid_of_another_pg_is_refused_before_a_card_leaves() {
    let (sandbox, _) = start().await;
    // V1 takes an unknown MID and silently uses the account's default channel, here another PG's.
    let account = format!(
        "[account]\nimp_key = \"{}\"\nimp_secret = \"{}\"\nbase_url = \"{}\"\n",
        SAMPLE_KEY,
        SAMPLE_SECRET,
        sandbox.base_url()
    );
    let channels = [
        ("[channels.one]\npg = \"kcp\"\nkey_in = { mid = \"iamport01m\" }\n", "kcp.iamport01m"),
        ("[channels.one]\npg = \"nice\"\nmid = \"A52LD\"\n", "nice.A52LD"),
        ("[channels.one]\npg = \"inicis\"\ntest = true\nkey_in = {}\n", "`test`"),
    ];
    // The MID of the same PG's window is another module's.
    let window = sandbox.handle().channels().into_iter().find(|channel| channel.provider == "kcp_billing").unwrap().mid;
    let of_window = format!("[channels.one]\npg = \"kcp\"\nkey_in = {{ mid = \"{window}\" }}\n");
    let channels = channels.into_iter().chain([(of_window.as_str(), window.as_str())]);
    for (channel, said) in channels {
        let config = Config::from_toml(&format!("{account}{channel}")).unwrap();
        let billing = kr_billing::Billing::from_config(config).await.unwrap();
        let once = ChargeRequest::by_card(card(GOOD_CARD), order("wrong-mid"), krw(1_000), name()).with_buyer(buyer());
        let kept = key("one", "wrong-mid").id;
        let keep = ChargeRequest::by_card_and_keep(card(GOOD_CARD), kept.clone(), order("wrong-mid"), krw(1_000), name());
        let issue = IssueRequest::new(kept, card(GOOD_CARD));
        let key_in = billing.issuing(None).unwrap().key_in().unwrap();
        let errors = [
            billing.charge(once).await.unwrap_err().error().to_string(),
            billing.charge(keep.with_buyer(buyer())).await.unwrap_err().error().to_string(),
            key_in.issue(&issue).await.unwrap_err().to_string(),
        ];
        assert!(errors.iter().all(|error| error.contains(said)), "{errors:#?}");
    }
    let sent: Vec<_> = sandbox.handle().requests().into_iter().filter(|request| request.method == "POST").collect();
    assert!(sent.iter().all(|request| request.path == "/users/getToken"), "no card left: {sent:?}");
}

#[tokio::test]
async fn a_window_of_a_mid_of_another_pg_is_refused_before_it_is_shown() {
    let (sandbox, _) = start().await;
    let request = WindowRequest::new(key("one", "m").id, order("window"), name(), "https://shop.test/done").with_buyer(buyer());
    let parameters = async |base_url: &str, channel: &str| {
        let account = format!("[account]\nimp_key = \"{SAMPLE_KEY}\"\nimp_secret = \"{SAMPLE_SECRET}\"\n");
        let text = format!("{account}base_url = \"{base_url}\"\n[channels.one]\n{channel}");
        let billing = kr_billing::Billing::from_config(Config::from_toml(&text).unwrap()).await.unwrap();
        billing.issuing(None).unwrap().window().unwrap().parameters(&request).await
    };
    for (channel, said) in [
        ("pg = \"kcp\"\nwindow = { mid = \"INIBillTst\" }\n", "kcp_billing.INIBillTst"),
        ("pg = \"inicis\"\nwindow = { mid = \"A52LD\" }\n", "html5_inicis.A52LD"),
        ("pg = \"kcp\"\ntest = true\nwindow = {}\n", "`test`"),
    ] {
        let error = parameters(sandbox.base_url(), channel).await.err().unwrap();
        assert_eq!((error.kind(), error.reach()), (ErrorKind::Configuration, Reach::NotSent));
        assert!(error.to_string().contains(said), "{error}");
        // A server that cannot be asked stops no buyer: nothing moves yet, and the result is looked up.
        assert!(parameters("http://127.0.0.1:9", channel).await.is_ok());
    }
    assert!(parameters(sandbox.base_url(), "pg = \"kcp\"\nwindow = {}\n").await.is_ok());
}

/// Answers every request with the same bytes.
async fn server(answer: Vec<u8>) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let answer = answer.clone();
            tokio::spawn(async move {
                let mut request = vec![0; 64 * 1024];
                let _read = stream.read(&mut request).await;
                let _sent = stream.write_all(&answer).await;
            });
        }
    });
    url
}

fn http(status: &str, kind: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}")
        .into_bytes()
}

#[tokio::test]
async fn a_server_that_is_no_api_gives_a_clear_error_and_no_charge() {
    let html = http("200 OK", "text/html", "<html>hello</html>");
    let empty = http("200 OK", "application/json", "");
    let huge = http("200 OK", "application/json", &format!("{{\"code\":0,\"pad\":\"{}\"}}", "x".repeat(3 << 20)));
    for (what, answer) in [("html", html), ("empty", empty), ("3 MB", huge)] {
        let url = server(answer).await;
        let billing = kr_billing::Billing::from_config(config(&url)).await.unwrap();
        let error = billing.charge(by_key(&key("kcp", "k"), "o", 1_000)).await.unwrap_err();
        assert_eq!(error.error().reach(), Reach::NotSent, "{what}: {error}");
        assert_ne!(error.error().kind(), ErrorKind::InvalidInput);
        assert!(!error.to_string().contains(kr_billing_sandbox::SAMPLE_SECRET));
    }
}
