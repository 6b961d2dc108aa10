//! `cargo xtask new-adapter NAME [--window]`: writes the files of an adapter for one more PG of PortOne V1, ready to compile, to be
//! held against the conformance suite and to be filled with facts. A module, or a way to its keys, that the sandbox has no rules for
//! is refused: there the suite could only fail.

use std::fs;
use std::path::Path;

use kr_billing_sandbox::{Pg, pgs};

use crate::matrix::profiles;

/// Where a file goes, and its text: `{{name}}` is the module's name, `{{Name}}` the same in camel case, the rest is [`Way::words`].
type File = (&'static str, &'static str);

/// The files of every adapter.
const FILES: &[File] = &[
    ("Cargo.toml", include_str!("../templates/Cargo.toml.txt")),
    ("src/lib.rs", include_str!("../templates/lib.rs.txt")),
    ("src/facts.rs", include_str!("../templates/facts.rs.txt")),
    ("src/codes.csv", include_str!("../templates/codes.csv.txt")),
    ("src/codes.rs", include_str!("../templates/codes.rs.txt")),
    ("src/provider.rs", include_str!("../templates/provider.rs.txt")),
    ("tests/conformance.rs", include_str!("../templates/conformance.rs.txt")),
];

/// How the PG issues a key.
#[derive(Clone, Copy, PartialEq)]
enum Way {
    KeyIn,
    Window,
}

impl Way {
    /// Whether a PG issues keys this way.
    fn is_of(self, pg: Pg) -> bool {
        match self {
            Self::KeyIn => pg.key_in,
            Self::Window => pg.window,
        }
    }

    /// The files that only this way has.
    fn files(self) -> &'static [File] {
        match self {
            Self::KeyIn => &[("src/config.rs", include_str!("../templates/config.rs.txt"))],
            Self::Window => &[
                ("src/config.rs", include_str!("../templates/config_window.rs.txt")),
                ("src/window.rs", include_str!("../templates/window.rs.txt")),
            ],
        }
    }

    /// What this way says in the other files.
    fn words(self) -> [(&'static str, &'static str); 4] {
        let words = match self {
            Self::KeyIn => ["None", "NoWindow", "NoWindow", ""],
            Self::Window => ["Some(MODULE)", "DisplayOnly", "Either", "mod window;\n"],
        };
        let [module, amount, returns, line] = words;
        [("{{window_module}}", module), ("{{window_amount}}", amount), ("{{window_return}}", returns), ("{{mod_window}}", line)]
    }

    /// A template's text for a module.
    fn fill(self, template: &str, name: &str, camel: &str) -> String {
        let text = template.replace("{{name}}", name).replace("{{Name}}", camel);
        self.words().iter().fold(text, |text, (mark, word)| text.replace(mark, word))
    }
}

/// Runs the chore.
pub(crate) fn run(root: &Path, args: &[String]) -> Result<(), String> {
    let (name, way) = match args {
        [name] => (name, Way::KeyIn),
        [name, flag] if flag == "--window" => (name, Way::Window),
        _ => {
            return Err(
                "takes one NAME, the module's name on the wire, such as `jtnet`; and `--window` if a window issues its keys"
                    .into(),
            );
        }
    };
    let camel = camel_case(name).ok_or("NAME is not lower-case letters, digits and underscores, beginning with a letter")?;
    check_known(name, way)?;
    let directory = root.join("crates/adapters").join(name);
    if directory.exists() {
        return Err(format!("crates/adapters/{name} is there already"));
    }
    for (path, template) in FILES.iter().chain(way.files()) {
        let file = directory.join(path);
        let text = way.fill(template, name, &camel);
        let write = || fs::create_dir_all(file.parent().unwrap_or(&directory)).and_then(|()| fs::write(&file, text));
        write().map_err(|why| format!("crates/adapters/{name}/{path}: {why}"))?;
    }
    println!("{}", next_steps(name));
    Ok(())
}

/// Refuses a module that an adapter here has already, and one, or a way to its keys, that the sandbox has no rules for.
fn check_known(name: &str, way: Way) -> Result<(), String> {
    if let Some(profile) = profiles().iter().find(|profile| profile.owns_provider(name)) {
        return Err(format!(
            "`{name}` is a module of {}, which has an adapter: configure it with `pg = \"{}\"`",
            profile.name, profile.pg
        ));
    }
    let known = pgs().find(|pg| pg.provider == name);
    if known.is_some_and(|pg| way.is_of(pg)) {
        return Ok(());
    }
    let problem = match (known, way) {
        (None, _) => format!("the sandbox has no rules for `{name}`"),
        (Some(_), Way::KeyIn) => {
            format!("in the sandbox `{name}` takes no card data, only its window issues keys; say `--window`")
        }
        (Some(_), Way::Window) => format!("in the sandbox `{name}` has no window that issues keys; leave `--window` out"),
    };
    Err(format!(
        "{problem}.\nThe conformance suite runs over the sandbox, so its rules come first: a line in crates/sandbox/src/rules.rs, with \
         its source.\nIt has rules for\n  new-adapter NAME: {}\n  new-adapter NAME --window: {}",
        free(Way::KeyIn),
        free(Way::Window)
    ))
}

