//! Documents that must stay true: links that lead somewhere, code that is the tested code.

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").to_owned()
}

fn markdown(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        let name = entry.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if entry.is_dir() && !name.starts_with('.') && name != "target" && name != "book" {
            markdown(&entry, found);
        } else if name.ends_with(".md") {
            found.push(entry);
        }
    }
}

/// The targets of `[text](target)`.
fn links(text: &str) -> impl Iterator<Item = &str> {
    text.split("](").skip(1).filter_map(|rest| rest.split(')').next())
}

#[test]
fn every_relative_link_leads_somewhere() {
    let mut pages = Vec::new();
    markdown(&root(), &mut pages);
    assert!(pages.len() > 10);
    let mut dead = Vec::new();
    for page in pages {
        let text = fs::read_to_string(&page).unwrap();
        for link in links(&text) {
            let path = link.split('#').next().unwrap_or_default();
            let outside = path.is_empty() || path.contains("://") || path.starts_with("mailto:") || path.contains(' ');
            if !outside && !page.parent().unwrap().join(path).exists() {
                dead.push(format!("{}: {link}", page.display()));
            }
        }
    }
    assert!(dead.is_empty(), "{}", dead.join("\n"));
}

#[test]
fn the_readmes_start_is_the_compiled_example() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let start = readme.split("<!-- start:begin -->").nth(1).and_then(|rest| rest.split("<!-- start:end -->").next()).unwrap();
    let code = start.trim().strip_prefix("```rust,no_run\n").and_then(|code| code.strip_suffix("```")).unwrap();
    let compiled = fs::read_to_string(root().join("examples/src/bin/start.rs")).unwrap();
    let compiled: String = compiled.lines().filter(|line| !line.starts_with("//!")).collect::<Vec<_>>().join("\n");
    assert_eq!(code.trim(), compiled.trim());
}

/// The book takes its code from tested files: each file and each anchor must be there.
#[test]
fn what_the_book_includes_is_there() {
    let mut pages = Vec::new();
    markdown(&root().join("docs"), &mut pages);
    let mut seen = 0;
    for page in pages {
        let text = fs::read_to_string(&page).unwrap();
        for include in text.split("{{#include ").skip(1).filter_map(|rest| rest.split("}}").next()) {
            seen += 1;
            let (path, anchor) = include.trim().split_once(':').unwrap_or((include.trim(), ""));
            let code = fs::read_to_string(page.parent().unwrap().join(path)).unwrap_or_else(|why| panic!("{include}: {why}"));
            let both = ["ANCHOR: ", "ANCHOR_END: "].iter().all(|mark| code.contains(&format!("{mark}{anchor}")));
            assert!(anchor.is_empty() || both, "{}: no anchor {anchor} in {path}", page.display());
        }
    }
    assert!(seen > 0, "the guides' code is included from examples");
}
