//! The state file: books and clock as JSON, written whole and renamed into place.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::World;
use super::books::Books;
use crate::clock::Clock;

/// The form of the file; another number is refused.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Outgoing<'a> {
    version: u32,
    clock: Clock,
    books: &'a Books,
}

#[derive(Deserialize)]
struct Incoming {
    version: u32,
    clock: Clock,
    books: Books,
}

/// Why a state file cannot be used. Nothing is overwritten then.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// The file is there and cannot be read.
    #[error("state file {path} cannot be read: {source}", path = path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The file cannot be written.
    #[error("state file {path} cannot be written: {source}", path = path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The file is there and is no state of this sandbox.
    #[error("state file {path} is damaged or not a sandbox's ({what}): move it away or name another", path = path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Where reading stopped.
        what: String,
    },
}

impl World {
    /// The state as the file holds it.
    pub(crate) fn snapshot(&self) -> Vec<u8> {
        let state = Outgoing { version: VERSION, clock: self.clock, books: &self.books };
        serde_json::to_vec(&state).unwrap_or_default()
    }

    /// Takes up the state of a file, if the file is there.
    pub(crate) fn restore(&mut self, path: &Path) -> Result<(), StateError> {
        let bytes = match fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(source) => return Err(StateError::Unreadable { path: path.to_owned(), source }),
        };
        let damaged = |what: String| StateError::Damaged { path: path.to_owned(), what };
        let state: Incoming = serde_json::from_slice(&bytes)
            .map_err(|error| damaged(format!("line {} column {}", error.line(), error.column())))?;
        if state.version != VERSION {
            return Err(damaged(format!("version {} instead of {VERSION}", state.version)));
        }
        self.clock = state.clock;
        self.books = state.books;
        self.books.reindex();
        Ok(())
    }
}

/// Writes beside the file, syncs, and renames into place.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".tmp");
    let beside = PathBuf::from(beside);
    let mut file = File::create(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&beside, path)
}
