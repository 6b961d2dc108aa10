//! Asking before something is taken away.

use std::io::{BufRead, IsTerminal, stdin};

use crate::exit::Exit;
use crate::failure::Failure;
use crate::show;
use crate::texts::Texts;

/// Shows what is about to happen and asks, unless `yes`.
///
/// # Errors
/// There is nobody to ask (wrong usage: `--yes` is needed), or the answer is no.
pub(crate) fn first(what: &str, yes: bool, texts: &Texts) -> Result<(), Failure> {
    show::warn(what);
    if yes {
        return Ok(());
    }
    if !stdin().is_terminal() {
        return Err(Failure::plain(Exit::Usage, texts.needs_yes));
    }
    show::prompt(&format!("{} [y/N] ", texts.proceed));
    let mut answer = String::new();
    let read = stdin().lock().read_line(&mut answer);
    let agreed = read.is_ok() && matches!(answer.trim().to_lowercase().as_str(), "y" | "yes" | "예" | "네");
    if agreed { Ok(()) } else { Err(Failure::plain(Exit::NotSent, texts.given_up)) }
}
