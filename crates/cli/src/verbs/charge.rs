//! `charge`: a billing key.

use clap::Args;
use kr_billing::journal::Subject;
use kr_billing::{ChargeRequest, Error, Operation};

use crate::args::{KeyArgs, SaleArgs};
use crate::failure::Failure;
use crate::own_key;
use crate::session::Session;
use crate::show::{Answer, outcome};

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
    own_key::check_unless_known(&billing, journal.as_ref(), &subject, &key, session.texts()).await?;
    Ok(outcome::charge(&billing.charge(request).await?, session.texts()))
}
