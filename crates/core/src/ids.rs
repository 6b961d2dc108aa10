//! Identifiers. They are not secrets: they may stand in logs, tickets and errors.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::text::Invalid;

/// Checks what every identifier must be: short, printable ASCII, and safe as one segment of a path.
///
/// A slash, a dot segment or a percent sign could make a look-up ask for another thing, and a charge whose order cannot be
/// looked up could never be cleared of doubt. So they are refused before anything is sent.
fn check(field: &'static str, text: &str, most: usize) -> Result<(), Invalid> {
    if text.is_empty() {
        return Err(Invalid::new(field, "is empty"));
    }
    if text.len() > most && text.chars().count() > most {
        return Err(Invalid::new(field, format!("is longer than {most} characters")));
    }
    if !text.chars().all(|c| c.is_ascii_graphic()) {
        return Err(Invalid::new(field, "may only hold printable ASCII: no spaces, no Hangul, no control characters"));
    }
    if text.contains(['/', '\\', '%', '?', '#']) || text.chars().all(|c| c == '.') {
        return Err(Invalid::new(field, "may not hold / \\ % ? # or be only dots: it is a part of a path"));
    }
    Ok(())
}

macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident, $field:literal, $most:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The most characters it may have.
            pub const MAX: usize = $most;

            /// A checked identifier.
            ///
            /// # Errors
            /// [`Invalid`] when it is empty, too long, or holds anything but printable ASCII that is safe in a path.
            pub fn new(text: impl Into<String>) -> Result<Self, Invalid> {
                let text = text.into();
                check($field, &text, Self::MAX)?;
                Ok(Self(text))
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = Invalid;
            fn from_str(text: &str) -> Result<Self, Invalid> {
                Self::new(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = Invalid;
            fn try_from(text: String) -> Result<Self, Invalid> {
                Self::new(text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }
    };
}

identifier! {
    /// The merchant's order number, at most 40 characters. `[oa again]`
    ///
    /// V1 has no idempotency key; this number is the only guard. One number pays once: after a payment, and after its refund,
    /// it is burnt. `[obs]`
    #[doc(alias = "merchant_uid")]
    OrderId, "merchant_uid", 40
}

identifier! {
    /// The merchant's name for one stored card, at most 80 characters: one value per member and card. `[oa again]`
    #[doc(alias = "customer_uid")]
    BillingKeyId, "customer_uid", 80
}

identifier! {
    /// PortOne's number of a payment record. `[oa def Payment]` says at most 32 characters; longer ones are survived.
    #[doc(alias = "imp_uid")]
    PaymentId, "imp_uid", 80
}

identifier! {
    /// The name a merchant's configuration gives to a channel: one PG, its MID or channel key, and its contract.
    ChannelName, "channel", 40
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_ask_for_another_path_is_refused_without_being_repeated() {
        for bad in ["", "a/b", "a b", "주문1", "..", "a%2Fb", "a?b", "a\nb", &"x".repeat(300)] {
            let error = OrderId::new(bad).unwrap_err();
            assert_eq!(error.field, "merchant_uid");
            assert!(bad.len() < 3 || !error.to_string().contains(bad), "{error}");
        }
    }

    #[test]
    fn the_guides_ids_pass() {
        for good in ["order_monthly_0001", "gildong_0001_1234", "a@b.kr:1"] {
            assert!(OrderId::new(good).is_ok() && BillingKeyId::new(good).is_ok());
        }
        assert!(OrderId::new("x".repeat(41)).is_err() && BillingKeyId::new("x".repeat(80)).is_ok());
    }
}
