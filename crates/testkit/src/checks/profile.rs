//! The facts against the channel.

use kr_billing_core::profile::{AmountRole, WindowReturn};
use kr_billing_core::{BillingGateway, Profile};
use kr_billing_sandbox::Handle;

/// Every fact has a source, and the issue path is one that the PG has.
pub async fn is_consistent(gateway: &dyn BillingGateway, _sandbox: &Handle) {
    let profile = gateway.profile();
    for source in sources(profile) {
        assert!(!source.trim().is_empty(), "a fact of `{}` has no source", profile.pg);
    }
    let path = gateway.issue_path();
    let has_window = profile.window_module.value.is_some();
    assert!(has_window || path.window().is_none(), "the channel has a window, the profile has none");
    let no_return = [profile.pc_return.value, profile.mobile_return.value].contains(&WindowReturn::NoWindow);
    assert_eq!(has_window, !no_return, "the profile says how a window returns exactly when there is one");
    let no_amount = profile.window_amount.value == AmountRole::NoWindow;
    assert_eq!(has_window, !no_amount, "the profile says what a window's amount does exactly when there is one");
    assert!(profile.owns_provider(profile.key_in_module.value), "an answer of the key-in module would be taken for a stranger's");
}

/// The source of each fact and note.
fn sources(p: &Profile) -> Vec<&'static str> {
    let mut sources = vec![
        p.window_module.source,
        p.key_in_module.source,
        p.key_in_terms.source,
        p.window_amount.source,
        p.pc_return.source,
        p.mobile_return.source,
        p.minimum_won.source,
        p.vat_amount.source,
        p.interest_free.source,
        p.card_points.source,
        p.refund_tax.source,
        p.key_in_buyer.source,
        p.window_buyer.source,
        p.test_mids.source,
        p.test_behaviour.source,
    ];
    sources.extend(p.notes.iter().map(|note| note.source));
    sources
}
