//! `schedule`: charges that PortOne makes later.

use std::future::Future;

use clap::{Args, Subcommand};
use kr_billing::journal::Subject;
use kr_billing::{
    Billing, BillingKey, Error, ErrorKind, Operation, OrderId, Reach, Schedule, ScheduleEntry, ScheduleRequest, ScheduleStatus,
    TimeWindow, UnixSeconds,
};
use serde_json::json;

use super::keys;
use crate::args::{KeyArgs, SaleArgs, when};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::session::Session;
use crate::show::{Answer, fill, outcome, schedule};
use crate::watch::Underway;
use crate::{ask, own_key};

/// The verbs about schedules.
#[derive(Debug, Subcommand)]
pub(crate) enum ScheduleCommand {
    /// Book a charge
    Add(Box<AddArgs>),
    /// List a billing key's bookings
    List(keys::SchedulesArgs),
    /// Show one booking
    Show(EntryArgs),
    /// Change the time of a booking, or with --again book a failed or cancelled one anew
    Move(MoveArgs),
    /// Take named bookings back
    Cancel(CancelArgs),
    /// Take all bookings of a billing key back
    CancelAll(CancelAllArgs),
    /// Charge a failed or cancelled booking now
    Retry(EntryArgs),
}

/// What `schedule add` takes.
#[derive(Debug, Args)]
pub(crate) struct AddArgs {
    #[command(flatten)]
    key: KeyArgs,
    /// When: UNIX seconds, or a day or time in Korea such as 2026-12-01 or 2026-12-01T09:00
    #[arg(long, value_name = "TIME", value_parser = when)]
    at: UnixSeconds,
    #[command(flatten)]
    sale: SaleArgs,
}

/// One booking.
#[derive(Debug, Args)]
pub(crate) struct EntryArgs {
    #[command(flatten)]
    key: KeyArgs,
    /// The booking's order id (merchant_uid)
    order: OrderId,
}

/// What `schedule move` takes.
#[derive(Debug, Args)]
pub(crate) struct MoveArgs {
    #[command(flatten)]
    entry: EntryArgs,
    /// The new time: UNIX seconds, or a day or time in Korea such as 2026-12-01 or 2026-12-01T09:00
    #[arg(long, value_name = "TIME", value_parser = when)]
    at: UnixSeconds,
    /// Book a failed or cancelled one anew, under its order id
    #[arg(long)]
    again: bool,
}

