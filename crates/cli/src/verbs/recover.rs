//! `recover`: the journal's open entries, after a crash for example.

use kr_billing::{Recovered, Ticket};
use serde_json::json;

use super::resume::together;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::session::Session;
use crate::show::{Answer, outcome};
use crate::texts::Texts;

/// Settles what can be settled.
pub(crate) async fn run(session: &Session) -> Result<Answer, Failure> {
    let texts = session.texts();
    if session.config()?.journal.is_none() {
        return Err(Failure::plain(Exit::Usage, texts.recover_needs_journal));
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
        Recovered::Charge(ticket, resolved) => (ticket, outcome::resolved(resolved, texts)),
        Recovered::Refund(ticket, resolved) => (ticket, outcome::resolved_refund(resolved, texts)),
        Recovered::TooEarly(ticket) => (ticket, too_early(ticket, texts)),
    };
    answer.json["ticket"] = json!(ticket);
    // That a charge was declined or never made is what was asked: only a doubt is left to do.
    if answer.exit == Exit::Refused {
        answer.exit = Exit::Done;
    }
    answer
}

fn too_early(ticket: &Ticket, texts: &Texts) -> Answer {
    let order = ticket.order().map(ToString::to_string).unwrap_or_default();
    Answer::with(Exit::InDoubt, json!({ "outcome": "too_early" }), format!("{order}: {}", texts.too_early))
}
