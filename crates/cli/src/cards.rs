//! Getting a card without putting it where others can read it.

use std::fs::File;
use std::io::{ErrorKind, IsTerminal, stdin};
use std::path::Path;

use kr_billing::{Card, Error, Invalid, Operation};
use secrecy::SecretString;

use crate::args::CardArgs;
use crate::card_input;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::texts::Texts;
use crate::watch;

/// The card that `--card -`, `--card-file` or a person gives.
pub(crate) async fn get(args: &CardArgs, operation: Operation, texts: &'static Texts) -> Result<Card, Failure> {
    let invalid = |invalid: Invalid| Failure::from(Error::invalid(operation, invalid));
    if let Some(path) = args.card_file.clone() {
        return watch::apart(move || of_file(&path, texts)).await?.map_err(invalid);
    }
    if args.card.is_some() {
        return watch::apart(|| card_input::read(stdin().lock())).await.map_err(invalid);
    }
    if !stdin().is_terminal() {
        return Err(Failure::plain(Exit::Usage, texts.card_needs_terminal));
    }
    let _echo = Echo::keep();
    watch::apart(|| asked(texts)).await?.map_err(invalid)
}

/// The card in a file. One that is a pipe may keep its reader waiting, from its opening on.
fn of_file(path: &Path, texts: &Texts) -> Result<Result<Card, Invalid>, Failure> {
    let file = File::open(path)
        .map_err(|error| Failure::plain(Exit::Usage, format!("{}: {}: {error}", texts.card_file_unreadable, path.display())))?;
    Ok(card_input::read(file))
}

/// The terminal's settings, which come back when this goes: a prompt that is broken off leaves it without echo.
struct Echo {
    #[cfg(unix)]
    settings: Option<rustix::termios::Termios>,
}

#[cfg(unix)]
impl Echo {
    fn keep() -> Self {
        Self { settings: rustix::termios::tcgetattr(stdin()).ok() }
    }
}

#[cfg(unix)]
impl Drop for Echo {
    fn drop(&mut self) {
        if let Some(settings) = &self.settings {
            let _gone = rustix::termios::tcsetattr(stdin(), rustix::termios::OptionalActions::Now, settings);
        }
    }
}

#[cfg(not(unix))]
impl Echo {
    fn keep() -> Self {
        Self {}
    }
}

/// Asks for the parts, without echo.
fn asked(texts: &Texts) -> Result<Result<Card, Invalid>, Failure> {
    let ask = |prompt: &str| {
        let typed = rpassword::prompt_password(format!("{prompt}: "));
        typed.map(SecretString::from).map_err(|error| match error.kind() {
            ErrorKind::Interrupted | ErrorKind::UnexpectedEof => Failure::plain(Exit::NotSent, texts.interrupted_before),
            _ => Failure::plain(Exit::Usage, texts.card_needs_terminal),
        })
    };
    let (number, expiry) = (ask(texts.ask_number)?, ask(texts.ask_expiry)?);
    let (birth, password) = (ask(texts.ask_birth)?, ask(texts.ask_password)?);
    Ok(card_input::card(&number, &expiry, Some(&birth), Some(&password)))
}
