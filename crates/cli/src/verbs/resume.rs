//! `resume`: what became of calls that were in doubt, by their tickets.

use std::fs::File;
use std::io::{Read, stdin};
use std::path::{Path, PathBuf};

use clap::Args;
use kr_billing::contract::outcome::Attempt;
use kr_billing::{Billing, Ticket};
use serde_json::{Deserializer, Value, json};

use crate::exit::Exit;
use crate::failure::Failure;
use crate::session::Session;
use crate::show::{self, Answer, fill, outcome};
use crate::texts::Texts;
use crate::{ask, watch};

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
    pub(crate) dismiss: bool,
    /// Do not ask
    #[arg(long, requires = "dismiss")]
    yes: bool,
}

/// What was handed over.
#[derive(Default)]
struct Papers {
    tickets: Vec<Ticket>,
    /// Answers that carry no ticket, since nothing is in doubt there.
    without: usize,
}

/// Asks about each ticket.
pub(crate) async fn run(session: &Session, args: ResumeArgs) -> Result<Answer, Failure> {
    let texts = session.texts();
    let Papers { tickets, without } = watch::apart(move || read(&args.tickets, texts)).await?;
    if without > 0 {
        show::warn(&unasked(tickets.len(), without, texts));
    }
    let mut answer = match args.dismiss {
        true => dismiss(session, &tickets, args.yes).await?,
        false => ask_again(session, &tickets).await?,
    };
    answer.json["without_ticket"] = json!(without);
    Ok(answer)
}

async fn ask_again(session: &Session, tickets: &[Ticket]) -> Result<Answer, Failure> {
    let billing = session.billing().await?;
    let mut answers = Vec::new();
    for ticket in tickets {
        answers.push(one(session, &billing, ticket).await?);
    }
    Ok(together(answers, "tickets"))
}

/// Closes doubts that no look-up can settle, such as a payment of another amount.
async fn dismiss(session: &Session, tickets: &[Ticket], yes: bool) -> Result<Answer, Failure> {
    let texts = session.texts();
    if session.config().await?.journal.is_none() {
        return Err(Failure::configuration(texts.recover_needs_journal));
    }
    let billing = session.billing().await?;
    ask::first(&fill(texts.will_dismiss, &[&tickets.len().to_string()]), yes, texts).await?;
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

fn read(path: &Path, texts: &Texts) -> Result<Papers, Failure> {
    let text = text_of(path, texts)?;
    let mut papers = Papers::default();
    for paper in Deserializer::from_str(&text).into_iter::<Value>() {
        let unreadable = |error: serde_json::Error| {
            let place = fill(texts.place, &[&error.line().to_string(), &error.column().to_string()]);
            Failure::plain(Exit::Usage, format!("{} ({place})", texts.tickets_unreadable))
        };
        let sorted = sort(paper.map_err(unreadable)?, &mut papers);
        sorted.ok_or_else(|| Failure::plain(Exit::Usage, texts.tickets_unreadable))?;
    }
    match (papers.tickets.len(), papers.without) {
        (0, 0) => Err(Failure::plain(Exit::Usage, texts.tickets_unreadable)),
        (0, without) => Err(Failure::plain(Exit::Usage, unasked(0, without, texts))),
        _ => Ok(papers),
    }
}

fn unasked(tickets: usize, without: usize, texts: &Texts) -> String {
    fill(texts.answers_without_ticket, &[&without.to_string(), &(tickets + without).to_string()])
}

/// The whole text, or why there is none.
fn text_of(path: &Path, texts: &Texts) -> Result<String, Failure> {
    let failed =
        |why: &str| Failure::plain(Exit::Usage, fill(texts.tickets_file_unreadable, &[&path.display().to_string(), why]));
    let mut text = String::new();
    let read = match path == Path::new("-") {
        true => stdin().lock().take(MAX_BYTES + 1).read_to_string(&mut text),
        false => File::open(path).and_then(|file| file.take(MAX_BYTES + 1).read_to_string(&mut text)),
    };
    match read.map_err(|error| failed(&error.to_string()))? as u64 > MAX_BYTES {
        true => Err(failed(texts.too_long)),
        false => Ok(text),
    }
}

/// Takes the tickets out of a ticket, an answer, or a list of either. `None` where something is neither: a doubt must not be lost
/// because its ticket is damaged.
fn sort(paper: Value, papers: &mut Papers) -> Option<()> {
    let mut paper = match paper {
        Value::Array(list) => return list.into_iter().try_for_each(|paper| sort(paper, papers)),
        Value::Object(paper) => paper,
        _ => return None,
    };
    if let Some(list) = ["tickets", "recovered"].into_iter().find_map(|name| paper.remove(name)) {
        return sort(list, papers);
    }
    match paper.remove("ticket") {
        Some(ticket) => papers.tickets.push(serde_json::from_value(ticket).ok()?),
        None if paper.contains_key("outcome") && paper["outcome"] != "in_doubt" => papers.without += 1,
        None => papers.tickets.push(serde_json::from_value(Value::Object(paper)).ok()?),
    }
    Some(())
}
