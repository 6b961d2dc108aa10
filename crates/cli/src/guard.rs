//! Arguments before they are believed: no card among them, and no value repeated in an error.

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory, FromArgMatches};

use crate::args::Cli;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::help;
use crate::korean;
use crate::lang::Lang;
use crate::show;
use crate::texts::Texts;

/// Parses the arguments. Help and mistakes are printed here.
pub(crate) fn read(lang: Lang, arguments: Vec<OsString>) -> Result<Cli, Exit> {
    let texts = lang.texts();
    let json = arguments.iter().any(|argument| argument == "--json");
    if arguments.iter().skip(1).any(looks_like_card) {
        return Err(refuse(texts.card_in_arguments, json, texts));
    }
    let arguments = help_last(arguments);
    let parsed = help::localized(Cli::command(), lang).try_get_matches_from(&arguments);
    match parsed.and_then(|matches| Cli::from_arg_matches(&matches)) {
        Ok(cli) => Ok(cli),
        Err(error) if !error.use_stderr() => {
            show::line(&error.render().to_string());
            Err(Exit::Done)
        }
        Err(error) if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand && !json => {
            show::warn(&error.render().to_string());
            Err(Exit::Usage)
        }
        Err(error) => Err(refuse(&explain(&error, &arguments, texts), json, texts)),
    }
}

/// `help keys --lang ko` as `keys --lang ko --help`: behind its own `help` the parser takes no options.
fn help_last(mut arguments: Vec<OsString>) -> Vec<OsString> {
    if arguments.get(1).is_some_and(|verb| verb == "help") {
        arguments.remove(1);
        arguments.push("--help".into());
    }
    arguments
}

fn refuse(what: &str, json: bool, texts: &'static Texts) -> Exit {
    let failure = Failure::plain(Exit::Usage, what);
    if json {
        show::line(&failure.json().to_string());
    }
    show::warn(&format!("{}\n{}", failure.text(texts), texts.see_help));
    failure.exit()
}

/// How the digits of a card are grouped: all together, or as they are printed.
const GROUPS: [&[usize]; 4] = [&[16], &[15], &[4, 4, 4, 4], &[4, 6, 5]];

/// Whether an argument holds a card number. One that touches a letter is part of an id: `ORD2026112100000001` is none.
fn looks_like_card(argument: &OsString) -> bool {
    let text = argument.to_string_lossy();
    let mut words = text.split(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | ' ' | '.')));
    words.any(|word| {
        let groups: Vec<&str> = word.split(['-', ' ', '.']).collect();
        let digits = |group: &&str| group.bytes().all(|b| b.is_ascii_digit());
        GROUPS.iter().any(|shape| {
            groups.windows(shape.len()).any(|window| {
                window.iter().all(digits) && window.iter().zip(*shape).all(|(group, length)| group.len() == *length)
            })
        })
    })
}

/// A parser's error in words that repeat no value.
fn explain(error: &clap::Error, arguments: &[OsString], texts: &Texts) -> String {
    let named = match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::String(name)) if name.starts_with('-') => {
            name.split(['=', ' ']).next().map(|name| hide_values(name, arguments))
        }
        Some(ContextValue::String(name)) if name.starts_with('<') || name.starts_with('[') => Some(name.clone()),
        _ => None,
    };
    match (error.kind(), named) {
        (ErrorKind::ValueValidation, Some(name)) => {
            let why = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
            format!("{name}: {}", korean::text(&hide_values(&why, arguments), texts))
        }
        (ErrorKind::InvalidValue, Some(name)) => format!("{name}: {}", possible(error, texts)),
        (ErrorKind::UnknownArgument, Some(name)) if name.starts_with('-') => format!("{name}: {}", texts.unknown_option),
        (ErrorKind::UnknownArgument, _) => texts.unexpected_value.to_owned(),
        (ErrorKind::MissingRequiredArgument, _) => {
            format!("{}: {}", texts.missing_arguments, listed(error, ContextKind::InvalidArg))
        }
        (ErrorKind::ArgumentConflict, Some(name)) => {
            format!("{}: {name}, {}", texts.conflict, hide_values(&listed(error, ContextKind::PriorArg), arguments))
        }
        (ErrorKind::InvalidSubcommand, _) => unknown_verb(error, texts),
        (ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand, _) => texts.verb_missing.to_owned(),
        _ => {
            let text = hide_values(&error.render().to_string(), arguments);
            let first = text.lines().next().unwrap_or_default();
            first.strip_prefix("error: ").unwrap_or(first).to_owned()
        }
    }
}

fn possible(error: &clap::Error, texts: &Texts) -> String {
    match listed(error, ContextKind::ValidValue) {
        values if values.is_empty() => texts.value_missing.to_owned(),
        values => format!("{} {values}", texts.one_of),
    }
}

/// There is no such verb; it is not repeated, but what may have been meant is named.
fn unknown_verb(error: &clap::Error, texts: &Texts) -> String {
    match listed(error, ContextKind::SuggestedSubcommand) {
        close if close.is_empty() => texts.no_such_verb.to_owned(),
        close => format!("{} ({}: {close})", texts.no_such_verb, texts.meant),
    }
}

/// The names in an error's context.
fn listed(error: &clap::Error, kind: ContextKind) -> String {
    match error.get(kind) {
        Some(ContextValue::String(name)) => name.clone(),
        Some(ContextValue::Strings(names)) => names.join(", "),
        _ => String::new(),
    }
}

/// A text without any argument that holds three digits or more: it may be a piece of a card.
fn hide_values(text: &str, arguments: &[OsString]) -> String {
    let mut text = text.to_owned();
    let values = arguments.iter().skip(1).map(|argument| argument.to_string_lossy().into_owned());
    let mut values: Vec<String> = values
        .flat_map(|value| match value.split_once('=') {
            Some((_, behind)) => vec![behind.to_owned()],
            None => vec![value],
        })
        .filter(|value| value.bytes().filter(u8::is_ascii_digit).count() >= 3)
        .collect();
    values.sort_by_key(|value| std::cmp::Reverse(value.len()));
    for value in values {
        text = text.replace(&value, "…");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cards_are_seen_however_they_are_written() {
        for card in [
            "4000000000000010",
            "4000-0000-0000-0010",
            "--card=4000 0000 0000 0010",
            "378282246310005",
            "number:4000.0000.0000.0010",
            "3782-822463-10005 2031-07",
        ] {
            assert!(looks_like_card(&card.into()), "{card}");
        }
        for other in [
            "ORD20180131-0000011",
            "ORD2018013100000011",
            "1796083200000",
            "imp_448280090638",
            "20261121093000",
            "127.0.0.1:8410",
            "010-1234-5678",
        ] {
            assert!(!looks_like_card(&other.into()), "{other}");
        }
    }

    #[test]
    fn no_mistake_repeats_a_value() {
        let words = |line: &str| line.split(' ').map(OsString::from).collect::<Vec<_>>();
        for line in [
            "kr-billing charge 4000 0000 0000 0010",
            "kr-billing charge key-1 --birth 880101",
            "kr-billing charge key-1 --order a/880101",
            "kr-billing card-charge --card 880101",
            "kr-billing 880101",
            "kr-billing charge key-1 --amount=880101x",
            "kr-billing --880101",
        ] {
            let arguments = words(line);
            let error = Cli::command().try_get_matches_from(&arguments).unwrap_err();
            let text = explain(&error, &arguments, Lang::En.texts());
            assert!(!text.contains("880101") && !text.contains("0000") && !text.contains("4000"), "{line}: {text}");
        }
    }
}
