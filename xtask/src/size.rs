//! How many crates the facade adds to what its HTTP client, runtime and serde need anyway, for one PG.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::pages;

/// The most crates that may be added.
const MOST: usize = 15;

/// What a merchant's program has anyway: the wire's own requirements, in a package of its own.
const BASE: &str = r#"[package]
name = "base"
version = "0.0.0"
edition = "2024"

[lib]
path = "lib.rs"

[dependencies]
reqwest = { version = "0.13", default-features = false, features = ["rustls", "json"] }
tokio = { version = "1", features = ["sync", "time"] }
serde = { version = "1", features = ["derive"] }

[workspace]
"#;

/// Never to be met by a merchant who did not ask.
const UNASKED: &[&str] = &["axum", "clap", "sqlx", "toml", "governor"];

/// Measures, and writes the figures into the README; with `--check` only compares.
pub(crate) fn run(root: &Path, args: &[String]) -> Result<(), String> {
    let check = pages::check_only(args)?;
    let base = root.join("target/size");
    fs::create_dir_all(&base).map_err(|error| format!("{}: {error}", base.display()))?;
    let write = |name: &str, text: &str| fs::write(base.join(name), text).map_err(|error| format!("{name}: {error}"));
    write("Cargo.toml", BASE)?;
    write("lib.rs", "")?;
    fs::copy(root.join("Cargo.lock"), base.join("Cargo.lock")).map_err(|error| format!("Cargo.lock: {error}"))?;
    let need = tree(&base, &[])?;
    let facade = ["-p", "kr-billing", "--no-default-features", "--features", "kcp"];
    let with = tree(root, &facade)?;
    let added: BTreeSet<_> = with.difference(&need).map(String::as_str).collect();
    if let Some(name) = UNASKED.iter().find(|name| with.contains(**name)) {
        return Err(format!("{name} reaches a merchant who did not ask for it"));
    }
    if added.len() > MOST {
        return Err(format!("the facade adds {} crates, {MOST} are allowed: {added:?}", added.len()));
    }
    let names = added.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let text = format!("{} crates beside the {} that are needed anyway: {names}.\n", added.len(), need.len());
    pages::print(root, pages::between(root, "README.md", "size", &text)?.into_iter().collect(), check)
}

/// The names of all crates of a build, without the package itself.
fn tree(folder: &Path, selection: &[&str]) -> Result<BTreeSet<String>, String> {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(folder).args(["tree", "--edges", "normal", "--prefix", "none"]).args(selection);
    let output = cargo.output().map_err(|error| format!("cargo tree: {error}"))?;
    if !output.status.success() {
        return Err(format!("cargo tree: {}", String::from_utf8_lossy(&output.stderr)));
    }
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let names = text.lines().filter_map(|line| line.split(' ').next()).filter(|name| !name.is_empty());
    Ok(names.skip(1).map(str::to_owned).collect())
}
