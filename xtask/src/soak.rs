//! `soak`: the model test with as many cases as there is patience for, in a release build.

use std::path::Path;
use std::process::Command;

/// Runs the model test and lets it print its summary.
pub(crate) fn run(root: &Path, args: &[String]) -> Result<(), String> {
    let mut cases = None;
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    let test = ["test", "--release", "--package", "kr-billing-tests", "--test", "it", "--"];
    command.current_dir(root).args(test).args(["--exact", "model::never_twice_never_lost", "--nocapture"]);
    command.env("KR_BILLING_MODEL_FAILURES", "20");
    let mut rest = args.iter();
    while let Some(option) = rest.next() {
        let value = rest.next().ok_or_else(|| format!("{option} needs a number"))?;
        let number: u64 = value.parse().map_err(|_| format!("{option} {value}: not a number"))?;
        match option.as_str() {
            "--cases" => {
                cases = Some(number);
                command.env("KR_BILLING_MODEL_CASES", value);
            }
            "--seed" => drop(command.env("KR_BILLING_MODEL_SEED", value)),
            "--at-once" => drop(command.env("KR_BILLING_MODEL_AT_ONCE", value)),
            _ => return Err(format!("{option} is not known; there are --cases N, --seed S and --at-once K")),
        }
    }
    let cases = cases.ok_or("say how many: --cases N")?;
    println!("soak: {cases} cases");
    let status = command.status().map_err(|error| format!("cargo cannot be started: {error}"))?;
    if status.success() { Ok(()) } else { Err("a promise was broken, or the test did not build; see above".to_owned()) }
}
