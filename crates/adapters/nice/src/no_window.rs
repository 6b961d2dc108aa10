//! What a configuration that asks for a window is told.

use serde::de::Error;

/// NICE has no window that issues keys: a `window` in the settings is no misspelling, so it gets a reason and not a list of keys.
/// `[rules]`
pub(crate) fn explained<E: Error>(error: E) -> E {
    if error.to_string().contains("unknown field `window`") {
        return E::custom("NICE issues no keys in a window, only by key-in; leave `window` out");
    }
    error
}
