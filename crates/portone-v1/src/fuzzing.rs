//! Every reader of answers behind one entry, for the fuzz targets and a test with the inputs that matter.

use kr_billing_core::Operation;
use serde_json::value::RawValue;

use crate::answer::Context;
use crate::mask::Mask;
use crate::send::{Heard, Reply};
use crate::types::list::page;
use crate::types::{account, key, payment, schedule};

/// Reads a text as the answer to every call there is. It must not panic.
pub fn answer(status: u16, text: &str) {
    let mask = Mask::default();
    let context = Context { operation: Operation::Charge, route: "/fuzz", mask: &mask };
    let reply = Reply { status, text: text.to_owned() };
    let Ok(Heard::Done(Some(record))) = reply.heard(&context) else { return };
    every_reader(&context, &record);
}

fn every_reader(context: &Context<'_>, record: &RawValue) {
    drop(page(context, record, payment::read));
    drop(page(context, record, schedule::read));
    drop(page(context, record, key::read));
    drop(payment::read(context, record));
    drop(payment::read_prepared(context, record));
    drop(payment::read_balance(context, record));
    drop(key::read(context, record));
    drop(schedule::read(context, record));
    drop(account::read_pg(context, record));
    drop(account::read_tier(context, record));
    drop(account::read_code(context, record));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_answer_makes_a_reader_panic() {
        let deep = format!(r#"{{"code":0,"response":{}{}}}"#, "[".repeat(100_000), "]".repeat(100_000));
        for response in ["null", "1", "\"x\"", "[]", "[[]]", "{}", r#"{"imp_uid":{}}"#, r#"{"list":[1,{"amount":-0}]}"#] {
            answer(200, &format!(r#"{{"code":0,"response":{response}}}"#));
        }
        for text in ["", "{", "\u{0}", r#"{"code":-9223372036854775808}"#, r#"{"code":"-"}"#, r#"{"code":1,"message":{}}"#, &deep]
        {
            for status in [200, 207, 400, 401, 404, 500] {
                answer(status, text);
            }
        }
    }
}