/// The modules that the sandbox knows this way of and that no adapter here has.
fn free(way: Way) -> String {
    let names = pgs().filter(|pg| way.is_of(*pg)).map(|pg| pg.provider);
    names.filter(|name| !profiles().iter().any(|profile| profile.owns_provider(name))).collect::<Vec<_>>().join(", ")
}

/// What a person has to do by hand.
fn next_steps(name: &str) -> String {
    format!(
        "crates/adapters/{name} is written. Then:\n\
         1. Cargo.toml: add it to `members`, and to the workspace dependencies as kr-billing-{name}.\n\
         2. INSTA_UPDATE=always cargo test -p kr-billing-{name}: the first run writes the snapshot of what is sent. Read it, commit it.\n\
         3. src/facts.rs: replace each `[unknown]` by what is known and where from; src/codes.csv: the PG's codes;\n\
         \x20  tests/conformance.rs: some of its texts, and what helps.\n\
         4. cargo test -p kr-billing-{name}, with `-- --show-output` to see what is skipped and why.\n\
         5. The facade: a feature, and an arm where configuration meets adapters. xtask/src/matrix.rs: its profile."
    )
}

/// `jt_net` becomes `JtNet`. `None` for what cannot be a crate's and a module's name.
fn camel_case(name: &str) -> Option<String> {
    let sound = name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    let capital = |part: &str| part.chars().next().map(|first| first.to_ascii_uppercase().to_string() + &part[1..]);
    sound.then(|| name.split('_').filter_map(capital).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_becomes_a_type_or_is_refused() {
        assert_eq!(camel_case("jtnet").as_deref(), Some("Jtnet"));
        assert_eq!(camel_case("smartro_v2").as_deref(), Some("SmartroV2"));
        for bad in ["", "Jtnet", "2pay", "../kcp", "jt-net", "_x"] {
            assert_eq!(camel_case(bad), None, "{bad}");
        }
    }

    /// Without rules in the sandbox the suite would fail: nothing is written, and what is possible is listed.
    #[test]
    fn what_the_sandbox_does_not_know_is_refused() {
        let root = std::env::temp_dir().join("kr-billing-xtask-refused");
        let told = |args: &[&str]| run(&root, &args.iter().map(|arg| (*arg).to_owned()).collect::<Vec<_>>()).unwrap_err();
        let unknown = told(&["toss"]);
        assert!(unknown.contains("no rules for `toss`") && unknown.contains("tosspayments"), "{unknown}");
        assert!(told(&["kicc"]).contains("say `--window`"));
        assert!(told(&["daou", "--window"]).contains("leave `--window` out"));
        assert!(told(&["html5_inicis", "--window"]).contains("has an adapter"));
        let [key_in, window] = [free(Way::KeyIn), free(Way::Window)];
        assert!(key_in.contains("jtnet") && !key_in.contains("kicc") && window.contains("kicc"), "{key_in}; {window}");
        assert!(!key_in.contains("kcp") && !window.contains("inicis"), "{key_in}; {window}");
        assert!(!root.exists());
    }

    #[test]
    fn what_is_written_is_rust_without_placeholders_and_nothing_is_overwritten() {
        let root = std::env::temp_dir().join(format!("kr-billing-xtask-{}", std::process::id()));
        for (name, way, flag) in [("jtnet", Way::KeyIn, None), ("kicc", Way::Window, Some("--window"))] {
            let args: Vec<String> = [name].into_iter().chain(flag).map(str::to_owned).collect();
            run(&root, &args).unwrap();
            for (path, _) in FILES.iter().chain(way.files()) {
                let text = fs::read_to_string(root.join("crates/adapters").join(name).join(path)).unwrap();
                assert!(!text.contains("{{"), "{path}");
                assert!(!path.ends_with(".rs") || syn::parse_file(&text).is_ok(), "{path} is no Rust:\n{text}");
            }
            assert!(run(&root, &args).unwrap_err().contains("there already"));
        }
        fs::remove_dir_all(&root).unwrap();
    }
}
