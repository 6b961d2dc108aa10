//! `keys`: billing keys.

use clap::{Args, Subcommand};
use kr_billing::contract::outcome::Attempt;
use kr_billing::{
    Billing, BillingKey, BillingKeyId, ChannelName, Error, ErrorKind, IssueRequest, Operation, Reach, ScheduleStatus, StoredKey,
    Ticket, TimeWindow, UnixSeconds,
};
use serde_json::json;

use super::pages;
use crate::args::{BuyerArgs, CardArgs, KeyArgs, SpanArgs, page};
use crate::failure::Failure;
use crate::session::Session;
use crate::show::{Answer, fill, key, outcome, schedule};
use crate::texts::Texts;
use crate::watch::Underway;
use crate::{ask, cards};

/// The verbs about keys.
#[derive(Debug, Subcommand)]
pub(crate) enum KeysCommand {
    /// Store a card as a billing key
    Issue(IssueArgs),
    /// Show a billing key
    Show(KeyArgs),
    /// Show several billing keys, and which of them are not there
    List(ListArgs),
    /// Delete a billing key
    Delete(DeleteArgs),
    /// List a billing key's payments
    Payments(PaymentsArgs),
    /// List a billing key's schedules
    Schedules(SchedulesArgs),
}

/// What `keys issue` takes.
#[derive(Debug, Args)]
pub(crate) struct IssueArgs {
    /// The id to store the card under (customer_uid), which must be new
    key: BillingKeyId,
    /// The channel in the configuration (else the default one)
    #[arg(long)]
    channel: Option<ChannelName>,
    #[command(flatten)]
    card: CardArgs,
    #[command(flatten)]
    holder: BuyerArgs,
}

/// What `keys list` takes. V1 has no list of all keys.
#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// The billing keys (customer_uid): V1 cannot list them all
    #[arg(required = true)]
    keys: Vec<BillingKeyId>,
}

/// What `keys delete` takes.
#[derive(Debug, Args)]
pub(crate) struct DeleteArgs {
    #[command(flatten)]
    key: KeyArgs,
    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

/// What `keys payments` takes.
#[derive(Debug, Args)]
pub(crate) struct PaymentsArgs {
    /// The billing key (customer_uid)
    key: BillingKeyId,
    /// The page, from 1
    #[arg(long, default_value_t = 1, value_parser = page)]
    page: u32,
}

/// What `keys schedules` and `schedule list` take.
#[derive(Debug, Args)]
pub(crate) struct SchedulesArgs {
    #[command(flatten)]
    key: KeyArgs,
    #[command(flatten)]
    span: SpanArgs,
}

/// Runs a verb about keys.
pub(crate) async fn run(session: &Session, command: KeysCommand) -> Result<Answer, Failure> {
    let billing = session.billing().await?;
    match command {
        KeysCommand::Issue(args) => issue(session, &billing, args).await,
        KeysCommand::Show(args) => show(session, &billing, args).await,
        KeysCommand::List(args) => list(session, &billing, &args.keys).await,
        KeysCommand::Delete(args) => delete(session, &billing, args).await,
        KeysCommand::Payments(args) => payments(session, &billing, &args).await,
        KeysCommand::Schedules(args) => schedules(session, &billing, args).await,
    }
}

async fn issue(session: &Session, billing: &Billing, args: IssueArgs) -> Result<Answer, Failure> {
    let issuing = billing.issuing(args.channel.as_ref())?;
    let key_in = issuing.key_in().ok_or_else(|| Failure::configuration(session.texts().no_key_in))?;
    let holder = args.holder.buyer().map_err(|invalid| Error::invalid(Operation::IssueKey, invalid))?;
    let card = cards::get(&args.card, Operation::IssueKey, session.texts()).await?;
    let request = IssueRequest::new(args.key.clone(), card).with_holder(holder);
    session.armed.set(Underway::Call(Box::new(issue_ticket(billing, key_in.channel(), args.key))));
    Ok(outcome::issuance(&key_in.issue(&request).await?, session.texts()))
}

/// Storing a card has no intent in the journal, since it moves no money: its ticket is made here, before the library looks whether
/// the key is new. So a signal during that look is a doubt, too.
fn issue_ticket(billing: &Billing, channel: &ChannelName, key: BillingKeyId) -> Ticket {
    let policy = billing.policy();
    let now = billing.now().0.saturating_mul(1000);
    let wait = (policy.send_timeout + policy.settle_after).as_millis();
    Ticket {
        version: Ticket::VERSION,
        channel: channel.clone(),
        attempt: Attempt::Issue { key },
        sent_at_ms: now,
        settled_at_ms: now.saturating_add(u64::try_from(wait).unwrap_or(u64::MAX)),
        known: Vec::new(),
        claim: None,
        account: None,
    }
}

async fn show(session: &Session, billing: &Billing, args: KeyArgs) -> Result<Answer, Failure> {
    let key = session.key(billing, args).await?;
    let stored = billing.billing_key(&key).await?.ok_or_else(|| unknown(&key.id))?;
    let text = key::one(&stored, Some(&key.channel), session.texts());
    Ok(Answer::done(key::json(&stored, Some(&key.channel), true), text))
}

async fn list(session: &Session, billing: &Billing, ids: &[BillingKeyId]) -> Result<Answer, Failure> {
    let found = pages::client(billing, session)?.keys(ids).await?;
    let missing = found.missing;
    let stored: Vec<_> = found.found.into_iter().map(|record| record.into_stored()).collect();
    let mut keys = Vec::new();
    for stored in &stored {
        keys.push(key::json(stored, channel_of(billing, stored)?, true));
    }
    let json = json!({ "keys": keys, "missing": missing });
    let mut text = key::many(&stored, session.texts());
    if !missing.is_empty() {
        text.push_str(&format!("\n{}: {}", session.texts().not_there, missing.join(", ")));
    }
    Ok(Answer::done(json, text))
}

/// The one channel that a key can be of, by its PG. `None` when several could have it.
fn channel_of<'a>(billing: &'a Billing, stored: &StoredKey) -> Result<Option<&'a ChannelName>, Error> {
    let mut fitting = Vec::new();
    for name in billing.channels() {
        let profile = billing.profile(name)?;
        if stored.pg_provider.as_deref().is_none_or(|pg| profile.owns_provider(pg)) {
            fitting.push(name);
        }
    }
    Ok(if let [one] = fitting.as_slice() { Some(*one) } else { None })
}

