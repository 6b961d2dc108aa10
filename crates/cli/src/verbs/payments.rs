//! `payments`: looking up and refunding.

use clap::{ArgGroup, Args, Subcommand, ValueEnum};
use kr_billing::portone_v1::{StatusFilter, StatusQuery};
use kr_billing::{
    Billing, ChannelName, Error, Krw, Operation, OrderId, Payment, PaymentId, PaymentStatus, RefundRequest, TaxSplit, UnixSeconds,
};
use serde_json::json;

use super::pages;
use crate::args::{SpanArgs, page};
use crate::ask;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::session::Session;
use crate::show::{Answer, fill, outcome, payment};
use crate::texts::Texts;

/// The verbs about payments.
#[derive(Debug, Subcommand)]
pub(crate) enum PaymentsCommand {
    /// Show a payment
    Show(ShowArgs),
    /// Find every payment under an order id
    Find(FindArgs),
    /// List payments by state, of at most 90 days
    List(ListArgs),
    /// Refund a payment, all that is left or a part
    Cancel(CancelArgs),
}

/// What `payments show` takes.
#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    /// The payment (imp_uid)
    payment: PaymentId,
    /// Its channel in the configuration
    #[arg(long)]
    channel: Option<ChannelName>,
}

/// What `payments find` takes.
#[derive(Debug, Args)]
pub(crate) struct FindArgs {
    /// The order id (merchant_uid)
    order: OrderId,
    /// Only those in this state
    #[arg(long, value_enum)]
    status: Option<State>,
    /// Only the newest
    #[arg(long)]
    newest: bool,
}

/// What `payments list` takes.
#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// Only those in this state
    #[arg(long, value_enum)]
    status: Option<State>,
    #[command(flatten)]
    span: SpanArgs,
    /// The page, from 1
    #[arg(long, default_value_t = 1, value_parser = page)]
    page: u32,
    /// How many a page, 1 to 1000
    #[arg(long, default_value_t = 20)]
    limit: u32,
}

/// A payment's state, as V1 names it.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum State {
    Ready,
    Paid,
    Cancelled,
    Failed,
}

