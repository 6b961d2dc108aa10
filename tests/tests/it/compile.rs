//! What must not compile. The compiler's words are compared only on the Rust version that the workspace states.

use std::process::Command;

#[test]
fn what_must_not_be_asked_for_does_not_compile() {
    let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".into());
    let version = Command::new(rustc).arg("--version").output().expect("rustc runs");
    let version = String::from_utf8_lossy(&version.stdout).into_owned();
    if !version.starts_with(concat!("rustc ", env!("CARGO_PKG_RUST_VERSION"))) {
        eprintln!("SKIPPED: these messages are {}'s, this is {version}", env!("CARGO_PKG_RUST_VERSION"));
        return;
    }
    trybuild::TestCases::new().compile_fail("tests/compile/*.rs");
}
