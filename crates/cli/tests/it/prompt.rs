//! Questions on a terminal, which `script` of util-linux plays.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command};

use crate::bench::{Bench, NEVER, start};

/// The settings of a terminal, as words: `echo`, or `-echo` when it is off.
fn settings(terminal: &str) -> Vec<String> {
    let said = Command::new("stty").args(["-F", terminal, "-a"]).output().unwrap();
    String::from_utf8(said.stdout).unwrap().split_whitespace().map(|word| word.trim_end_matches(';').to_owned()).collect()
}

/// A shell on a terminal that runs the command, says how it ended, and shows the terminal's settings.
struct Played {
    child: Child,
    keys: ChildStdin,
    screen: BufReader<ChildStdout>,
    /// Its device.
    terminal: String,
}

impl Played {
    /// `None` on a machine without a terminal to play; every Linux distribution's basic system has both programs.
    fn start(bench: &Bench, line: &str) -> Option<Self> {
        if ["script", "stty"].iter().any(|program| Command::new(program).arg("--version").output().is_err()) {
            eprintln!("not tested: `script` and `stty` are not there to play a terminal");
            return None;
        }
        let (program, config) = (env!("CARGO_BIN_EXE_kr-billing"), bench.config());
        // Ctrl-C is for the command, not for the shell around it.
        let line = format!("trap : INT; tty; {program} --config {} {line}; echo code=$?; stty -a", config.display());
        let mut script = Command::new("script");
        let mut child = start(script.args(["-qec", &line, "/dev/null"]).env("SHELL", "/bin/sh").env("LC_ALL", "C.UTF-8"));
        let (keys, screen) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let mut played = Self { child, keys, screen: BufReader::new(screen), terminal: String::new() };
        played.screen.read_line(&mut played.terminal).unwrap();
        Some(played)
    }

    /// Waits until this stands at the end of what the screen shows.
    fn until(&mut self, text: &str) {
        let mut said = Vec::new();
        while !said.ends_with(text.as_bytes()) {
            let mut byte = [0];
            assert_eq!(self.screen.read(&mut byte).unwrap(), 1, "it ended: {}", String::from_utf8_lossy(&said));
            said.extend(byte);
        }
    }

    fn type_in(&mut self, keys: &[u8]) {
        self.keys.write_all(keys).unwrap();
    }

    /// What else the screen shows until the shell ends.
    fn rest(mut self) -> String {
        let mut said = String::new();
        self.screen.read_to_string(&mut said).unwrap();
        assert!(self.child.wait().unwrap().success(), "{said}");
        assert!(NEVER.iter().all(|secret| !said.contains(secret)), "{said}");
        said
    }
}

#[test]
fn a_card_prompt_that_is_broken_off_gives_the_terminal_its_echo_back() {
    let bench = Bench::new();
    let Some(mut played) = Played::start(&bench, "keys issue member-1") else { return };
    while !settings(played.terminal.trim()).contains(&"-isig".to_owned()) {
        assert!(played.child.try_wait().unwrap().is_none(), "it ended before it asked");
        std::thread::yield_now();
    }
    played.type_in(b"5326-1122-9988-7766\x03");
    let said = played.rest();
    assert!(said.contains("Card number: \r\nerror: broken off before anything was sent"), "{said}");
    assert!(said.contains("code=4") && said.split_whitespace().any(|word| word == "echo"), "{said}");
    assert!(bench.handle().ledger().is_empty());
}

#[test]
fn a_question_that_is_broken_off_sends_nothing() {
    let bench = Bench::new();
    bench.issue("member-1");
    let Some(mut played) = Played::start(&bench, "keys delete member-1") else { return };
    played.until("[y/N] ");
    played.type_in(b"\x03");
    let said = played.rest();
    assert!(said.contains("\r\nerror: broken off before anything was sent"), "{said}");
    assert!(said.contains("code=4"), "{said}");
    bench.json("keys show member-1");
}

#[test]
fn a_question_is_answered_with_yes_or_no() {
    for (answer, code, says) in
        [("y\n", "code=0", "is deleted"), ("n\n", "code=4", "you did not say yes"), ("\x04", "code=4", "\r\nerror")]
    {
        let bench = Bench::new();
        bench.issue("member-1");
        let Some(mut played) = Played::start(&bench, "keys delete member-1") else { return };
        played.until("[y/N] ");
        played.type_in(answer.as_bytes());
        let said = played.rest();
        assert!(said.contains(code) && said.contains(says), "{answer:?}: {said}");
    }
}