/// What `payments cancel` takes. All or a part is said by different options, so that nothing left out refunds everything.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("sum").required(true).args(["all", "amount"]))]
pub(crate) struct CancelArgs {
    /// The payment (imp_uid)
    payment: PaymentId,
    /// Refund all that is left
    #[arg(long)]
    all: bool,
    /// Refund this part, in won
    #[arg(long, value_name = "WON")]
    amount: Option<Krw>,
    /// What you believe is left, in won: refused when it is something else
    #[arg(long, value_name = "WON")]
    balance: Option<Krw>,
    /// The tax-free part of this refund, in won
    #[arg(long, value_name = "WON")]
    tax_free: Option<u64>,
    /// The VAT of this refund, in won
    #[arg(long, value_name = "WON")]
    vat: Option<u64>,
    /// No part of this refund is tax-free
    #[arg(long, conflicts_with_all = ["tax_free", "vat"])]
    taxable: bool,
    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// Ask for a cancel webhook too
    #[arg(long)]
    webhook: bool,
    /// The payment's channel in the configuration
    #[arg(long)]
    channel: Option<ChannelName>,
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

/// Runs a verb about payments.
pub(crate) async fn run(session: &Session, command: PaymentsCommand) -> Result<Answer, Failure> {
    let billing = session.billing().await?;
    match command {
        PaymentsCommand::Show(args) => {
            let (found, _) = session.payment(&billing, &args.payment, args.channel.as_ref()).await?;
            Ok(Answer::done(payment::json(&found, true), payment::one(&found, session.texts())))
        }
        PaymentsCommand::Find(args) => find(session, &billing, &args).await,
        PaymentsCommand::List(args) => list(session, &billing, &args).await,
        PaymentsCommand::Cancel(args) => cancel(session, &billing, args).await,
    }
}

async fn find(session: &Session, billing: &Billing, args: &FindArgs) -> Result<Answer, Failure> {
    let status = args.status.map(State::status);
    let client = pages::client(billing, session)?;
    let mut found: Vec<Payment> =
        client.payments_of_order(&args.order, status.as_ref()).await?.into_iter().map(|record| record.payment).collect();
    if args.newest {
        found.truncate(1);
    }
    let json = json!({ "payments": found.iter().map(|found| payment::json(found, true)).collect::<Vec<_>>() });
    let text = match found.as_slice() {
        [one] => payment::one(one, session.texts()),
        many => payment::many(many, session.texts()),
    };
    Ok(Answer::done(json, text))
}

async fn list(session: &Session, billing: &Billing, args: &ListArgs) -> Result<Answer, Failure> {
    check_span(billing.now(), &args.span, session.texts())?;
    let query = StatusQuery { from: args.span.from, to: args.span.to, page: args.page, limit: args.limit, sorting: None };
    let status = args.status.map_or(StatusFilter::All, State::filter);
    let page = pages::client(billing, session)?.payments_by_status(status, &query).await?;
    Ok(pages::of_payments(&page, session.texts()))
}

/// A list reaches over at most 90 days; without an end it ends now, without a start it starts 90 days before. `[oa status]`
fn check_span(now: UnixSeconds, span: &SpanArgs, texts: &Texts) -> Result<(), Failure> {
    const LONGEST: u64 = 90 * 86_400;
    let Some(from) = span.from else { return Ok(()) };
    match span.to.unwrap_or(UnixSeconds(now.0.max(from.0))).0.checked_sub(from.0) {
        None => Err(Failure::plain(Exit::Usage, texts.span_backwards)),
        Some(long) if long > LONGEST => Err(Failure::plain(Exit::Usage, texts.span_too_long)),
        Some(_) => Ok(()),
    }
}

async fn cancel(session: &Session, billing: &Billing, args: CancelArgs) -> Result<Answer, Failure> {
    let texts = session.texts();
    let invalid = |invalid| Error::invalid(Operation::Refund, invalid);
    let (found, channels) = session.payment(billing, &args.payment, args.channel.as_ref()).await?;
    let [channel] = channels.as_slice() else {
        return Err(Failure::plain(Exit::Usage, texts.name_the_channel));
    };
    let balance = left(&found, args.balance, session)?;
    let mut request = match args.amount {
        Some(amount) => RefundRequest::partial(channel.clone(), found.id.clone(), amount, balance).map_err(invalid)?,
        None => RefundRequest::full(channel.clone(), found.id.clone(), balance),
    };
    if args.taxable || args.tax_free.is_some() || args.vat.is_some() {
        request = request.with_tax(TaxSplit { tax_free: args.tax_free, vat: args.vat }).map_err(invalid)?;
    }
    if let Some(reason) = args.reason {
        request = request.with_reason(reason);
    }
    if args.webhook {
        request = request.with_webhook();
    }
    ask::first(&announcement(&found, &request, session), args.yes, texts).await?;
    Ok(outcome::refund(&billing.refund(&request).await?, texts))
}

/// What is left to refund, if it is what the caller believes.
fn left(found: &Payment, believed: Option<Krw>, session: &Session) -> Result<Krw, Failure> {
    let texts = session.texts();
    let refuse = |text: &str| Failure::plain(Exit::Refused, text);
    if found.is_issuance() {
        return Err(refuse(texts.issuance_not_refundable));
    }
    if !found.status.was_captured() {
        return Err(refuse(texts.not_captured));
    }
    let balance = found.balance().and_then(|left| Krw::new(left).ok()).ok_or_else(|| refuse(texts.nothing_left))?;
    match believed {
        Some(believed) if believed != balance => {
            Err(Failure::plain(Exit::Refused, fill(texts.other_balance, &[&balance.to_string()])))
        }
        _ => Ok(balance),
    }
}

fn announcement(found: &Payment, request: &RefundRequest, session: &Session) -> String {
    let texts = session.texts();
    let (amount, balance) = (request.amount.to_string(), request.expected_balance.to_string());
    let what = if request.is_full() {
        fill(texts.will_refund_all, &[found.id.as_str(), &amount])
    } else {
        fill(texts.will_refund_part, &[found.id.as_str(), &amount, &balance])
    };
    format!("{what}\n{}", payment::one(found, texts))
}

impl State {
    fn status(self) -> PaymentStatus {
        match self {
            Self::Ready => PaymentStatus::Ready,
            Self::Paid => PaymentStatus::Paid,
            Self::Cancelled => PaymentStatus::Cancelled,
            Self::Failed => PaymentStatus::Failed,
        }
    }

    fn filter(self) -> StatusFilter {
        match self {
            Self::Ready => StatusFilter::Ready,
            Self::Paid => StatusFilter::Paid,
            Self::Cancelled => StatusFilter::Cancelled,
            Self::Failed => StatusFilter::Failed,
        }
    }
}
