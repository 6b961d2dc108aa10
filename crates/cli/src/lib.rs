//! The `kr-billing` command: a sandbox, a demo, and verbs for operators.
//!
//! What a program may rely on: the exit codes (0 done, 1 refused or declined, 2 wrong usage or configuration, 3 in doubt, 4
//! nothing sent or server unreachable) and the documents that `--json` prints. `docs/cli.md` describes both.
#![forbid(unsafe_code)]

mod args;
mod ask;
pub mod card_input;
mod cards;
mod demo;
mod exit;
mod failure;
mod guard;
mod help;
mod korean;
mod lang;
mod own_key;
mod session;
mod show;
mod texts;
mod verbs;
mod watch;

use std::process::ExitCode;

use exit::Exit;
pub use lang::Lang;

/// Reads the arguments, runs the verb, and says how it ended.
pub fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().collect();
    let lang = Lang::of(&arguments);
    let cli = match guard::read(lang, arguments) {
        Ok(cli) => cli,
        Err(exit) => return exit.into(),
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            show::warn(&format!("{}: {error}", lang.texts().no_runtime));
            return Exit::NotSent.into();
        }
    };
    let code = runtime.block_on(verbs::run(cli, lang));
    // A thread that waits for standard input must not hold the command back.
    runtime.shutdown_background();
    ExitCode::from(code)
}
