//! Records planted by a control call, as if they had been there before.

use super::World;
use super::charge::Attempt;
use super::model::{ChannelRef, Order, Status, StoredCard, Usage};
use crate::answer::Refusal;
use crate::card;
use crate::handle::Planted;
use crate::messages;

impl World {
    /// Writes a record without asking any PG. `paid` is captured, the others are not.
    pub(crate) fn plant(&mut self, planted: &Planted) -> Result<String, Refusal> {
        if planted.status == Status::Cancelled {
            return Err(Refusal::bad_request("plant a paid record and refund it"));
        }
        let order = Order::plain(planted.merchant_uid.clone(), planted.amount)?;
        if planted.status == Status::Paid && self.books.burnt(&order.merchant_uid) {
            return Err(Refusal::business(1, messages::ORDER_TAKEN));
        }
        let channel = self.channels.for_rest(planted.pg.as_deref(), None);
        let channel = channel.map(ChannelRef::from).ok_or_else(|| Refusal::business(-1, messages::NO_CHANNEL))?;
        let card = card::from_number("1234-1234-1234-1234").ok_or_else(|| Refusal::bad_request(messages::BAD_CARD))?;
        let attempt = Attempt {
            order,
            channel,
            card: StoredCard::from(&card),
            customer_uid: planted.customer_uid.clone(),
            usage: planted.customer_uid.as_ref().map(|_| Usage::Payment),
        };
        let result = match planted.status {
            Status::Paid => Ok(()),
            _ => Err("planted".to_owned()),
        };
        let imp_uid = self.record(attempt, result);
        if planted.status == Status::Ready
            && let Some(payment) = self.books.payment_mut(&imp_uid)
        {
            payment.status = Status::Ready;
            payment.failed_at = 0;
            payment.fail_reason = None;
        }
        Ok(imp_uid)
    }
}
