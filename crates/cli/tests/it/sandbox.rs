//! `sandbox` as a command: others wait for its line, and end it.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::Child;

use crate::bench::{Bench, command, run, start};

/// A running `sandbox` command.
struct Running {
    child: Child,
    url: String,
    rest: BufReader<std::process::ChildStdout>,
}

fn listening(args: &[&str]) -> Running {
    let mut child = start(command().args(["sandbox", "--listen", "127.0.0.1:0"]).args(args));
    let mut rest = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    rest.read_line(&mut line).unwrap();
    let url = line.trim_end().strip_prefix("listening on ").expect("the line that programs wait for").to_owned();
    Running { child, url, rest }
}

/// Ends it by a signal: its exit code, and what it printed after its first line, on both streams.
fn end(mut running: Running, signal: &str) -> (i32, String, String) {
    let sent = std::process::Command::new("kill").args([signal, &running.child.id().to_string()]).status().unwrap();
    assert!(sent.success());
    let code = running.child.wait().unwrap().code().unwrap_or(-1);
    let (mut out, mut err) = (String::new(), String::new());
    running.rest.read_to_string(&mut out).unwrap();
    running.child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
    (code, out, err)
}

#[cfg(unix)]
#[test]
fn it_says_one_line_and_ends_cleanly() {
    for signal in ["-INT", "-TERM"] {
        let running = listening(&["--lang", "ko"]);
        assert!(running.url.starts_with("http://127.0.0.1:"), "{}", running.url);
        assert_eq!(end(running, signal), (0, String::new(), String::new()));
    }
}

#[cfg(unix)]
#[test]
fn it_takes_a_pair_a_configuration_and_keeps_its_books() {
    let bench = Bench::new();
    let (state, config) = (bench.file("state.json"), bench.file("sandbox.toml"));
    std::fs::write(&config, "[[channels]]\npreset = \"kcp\"\n[[channels]]\npreset = \"kcp_billing\"\n").unwrap();
    let path = |path: &Path| path.to_str().unwrap().to_owned();
    let (state, config) = (path(&state), path(&config));
    let pair = ["--imp-key", crate::bench::KEY, "--imp-secret", crate::bench::SECRET];
    let args = [&pair[..], &["--state", &state, "--config", &config, "--json-log"]].concat();
    let running = listening(&args);
    let line = format!("keys issue member-1 --card - --base-url {}", running.url);
    bench.run_with(&line, crate::bench::CARD).exits(0);
    bench.run(&format!("doctor --base-url {}", running.url)).exits(0);
    let (code, _, log) = end(running, "-TERM");
    assert_eq!(code, 0);
    assert!(!log.is_empty(), "no log");
    for line in log.lines() {
        let entry: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(entry["fields"].is_object(), "{entry}");
    }
    for secret in [crate::bench::SECRET, "5326", "880229"] {
        assert!(!log.contains(secret) && !std::fs::read_to_string(&state).unwrap().contains(&format!("{secret}1122")), "{log}");
    }
    let running = listening(&args);
    bench.run(&format!("keys show member-1 --base-url {}", running.url)).exits(0).says("member-1");
    end(running, "-INT");
}

#[test]
fn what_it_cannot_start_with_is_wrong_usage() {
    let bench = Bench::new();
    let taken = bench.url().replace("http://", "");
    run(command().args(["sandbox", "--listen", &taken]), "").exits(2).warns("listen");
    run(command().args(["sandbox", "--listen", "nonsense"]), "").exits(2).warns("--listen");
    run(command().args(["sandbox", "--imp-key", "k"]), "").exits(2);
    let config = bench.file("sandbox.toml");
    std::fs::write(&config, "chanels = []\n").unwrap();
    run(command().args(["sandbox", "--config"]).arg(&config), "").exits(2).warns("chanels");
}
