//! What the fuzz targets do. The project's tests run the same functions over the kept corpus.
#![forbid(unsafe_code)]

/// How the command reads a card: its own file, so that the fuzzer builds without the command.
#[path = "../../crates/cli/src/card_input.rs"]
pub mod card_input;
pub mod targets;
