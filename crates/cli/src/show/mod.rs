//! What is printed: lines and tables for people, one JSON document for programs.

use std::fmt::Debug;
use std::fs::{self, File};
use std::io::{self, IsTerminal, Write, stderr, stdout};

use comfy_table::presets::NOTHING;
use comfy_table::{ContentArrangement, Table, TableComponent};
use serde_json::Value;

use crate::exit::Exit;

pub(crate) mod key;
pub(crate) mod mask;
pub(crate) mod outcome;
pub(crate) mod payment;
pub(crate) mod schedule;
pub(crate) mod time;

/// What a verb found or did.
pub(crate) struct Answer {
    /// How the command ends.
    pub(crate) exit: Exit,
    /// For programs.
    pub(crate) json: Value,
    /// For people.
    pub(crate) text: String,
}

impl Answer {
    /// It is done.
    pub(crate) fn done(json: Value, text: impl Into<String>) -> Self {
        Self { exit: Exit::Done, json, text: text.into() }
    }

    /// It ended otherwise.
    pub(crate) fn with(exit: Exit, json: Value, text: impl Into<String>) -> Self {
        Self { exit, json, text: text.into() }
    }

    /// Prints it. A doubt that nobody reads on standard output goes to standard error: its ticket must not be lost.
    pub(crate) fn print(&self, json: bool) {
        let text = if json { self.json.to_string() } else { self.text.trim_end().to_owned() };
        let unread = try_line(&text).is_err() || leads_nowhere();
        if unread && self.exit == Exit::InDoubt {
            warn(&text);
        }
    }
}

/// A line on standard output, at once. A reader that has gone away is no error of ours.
pub(crate) fn line(text: &str) {
    let _gone = try_line(text);
}

fn try_line(text: &str) -> io::Result<()> {
    let mut out = stdout().lock();
    writeln!(out, "{text}").and_then(|()| out.flush())
}

/// Whether standard output is the null device, which stands also in the place of one that was closed before the start.
#[cfg(unix)]
fn leads_nowhere() -> bool {
    use std::os::fd::AsFd;
    use std::os::unix::fs::MetadataExt;
    let out = stdout().as_fd().try_clone_to_owned().map(File::from).and_then(|out| out.metadata());
    matches!((out, fs::metadata("/dev/null")), (Ok(out), Ok(null)) if out.rdev() == null.rdev())
}

#[cfg(not(unix))]
fn leads_nowhere() -> bool {
    false
}

/// A line on standard error.
pub(crate) fn warn(text: &str) {
    let _gone = writeln!(stderr().lock(), "{text}");
}

/// A question on standard error, without an end of line.
pub(crate) fn prompt(text: &str) {
    let mut err = stderr().lock();
    let _gone = write!(err, "{text}").and_then(|()| err.flush());
}

/// A table with a head. Its cells are never broken: they hold ids that somebody copies.
pub(crate) fn table(head: &[&str], rows: Vec<Vec<String>>) -> String {
    with_head(head, rows).trim_fmt()
}

/// A table whose cells hold words: on a terminal they are broken to its width.
pub(crate) fn prose(head: &[&str], rows: Vec<Vec<String>>) -> String {
    let mut table = with_head(head, rows);
    // Below that, or where a terminal does not know its width, broken words are worse than long lines.
    if stdout().is_terminal() && table.width().is_some_and(|width| width >= 60) {
        table.set_content_arrangement(ContentArrangement::Dynamic);
    }
    table.trim_fmt()
}

fn with_head(head: &[&str], rows: Vec<Vec<String>>) -> Table {
    let mut table = plain();
    table.set_style(TableComponent::HeaderLines, '─').set_style(TableComponent::MiddleHeaderIntersections, '─');
    table.set_header(head.iter().copied());
    for row in rows {
        table.add_row(row.iter().map(|cell| clean(cell)));
    }
    table
}

/// Names and values of one thing. Values that are not there are left out.
pub(crate) fn facts(rows: Vec<(&str, Option<String>)>) -> String {
    let mut table = plain();
    for (name, value) in rows {
        if let Some(value) = value {
            table.add_row([name.to_owned(), clean(&value)]);
        }
    }
    table.trim_fmt()
}

fn plain() -> Table {
    let mut table = Table::new();
    table.load_preset(NOTHING);
    table
}

/// A text from elsewhere, without characters that could command a terminal.
pub(crate) fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' { '\u{fffd}' } else { c }).collect()
}

/// The words that open a source tag, such as `[oa cancel]`.
const SOURCES: [&str; 8] = ["oa", "docs", "help", "seed", "obs", "rules", "man", "lit"];

/// A library's text for somebody at a terminal: without the tags of its sources.
pub(crate) fn spoken(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('[') {
        let tag = behind.split_once(']').filter(|(tag, _)| SOURCES.contains(&tag.split(' ').next().unwrap_or_default()));
        out.push_str(before);
        rest = match tag {
            Some((_, after)) => {
                out.truncate(out.trim_end().len());
                after
            }
            None => {
                out.push('[');
                behind
            }
        };
    }
    out.push_str(rest);
    out
}

/// An enum's name as programs read it: `NotSent` becomes `not_sent`.
pub(crate) fn word(name: &impl Debug) -> String {
    let name = format!("{name:?}");
    let mut word = String::with_capacity(name.len() + 4);
    for c in name.chars().take_while(|c| c.is_ascii_alphanumeric()) {
        if c.is_ascii_uppercase() && !word.is_empty() {
            word.push('_');
        }
        word.push(c.to_ascii_lowercase());
    }
    word
}

/// Puts values into a text's `{}` marks, in order.
pub(crate) fn fill(text: &str, values: &[&str]) -> String {
    let mut out = String::with_capacity(text.len() + 32);
    let mut values = values.iter();
    let mut parts = text.split("{}");
    out.push_str(parts.next().unwrap_or_default());
    for part in parts {
        out.push_str(values.next().copied().unwrap_or_default());
        out.push_str(part);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_providers_text_cannot_command_the_terminal() {
        assert!(!clean("a\u{1b}[2Jb\r\u{7}").contains(['\u{1b}', '\r', '\u{7}']));
        assert_eq!(clean("가\nb"), "가\nb");
    }

    #[test]
    fn no_source_tag_is_spoken() {
        let text = "tax: state it, also when it is 0 [oa cancel] [help tax] [nothing was sent]";
        assert_eq!(spoken(text), "tax: state it, also when it is 0 [nothing was sent]");
        assert_eq!(spoken("a [seed 000 §2]; b [ c"), "a; b [ c");
    }

    #[test]
    fn words_are_what_programs_read() {
        assert_eq!(word(&kr_billing::Reach::NotSent), "not_sent");
        assert_eq!(word(&Some(1)), "some");
    }
}
