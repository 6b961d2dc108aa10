//! `cargo xtask new-adapter NAME`: writes the files of an adapter for one more PG of PortOne V1, ready to compile and to be filled
//! with facts.

use std::fs;
use std::path::Path;

/// Where each file goes, and its text: `{{name}}` is the module's name and `{{Name}}` the same in camel case.
const FILES: &[(&str, &str)] = &[
    ("Cargo.toml", include_str!("../templates/Cargo.toml.txt")),
    ("src/lib.rs", include_str!("../templates/lib.rs.txt")),
    ("src/config.rs", include_str!("../templates/config.rs.txt")),
    ("src/facts.rs", include_str!("../templates/facts.rs.txt")),
    ("src/codes.csv", include_str!("../templates/codes.csv.txt")),
    ("src/codes.rs", include_str!("../templates/codes.rs.txt")),
    ("src/provider.rs", include_str!("../templates/provider.rs.txt")),
    ("tests/conformance.rs", include_str!("../templates/conformance.rs.txt")),
];

/// Runs the chore.
pub(crate) fn run(root: &Path, args: &[String]) -> Result<(), String> {
    let [name] = args else { return Err("takes one NAME, the module's name on the wire, such as `jtnet`".into()) };
    let camel = camel_case(name).ok_or("NAME is not lower-case letters, digits and underscores, beginning with a letter")?;
    let directory = root.join("crates/adapters").join(name);
    if directory.exists() {
        return Err(format!("crates/adapters/{name} is there already"));
    }
    for (path, template) in FILES {
        let file = directory.join(path);
        let text = template.replace("{{name}}", name).replace("{{Name}}", &camel);
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
         2. src/facts.rs: replace each `[unknown]` by what is known and where from; src/codes.csv: the PG's codes.\n\
         3. cargo test -p kr-billing-{name}\n\
         4. The facade: a feature, and an arm where configuration meets adapters. xtask/src/matrix.rs: its profile."
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
    fn no_placeholder_is_left_and_nothing_is_overwritten() {
        let root = std::env::temp_dir().join(format!("kr-billing-xtask-{}", std::process::id()));
        let args = ["jtnet".to_owned()];
        run(&root, &args).unwrap();
        for (path, _) in FILES {
            let text = fs::read_to_string(root.join("crates/adapters/jtnet").join(path)).unwrap();
            assert!(!text.contains("{{"), "{path}");
        }
        assert!(run(&root, &args).unwrap_err().contains("there already"));
        fs::remove_dir_all(&root).unwrap();
    }
}
