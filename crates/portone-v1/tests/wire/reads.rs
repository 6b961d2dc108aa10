//! What is read of answers that say more than this version knows.

use kr_billing_core::RawText;

use crate::support::{self, Act, SECRET, Server, done};

/// A field that no version of the API has yet, beside an echo of the account's secret.
fn more() -> String {
    format!(r#""unheard_of":{{"word":"canary-word"}},"echo":"{SECRET}""#)
}

fn answer(heard: &support::Heard) -> Act {
    let more = more();
    let code = format!(r#"{{"code":"361","name":"BC",{more}}}"#);
    let path = heard.target.split('?').next().unwrap();
    done(&match path {
        "/users/pg" => format!(r#"[{{"pg_provider":"nice","pg_id":"MID1","type":"api_payment",{more}}}]"#),
        "/tiers/AB1" => format!(r#"{{"tier_code":"AB1","tier_name":"branch",{more}}}"#),
        "/cards" | "/banks" => format!("[{code}]"),
        "/payments/imps_1/balance" => format!(r#"{{"amount":700,"histories":[],{more}}}"#),
        path if path.starts_with("/payments/prepare") => format!(r#"{{"merchant_uid":"order_1","amount":1000,{more}}}"#),
        _ => code,
    })
}

#[tokio::test]
async fn a_field_without_a_type_survives_in_every_answer_and_is_not_printed() {
    let server = Server::start(answer).await;
    let client = server.client();
    let mut all: Vec<(String, RawText)> = Vec::new();
    macro_rules! keep {
        ($read:expr) => {{
            let read = $read;
            all.push((format!("{read:?}"), read.raw));
        }};
    }
    keep!(client.pg_settings().await.unwrap().remove(0));
    keep!(client.tier("AB1").await.unwrap().unwrap());
    keep!(client.card_codes().await.unwrap().remove(0));
    keep!(client.card_code("361").await.unwrap().unwrap());
    keep!(client.bank_codes().await.unwrap().remove(0));
    keep!(client.bank_code("361").await.unwrap().unwrap());
    keep!(client.payco_balance(&kr_billing_core::PaymentId::new("imps_1").unwrap()).await.unwrap().unwrap());
    keep!(client.prepare(&support::order(), support::krw(1000)).await.unwrap());
    keep!(client.change_prepared(&support::order(), support::krw(1000)).await.unwrap());
    keep!(client.prepared(&support::order()).await.unwrap().unwrap());
    for (shown, raw) in all {
        assert!(raw.expose().contains(r#""unheard_of":{"word":"canary-word"}"#), "{shown}");
        assert!(!raw.expose().contains(SECRET) && !shown.contains("canary"), "{shown}");
    }
}
