//! Recurring card billing for Korean merchants: never charges twice
