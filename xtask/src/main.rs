//! The project's own chores: `cargo xtask CHORE`. Plain Rust, no shell; one file a chore.
#![forbid(unsafe_code)]

mod guard_check;
mod matrix;
mod new_adapter;
mod pages;
mod size;
mod soak;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// A chore: takes the repository's root and its own arguments, and says in words what went wrong.
type Chore = fn(&Path, &[String]) -> Result<(), String>;

/// Every chore, with its usage.
const CHORES: &[(&str, &str, Chore)] = &[
    ("matrix", "matrix [--check]    print the PG matrix into the book and the READMEs", matrix::run),
    (
        "guard-check",
        "guard-check [NAME]     take each guard of the money away, on a copy, and see the tests notice",
        guard_check::run,
    ),
    ("soak", "soak --cases N [--seed S] [--at-once K]    the model test at length", soak::run),
    ("size", "size [--check]    how many crates the facade adds, into the README", size::run),
    ("new-adapter", "new-adapter NAME [--window]    write the files of an adapter for one more PG", new_adapter::run),
];

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let (name, rest) = match args.split_first() {
        None => return help(),
        Some((name, _)) if matches!(name.as_str(), "help" | "--help" | "-h") => return help(),
        Some(call) => call,
    };
    let Some((_, _, chore)) = CHORES.iter().find(|(chore, _, _)| chore == name) else {
        eprintln!("no such chore: {name}; `cargo xtask help` lists them");
        return ExitCode::from(2);
    };
    match root().and_then(|root| chore(&root, rest)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("xtask {name}: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn help() -> ExitCode {
    println!("cargo xtask CHORE, where CHORE is one of");
    for (_, usage, _) in CHORES {
        println!("  {usage}");
    }
    ExitCode::SUCCESS
}

/// The repository's root: cargo says where this package is.
fn root() -> Result<PathBuf, String> {
    let package = std::env::var_os("CARGO_MANIFEST_DIR").ok_or("run it as `cargo xtask`")?;
    let parent = Path::new(&package).parent();
    parent.map(Path::to_path_buf).ok_or_else(|| "this package lies in no workspace".to_owned())
}
