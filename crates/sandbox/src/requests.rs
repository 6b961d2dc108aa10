//! The request log: what was called, never what was in it.

use std::collections::VecDeque;

use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};

use crate::card;
use crate::ops::Operation;

/// The newest requests that are kept.
const KEPT: usize = 10_000;

/// One request. Of its body only the names of the fields are kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestEntry {
    /// UNIX seconds on the sandbox's clock.
    pub at: i64,
    /// The HTTP method.
    pub method: String,
    /// The path without its query. What looks like a card number in it is masked.
    pub path: String,
    /// The operation, where the path led to one.
    pub operation: Option<Operation>,
    /// Names of the fields of query and body, without the card's.
    pub fields: Vec<String>,
    /// The HTTP status sent; 0 when a fault took the answer.
    pub status: u16,
    /// The envelope's code, where the answer had one.
    pub code: Option<i64>,
    /// The fault's effect, where the call met one.
    pub fault: Option<String>,
}

/// A path as the log shows it: what looks like a card number in it is hidden, and such a part stands decoded.
pub(crate) fn shown_path(path: &str) -> String {
    let shown = path.split('/').map(|part| {
        let plain = percent_decode_str(part).decode_utf8_lossy();
        let hidden = card::hide_numbers(&plain);
        if hidden == plain { part.to_owned() } else { hidden }
    });
    shown.collect::<Vec<_>>().join("/")
}

/// The newest requests, oldest first.
#[derive(Default)]
pub(crate) struct RequestLog {
    entries: VecDeque<RequestEntry>,
}

impl RequestLog {
    pub(crate) fn add(&mut self, entry: RequestEntry) {
        if self.entries.len() == KEPT {
            self.entries.pop_front();
        }
        self.entries.push_back(entry);
    }

    pub(crate) fn list(&self) -> Vec<RequestEntry> {
        self.entries.iter().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_keeps_the_newest_ten_thousand() {
        let mut log = RequestLog::default();
        let entry = |at: i64| RequestEntry {
            at,
            method: "GET".to_owned(),
            path: "/cards".to_owned(),
            operation: Some(Operation::Cards),
            fields: Vec::new(),
            status: 200,
            code: Some(0),
            fault: None,
        };
        (1..=10_003).for_each(|at| log.add(entry(at)));
        let times: Vec<_> = log.list().iter().map(|entry| entry.at).collect();
        assert_eq!(times, (4..=10_003).collect::<Vec<_>>());
    }
}