/// What `schedule cancel` takes.
#[derive(Debug, Args)]
pub(crate) struct CancelArgs {
    #[command(flatten)]
    key: KeyArgs,
    /// The bookings' order ids (merchant_uid)
    #[arg(required = true)]
    orders: Vec<OrderId>,
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

/// What `schedule cancel-all` takes.
#[derive(Debug, Args)]
pub(crate) struct CancelAllArgs {
    #[command(flatten)]
    key: KeyArgs,
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

/// Runs a verb about schedules.
pub(crate) async fn run(session: &Session, command: ScheduleCommand) -> Result<Answer, Failure> {
    let (billing, journal) = session.open().await?;
    match command {
        ScheduleCommand::Add(args) => add(session, &billing, *args).await,
        ScheduleCommand::List(args) => keys::schedules(session, &billing, args).await,
        ScheduleCommand::Show(args) => show(session, &billing, args).await,
        ScheduleCommand::Move(args) => change(session, &billing, args).await,
        ScheduleCommand::Cancel(args) => cancel(session, &billing, args).await,
        ScheduleCommand::CancelAll(args) => cancel_all(session, &billing, args).await,
        ScheduleCommand::Retry(EntryArgs { key, order }) => {
            let key = session.key(&billing, key).await?;
            let subject = Subject::retry(&order);
            own_key::check_unless_known(&billing, journal.as_ref(), &subject, &key, session.texts()).await?;
            Ok(outcome::retry(&billing.retry_schedule(&key, &order).await?, session.texts()))
        }
    }
}

async fn add(session: &Session, billing: &Billing, args: AddArgs) -> Result<Answer, Failure> {
    let invalid = |invalid| Error::invalid(Operation::Schedule, invalid);
    let entry = args.sale.entry(args.at).map_err(invalid)?;
    let key = session.key(billing, args.key).await?;
    let request = ScheduleRequest::new(key.clone(), vec![entry], billing.now()).map_err(invalid)?;
    let [entry] = request.entries() else { return Err(Failure::plain(Exit::Usage, session.texts().unexpected_value)) };
    // A look-up that fails is no reason not to book: booking twice under one order id is refused.
    if let Ok(Some(found)) = billing.scheduled(&key, &entry.order).await
        && is_same(&found, &key, entry)
    {
        let mut answer = several(session.texts().booked_already, &[found], session);
        answer.json["already"] = json!(true);
        return Ok(answer);
    }
    own_key::check(billing, &key, session.texts()).await?;
    let booked = acted(session, billing.schedule(&request)).await?;
    Ok(several(session.texts().booked, &booked, session))
}

/// Whether a booking waits as asked for, as far as its record tells: tax parts, installments and webhook address do not stand in it.
fn is_same(found: &Schedule, key: &BillingKey, entry: &ScheduleEntry) -> bool {
    found.status == ScheduleStatus::Scheduled
        && found.at == Some(entry.at)
        && found.amount.won() == Some(entry.amount.won())
        && found.key.as_deref().is_none_or(|uid| uid == key.id.as_str())
        && found.name.as_deref().is_none_or(|name| name == entry.name.as_str())
}

async fn show(session: &Session, billing: &Billing, args: EntryArgs) -> Result<Answer, Failure> {
    let key = session.key(billing, args.key).await?;
    let found = billing.scheduled(&key, &args.order).await?.ok_or_else(|| unknown(&args.order))?;
    Ok(Answer::done(schedule::json(&found), schedule::one(&found, session.texts())))
}

async fn change(session: &Session, billing: &Billing, args: MoveArgs) -> Result<Answer, Failure> {
    let EntryArgs { key, order } = args.entry;
    let key = session.key(billing, key).await?;
    let moved = if args.again {
        acted(session, billing.reschedule(&key, &order, args.at)).await?
    } else {
        acted(session, billing.change_schedule_time(&key, &order, args.at)).await?
    };
    Ok(several(session.texts().moved, &[moved], session))
}

async fn cancel(session: &Session, billing: &Billing, args: CancelArgs) -> Result<Answer, Failure> {
    let key = session.key(billing, args.key).await?;
    let mut entries = Vec::new();
    for order in &args.orders {
        entries.push(billing.scheduled(&key, order).await?.ok_or_else(|| unknown(order))?);
    }
    let texts = session.texts();
    let run: Vec<&str> = of_status(&entries, &ScheduleStatus::Executed).map(|entry| entry.order.as_str()).collect();
    if !run.is_empty() {
        let mut text = fill(texts.has_run, &[&run.join(", ")]);
        let wait: Vec<&str> = of_status(&entries, &ScheduleStatus::Scheduled).map(|entry| entry.order.as_str()).collect();
        if !wait.is_empty() {
            text.push_str(&fill(texts.still_wait, &[&wait.join(", ")]));
        }
        return Err(Failure::plain(Exit::Refused, text));
    }
    if of_status(&entries, &ScheduleStatus::Revoked).count() == entries.len() {
        let mut answer = several(texts.cancelled_already, &entries, session);
        answer.json["already"] = json!(true);
        return Ok(answer);
    }
    let what = fill(texts.will_cancel_schedules, &[key.id.as_str()]);
    ask::first(&format!("{what}\n{}", schedule::many(&entries, texts)), args.yes, texts).await?;
    let revoked = acted(session, billing.cancel_schedules(&key, &args.orders)).await?;
    Ok(several(texts.schedules_cancelled, &revoked, session))
}

fn of_status<'a>(entries: &'a [Schedule], status: &'a ScheduleStatus) -> impl Iterator<Item = &'a Schedule> {
    entries.iter().filter(move |entry| entry.status == *status)
}

async fn cancel_all(session: &Session, billing: &Billing, args: CancelAllArgs) -> Result<Answer, Failure> {
    let key: BillingKey = session.key(billing, args.key).await?;
    let texts = session.texts();
    let seen = waiting(billing, &key).await?;
    if seen.is_empty() && !args.yes {
        let text = fill(texts.nothing_waiting_sent, &[&(WINDOWS * TimeWindow::MAX_SECONDS / 86_400).to_string()]);
        return Ok(Answer::done(schedule::list_json(&[]), text));
    }
    let what = fill(texts.will_cancel_all, &[key.id.as_str(), &seen.len().to_string()]);
    let what = if seen.is_empty() { what } else { format!("{what}\n{}", schedule::many(&seen, texts)) };
    ask::first(&what, args.yes, texts).await?;
    match acted(session, billing.cancel_all_schedules(&key)).await {
        Ok(revoked) if revoked.is_empty() => Ok(Answer::done(schedule::list_json(&[]), texts.nothing_waiting)),
        Ok(revoked) => Ok(several(texts.schedules_cancelled, &revoked, session)),
        // What is wanted is so already. `[obs]`
        Err(Failure::Library(error)) if error.kind() == ErrorKind::NotFound && error.operation() == Operation::CancelSchedule => {
            Ok(Answer::done(schedule::list_json(&[]), texts.nothing_waiting))
        }
        Err(failure) => Err(failure),
    }
}

/// How many spans of 89 days are looked through for bookings: V1 lists no more at once, and names no latest day. `[oa]`
const WINDOWS: u64 = 5;

/// The bookings of a key that wait.
async fn waiting(billing: &Billing, key: &BillingKey) -> Result<Vec<Schedule>, Failure> {
    let (mut from, mut entries) = (billing.now(), Vec::new());
    for _ in 0..WINDOWS {
        let to = from.plus(TimeWindow::MAX_SECONDS);
        let span = TimeWindow::new(from, to).map_err(|invalid| Error::invalid(Operation::LookUpSchedule, invalid))?;
        entries.extend(billing.schedules(key, span).await?);
        from = to;
    }
    entries.retain(|entry| entry.status == ScheduleStatus::Scheduled);
    Ok(entries)
}

/// Waits for a call that may safely be repeated: broken off by hand it is in doubt, and repeating it is the answer.
async fn acted<T>(session: &Session, call: impl Future<Output = Result<T, Error>>) -> Result<T, Failure> {
    session.armed.set(Underway::Repeatable);
    Ok(call.await?)
}

fn several(head: &str, entries: &[Schedule], session: &Session) -> Answer {
    let text = match entries {
        [one] => schedule::one(one, session.texts()),
        many => schedule::many(many, session.texts()),
    };
    Answer::done(schedule::list_json(entries), format!("{head}\n{text}"))
}

fn unknown(order: &OrderId) -> Error {
    let text = format!("there is no schedule {order}");
    Error::new(Operation::LookUpSchedule, Reach::Refused, ErrorKind::NotFound, text)
}
