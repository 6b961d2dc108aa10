//! What the fuzzer has found worth keeping, as ordinary tests: each file of `fuzz/corpus` through the function of its target.

use std::path::Path;

use kr_billing_cli::card_input;

#[path = "../../../fuzz/src/targets.rs"]
mod targets;

/// A target: its name, and what it does with bytes.
type Target = (&'static str, fn(&[u8]));

const TARGETS: &[Target] = &[
    ("answer", targets::answer),
    ("hint", targets::hint),
    ("config", targets::config),
    ("form", targets::form),
    ("card", targets::card),
];

#[test]
fn every_kept_input_is_read_without_harm() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus");
    for (name, target) in TARGETS {
        let files: Vec<_> = std::fs::read_dir(corpus.join(name)).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert!(files.len() > 10, "the corpus of {name} is gone");
        for file in files {
            let bytes = std::fs::read(&file).unwrap();
            let read = std::panic::catch_unwind(|| target(&bytes));
            assert!(read.is_ok(), "{} makes {name} panic", file.display());
        }
    }
}

#[test]
fn every_target_has_its_corpus_and_every_corpus_its_target() {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz");
    let names = |folder: &str| -> Vec<String> {
        let entries = std::fs::read_dir(fuzz.join(folder)).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    };
    let mut here: Vec<_> = TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    here.sort();
    assert_eq!(names("corpus"), here);
    assert_eq!(names("fuzz_targets"), here);
}
