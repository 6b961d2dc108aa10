//! Card data, credentials, tokens and buyers stand nowhere: one sweep over everything that a process leaves behind.
//!
//! A child process does every operation against the sandbox with every fault, and against a server that repeats each request in its
//! answers. It prints the `Debug` of all it was given, all errors and what stands behind them, all tickets, and logs every crate at
//! TRACE. Here all of that is searched for canaries.
//!
//! No list says which types are swept. The second test reads the project's own sources: a public type that can be printed and may
//! hold text must have been printed by the child. A new type that the child does not reach fails it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use kr_billing_tests::canaries;
use syn::visit::Visit;

/// What the child left: its output, and a folder with all it wrote.
struct Left {
    output: Output,
    folder: tempfile::TempDir,
}

fn left() -> &'static Left {
    static LEFT: OnceLock<Left> = OnceLock::new();
    LEFT.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_leak_child")).arg(folder.path()).output().unwrap();
        Left { output, folder }
    })
}

/// Files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

/// Six digits may be a part of a longer number by chance.
fn stands_alone(text: &str, at: usize, canary: &str) -> bool {
    let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    let number = canary.bytes().all(|b| b.is_ascii_digit());
    !number || !(digit(text[..at].chars().next_back()) || digit(text[at + canary.len()..].chars().next()))
}

fn search(what: &str, bytes: &[u8], canaries: &[String]) {
    let text = String::from_utf8_lossy(bytes);
    for canary in canaries {
        if let Some((at, _)) = text.match_indices(canary.as_str()).find(|(at, _)| stands_alone(&text, *at, canary)) {
            let start = text.floor_char_boundary(at.saturating_sub(300));
            let end = text.ceil_char_boundary((at + canary.len() + 100).min(text.len()));
            panic!("{canary} stands in {what}: …{}…", &text[start..end]);
        }
    }
}

#[test]
fn no_canary_is_left_anywhere() {
    let Left { output, folder } = left();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let tokens = std::fs::read_to_string(folder.path().join("tokens.txt")).unwrap();
    let mut all = canaries::all();
    all.extend(tokens.lines().map(str::to_owned));
    assert!(tokens.lines().all(|token| token.len() >= 20));

    search("standard output", &output.stdout, &all);
    search("standard error, where panics go", &output.stderr, &all);
    let mut swept = BTreeSet::new();
    for path in files(folder.path()) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name != "tokens.txt" {
            search(&name, &std::fs::read(&path).unwrap(), &all);
            swept.insert(name);
        }
    }
    for expected in ["journal.db", "state.json", "requests.json", "trace.log"] {
        assert!(swept.contains(expected), "{expected} was not written: {swept:?}");
    }
}

#[test]
fn the_sweep_has_heard_what_it_should() {
    let Left { output, folder } = left();
    let log = std::fs::read_to_string(folder.path().join("trace.log")).unwrap();
    // Its own spans, the HTTP client's and the database's lines, at the finest level.
    for line in ["TRACE", "merchant_uid=", "reqwest", "hyper_util", "sqlx"] {
        assert!(log.contains(line), "no {line} in the log");
    }
    let out = String::from_utf8_lossy(&output.stdout);
    for said in ["Paid(", "Declined(", "InDoubt(", "NotCharged(", "StillInDoubt", "Mismatch", "Refused(", "****"] {
        assert!(out.contains(said), "nothing ended as {said}");
    }
}

#[test]
fn stored_copies_hold_no_card_and_no_buyer() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut seen = 0;
    for folder in ["crates", "tests", "examples"] {
        for path in files(&root.join(folder)) {
            if path.extension().is_some_and(|ending| ending == "snap") {
                seen += 1;
                search(&path.display().to_string(), &std::fs::read(&path).unwrap(), &canaries::all());
                let text = std::fs::read_to_string(&path).unwrap();
                assert!(!looks_like_a_card(&text), "{} holds what looks like a card number", path.display());
            }
        }
    }
    assert!(seen > 0);
}

/// Sixteen digits in a row or in fours.
fn looks_like_a_card(text: &str) -> bool {
    let bytes = text.as_bytes();
    // The guides' own sample stands in their curl calls.
    let sample = |at: usize| text[at..].starts_with("1234-1234-1234-1234") || text[at..].starts_with("1234123412341234");
    (0..bytes.len()).filter(|at| text.is_char_boundary(*at) && !sample(*at)).any(|at| {
        let touched = at > 0 && bytes[at - 1].is_ascii_alphanumeric();
        let digits =
            |from: usize, count: usize| bytes.get(from..from + count).is_some_and(|run| run.iter().all(u8::is_ascii_digit));
        let ends = |to: usize| !bytes.get(to).is_some_and(u8::is_ascii_alphanumeric);
        let fours = (0..4).all(|group| digits(at + group * 5, 4)) && (1..4).all(|group| bytes[at + group * 5 - 1] == b'-');
        !touched && ((digits(at, 16) && ends(at + 16)) || (fours && ends(at + 19)))
    })
}

