//! The kr-billing command.
#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    kr_billing_cli::main()
}
