//! End-to-end tests live in `tests/it`. This library holds what they share with the processes they start.

pub mod canaries;
pub mod monthly_run;

/// Begins a line of the leak sweep that names the type of what is printed next.
pub const SHOWN: &str = "shown: ";
