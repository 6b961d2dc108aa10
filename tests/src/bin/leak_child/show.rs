//! Says all that can be said of a value.

use std::any::type_name;
use std::error::Error;
use std::fmt::{Debug, Display};

use kr_billing::NotCharged;
use serde_json::Value;

/// Prints to standard output, which the sweep reads.
pub(crate) struct Show;

impl Show {
    /// A value, on one line and on several, after the name of its type.
    pub(crate) fn value<T: Debug>(&mut self, value: &T) {
        println!("{}{}\n{value:?}\n{value:#?}", kr_billing_tests::SHOWN, type_name::<T>());
    }

    /// An error's text, its value, and the same of everything behind it.
    pub(crate) fn chain<E: Error + 'static>(&mut self, error: &E) {
        println!("{}{}", kr_billing_tests::SHOWN, type_name::<E>());
        let mut next: Option<&(dyn Error + 'static)> = Some(error);
        while let Some(error) = next {
            self.text(&error);
            println!("{error:?}\n{error:#?}");
            next = error.source();
        }
    }

    /// What a value says to a person.
    pub(crate) fn text(&mut self, value: &impl Display) {
        println!("{value}");
    }

    /// What a value is stored as.
    pub(crate) fn stored(&mut self, value: Result<Value, serde_json::Error>) {
        println!("{value:?}");
    }

    /// A result, its error with all behind it.
    pub(crate) fn result<T: Debug>(&mut self, result: &Result<T, kr_billing::Error>) {
        match result {
            Ok(value) => self.value(value),
            Err(error) => self.chain(error),
        }
    }

    /// A charge's end.
    pub(crate) fn error<T: Debug>(&mut self, result: &Result<T, NotCharged>) {
        match result {
            Ok(value) => self.value(value),
            Err(error) => {
                self.value(error);
                self.chain(error);
                self.chain(error.error());
            }
        }
    }
}
