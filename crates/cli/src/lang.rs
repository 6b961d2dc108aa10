//! Which language the command speaks.

use std::ffi::OsString;

use clap::ValueEnum;

use crate::texts::{EN, KO, Texts};

/// A language of the command's texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Lang {
    /// Korean.
    Ko,
    /// English.
    En,
}

impl Lang {
    /// What `--lang` says, else what the locale says (`LC_ALL`, `LC_MESSAGES`, `LANG`), else English. Read before the arguments
    /// are parsed, so that a mistake in them is told in the right language.
    pub(crate) fn of(arguments: &[OsString]) -> Self {
        let texts: Vec<&str> = arguments.iter().skip(1).map_while(|argument| argument.to_str()).collect();
        let said = texts.iter().enumerate().find_map(|(at, text)| match text.split_once('=') {
            Some(("--lang", value)) => Some(value),
            _ if *text == "--lang" => texts.get(at + 1).copied(),
            _ => None,
        });
        said.and_then(|value| Self::from_str(value, false).ok()).unwrap_or_else(Self::of_locale)
    }

    fn of_locale() -> Self {
        let korean = sys_locale::get_locale().is_some_and(|locale| locale == "ko" || locale.starts_with("ko-"));
        if korean { Self::Ko } else { Self::En }
    }

    /// The texts.
    pub(crate) fn texts(self) -> &'static Texts {
        match self {
            Self::Ko => &KO,
            Self::En => &EN,
        }
    }

    /// One of two words.
    pub(crate) fn pick<T>(self, english: T, korean: T) -> T {
        match self {
            Self::Ko => korean,
            Self::En => english,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_argument_decides_before_anything_is_parsed() {
        let of = |words: &[&str]| Lang::of(&words.iter().map(OsString::from).collect::<Vec<_>>());
        assert_eq!(of(&["kr-billing", "--lang", "ko", "nonsense"]), Lang::Ko);
        assert_eq!(of(&["kr-billing", "nonsense", "--lang=ko"]), Lang::Ko);
        assert_eq!(of(&["kr-billing", "--lang", "en"]), Lang::En);
    }
}
