//! Getting a card without putting it where others can read it.

use std::fs::File;
use std::io::{IsTerminal, stdin};

use kr_billing::{Card, Error, Invalid, Operation};
use secrecy::SecretString;

use crate::args::CardArgs;
use crate::card_input;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::texts::Texts;

/// The card that `--card -`, `--card-file` or a person gives.
pub(crate) fn get(args: &CardArgs, operation: Operation, texts: &Texts) -> Result<Card, Failure> {
    let invalid = |invalid: Invalid| Failure::from(Error::invalid(operation, invalid));
    if let Some(path) = &args.card_file {
        let file = File::open(path).map_err(|error| {
            Failure::plain(Exit::Usage, format!("{}: {}: {error}", texts.card_file_unreadable, path.display()))
        })?;
        return card_input::read(file).map_err(invalid);
    }
    if args.card.is_some() {
        return card_input::read(stdin().lock()).map_err(invalid);
    }
    if !stdin().is_terminal() {
        return Err(Failure::plain(Exit::Usage, texts.card_needs_terminal));
    }
    asked(texts)?.map_err(invalid)
}

/// Asks for the parts, without echo.
fn asked(texts: &Texts) -> Result<Result<Card, Invalid>, Failure> {
    let ask = |prompt: &str| {
        let typed = rpassword::prompt_password(format!("{prompt}: "));
        typed.map(SecretString::from).map_err(|_| Failure::plain(Exit::Usage, texts.card_needs_terminal))
    };
    let (number, expiry) = (ask(texts.ask_number)?, ask(texts.ask_expiry)?);
    let (birth, password) = (ask(texts.ask_birth)?, ask(texts.ask_password)?);
    Ok(card_input::card(&number, &expiry, Some(&birth), Some(&password)))
}
