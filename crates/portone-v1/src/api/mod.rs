//! What a client may ask for without moving money: one file a family.

mod account;
mod keys;
mod payments;
mod schedules;

use kr_billing_core::ErrorKind::{BadAnswer, InvalidInput};
use kr_billing_core::{Error, Operation, Reach};

use crate::types::list::Page;

/// The most pages that are read for one answer.
const MOST_PAGES: u32 = 50;

fn bad(operation: Operation, message: &str) -> Error {
    Error::new(operation, Reach::Unclear, BadAnswer, message)
}

fn out_of_range(operation: Operation, message: &str) -> Error {
    Error::not_sent(operation, InvalidInput, message)
}

/// The page after this one, if there is one. A server that sends us backwards is not followed.
fn next_page<T>(operation: Operation, page: &Page<T>, number: u32) -> Result<Option<u32>, Error> {
    match page.next {
        Some(next) if next != number + 1 => Err(bad(operation, "a page's successor is not the next page")),
        Some(_) if number >= MOST_PAGES => Err(bad(operation, "the list has more than 50 pages; ask for a shorter span")),
        next => Ok(next),
    }
}
