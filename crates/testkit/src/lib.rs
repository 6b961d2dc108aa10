//! The conformance suite: what every adapter must do, whoever wrote it. It runs over the sandbox, with real HTTP.
//!
//! An adapter's `tests/conformance.rs` is one function that makes its channel, and one line:
//!
//! ```text
//! fn make(site: &kr_billing_testkit::Site) -> Box<dyn kr_billing_core::BillingGateway> { … }
//!
//! kr_billing_testkit::conformance!(make);
//! ```
//!
//! Nothing else is passed: the sandbox's channels are made after the adapter's own facts ([`run`]), for any PG that the sandbox has
//! rules for. What is checked on some channels only says why it is skipped; `cargo test -- --show-output` shows it.
//!
//! [`declines`] is for a PG whose codes the sandbox does not have: the adapter's test gives some of the PG's texts and says what helps.
//!
//! [`outgoing`] is for the other test every adapter has: a snapshot of what it sends. Each check is a plain async function over the gateway and the sandbox's handle, so that one of them can also be run alone.
#![forbid(unsafe_code)]

mod account;
pub mod checks;
mod declines;
mod desk;
mod outgoing;
mod recorder;
mod site;

pub use declines::declines;
pub use outgoing::outgoing;
pub use recorder::{Recorded, Recorder};
pub use site::{Site, run, run_elsewhere};

/// Runs the suite: one test for each check. `$make` is a `fn(&Site) -> Box<dyn BillingGateway>`; it must build a channel that
/// speaks to the site's address with the site's key pair, and declare itself a test channel where the site is one.
#[macro_export]
macro_rules! conformance {
    ($make:expr) => {
        $crate::conformance!(@live $make;
            the_profile_is_true_to_the_channel => profile::is_consistent,
            a_keys_life => keys::life,
            an_unknown_key_is_no_key => keys::unknown,
            a_card_with_wrong_data_is_not_stored => keys::bad_card,
            a_card_charged_once_is_not_kept => cards::once,
            a_card_charged_and_kept_can_be_charged_again => cards::kept,
            an_order_pays_once => charges::duplicate_is_no_decline,
            a_declined_card_says_why => charges::declines_say_why,
            a_doubtful_answer_is_never_a_decline => charges::doubt_is_no_decline,
            a_refund_names_amount_and_balance => refunds::name_amount_and_balance,
            a_windows_card_can_be_charged => windows::issue_a_key,
            a_window_that_fails_leaves_no_key => windows::failure_leaves_no_key,
            a_window_asks_for_what_was_asked => windows::keep_what_decides,
            a_schedule_is_kept => schedules::life,
            a_failed_schedule_can_be_retried => schedules::retry,
        );

        #[test]
        fn a_test_channel_sees_its_payments() {
            $crate::run($make, true, $crate::checks::charges::test_payments_are_seen);
        }

        #[test]
        fn no_card_goes_to_an_account_without_this_channel() {
            $crate::run_elsewhere($make, $crate::checks::accounts::no_card_for_a_stranger);
        }
    };
    (@live $make:expr; $($name:ident => $group:ident :: $check:ident,)*) => {
        $(
            #[test]
            fn $name() {
                $crate::run($make, false, $crate::checks::$group::$check);
            }
        )*
    };
}
