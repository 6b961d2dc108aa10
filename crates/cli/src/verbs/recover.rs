//! `recover`: the journal's open entries, after a crash for example.

use kr_billing::Recovered;
use serde_json::json;

use super::resume::{about, together};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::session::Session;
use crate::show::{Answer, outcome};
use crate::texts::Texts;

/// Settles what can be settled.
pub(crate) async fn run(session: &Session) -> Result<Answer, Failure> {
    let texts = session.texts();
    if session.config().await?.journal.is_none() {
        return Err(Failure::configuration(texts.recover_needs_journal));
    }
    let billing = session.billing().await?;
    let recovered = billing.recover().await?;
    if recovered.is_empty() {
        return Ok(Answer::done(json!({ "recovered": [] }), texts.nothing_open));
    }
    Ok(together(recovered.iter().map(|one| settled(one, texts)).collect(), "recovered"))
}

fn settled(recovered: &Recovered, texts: &Texts) -> Answer {
    let (ticket, mut answer) = match recovered {
        Recovered::Charge(ticket, resolved) => (ticket, outcome::resolved(ticket, resolved, texts)),
        Recovered::Refund(ticket, resolved) => (ticket, outcome::resolved_refund(resolved, texts)),
        Recovered::TooEarly(ticket) => (ticket, left_open("too_early", texts.too_early)),
        Recovered::Foreign(ticket) => (ticket, left_open("foreign", texts.foreign)),
    };
    answer.json["ticket"] = json!(ticket);
    // That a charge was declined or never made is what was asked: only a doubt is left to do.
    if answer.exit == Exit::Refused {
        answer.exit = Exit::Done;
    }
    about(ticket, answer, texts)
}

/// An entry that nothing was done about.
fn left_open(outcome: &str, text: &str) -> Answer {
    Answer::with(Exit::InDoubt, json!({ "outcome": outcome }), text)
}
