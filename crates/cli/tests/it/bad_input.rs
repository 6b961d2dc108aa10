//! Input that cannot be right: a clear error, nothing sent, and nothing of it repeated.

use crate::bench::{Bench, CARD, command, run};

/// Fails with wrong usage, says this, repeats none of that, and nothing reaches the sandbox.
#[track_caller]
fn refused(bench: &Bench, args: &[&str], input: &str, says: &str, never: &[&str]) {
    let ran = run(bench.command("").args(args), input).exits(2).warns(says);
    for word in never {
        assert!(!ran.out.contains(word) && !ran.err.contains(word), "{word} in {}", ran.err);
    }
    assert!(bench.handle().ledger().is_empty());
    let programs = run(bench.command("--json").args(args), input).exits(2).json();
    assert_eq!((programs["outcome"].as_str(), programs["error"]["exit"].as_u64()), (Some("error"), Some(2)));
    let message = programs["error"]["message"].as_str().unwrap();
    assert!(programs["error"]["kind"].is_string() && !message.is_empty(), "{programs}");
    assert!(!message.contains("error: ") && !message.contains("--help`") && !message.contains('\n'), "{programs}");
}

fn charge<'a>(order: &'a str, amount: &'a str, name: &'a str) -> Vec<&'a str> {
    vec!["charge", "member-1", "--order", order, "--amount", amount, "--name", name]
}

#[test]
fn sums_that_are_none() {
    let bench = Bench::new();
    bench.issue("member-1");
    for (amount, says) in [
        ("0", "at least 1"),
        ("9007199254740993", "15 or 16 digits"),
        ("99999999999999999999", "won"),
        ("18014398509481984", "--amount: amount"),
        ("1.5", "whole number"),
        ("-5", "--help"),
        ("1e3", "whole number"),
    ] {
        refused(&bench, &charge("o-1", amount, "Plan"), "", says, &[]);
    }
}

#[test]
fn ids_that_could_ask_for_something_else() {
    let bench = Bench::new();
    bench.issue("member-1");
    let long = "x".repeat(300);
    for bad in ["a/b", "a b", "주문번호", "../users/pg", "a%2Fb", long.as_str(), ""] {
        let never: &[&str] = if bad.len() > 3 { &[bad] } else { &[] };
        refused(&bench, &charge(bad, "9900", "Plan"), "", "--order", never);
        refused(&bench, &["keys", "show", bad], "", "customer_uid", never);
        refused(&bench, &["payments", "show", bad], "", "imp_uid", never);
    }
    refused(&bench, &charge("o-1", "9900", &"가".repeat(41)), "", "40 characters", &[]);
}

#[test]
fn times_that_are_milliseconds_or_past() {
    let bench = Bench::new();
    bench.issue("member-1");
    let add = |at| ["schedule", "add", "member-1", "--order", "p-1", "--amount", "9900", "--name", "Plan", "--at", at];
    refused(&bench, &add("1893456000000"), "", "milliseconds", &[]);
    refused(&bench, &add("1000000000"), "", "future", &[]);
    refused(&bench, &add("2020-01-01"), "", "future", &[]);
    refused(&bench, &add("tomorrow"), "", "UNIX seconds", &["tomorrow"]);
}

#[test]
fn cards_that_are_none() {
    let bench = Bench::new();
    for bad in [
        "",
        "5326-1122\n2031-07\n",
        "5326-1122-9988-7766\n2031-13\n",
        "5326-1122-9988-7766\n2031-07\n8802\n47\n",
        "5326-1122-9988-7766\n2031-07\n880229\n4x\n",
        "5326-1122-9988-7766",
        "{\"number\":5326112299887766}",
        "{\"number\":\"5326112299887766\",\"expiry\":\"2031-07\",\"cvc\":\"123\"}",
    ] {
        refused(&bench, &["keys", "issue", "member-2", "--card", "-"], bad, "", &["5326", "8802"]);
    }
    let huge = "5".repeat(3 << 20);
    refused(&bench, &["keys", "issue", "member-2", "--card", "-"], &huge, "4096 bytes", &["5555"]);
    refused(&bench, &["keys", "issue", "member-2", "--card", "-"], "5326-1122-9988-7766\n2031-07\n", "birth", &["5326"]);
    refused(&bench, &["keys", "issue", "member-2", "--card-file", "/nonexistent/card"], "", "/nonexistent/card", &[]);
}

#[test]
fn a_card_is_never_an_argument() {
    let bench = Bench::new();
    for args in [
        vec!["keys", "issue", "member-2", "--card", "5326-1122-9988-7766"],
        vec!["keys", "issue", "member-2", "--card=5326112299887766"],
        vec!["keys", "issue", "5326112299887766", "--card", "-"],
        vec!["card-charge", "--number", "5326 1122 9988 7766"],
        vec!["5326112299887766"],
        vec!["keys", "issue", "member-2", "5326", "1122", "9988", "7766"],
        vec!["keys", "issue", "member-2", "--birth", "880229"],
        vec!["keys", "issue", "member-2", "--birth=880229"],
        vec!["keys", "issue", "member-2", "--card", "880229"],
    ] {
        refused(&bench, &args, CARD, "", &["5326", "9988", "880229"]);
    }
    // Without a terminal there is nobody to ask.
    refused(&bench, &["keys", "issue", "member-2"], "", "--card -", &[]);
}

