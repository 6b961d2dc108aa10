//! The exit codes, where nothing is in doubt.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::thread;

use kr_billing_sandbox::{Effect, Fault, Moment, Operation};

use crate::bench::{Bench, KCP, NICE, command, run};

/// A web server that knows nothing of V1 and always says this.
fn server_that_says(page: String) -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut request = [0; 4096];
            let _read = stream.read(&mut request);
            let head = "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\nconnection: close\r\n";
            let _written = write!(stream, "{head}content-length: {}\r\n\r\n{page}", page.len());
        }
    });
    format!("http://{address}")
}

fn closed_port() -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

#[test]
fn an_unreachable_server_means_that_nothing_was_sent() {
    let bench = Bench::new();
    bench.configure(KCP, &closed_port());
    let charge = "charge member-1 --order o-1 --amount 9900 --name Plan";
    bench.run(charge).exits(4).warns("not charged").warns("cannot be reached");
    let answer = bench.run(&format!("{charge} --json")).exits(4).json();
    assert_eq!((answer["outcome"].as_str(), answer["error"]["reach"].as_str()), (Some("error"), Some("not_sent")));
    assert_eq!(answer["error"]["exit"], 4);
    bench.run("keys show member-1").exits(4);
    let report = bench.run("doctor --json").exits(4).json();
    assert_eq!(report["healthy"], false);
}

#[test]
fn a_server_that_answers_something_else_is_no_v1_server() {
    let bench = Bench::new();
    for page in ["<html><body>It works</body></html>".to_owned(), String::new(), "x".repeat(3 << 20)] {
        bench.configure(KCP, &server_that_says(page));
        bench.run("charge member-1 --order o-1 --amount 9900 --name Plan").exits(4);
        bench.run("payments find o-1").exits(4).warns("base_url");
    }
}

#[test]
fn an_option_that_would_not_be_heeded_is_refused() {
    let bench = Bench::new();
    for line in
        ["demo --json", "demo", "demo --base-url http://127.0.0.1:1", "sandbox --json", "sandbox --base-url http://127.0.0.1:1"]
    {
        // The bench names a configuration, which `demo` does not read.
        let option = line.split(' ').nth(1).unwrap_or("--config");
        bench.run(line).exits(2).warns(option);
    }
    for option in ["--config x.toml", "--base-url http://127.0.0.1:1", "--allow-plaintext"] {
        let line = format!("pgs {option}");
        run(command().args(line.split(' ')), "").exits(2).warns("`pgs`").warns(option.split(' ').next().unwrap());
    }
    let window = "window m --order i --name Card --redirect-url https://shop.example/";
    for option in ["--script https://shop.example/s.js", "--merchant-code imp1"] {
        bench.run(&format!("{window} {option}")).exits(2).warns("--html");
    }
    bench.run(window).exits(0);
    // Both PGs' windows are known in two languages, so no other is offered.
    bench.run(&format!("{window} --language zh")).exits(2).warns("--language: must be one of ko, en");
    bench.run(&format!("{window} --language en")).exits(0).says("\"language\": \"en\"");
}

#[test]
fn base_url_points_one_configuration_at_another_server() {
    let bench = Bench::new();
    let right = bench.url();
    bench.configure(KCP, &closed_port());
    bench.run(&format!("doctor --base-url {right}")).exits(0);
    bench.run("doctor --base-url http://10.1.2.3").exits(2).warns("http://").warns("--allow-plaintext");
    bench.run("doctor --base-url http://10.1.2.3 --lang ko").exits(2).warns("--allow-plaintext");
    bench.run("doctor --base-url nonsense").exits(2);
    bench.run("config check --base-url http://10.1.2.3 --allow-plaintext").exits(0);
}

#[test]
fn a_refused_key_pair_is_wrong_configuration_and_not_a_decline() {
    let bench = Bench::new();
    let text = std::fs::read_to_string(bench.config()).unwrap().replace("canary-imp-secret", "another-secret");
    std::fs::write(bench.config(), text).unwrap();
    let ran = bench.run("charge member-1 --order o-1 --amount 9900 --name Plan").exits(2).warns("imp_secret");
    assert!(!ran.err.contains("another-secret"));
    let said = bench.run("doctor").exits(2).says("imp_secret").out;
    assert_eq!(said.matches("imp_secret").count(), 1, "{said}");
    assert_eq!(bench.run("doctor --json").exits(2).json()["findings"][0]["id"], "token");
}

