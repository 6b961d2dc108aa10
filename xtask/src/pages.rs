//! Pages with printed parts: written, or with `--check` only compared.

use std::fs;
use std::path::Path;

/// A page's path from the root, and the whole text it should have.
pub(crate) type Page = (&'static str, String);

/// Whether the arguments ask to compare only.
pub(crate) fn check_only(args: &[String]) -> Result<bool, String> {
    match args {
        [] => Ok(false),
        [flag] if flag == "--check" => Ok(true),
        _ => Err("takes `--check` or nothing".into()),
    }
}

/// Writes what is stale; with `check` a stale page is a failure and nothing is written.
pub(crate) fn print(root: &Path, pages: Vec<Page>, check: bool) -> Result<(), String> {
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
        (true, false) => Err(format!("stale: {}; run this chore without --check and commit the result", stale.join(", "))),
        _ => Ok(()),
    }
}

/// A page with `text` between the marks `<!-- NAME:start -->` and `<!-- NAME:end -->`; nothing when there is no such page.
pub(crate) fn between(root: &Path, path: &'static str, name: &str, text: &str) -> Result<Option<Page>, String> {
    let Some(page) = read(&root.join(path))? else { return Ok(None) };
    Ok(Some((path, replaced(&page, name, text).map_err(|why| format!("{path}: {why}"))?)))
}

fn replaced(page: &str, name: &str, text: &str) -> Result<String, String> {
    let (start, end) = (format!("<!-- {name}:start -->"), format!("<!-- {name}:end -->"));
    let marks = page.split_once(&start).and_then(|(before, rest)| Some((before, rest.split_once(&end)?.1)));
    let (before, after) = marks.ok_or_else(|| format!("has no {start} … {end} for the text to stand between"))?;
    Ok(format!("{before}{start}\n{text}{end}{after}"))
}

/// A file's text, or nothing when there is no such file.
fn read(path: &Path) -> Result<Option<String>, String> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(why) if why.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(why) => Err(format!("{}: {why}", path.display())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_stands_between_the_marks_is_replaced() {
        let page = "a\n<!-- t:start -->\nold\n<!-- t:end -->\nz\n";
        let once = replaced(page, "t", "| new |\n").unwrap();
        assert_eq!(once, "a\n<!-- t:start -->\n| new |\n<!-- t:end -->\nz\n");
        assert_eq!(replaced(&once, "t", "| new |\n").unwrap(), once);
        assert!(replaced("no marks", "t", "").is_err());
    }
}
