//! Each example is run as a reader would run it, so that it stays true.

mod programs;
mod web;

use std::process::Command;

/// A program on a sandbox of its own, whatever account the environment names.
fn program(path: &str) -> Command {
    let mut command = Command::new(path);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("KR_BILLING_") {
            command.env_remove(name);
        }
    }
    command
}