#[test]
fn an_id_that_looks_like_a_card_is_told_what_to_change() {
    let bench = Bench::new();
    for id in ["1234567890123456", "ord-1234567890123456", "20261121.123456789012345", "sub-2026-1121-0000-0001"] {
        refused(&bench, &["payments", "find", id], "", "a letter directly before the digits, with no mark between", &[id]);
        bench.run(&format!("payments find {id} --lang ko")).exits(2).warns("숫자 바로 앞에 글자를");
    }
    for id in ["ord1234567890123456", "ord_1234567890123456", "ord-12345678901234567", "20261121.x123456789012345"] {
        bench.run(&format!("payments find {id}")).exits(0);
    }
}

#[test]
fn configurations_that_are_wrong() {
    let bench = Bench::new();
    for (channels, says) in [
        ("[channels.main]\npg = \"kpc\"\n", "this build has: kcp, inicis, nice, nice_v2"),
        ("[channels.main]\npg = \"kcp\"\nkey_in = { mdi = \"A52LD\" }\n", "mdi"),
        ("[channels.main]\npg = \"kcp\"\nkey_inn = {}\n", "key_inn"),
        ("[chanels.main]\npg = \"nice\"\n", "chanels"),
        ("[channels.main]\npg = \"nice\"\nwindow = {}\n", "window"),
        ("[channels.main]\npg = [\n", "line"),
    ] {
        bench.configure(channels, &bench.url());
        bench.run("config check").exits(2).warns(says);
        bench.run("charge member-1 --order o-1 --amount 9900 --name Plan").exits(2).warns(says);
    }
    run(command().args(["config", "check", "--config", "/nonexistent.toml"]), "").exits(2).warns("/nonexistent.toml");
    run(command().args(["config", "check"]).current_dir(bench.file(".")).env("KR_BILLING_CHANELS", "x"), "").exits(2);
}

#[cfg(unix)]
#[test]
fn a_setting_in_the_environment_that_is_no_text_is_not_passed_over() {
    use std::os::unix::ffi::OsStrExt;
    let empty = tempfile::TempDir::new().unwrap();
    let value = std::ffi::OsStr::from_bytes(b"canary\xff");
    let mut command = command();
    let all = [("ACCOUNT__IMP_KEY", "k"), ("ACCOUNT__IMP_SECRET", "s"), ("CHANNELS__MAIN__PG", "nice")];
    command.args(["config", "check"]).current_dir(empty.path());
    command.envs(all.map(|(name, value)| (format!("KR_BILLING_{name}"), value)));
    run(&mut command, "").exits(0);
    let ran = run(command.env("KR_BILLING_ACCOUNT__BASE_URL", value), "").exits(2);
    assert!(ran.err.contains("KR_BILLING_ACCOUNT__BASE_URL is not UTF-8") && !ran.err.contains("canary"), "{}", ran.err);
}

#[test]
fn without_a_configuration_the_ways_to_give_one_are_named() {
    let empty = tempfile::TempDir::new().unwrap();
    run(command().args(["doctor"]).current_dir(empty.path()), "").exits(2).warns("KR_BILLING_CONFIG").warns("--config");
}

#[test]
fn a_channel_that_is_not_configured() {
    let bench = Bench::new();
    refused(&bench, &["keys", "show", "member-1", "--channel", "other"], "", "the configuration has: kcp", &[]);
}

#[test]
fn every_error_has_a_kind_for_programs() {
    let bench = Bench::new();
    let kind = |args: &[&str], code| {
        let said = run(bench.command("--json").args(args), "").exits(code).json();
        said["error"]["kind"].as_str().unwrap_or_default().to_owned()
    };
    assert_eq!(kind(&["keys"], 2), "usage");
    assert_eq!(kind(&["keys", "delete", "member-1", "--channel", "x"], 2), "configuration");
    assert_eq!(kind(&["keys", "show", "nobody"], 1), "not_found");
    assert_eq!(kind(&["resume", "/nonexistent"], 2), "usage");
    bench.configure("[channels.kcp]\npg = \"kcp\"\nwindow = {}\n", &bench.url());
    assert_eq!(kind(&["keys", "issue", "member-1", "--card", "-"], 2), "configuration");
    bench.configure("[chanels.kcp]\n", &bench.url());
    let wrong = run(&mut bench.command("--json config check"), "").exits(2).json();
    assert_eq!((&wrong["error"]["kind"], &wrong["error"]["reach"]), (&"configuration".into(), &"not_sent".into()));
    let empty = tempfile::TempDir::new().unwrap();
    let none = run(command().args(["doctor", "--json"]).current_dir(empty.path()), "").exits(2).json();
    assert_eq!(none["error"]["kind"], "configuration");
}

#[test]
fn pages_that_are_none() {
    let bench = Bench::new();
    for page in ["0", "first", "1.5"] {
        refused(&bench, &["keys", "payments", "member-1", "--page", page], "", "--page: page: is not a whole number", &[]);
        refused(&bench, &["payments", "list", "--page", page], "", "--page: page: is not a whole number", &[]);
    }
}
