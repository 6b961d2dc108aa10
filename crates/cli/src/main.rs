//! The kr-billing command.

fn main() {}
