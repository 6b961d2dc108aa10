//! The conformance suite that every kr-billing adapter runs