#[test]
fn what_the_provider_refuses_is_1() {
    let bench = Bench::new();
    bench.run("charge nobody --order o-1 --amount 9900 --name Plan").exits(1);
    let card = "4000-0000-0000-0010\n2031-07\n880229\n47\n";
    bench.run_with("keys issue member-1 --card -", card).exits(1).says("Refused");
    bench.issue("member-1");
    bench.run_with("keys issue member-1 --card -", crate::bench::CARD).exits(2).warns("in use");
    bench.paid("member-1", "o-2", 980_001);
    let id = bench.json("payments find o-2")["payments"][0]["imp_uid"].as_str().unwrap().to_owned();
    bench.run(&format!("payments cancel {id} --all --taxable --yes")).exits(1).warns("8178");
}

#[test]
fn a_rate_limit_before_anything_happened_is_4() {
    let bench = Bench::new();
    bench.issue("member-1");
    let fault = Fault::new(Operation::Again, Moment::BeforeCommit, Effect::Status429).times(9);
    bench.handle().add_fault(fault).unwrap();
    bench.run("charge member-1 --order o-1 --amount 9900 --name Plan").exits(4);
    assert!(bench.handle().ledger().is_empty());
}

#[test]
fn doctor_compares_modules_mids_and_test_marks_with_the_account() {
    let bench = Bench::with("[channels.kcp]\npg = \"kcp\"\nkey_in = {}\n[channels.nice2]\npg = \"nice_v2\"\n");
    bench.run("doctor").exits(0);
    for (channels, says) in [
        ("[channels.a]\npg = \"kcp\"\nkey_in = { mid = \"KCPR2\" }\n", "kcp.KCPR1"),
        ("[channels.a]\npg = \"inicis\"\nkey_in = { module = \"html5_inicis\", mid = \"MOIsandbx1\" }\n", "inicis.MOIsandbx1"),
        ("[channels.a]\npg = \"nice\"\ntest = true\n", "`test`"),
        ("[channels.a]\npg = \"nice\"\nchannel_key = \"channel-key-other\"\n", "nice.IMPsandbo1"),
    ] {
        bench.configure(channels, &bench.url());
        bench.run("doctor").exits(2).says("WRONG").says(says);
    }
    bench.configure("[channels.a]\npg = \"nice\"\nmid = \"IMPsandbo1\"\n", &bench.url());
    bench.run("doctor").exits(0);
}

#[test]
fn doctor_does_not_blame_a_key_pair_that_nobody_judged() {
    let bench = Bench::new();
    let fault = Fault::new(Operation::GetToken, Moment::BeforeCommit, Effect::Html502).times(1_000);
    bench.handle().add_fault(fault).unwrap();
    bench.run("doctor").exits(4).says("server").says("HTTP 502");
    assert_eq!(bench.run("doctor --json").exits(4).json()["findings"][0]["id"], "server");
}

#[test]
fn doctor_takes_a_channel_that_the_library_takes() {
    // The account lists this module for windows. The library sends cards through it all the same.
    let bench = Bench::with("[channels.a]\npg = \"inicis\"\nkey_in = { module = \"html5_inicis\" }\n");
    bench.run_with("keys issue member-1 --card -", crate::bench::CARD).exits(0);
    bench.run("doctor").exits(0).says("warning").says("another use").says("html5_inicis.MOIsandbx2");
}

#[test]
fn doctor_names_a_module_that_the_account_lacks() {
    let config = kr_billing_sandbox::SandboxConfig {
        channels: vec![kr_billing_sandbox::ChannelConfig { preset: Some("kcp".into()), ..Default::default() }],
        ..Default::default()
    };
    let bench = Bench::of_account(NICE, config);
    bench.run("doctor").exits(2).says("no such channel");
}

#[test]
fn doctors_checks_have_the_same_ids_in_every_language() {
    let bench = Bench::with(&format!("default_channel = \"kcp\"\n{KCP}{NICE}"));
    let text = std::fs::read_to_string(bench.config()).unwrap();
    std::fs::write(bench.config(), text.replace("[journal]\nsqlite", "[journal]\n#").replace("[journal]\n", "")).unwrap();
    for lang in ["ko", "en"] {
        let report = bench.run(&format!("doctor --json --lang {lang}")).exits(0).json();
        let ids: Vec<_> = report["findings"].as_array().unwrap().iter().map(|finding| finding["id"].as_str().unwrap()).collect();
        let wanted = ["token", "clock", "channel:kcp:window", "channel:kcp:key_in", "channel:nice:key_in", "journal"];
        assert_eq!(ids, wanted);
    }
}
