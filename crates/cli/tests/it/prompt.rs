//! The card prompt on a terminal, which `script` of util-linux plays.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::Command;

use crate::bench::{Bench, NEVER, start};

/// The settings of a terminal, as words: `echo`, or `-echo` when it is off.
fn settings(terminal: &str) -> Vec<String> {
    let said = Command::new("stty").args(["-F", terminal, "-a"]).output().unwrap();
    String::from_utf8(said.stdout).unwrap().split_whitespace().map(|word| word.trim_end_matches(';').to_owned()).collect()
}

/// A machine without a terminal to play cannot tell; every Linux distribution's basic system has both programs.
fn plays_terminals() -> bool {
    ["script", "stty"].iter().all(|program| Command::new(program).arg("--version").output().is_ok())
}

#[test]
fn a_card_prompt_that_is_broken_off_gives_the_terminal_its_echo_back() {
    if !plays_terminals() {
        eprintln!("not tested: `script` and `stty` are not there to play a terminal");
        return;
    }
    let bench = Bench::new();
    let config = bench.config();
    let line = format!(
        "tty; {} --config {} keys issue member-1; echo code=$?; stty -a",
        env!("CARGO_BIN_EXE_kr-billing"),
        config.display()
    );
    let mut child =
        start(Command::new("script").args(["-qec", &line, "/dev/null"]).env("SHELL", "/bin/sh").env("LC_ALL", "C.UTF-8"));
    let mut keys = child.stdin.take().unwrap();
    let mut screen = BufReader::new(child.stdout.take().unwrap());
    let mut terminal = String::new();
    screen.read_line(&mut terminal).unwrap();
    while !settings(terminal.trim()).contains(&"-isig".to_owned()) {
        assert!(child.try_wait().unwrap().is_none(), "it ended before it asked");
        std::thread::yield_now();
    }
    keys.write_all(b"5326-1122-9988-7766\x03").unwrap();
    let mut said = String::new();
    screen.read_to_string(&mut said).unwrap();
    assert!(child.wait().unwrap().success());
    assert!(said.contains("Card number: \r\nerror: broken off before anything was sent"), "{said}");
    assert!(said.contains("code=4") && said.split_whitespace().any(|word| word == "echo"), "{said}");
    assert!(NEVER.iter().all(|secret| !said.contains(secret)), "{said}");
    assert!(bench.handle().ledger().is_empty());
}
