//! `schedule`: charges that PortOne makes later.

use std::future::Future;

use clap::{Args, Subcommand};
use kr_billing::{
    Billing, BillingKey, Error, ErrorKind, Krw, Operation, OrderId, OrderName, Reach, Schedule, ScheduleEntry, ScheduleRequest,
    TaxSplit, UnixSeconds,
};

use super::{charge, keys};
use crate::args::{BuyerArgs, KeyArgs, order_name, when};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::session::Session;
use crate::show::{Answer, fill, schedule};
use crate::{ask, watch};

/// The verbs about schedules.
#[derive(Debug, Subcommand)]
pub(crate) enum ScheduleCommand {
    /// Book a charge
    Add(AddArgs),
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
    /// The order id (merchant_uid)
    #[arg(long)]
    order: OrderId,
    /// When: UNIX seconds, or a day or time in Korea such as 2026-12-01 or 2026-12-01T09:00
    #[arg(long, value_name = "TIME", value_parser = when)]
    at: UnixSeconds,
    /// How much, in won
    #[arg(long, value_name = "WON")]
    amount: Krw,
    /// What for, at most 40 characters
    #[arg(long, value_parser = order_name)]
    name: OrderName,
    /// The tax-free part, in won
    #[arg(long, value_name = "WON")]
    tax_free: Option<u64>,
    /// The VAT, in won (needs the PG's agreement)
    #[arg(long, value_name = "WON")]
    vat: Option<u64>,
    /// Where its webhook goes
    #[arg(long, value_name = "URL")]
    notice_url: Option<String>,
    #[command(flatten)]
    buyer: BuyerArgs,
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
    let billing = session.billing().await?;
    match command {
        ScheduleCommand::Add(args) => add(session, &billing, args).await,
        ScheduleCommand::List(args) => keys::schedules(session, &billing, args).await,
        ScheduleCommand::Show(args) => show(session, &billing, args).await,
        ScheduleCommand::Move(args) => change(session, &billing, args).await,
        ScheduleCommand::Cancel(args) => cancel(session, &billing, args).await,
        ScheduleCommand::CancelAll(args) => cancel_all(session, &billing, args).await,
        ScheduleCommand::Retry(EntryArgs { key, order }) => {
            let key = session.key(&billing, key).await?;
            charge::send(session, billing.retry_schedule(&key, &order)).await
        }
    }
}

async fn add(session: &Session, billing: &Billing, args: AddArgs) -> Result<Answer, Failure> {
    let invalid = |invalid| Error::invalid(Operation::Schedule, invalid);
    let buyer = args.buyer.buyer().map_err(invalid)?;
    let tax = TaxSplit { tax_free: args.tax_free, vat: args.vat };
    let entry = ScheduleEntry::new(args.order, args.at, args.amount, args.name).with_buyer(buyer);
    let mut entry = entry.with_tax(tax).map_err(invalid)?;
    if let Some(url) = args.notice_url {
        entry = entry.with_notice_url(url);
    }
    let key = session.key(billing, args.key).await?;
    let request = ScheduleRequest::new(key, vec![entry], billing.now()).map_err(invalid)?;
    let booked = acted(session, billing.schedule(&request)).await?;
    Ok(several(session.texts().booked, &booked, session))
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
    let what = fill(session.texts().will_cancel_schedules, &[key.id.as_str()]);
    ask::first(&format!("{what}\n{}", schedule::many(&entries, session.texts())), args.yes, session.texts())?;
    let revoked = acted(session, billing.cancel_schedules(&key, &args.orders)).await?;
    Ok(several(session.texts().schedules_cancelled, &revoked, session))
}

async fn cancel_all(session: &Session, billing: &Billing, args: CancelAllArgs) -> Result<Answer, Failure> {
    let key: BillingKey = session.key(billing, args.key).await?;
    ask::first(&fill(session.texts().will_cancel_all, &[key.id.as_str()]), args.yes, session.texts())?;
    let revoked = acted(session, billing.cancel_all_schedules(&key)).await?;
    Ok(several(session.texts().schedules_cancelled, &revoked, session))
}

/// Waits for a call that may safely be repeated. Broken off by hand it is in doubt, and repeating it is the answer.
async fn acted<T>(session: &Session, call: impl Future<Output = Result<T, Error>>) -> Result<T, Failure> {
    match watch::unless_interrupted(call).await {
        Some(answer) => Ok(answer?),
        None => Err(Failure::plain(Exit::InDoubt, session.texts().interrupted_repeat)),
    }
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
