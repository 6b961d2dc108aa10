//! `cargo xtask matrix [--check]`: prints the PG matrix from the adapters' facts into `docs/pg-matrix.md` and between the marks of
//! the READMEs. With `--check` nothing is written, and a stale copy is a failure.

use std::path::Path;

use kr_billing_core::Profile;
use kr_billing_core::matrix::{Tongue, matrix_markdown, matrix_table};

use crate::pages;

/// Every module this workspace has an adapter for.
pub(crate) fn profiles() -> [&'static Profile; 4] {
    [
        &kr_billing_kcp::facts::PROFILE,
        &kr_billing_inicis::facts::PROFILE,
        &kr_billing_nice::nice::facts::PROFILE,
        &kr_billing_nice::nice_v2::facts::PROFILE,
    ]
}

/// Runs the chore.
pub(crate) fn run(root: &Path, args: &[String]) -> Result<(), String> {
    let check = pages::check_only(args)?;
    let profiles = profiles();
    let mut all = vec![("docs/pg-matrix.md", matrix_markdown(&profiles))];
    for (path, tongue) in [("README.md", Tongue::English), ("README.ko.md", Tongue::Korean)] {
        all.extend(pages::between(root, path, "pg-table", &matrix_table(&profiles, tongue))?);
    }
    pages::print(root, all, check)
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
}
