//! Asking before something is taken away.

use std::io::{BufRead, IsTerminal, stdin};

use crate::exit::Exit;
use crate::failure::Failure;
use crate::texts::Texts;
use crate::{show, watch};

/// Shows what is about to happen and asks, unless `yes`.
///
/// # Errors
/// There is nobody to ask (wrong usage: `--yes` is needed), or the answer is no.
pub(crate) async fn first(what: &str, yes: bool, texts: &Texts) -> Result<(), Failure> {
    show::warn(what);
    if yes {
        return Ok(());
    }
    if !stdin().is_terminal() {
        return Err(Failure::plain(Exit::Usage, texts.needs_yes));
    }
    let mut line = Line::ask(&format!("{} [y/N] ", texts.proceed));
    let answer = watch::apart(|| {
        let mut answer = String::new();
        stdin().lock().read_line(&mut answer).map(|_| answer)
    });
    let answer = answer.await.unwrap_or_default();
    line.open = !answer.ends_with('\n');
    let agreed = matches!(answer.trim().to_lowercase().as_str(), "y" | "yes" | "예" | "네");
    if agreed { Ok(()) } else { Err(Failure::plain(Exit::NotSent, texts.given_up)) }
}

/// The line of a question. Where nobody ends it, by a signal in place of an answer for example, it is ended here.
struct Line {
    open: bool,
}

impl Line {
    fn ask(question: &str) -> Self {
        show::prompt(question);
        Self { open: true }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if self.open {
            show::warn("");
        }
    }
}