async fn delete(session: &Session, billing: &Billing, args: DeleteArgs) -> Result<Answer, Failure> {
    let texts = session.texts();
    let id = args.key.key.clone();
    let key = match session.key(billing, args.key).await {
        // No channel has it, which is also so while another PG has it.
        Err(Failure::Library(error)) if error.kind() == ErrorKind::NotFound => {
            return match pages::client(billing, session)?.key(&id).await? {
                Some(_) => Err(error.into()),
                None => Ok(already_gone(&id, texts)),
            };
        }
        key => key?,
    };
    let Some(stored) = billing.billing_key(&key).await? else { return Ok(already_gone(&id, texts)) };
    let waiting = waiting(billing, &key).await?;
    let mut what = vec![fill(texts.will_delete_key, &[key.id.as_str()]), key::one(&stored, Some(&key.channel), texts)];
    if waiting > 0 {
        what.push(fill(texts.schedules_waiting, &[&waiting.to_string()]));
    }
    ask::first(&what.join("\n"), args.yes, texts).await?;
    session.armed.set(Underway::Repeatable);
    billing.delete_billing_key(&key, args.reason.as_deref()).await?;
    let json = json!({ "outcome": "deleted", "customer_uid": key.id, "was_there": true });
    Ok(Answer::done(json, fill(texts.key_deleted, &[key.id.as_str()])))
}

/// What is wanted is so already.
fn already_gone(key: &BillingKeyId, texts: &Texts) -> Answer {
    let json = json!({ "outcome": "deleted", "customer_uid": key, "was_there": false });
    Answer::done(json, fill(texts.key_already_gone, &[key.as_str()]))
}

/// How many charges of the next 89 days a key has: V1 does not say what becomes of them. `[oa]`
async fn waiting(billing: &Billing, key: &BillingKey) -> Result<usize, Failure> {
    let now = billing.now();
    let span = TimeWindow::new(now, now.plus(TimeWindow::MAX_SECONDS));
    let span = span.map_err(|invalid| Error::invalid(Operation::LookUpSchedule, invalid))?;
    let entries = billing.schedules(key, span).await?;
    Ok(entries.iter().filter(|entry| entry.status == ScheduleStatus::Scheduled).count())
}

async fn payments(session: &Session, billing: &Billing, args: &PaymentsArgs) -> Result<Answer, Failure> {
    let page = pages::client(billing, session)?.key_payments(&args.key, args.page).await?;
    let page = page.ok_or_else(|| unknown(&args.key))?;
    Ok(pages::of_payments(&page, session.texts()))
}

/// A key's schedules: by default 30 days back and 59 ahead.
pub(crate) async fn schedules(session: &Session, billing: &Billing, args: SchedulesArgs) -> Result<Answer, Failure> {
    let key = session.key(billing, args.key).await?;
    let span = span(billing.now(), &args.span).map_err(|invalid| Error::invalid(Operation::LookUpSchedule, invalid))?;
    let entries = billing.schedules(&key, span).await?;
    Ok(Answer::done(schedule::list_json(&entries), schedule::many(&entries, session.texts())))
}

fn span(now: UnixSeconds, args: &SpanArgs) -> Result<TimeWindow, kr_billing::Invalid> {
    const BACK: u64 = 30 * 86_400;
    let from = args.from.unwrap_or_else(|| match args.to {
        Some(to) => UnixSeconds(to.0.saturating_sub(TimeWindow::MAX_SECONDS)),
        None => UnixSeconds(now.0.saturating_sub(BACK)),
    });
    TimeWindow::new(from, args.to.unwrap_or_else(|| from.plus(TimeWindow::MAX_SECONDS)))
}

fn unknown(key: &BillingKeyId) -> Error {
    let text = format!("there is no billing key {key}");
    Error::new(Operation::LookUpKey, Reach::Refused, ErrorKind::NotFound, text)
}
