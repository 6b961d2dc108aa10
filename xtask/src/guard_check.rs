//! `guard-check`: takes each guard of the money away, one at a time, on a copy of the tree, and shows that the tests notice.
//!
//! A guard is a patch in `tests/guards/`. Its first lines say what it removes (`Guard: …`) and which test must fail
//! (`Found-by: model`, or `Found-by: PACKAGE TEST`). A patch that no longer applies is an error: the guard has moved, and its patch
//! must follow.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// What CI gives the model test.
const CASES: &str = "2000";

const MODEL: (&str, &str) = ("kr-billing-tests", "model::never_twice_never_lost");

/// One patch.
struct Guard {
    file: PathBuf,
    name: String,
    package: String,
    test: String,
}

/// How a guard's absence showed.
struct Found {
    name: String,
    test: String,
    after: String,
    how: String,
}

/// Runs the check and prints the table. With names, only patches whose file name contains one of them.
pub(crate) fn run(root: &Path, args: &[String]) -> Result<(), String> {
    let place = root.join("target").join("guard-check");
    let tree = place.join("tree");
    copy(root, &tree)?;
    let guards = guards(&root.join("tests").join("guards"), args)?;
    if args.is_empty() {
        let untouched = test(&tree, &place, MODEL.0, MODEL.1)?;
        if !untouched.status.success() {
            return Err(format!("the untouched tree fails already:\n{}", tail(&untouched)));
        }
        eprintln!("the untouched tree passes {CASES} cases");
    }
    let mut found = Vec::new();
    let mut missed = Vec::new();
    for guard in &guards {
        apply(&tree, &guard.file, false)?;
        let result = test(&tree, &place, &guard.package, &guard.test);
        apply(&tree, &guard.file, true)?;
        match judge(guard, &result?)? {
            Some(one) => {
                eprintln!("found: {} ({})", one.name, one.after);
                found.push(one);
            }
            None => {
                eprintln!("NOT FOUND: {}", guard.name);
                missed.push(guard.name.clone());
            }
        }
    }
    println!("| guard taken away | test | found | what it says |\n|---|---|---|---|");
    for Found { name, test, after, how } in &found {
        println!("| {name} | `{test}` | {after} | {how} |");
    }
    if missed.is_empty() { Ok(()) } else { Err(format!("not noticed: {}", missed.join(", "))) }
}

/// Brings the copy up to date with the tracked files. What is equal is left alone, so that it is not built again.
fn copy(root: &Path, tree: &Path) -> Result<(), String> {
    let listed = output(Command::new("git").current_dir(root).args(["ls-files", "-z"]))?;
    let names = String::from_utf8(listed.stdout).map_err(|_| "a file name is not UTF-8".to_owned())?;
    for name in names.split('\0').filter(|name| !name.is_empty()) {
        let (from, to) = (root.join(name), tree.join(name));
        let Ok(bytes) = fs::read(&from) else { continue };
        if fs::read(&to).is_ok_and(|old| old == bytes) {
            continue;
        }
        let folder = to.parent().ok_or("a file without a folder")?;
        fs::create_dir_all(folder).and_then(|()| fs::write(&to, bytes)).map_err(|error| format!("{}: {error}", to.display()))?;
    }
    Ok(())
}

fn guards(folder: &Path, wanted: &[String]) -> Result<Vec<Guard>, String> {
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.retain(|file| file.extension().is_some_and(|end| end == "patch"));
    files.retain(|file| wanted.is_empty() || wanted.iter().any(|part| file.to_string_lossy().contains(part)));
    files.sort();
    if files.is_empty() {
        return Err("there is no such patch in tests/guards".to_owned());
    }
    files.into_iter().map(read_guard).collect()
}

fn read_guard(file: PathBuf) -> Result<Guard, String> {
    let text = fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
    let line = |start: &str| text.lines().find_map(|line| line.strip_prefix(start)).map(str::trim);
    let missing = |what: &str| format!("{}: no line `{what}`", file.display());
    let name = line("Guard:").ok_or_else(|| missing("Guard: …"))?.to_owned();
    let found_by = line("Found-by:").ok_or_else(|| missing("Found-by: …"))?;
    let (package, test) = match found_by.split_once(' ') {
        Some((package, test)) => (package.to_owned(), test.to_owned()),
        None if found_by == "model" => (MODEL.0.to_owned(), MODEL.1.to_owned()),
        None => return Err(format!("{}: Found-by is neither `model` nor `PACKAGE TEST`", file.display())),
    };
    Ok(Guard { file, name, package, test })
}

/// Applies a patch to the copy, or takes it back. The copy lies inside the repository, where `git apply` would look for the
/// repository's own files: so it is told not to look further up.
fn apply(tree: &Path, patch: &Path, back: bool) -> Result<(), String> {
    let mut command = Command::new("git");
    command.current_dir(tree).env("GIT_CEILING_DIRECTORIES", tree.parent().unwrap_or(tree)).arg("apply");
    if back {
        command.arg("--reverse");
    }
    let result = output(command.arg(patch))?;
    if result.status.success() {
        return Ok(());
    }
    Err(format!("{} does not apply any more; make it anew:\n{}", patch.display(), String::from_utf8_lossy(&result.stderr)))
}

fn test(tree: &Path, place: &Path, package: &str, test: &str) -> Result<Output, String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(tree).env("CARGO_TARGET_DIR", place.join("build"));
    command.env("KR_BILLING_MODEL_CASES", CASES).env("KR_BILLING_MODEL_SHRINK_SECONDS", "0");
    // A package's own tests may need its features.
    output(command.args(["test", "--package", package, "--all-features", "--test", "it", "--", "--exact", test, "--nocapture"]))
}

fn output(command: &mut Command) -> Result<Output, String> {
    command.output().map_err(|error| format!("{:?} cannot be started: {error}", command.get_program()))
}

/// Reads a test's end. A build that fails, or a test that is not there, is an error and no find.
fn judge(guard: &Guard, result: &Output) -> Result<Option<Found>, String> {
    let text = format!("{}{}", String::from_utf8_lossy(&result.stdout), String::from_utf8_lossy(&result.stderr));
    if !text.contains("running 1 test") {
        return Err(format!("{}: the test did not run:\n{}", guard.name, tail(result)));
    }
    if result.status.success() {
        return Ok(None);
    }
    let case = text.lines().find_map(|line| line.split_once("case ")?.1.strip_suffix(" breaks a promise:"));
    let after = case.map_or_else(|| "yes".to_owned(), |number| format!("in case {number}"));
    let problem = text.lines().find_map(|line| line.strip_prefix("  - "));
    let panic = text.lines().skip_while(|line| !line.contains("panicked at")).nth(1);
    let how = problem.or(panic).unwrap_or("it fails").replace('|', "\\|");
    Ok(Some(Found { name: guard.name.clone(), test: guard.test.clone(), after, how: how.chars().take(140).collect() }))
}

fn tail(result: &Output) -> String {
    let text = format!("{}{}", String::from_utf8_lossy(&result.stdout), String::from_utf8_lossy(&result.stderr));
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(30)..].join("\n")
}
