//! `charge`: a billing key.

use std::future::Future;

use clap::Args;
use kr_billing::journal::Subject;
use kr_billing::{Charge, ChargeRequest, Error, Operation};

use crate::args::{KeyArgs, SaleArgs};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::session::Session;
use crate::show::{Answer, outcome};
use crate::texts::Texts;
use crate::{own_key, watch};

/// What `charge` takes.
#[derive(Debug, Args)]
pub(crate) struct ChargeArgs {
    #[command(flatten)]
    key: KeyArgs,
    #[command(flatten)]
    sale: SaleArgs,
}

/// Charges a key.
pub(crate) async fn run(session: &Session, args: ChargeArgs) -> Result<Answer, Failure> {
    let (billing, journal) = session.open().await?;
    let key = session.key(&billing, args.key).await?;
    let SaleArgs { order, amount, name, .. } = &args.sale;
    let subject = Subject::charge(order);
    let request = ChargeRequest::by_key(key.clone(), order.clone(), *amount, name.clone());
    let request = args.sale.fill(request).map_err(|invalid| Error::invalid(Operation::Charge, invalid))?;
    let charge = async {
        own_key::check_unless_known(&billing, journal.as_ref(), &subject, &key, session.texts()).await?;
        Ok::<_, Failure>(billing.charge(request).await?)
    };
    send(session, charge).await
}

/// Waits for a charge. When it is broken off by hand its intent stays in the journal, and its ticket is printed.
pub(crate) async fn send(
    session: &Session,
    charge: impl Future<Output = Result<Charge, impl Into<Failure>>>,
) -> Result<Answer, Failure> {
    send_and(session, charge, outcome::charge).await
}

/// Waits for a charge, as [`send`] does, and tells it by `show`.
pub(crate) async fn send_and(
    session: &Session,
    charge: impl Future<Output = Result<Charge, impl Into<Failure>>>,
    show: fn(&Charge, &Texts) -> Answer,
) -> Result<Answer, Failure> {
    match watch::unless_interrupted(charge).await {
        Some(Ok(charge)) => Ok(show(&charge, session.texts())),
        Some(Err(failure)) => Err(failure.into()),
        None => broken_off(session),
    }
}

/// What to say after Ctrl-C during a call that moves money.
pub(crate) fn broken_off(session: &Session) -> Result<Answer, Failure> {
    match session.armed.ticket() {
        Some(ticket) => Ok(outcome::interrupted(&ticket, session.texts())),
        None => Err(Failure::plain(Exit::NotSent, session.texts().interrupted_before)),
    }
}
