//! `resume`: what became of calls that were in doubt, by their tickets.

use std::fs::File;
use std::io::{Read, stdin};
use std::path::{Path, PathBuf};

use clap::Args;
use kr_billing::contract::outcome::Attempt;
use kr_billing::{Billing, Ticket};
use serde::Deserialize;
use serde_json::{Deserializer, Value, json};

use crate::ask;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::session::Session;
use crate::show::{Answer, fill, outcome};
use crate::texts::Texts;

/// The most bytes of tickets that are read.
const MAX_BYTES: u64 = 16 << 20;

/// What `resume` takes.
#[derive(Debug, Args)]
pub(crate) struct ResumeArgs {
    /// Tickets as JSON, one after another, or what `--json` printed; `-` is standard input
    #[arg(default_value = "-")]
    tickets: PathBuf,
    /// Close them in the journal without an answer, after you have looked at them yourself; their order ids stay taken
    #[arg(long)]
    dismiss: bool,
    /// Do not ask
    #[arg(long, requires = "dismiss")]
    yes: bool,
}

/// A ticket, or an answer that carries one.
#[derive(Deserialize)]
#[serde(untagged)]
enum Paper {
    Ticket(Box<Ticket>),
    Answer { ticket: Box<Ticket> },
    List(Vec<Paper>),
}

/// Asks about each ticket.
pub(crate) async fn run(session: &Session, args: ResumeArgs) -> Result<Answer, Failure> {
    let tickets = read(&args.tickets, session.texts())?;
    if args.dismiss {
        return dismiss(session, &tickets, args.yes).await;
    }
    let billing = session.billing().await?;
    let mut answers = Vec::new();
    for ticket in &tickets {
        answers.push(one(session, &billing, ticket).await?);
    }
    Ok(together(answers, "tickets"))
}

/// Closes doubts that no look-up can settle, such as a payment of another amount.
async fn dismiss(session: &Session, tickets: &[Ticket], yes: bool) -> Result<Answer, Failure> {
    let texts = session.texts();
    if session.config()?.journal.is_none() {
        return Err(Failure::plain(Exit::Usage, texts.recover_needs_journal));
    }
    let billing = session.billing().await?;
    ask::first(&fill(texts.will_dismiss, &[&tickets.len().to_string()]), yes, texts)?;
    for ticket in tickets {
        billing.dismiss(ticket).await?;
    }
    let json = json!({ "outcome": "dismissed", "tickets": tickets });
    Ok(Answer::done(json, texts.dismissed))
}

async fn one(session: &Session, billing: &Billing, ticket: &Ticket) -> Result<Answer, Failure> {
    let texts = session.texts();
    let answer = match &ticket.attempt {
        Attempt::Refund { .. } => outcome::resolved_refund(&billing.resume_refund(ticket).await?, texts),
        Attempt::Issue { .. } => match billing.resume_issue(ticket).await? {
            Some(issuance) => outcome::issuance(&issuance, texts),
            None => outcome::not_stored(texts),
        },
        _ => outcome::resolved(ticket, &billing.resume(ticket).await?, texts),
    };
    Ok(about(ticket, answer, texts))
}

/// An answer that says which order, payment or key it is about.
pub(crate) fn about(ticket: &Ticket, answer: Answer, texts: &Texts) -> Answer {
    Answer { text: format!("{}: {}", outcome::subject(ticket, texts), answer.text), ..answer }
}

/// Several answers as one. It is done when each is; a doubt outweighs a refusal.
pub(crate) fn together(answers: Vec<Answer>, name: &str) -> Answer {
    let worst = |exit: Exit| answers.iter().any(|answer| answer.exit == exit);
    let exit = [Exit::InDoubt, Exit::NotSent, Exit::Usage, Exit::Refused].into_iter().find(|exit| worst(*exit));
    let text = answers.iter().map(|answer| answer.text.trim_end()).collect::<Vec<_>>().join("\n\n");
    let list: Vec<&Value> = answers.iter().map(|answer| &answer.json).collect();
    Answer::with(exit.unwrap_or(Exit::Done), json!({ name: list }), text)
}

fn read(path: &Path, texts: &Texts) -> Result<Vec<Ticket>, Failure> {
    let unreadable = |_| Failure::plain(Exit::Usage, texts.tickets_unreadable);
    let mut text = String::new();
    if path == Path::new("-") {
        stdin().lock().take(MAX_BYTES).read_to_string(&mut text).map_err(unreadable)?;
    } else {
        let file = File::open(path).map_err(unreadable)?;
        file.take(MAX_BYTES).read_to_string(&mut text).map_err(unreadable)?;
    }
    let mut tickets = Vec::new();
    for paper in Deserializer::from_str(&text).into_iter::<Paper>() {
        let paper = paper.map_err(|_| Failure::plain(Exit::Usage, texts.tickets_unreadable))?;
        collect(paper, &mut tickets);
    }
    if tickets.is_empty() {
        return Err(Failure::plain(Exit::Usage, texts.tickets_unreadable));
    }
    Ok(tickets)
}

fn collect(paper: Paper, tickets: &mut Vec<Ticket>) {
    match paper {
        Paper::Ticket(ticket) | Paper::Answer { ticket } => tickets.push(*ticket),
        Paper::List(papers) => papers.into_iter().for_each(|paper| collect(paper, tickets)),
    }
}
