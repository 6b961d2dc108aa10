//! Small programs, one task each, and what they share: a shop that is open for business.
//!
//! | program | what it shows |
//! |---|---|
//! | `first_charge` | a billing key from card data, and the first charge by it |
//! | `window_page` | a page that opens the PG's window, and the two ways its result comes back |
//! | `webhook_endpoint` | webhooks as JSON or form: a hint, then a look-up |
//! | `monthly_run` | a month's charges that may be run twice, and what to do about each decline |
//! | `resume_doubt` | a charge that nobody can vouch for, stored as a file and settled after a restart |
//! | `own_adapter` | a merchant's own gateway, named in the configuration like a built-in one |
//!
//! [`renewal`] is the seventh: a merchant's code with its tests against a mock, without any server.
//!
//! Each runs as it is: `cargo run -p kr-billing-examples --bin first_charge`. Without any `KR_BILLING_…` variable it starts a
//! sandbox of its own; with them it uses your account (see `docs/configuration.md`), where it charges what it says. `resume_doubt` and
//! `own_adapter` always use a sandbox, since they need its faults and another PG.
#![forbid(unsafe_code)]

pub mod renewal;
mod shop;
mod web;

use std::error::Error;
use std::fmt;

pub use shop::Shop;
pub use web::serve;

/// Whatever stops an example. `main` prints an error's `Debug`, so that says what a person wants to read: the error, and what is
/// behind it.
pub struct Trouble(Box<dyn Error + Send + Sync>);

impl<E: Into<Box<dyn Error + Send + Sync>>> From<E> for Trouble {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl fmt::Debug for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")?;
        let mut source = self.0.source();
        while let Some(error) = source {
            write!(f, "\n  because: {error}")?;
            source = error.source();
        }
        Ok(())
    }
}
