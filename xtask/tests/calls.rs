//! How `cargo xtask` answers a call that names no chore.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::process::{Command, Output};

fn xtask(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_xtask")).args(args).output().unwrap()
}

#[test]
fn the_list_of_chores_is_an_answer_and_an_unknown_chore_a_mistake() {
    for args in [&[][..], &["help"], &["--help"]] {
        let said = xtask(args);
        assert_eq!(said.status.code(), Some(0), "{args:?}");
        assert!(String::from_utf8_lossy(&said.stdout).contains("guard-check") && said.stderr.is_empty(), "{args:?}");
    }
    let said = xtask(&["foo"]);
    assert_eq!(said.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&said.stderr).contains("no such chore: foo"));
    assert!(said.stdout.is_empty());
}
