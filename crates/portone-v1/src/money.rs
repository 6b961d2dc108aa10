//! The calls that act. For adapters.

use kr_billing_core::{
    BillingKeyId, ChargeRequest, Error, ErrorKind, Invalid, IssueRequest, Krw, Operation, OrderId, PaymentId, ScheduleRequest,
    UnixSeconds,
};

use crate::client::{Client, Reply};
use crate::request::{Call, charge, keys, payments, schedules};
use crate::send::Heard;
use crate::settings::ModuleRoute;
use crate::types::key::{self, KeyRecord, Requester};
use crate::types::list::page;
use crate::types::payment::{self, CancelOptions, PaymentRecord};
use crate::types::schedule::{self, ScheduleRecord};

/// The calls that move money or change keys and schedules.
///
/// There is no policy here: nothing is journalled, looked up, compared or sent again, and an error with reach `Unclear` may
/// have moved money. Each method sends once (after a 401, which means that nothing was executed, once more). Merchants charge
/// through `kr_billing::Billing`; this is what an adapter stands on.
///
/// Every method's errors say by their `reach` how far the call got.
#[derive(Clone, Copy)]
#[must_use]
pub struct RawMoney<'a> {
    pub(crate) client: &'a Client,
}

impl RawMoney<'_> {
    /// Stores a card. `[oa customers POST]`
    ///
    /// # Errors
    /// See [`RawMoney`].
    pub async fn issue_key(self, request: &IssueRequest, route: &ModuleRoute) -> Result<Reply<KeyRecord>, Error> {
        self.client.send(charge::issue(request, route)).await?.reply(key::read)
    }

    /// Deletes a key; for good. The answer is the deleted record, if it can be read. `[oa customers DELETE]`
    ///
    /// # Errors
    /// See [`RawMoney`]. Kind `NotFound` when there is none by HTTP 404; the other answer, HTTP 200 with code 1, is
    /// [`Reply::Refused`]. `[obs]`
    pub async fn delete_key(
        self,
        id: &BillingKeyId,
        reason: Option<&str>,
        requester: Option<Requester>,
    ) -> Result<Reply<Option<KeyRecord>>, Error> {
        let answered = self.client.send(keys::delete(id, reason, requester)).await?;
        match answered.heard {
            Heard::Done(None) => Ok(Reply::Done(None)),
            _ => answered.reply(|context, record| Ok(key::read(context, record).ok())),
        }
    }

    /// Charges: by key (`again`), by card or by card and keep (`onetime`, which needs a route). `[oa again]` `[oa onetime]`
    ///
    /// [`Reply::Done`] is a record, whatever its status: code 0 does not mean paid. `[legacy guide]`
    ///
    /// # Errors
    /// See [`RawMoney`]. Kind `Unsupported` for a card without a route.
    pub async fn charge(self, request: &ChargeRequest, route: Option<&ModuleRoute>) -> Result<Reply<PaymentRecord>, Error> {
        let call = charge::charge(request, route).ok_or_else(|| {
            Error::unsupported(Operation::Charge, "this channel has no key-in, so it charges no card; charge a billing key")
        })?;
        self.client.send(call).await?.reply(payment::read)
    }

    /// Cancels all of a payment's balance. `[oa cancel]`
    ///
    /// # Errors
    /// See [`RawMoney`].
    pub async fn cancel_full(self, id: &PaymentId, balance: Krw, options: &CancelOptions) -> Result<Reply<PaymentRecord>, Error> {
        self.client.send(payments::cancel(id, balance, balance, options)).await?.reply(payment::read)
    }

    /// Cancels a part of a payment's balance. `[oa cancel]`
    ///
    /// # Errors
    /// See [`RawMoney`]. Kind `InvalidInput` when the part is all of the balance.
    pub async fn cancel_part(
        self,
        id: &PaymentId,
        amount: Krw,
        balance: Krw,
        options: &CancelOptions,
    ) -> Result<Reply<PaymentRecord>, Error> {
        if amount >= balance {
            let problem = "is not less than the balance; a full cancel is a call of its own";
            return Err(Error::invalid(Operation::Refund, Invalid::new("amount", problem)));
        }
        self.client.send(payments::cancel(id, amount, balance, options)).await?.reply(payment::read)
    }

    /// Books charges. `[oa schedule]`
    ///
    /// # Errors
    /// See [`RawMoney`].
    pub async fn schedule(self, request: &ScheduleRequest) -> Result<Reply<Vec<ScheduleRecord>>, Error> {
        self.schedules(schedules::create(request)).await
    }

    /// Changes the time of a waiting schedule. `[oa PUT schedule]`
    ///
    /// # Errors
    /// See [`RawMoney`].
    pub async fn change_time(self, order: &OrderId, at: UnixSeconds) -> Result<Reply<ScheduleRecord>, Error> {
        self.client.send(schedules::change_time(order, at)).await?.reply(schedule::read)
    }

    /// Books a failed or revoked schedule again. `[oa reschedule]`
    ///
    /// # Errors
    /// See [`RawMoney`].
    pub async fn reschedule(self, order: &OrderId, at: UnixSeconds) -> Result<Reply<ScheduleRecord>, Error> {
        self.client.send(schedules::reschedule(order, at)).await?.reply(schedule::read)
    }

    /// Charges a failed or revoked schedule now. It moves money. `[oa retry]`
    ///
    /// # Errors
    /// See [`RawMoney`].
    pub async fn retry(self, order: &OrderId) -> Result<Reply<PaymentRecord>, Error> {
        self.client.send(schedules::retry(order)).await?.reply(payment::read)
    }

    /// Takes the named schedules of a key back. `[oa unschedule]`
    ///
    /// # Errors
    /// See [`RawMoney`]. Kind `InvalidInput` when no order is named: V1 would take back every one.
    pub async fn unschedule(self, key: &BillingKeyId, orders: &[OrderId]) -> Result<Reply<Vec<ScheduleRecord>>, Error> {
        if orders.is_empty() {
            let problem = "names none; V1 would take back all of the key's, which is a call of its own";
            return Err(Error::invalid(Operation::CancelSchedule, Invalid::new("merchant_uid", problem)));
        }
        self.schedules(schedules::cancel(key, orders)).await
    }

    /// Takes all schedules of a key back. `[oa unschedule]`
    ///
    /// # Errors
    /// See [`RawMoney`].
    pub async fn unschedule_all(self, key: &BillingKeyId) -> Result<Reply<Vec<ScheduleRecord>>, Error> {
        self.schedules(schedules::cancel_all(key)).await
    }

    async fn schedules(self, call: Call) -> Result<Reply<Vec<ScheduleRecord>>, Error> {
        self.client.send(call).await?.reply(|context, answer| {
            let page = page(context, answer, schedule::read)?;
            match page.unreadable.is_empty() {
                true => Ok(page.list),
                false => Err(context.bad("holds a schedule that cannot be read")),
            }
        })
    }
}

/// Why a schedule call was refused: "nothing to cancel" is a kind of its own. `[obs]`
pub(crate) fn unschedule_kind(text: &str) -> ErrorKind {
    if text.starts_with("취소할 예약결제 기록이 존재하지 않습니다") {
        ErrorKind::NotFound
    } else {
        ErrorKind::Rejected
    }
}
