//! `cargo xtask new-adapter NAME [--window]`: writes the files of an adapter for one more PG of PortOne V1, ready to compile, to pass
//! the conformance suite and to be filled with facts.

use std::fs;
use std::path::Path;

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
