//! Order ids that are the same each time they are made, so that a program that runs twice asks twice for the same charge.

use kr_billing_core::{Invalid, OrderId};

use crate::outcome::AttemptEnd;

/// The order id of one attempt to charge one period of one subscription: `{subscription}.{period}.{attempt}`.
///
/// Make it from what the charge is *for*, never from the time or a random number: then a crashed and restarted run makes the
/// same id, and journal and provider refuse to charge it twice.
///
/// # Rule
/// A new attempt, and with it a new id, is allowed only after proof that the last one did not charge: see [`next_attempt`].
///
/// # Errors
/// [`Invalid`] when the parts hold a dot, or are longer than an order id together (40 characters).
///
/// ```
/// # fn main() -> Result<(), kr_billing::Invalid> {
/// let order = kr_billing::order_ids::order_id("sub-1042", "202611", 1)?;
/// assert_eq!(order.as_str(), "sub-1042.202611.1");
/// # Ok(())
/// # }
/// ```
pub fn order_id(subscription: &str, period: &str, attempt: u32) -> Result<OrderId, Invalid> {
    if subscription.is_empty() || period.is_empty() || subscription.contains('.') || period.contains('.') {
        return Err(Invalid::new("merchant_uid", "subscription and period must be given and may not hold a dot"));
    }
    OrderId::new(format!("{subscription}.{period}.{attempt}"))
}

/// The number of the next attempt, if there may be one.
///
/// A decline allows a new order id. After [`AttemptEnd::NotCharged`] the same request is sent again under the *same* id; a request
/// that has changed (another amount, another card's key) needs an id of its own, and may have it, since nothing was charged.
/// While a charge is in doubt, or after it was paid, there is no next attempt.
pub fn next_attempt(last: u32, end: AttemptEnd) -> Option<u32> {
    match end {
        AttemptEnd::Declined => Some(last + 1),
        AttemptEnd::NotCharged => Some(last),
        AttemptEnd::Paid | AttemptEnd::InDoubt => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_period_has_one_id_and_doubt_gives_no_new_one() {
        assert_eq!(order_id("s", "202611", 1), order_id("s", "202611", 1));
        assert!(order_id("a.b", "202611", 1).is_err());
        assert_eq!(next_attempt(1, AttemptEnd::Declined), Some(2));
        assert_eq!(next_attempt(1, AttemptEnd::NotCharged), Some(1));
        assert_eq!(next_attempt(1, AttemptEnd::InDoubt), None);
        assert_eq!(next_attempt(1, AttemptEnd::Paid), None);
    }
}
