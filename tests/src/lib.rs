//! End-to-end tests live in `tests/it`. This library holds what they share with the processes they start.

pub mod canaries;
pub mod monthly_run;
