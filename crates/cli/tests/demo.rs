//! The demo as a stranger runs it: it ends well, and its account says what matters.

use std::process::{Command, Output};

fn demo(lang: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_kr-billing")).args(["demo", "--lang", lang]).output().expect("the command runs")
}

/// The part of an account that is about one PG.
fn section<'a>(account: &'a str, pg: &str) -> &'a str {
    let rest = account.split_once(&format!("━━ {pg} ")).expect("a section for each PG").1;
    rest.split("\n━━").next().expect("a section")
}

#[test]
fn every_flow_goes_as_expected_for_each_pg() {
    let output = demo("en");
    let account = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(output.status.success(), "{account}");
    assert!(account.contains("everything was as expected"), "{account}");
    assert!(!account.contains('✗'), "{account}");
    for pg in ["NHN KCP", "KG Inicis", "NICE Payments"] {
        let section = section(&account, pg);
        for line in [
            "paid 12,900 won: order demo-",
            "look-up: no such key exists",
            "the card was stored with the charge",
            "9,900 won are booked for",
            "a webhook comes: order demo-",
            "InsufficientFunds",
            "the same card may work later",
            "refunded 10,000 won of payment imps_",
            "0 won are left",
            "the charge was found by look-up",
            "the charge was sent once",
        ] {
            assert!(section.contains(line), "{pg} does not say `{line}`:\n{section}");
        }
    }
}

#[test]
fn a_window_is_opened_where_there_is_one() {
    let account = String::from_utf8(demo("en").stdout).expect("UTF-8");
    assert!(section(&account, "NHN KCP").contains("\"pg\": \"kcp_billing.KCPW1\""));
    assert!(section(&account, "KG Inicis").contains("\"pg\": \"html5_inicis.MOIsandbx2\""));
    let nice = section(&account, "NICE Payments");
    assert!(!nice.contains("IMP.request_pay") && nice.contains("`KeyIn`"), "{nice}");
}

#[test]
fn it_speaks_korean() {
    let output = demo("ko");
    let account = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(output.status.success(), "{account}");
    assert!(account.contains("모두 예상과 같습니다") && !account.contains("everything"), "{account}");
}