/// Every type of the project's libraries, private ones too, by library, name, and whether it is public.
#[derive(Default)]
struct Types(BTreeMap<(String, String, bool), Type>);

/// A type as its source has it.
#[derive(Default)]
struct Type {
    files: BTreeSet<PathBuf>,
    /// It has a `Debug`, derived or written by hand.
    debug: bool,
    /// The words that its `Debug` begins with, its own name or its variants', with the types that stand behind each.
    parts: BTreeMap<String, BTreeSet<String>>,
}

/// Reads one file's types.
struct Reader<'a> {
    library: String,
    file: PathBuf,
    types: &'a mut Types,
}

/// Collects the names in a field's type.
#[derive(Default)]
struct Names(BTreeSet<String>);

impl<'ast> Visit<'ast> for Names {
    /// A `&'static str` is written in the source, so it holds nothing that came from outside.
    fn visit_type_reference(&mut self, reference: &'ast syn::TypeReference) {
        if reference.lifetime.as_ref().is_none_or(|lifetime| lifetime.ident != "static") {
            syn::visit::visit_type_reference(self, reference);
        }
    }

    fn visit_path_segment(&mut self, segment: &'ast syn::PathSegment) {
        self.0.insert(segment.ident.to_string());
        syn::visit::visit_path_segment(self, segment);
    }
}

fn names_of<'a>(fields: impl IntoIterator<Item = &'a syn::Field>) -> BTreeSet<String> {
    let mut names = Names::default();
    fields.into_iter().for_each(|field| names.visit_type(&field.ty));
    names.0
}

fn derives_debug(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().filter(|attribute| attribute.path().is_ident("derive")).any(|attribute| {
        let mut debug = false;
        let _read = attribute.parse_nested_meta(|meta| {
            debug |= meta.path.is_ident("Debug");
            Ok(())
        });
        debug
    })
}

impl Reader<'_> {
    fn add(&mut self, name: &syn::Ident, visibility: &syn::Visibility, attributes: &[syn::Attribute]) -> &mut Type {
        let public = matches!(visibility, syn::Visibility::Public(_));
        let found = self.types.0.entry((self.library.clone(), name.to_string(), public)).or_default();
        found.files.insert(self.file.clone());
        found.debug |= derives_debug(attributes);
        found
    }
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item_struct(&mut self, item: &'ast syn::ItemStruct) {
        let found = self.add(&item.ident, &item.vis, &item.attrs);
        found.parts.entry(item.ident.to_string()).or_default().extend(names_of(&item.fields));
    }

    fn visit_item_enum(&mut self, item: &'ast syn::ItemEnum) {
        let found = self.add(&item.ident, &item.vis, &item.attrs);
        for variant in &item.variants {
            found.parts.entry(variant.ident.to_string()).or_default().extend(names_of(&variant.fields));
        }
    }

    /// An alias holds what it stands for, and is printed as that.
    fn visit_item_type(&mut self, item: &'ast syn::ItemType) {
        let mut names = Names::default();
        names.visit_type(&item.ty);
        self.add(&item.ident, &syn::Visibility::Inherited, &[]).parts.entry(item.ident.to_string()).or_default().extend(names.0);
    }

    /// A `Debug` that was written by hand is trusted no more than a derived one.
    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        let debug = item.trait_.as_ref().and_then(|(_, path, _)| path.segments.last()).is_some_and(|last| last.ident == "Debug");
        if let (true, syn::Type::Path(path)) = (debug, item.self_ty.as_ref())
            && let Some(name) = path.path.segments.last()
        {
            // Which of two it is for is not told: of neither less is asked.
            for public in [true, false] {
                self.types.0.entry((self.library.clone(), name.ident.to_string(), public)).or_default().debug = true;
            }
        }
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if !item.attrs.iter().any(|attribute| attribute.path().is_ident("cfg")) {
            syn::visit::visit_item_mod(self, item);
        }
    }
}

