//! `cargo xtask matrix [--check]`: prints the PG matrix from the adapters' facts into `docs/pg-matrix.md` and between the marks of
//! the READMEs. With `--check` nothing is written, and a stale copy is a failure.

use std::fs;
use std::path::Path;

use kr_billing_core::Profile;
use kr_billing_core::matrix::{Tongue, matrix_markdown, matrix_table};

const START: &str = "<!-- pg-table:start -->";
const END: &str = "<!-- pg-table:end -->";

/// Every module this workspace has an adapter for.
fn profiles() -> [&'static Profile; 4] {
    [
        &kr_billing_kcp::facts::PROFILE,
        &kr_billing_inicis::facts::PROFILE,
        &kr_billing_nice::nice::facts::PROFILE,
        &kr_billing_nice::nice_v2::facts::PROFILE,
    ]
}

/// Runs the chore.
pub(crate) fn run(root: &Path, args: &[String]) -> Result<(), String> {
    let check = match args {
        [] => false,
        [flag] if flag == "--check" => true,
        _ => return Err("takes `--check` or nothing".into()),
    };
    let profiles = profiles();
    let mut pages = vec![("docs/pg-matrix.md", matrix_markdown(&profiles))];
    for (path, tongue) in [("README.md", Tongue::English), ("README.ko.md", Tongue::Korean)] {
        if let Some(text) = read(&root.join(path))? {
            pages.push((path, with_table(&text, &matrix_table(&profiles, tongue)).map_err(|why| format!("{path}: {why}"))?));
        }
    }
    let mut stale = Vec::new();
    for (path, wanted) in pages {
        let full = root.join(path);
        if read(&full)?.as_deref() == Some(wanted.as_str()) {
            continue;
        }
        stale.push(path);
        if !check {
            fs::write(&full, wanted).map_err(|why| format!("{path}: {why}"))?;
        }
    }
    match (check, stale.is_empty()) {
        (true, false) => Err(format!("stale: {}; run `cargo xtask matrix` and commit the result", stale.join(", "))),
        _ => Ok(()),
    }
}

/// A file's text, or nothing when there is no such file.
fn read(path: &Path) -> Result<Option<String>, String> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(why) if why.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(why) => Err(format!("{}: {why}", path.display())),
    }
}

/// The page with the table between its marks.
fn with_table(page: &str, table: &str) -> Result<String, String> {
    let marks = page.split_once(START).and_then(|(before, rest)| Some((before, rest.split_once(END)?.1)));
    let (before, after) = marks.ok_or_else(|| format!("has no {START} … {END} for the table to stand between"))?;
    Ok(format!("{before}{START}\n{table}{END}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_printed_copies_are_fresh() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        assert_eq!(run(&root, &["--check".to_owned()]), Ok(()));
    }

    #[test]
    fn each_table_keeps_its_columns() {
        let page = matrix_markdown(&profiles());
        for table in page.split("\n\n").filter(|block| block.starts_with('|')) {
            let columns = |line: &str| line.replace("\\|", "").matches('|').count();
            let first = table.lines().next().map(columns);
            assert!(table.lines().all(|line| Some(columns(line)) == first), "a bar splits a cell:\n{table}");
        }
    }

    #[test]
    fn only_what_stands_between_the_marks_is_replaced() {
        let page = format!("a\n{START}\nold\n{END}\nz\n");
        let once = with_table(&page, "| new |\n").unwrap();
        assert_eq!(once, format!("a\n{START}\n| new |\n{END}\nz\n"));
        assert_eq!(with_table(&once, "| new |\n").unwrap(), once);
        assert!(with_table("no marks", "").is_err());
    }
}
