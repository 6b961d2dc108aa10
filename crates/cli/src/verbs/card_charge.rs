//! `card-charge`: a card that is typed in now, and perhaps stored.

use clap::Args;
use kr_billing::{BillingKeyId, ChannelName, ChargeRequest, Error, Operation};

use crate::args::{CardArgs, SaleArgs};
use crate::cards;
use crate::failure::Failure;
use crate::session::Session;
use crate::show::{Answer, outcome};

/// What `card-charge` takes.
#[derive(Debug, Args)]
pub(crate) struct CardChargeArgs {
    /// Store the card under this billing key id (customer_uid), which must be new
    #[arg(long, value_name = "KEY")]
    keep_as: Option<BillingKeyId>,
    /// The channel in the configuration (else the default one)
    #[arg(long)]
    channel: Option<ChannelName>,
    #[command(flatten)]
    card: CardArgs,
    #[command(flatten)]
    sale: SaleArgs,
}

/// Charges a card.
pub(crate) async fn run(session: &Session, args: CardChargeArgs) -> Result<Answer, Failure> {
    let invalid = |invalid| Error::invalid(Operation::Charge, invalid);
    let billing = session.billing().await?;
    let card = cards::get(&args.card, Operation::Charge, session.texts()).await?;
    let SaleArgs { order, amount, name, .. } = &args.sale;
    let (order, amount, name) = (order.clone(), *amount, name.clone());
    let mut request = match args.keep_as {
        Some(key) => ChargeRequest::by_card_and_keep(card, key, order, amount, name),
        None => ChargeRequest::by_card(card, order, amount, name),
    };
    if let Some(channel) = args.channel {
        request = request.on_channel(channel).map_err(invalid)?;
    }
    let request = args.sale.fill(request).map_err(invalid)?;
    Ok(outcome::charge(&billing.charge(request).await?, session.texts()))
}