/// Every type of the libraries.
fn types() -> Types {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("crates");
    let mut types = Types::default();
    for library in ["core", "portone-v1", "facade", "adapters", "sandbox"] {
        for file in files(&crates.join(library)) {
            let source = file.components().any(|part| part.as_os_str() == "src");
            if source && file.extension().is_some_and(|ending| ending == "rs") {
                let text = syn::parse_file(&std::fs::read_to_string(&file).unwrap()).unwrap();
                Reader { library: library.to_owned(), file, types: &mut types }.visit_file(&text);
            }
        }
    }
    types
}

/// What holds no text by itself: numbers, times, and the boxes around other types. Every other name that is not one of ours may.
const PLAIN: &[&str] = &[
    "bool",
    "char",
    "u16",
    "u32",
    "u64",
    "usize",
    "i8",
    "i16",
    "i32",
    "i64",
    "isize",
    "f64",
    "NonZeroU32",
    "NonZeroU64",
    "Duration",
    "Instant",
    "SystemTime",
    "Option",
    "Box",
    "Arc",
    "Vec",
    "VecDeque",
    "BTreeMap",
    "BTreeSet",
    "HashMap",
    "HashSet",
    "Result",
    "RangeInclusive",
    "Range",
    "AtomicBool",
    "AtomicU32",
    "AtomicU64",
    "AtomicUsize",
    "Semaphore",
    "Notify",
    "Mutex",
    "RwLock",
    "SocketAddr",
    "std",
    "PhantomData",
    "Self",
];

impl Types {
    /// The types that a name may mean in a library: its own, else whichever there are.
    fn meant(&self, library: &str, name: &str) -> Vec<(&String, &Type)> {
        let all = self.0.iter().filter(|((_, own, _), _)| own == name).map(|((library, ..), found)| (library, found));
        let (own, others): (Vec<_>, Vec<_>) = all.partition(|(theirs, _)| *theirs == library);
        if own.is_empty() { others } else { own }
    }

    /// Whether something behind these names may hold text that came from outside.
    fn hold_text(&self, library: &str, names: &BTreeSet<String>, seen: &mut BTreeSet<(String, String)>) -> bool {
        names.iter().any(|name| {
            let meant = self.meant(library, name);
            if meant.is_empty() {
                return !PLAIN.contains(&name.as_str());
            }
            let place = meant.first().map(|(library, _)| ((*library).clone(), name.clone()));
            place.is_some_and(|place| seen.insert(place))
                && meant
                    .into_iter()
                    .any(|(library, ours)| ours.parts.values().any(|behind| self.hold_text(library, behind, seen)))
        })
    }

    /// The types that stand in values of the types that these words name.
    fn within(&self, words: BTreeSet<String>) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let mut next: Vec<String> = words.into_iter().collect();
        while let Some(name) = next.pop() {
            let meant = self.0.iter().filter(|((_, own, _), _)| *own == name);
            let behind: Vec<String> = meant.flat_map(|(_, ours)| ours.parts.values().flatten().cloned()).collect();
            if found.insert(name) {
                next.extend(behind);
            }
        }
        found
    }

    /// The words that must have been printed: of each public type with a `Debug`, every part that may hold text.
    fn to_be_seen(&self) -> impl Iterator<Item = (&str, &str, &Type)> {
        let printable = self.0.iter().filter(|((_, _, public), found)| *public && found.debug);
        printable.flat_map(move |((library, name, _), found)| {
            let parts = found.parts.iter().filter(|(_, behind)| self.hold_text(library, behind, &mut BTreeSet::new()));
            parts.map(move |(word, _)| (name.as_str(), word.as_str(), found))
        })
    }
}

#[test]
fn every_public_type_that_may_hold_text_was_swept() {
    let types = types();
    let to_be_seen: Vec<_> = types.to_be_seen().collect();
    assert!(to_be_seen.len() > 60, "the sources were not read: {}", to_be_seen.len());
    let out = String::from_utf8_lossy(&left().output.stdout);
    let split =
        |text: &str| -> BTreeSet<String> { text.split(|c: char| !c.is_alphanumeric() && c != '_').map(str::to_owned).collect() };
    // A word alone may be another type's: the value, too, must be of this type, or of one that holds it.
    let words = split(&out);
    let shown = types.within(out.lines().filter_map(|line| line.strip_prefix(kr_billing_tests::SHOWN)).flat_map(split).collect());
    let missing = to_be_seen.into_iter().filter(|(name, word, _)| !(words.contains(*word) && shown.contains(*name)));
    let missing: Vec<_> = missing.map(|(name, word, found)| format!("{name}: {word} {:?}", found.files)).collect();
    assert!(
        missing.is_empty(),
        "these public types can be printed and may hold text, and tests/src/bin/leak_child never does: {missing:#?}"
    );
}
