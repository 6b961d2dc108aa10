//! Reading payments, and prepared amounts.

use kr_billing_core::{Error, ErrorKind, Krw, Operation, OrderId, PaymentId, PaymentStatus, Reach};

use super::{bad, next_page, out_of_range};
use crate::client::Client;
use crate::request::{Method, payments};
use crate::types::list::{Found, Page, Sorting, StatusFilter, StatusQuery, page, whole_list};
use crate::types::payment::{self, Balance, PaymentRecord, Prepared, read_balance, read_prepared};

/// Records a page when all of an order's are asked for.
const ORDER_PAGE: u32 = 100;

impl Client {
    /// A payment by its id; `None` when the provider does not know it.
    ///
    /// Test channels' payments are asked for too: since January 2026 this look-up hides them otherwise, and "not there" would
    /// read as "never made". `[help notice-v1-api-2025-11-25]`
    ///
    /// # Errors
    /// The look-up failed, or the answer speaks of another payment.
    pub async fn payment(&self, id: &PaymentId) -> Result<Option<PaymentRecord>, Error> {
        self.one_payment(id, false).await
    }

    /// As [`Client::payment`], with the PG's own `extension`.
    ///
    /// # Errors
    /// As for [`Client::payment`].
    pub async fn payment_with_extension(&self, id: &PaymentId) -> Result<Option<PaymentRecord>, Error> {
        self.one_payment(id, true).await
    }

    async fn one_payment(&self, id: &PaymentId, extension: bool) -> Result<Option<PaymentRecord>, Error> {
        let found = self.send(payments::one(id, extension)).await?.found(payment::read)?;
        match found {
            Some(record) if record.payment.id != *id => Err(mismatch("imp_uid")),
            found => Ok(found),
        }
    }

    /// Several payments by id, by order or both, at most 100; some may be missing (HTTP 207). `[oa /payments]`
    ///
    /// # Errors
    /// The look-up failed, or none or more than 100 are named.
    pub async fn payments_by_id(&self, ids: &[PaymentId], orders: &[OrderId]) -> Result<Found<PaymentRecord>, Error> {
        if !(1..=100).contains(&(ids.len() + orders.len())) {
            return Err(out_of_range(Operation::LookUpPayment, "imp_uid, merchant_uid: V1 takes 1 to 100 of them at once"));
        }
        let answered = self.send(payments::many(ids, orders)).await?;
        let found = answered.found(|context, answer| whole_list(context, answer, payment::read))?.unwrap_or_default();
        let without_id = ids.iter().filter(|id| !found.iter().any(|record| record.payment.id == **id)).map(PaymentId::as_str);
        let without_order =
            orders.iter().filter(|order| !found.iter().any(|record| record.payment.order == **order)).map(OrderId::as_str);
        let missing = without_id.chain(without_order).map(str::to_owned).collect();
        Ok(Found { found, missing })
    }

    /// Every payment under an order id, newest first; with a status, those of that status. Empty is an answer.
    ///
    /// All pages are read, and every record must be readable, of this order, and counted: a list that may lack one is an error
    /// and not an answer.
    ///
    /// # Errors
    /// The look-up failed.
    pub async fn payments_of_order(&self, order: &OrderId, status: Option<&PaymentStatus>) -> Result<Vec<PaymentRecord>, Error> {
        let mut all: Vec<PaymentRecord> = Vec::new();
        let mut number = 1;
        loop {
            let answered = self.send(payments::find_all(order, status, number, ORDER_PAGE)).await?;
            let Some(page) = answered.found(|context, answer| page(context, answer, payment::read))? else {
                // A list that had a page and has lost its next one is not complete.
                return if number == 1 {
                    Ok(all)
                } else {
                    Err(bad(Operation::LookUpPayment, "a list lost a page while it was read"))
                };
            };
            if !page.unreadable.is_empty() {
                return Err(bad(Operation::LookUpPayment, "the answer holds a payment that cannot be read"));
            }
            let (total, next) = (page.total, next_page(Operation::LookUpPayment, &page, number)?);
            all.extend(page.list);
            if let Some(next) = next {
                number = next;
                continue;
            }
            if all.iter().any(|record| record.payment.order != *order) {
                return Err(mismatch("merchant_uid"));
            }
            // An empty list is proof that nothing was charged, so it must say itself that it is whole.
            if total != Some(all.len() as u64) {
                return Err(bad(Operation::LookUpPayment, "the answer does not count as many payments as it holds"));
            }
            return Ok(all);
        }
    }

    /// The first payment under an order id after sorting, the newest unless told otherwise; `None` when there is none. To
    /// decide about money, read them all: [`Client::payments_of_order`].
    ///
    /// # Errors
    /// The look-up failed, or the answer speaks of another order.
    pub async fn newest_payment(
        &self,
        order: &OrderId,
        status: Option<&PaymentStatus>,
        sorting: Option<Sorting>,
    ) -> Result<Option<PaymentRecord>, Error> {
        let found = self.send(payments::find(order, status, sorting)).await?.found(payment::read)?;
        match found {
            Some(record) if record.payment.order != *order => Err(mismatch("merchant_uid")),
            found => Ok(found),
        }
    }

    /// What a PAYCO payment was paid with and what is left; `None` when the provider does not know the payment. It serves PAYCO
    /// only. `[oa balance]`
    ///
    /// # Errors
    /// The look-up failed.
    pub async fn payco_balance(&self, id: &PaymentId) -> Result<Option<Balance>, Error> {
        self.send(payments::balance(id)).await?.found(read_balance)
    }

    /// A page of payments by status, of at most 90 days. `[oa status]`
    ///
    /// # Errors
    /// The look-up failed; or page, limit or span are out of range.
    pub async fn payments_by_status(&self, status: StatusFilter, query: &StatusQuery) -> Result<Page<PaymentRecord>, Error> {
        const NINETY_DAYS: u64 = 90 * 86_400;
        let problem = match (query.from, query.to) {
            (Some(from), Some(to)) if to < from => Some("to: is before `from`"),
            (Some(from), Some(to)) if to.0 - from.0 > NINETY_DAYS => Some("to: is more than 90 days after `from`; ask in parts"),
            _ if query.page == 0 => Some("page: counts from 1"),
            _ if !(1..=1000).contains(&query.limit) => Some("limit: is not 1 to 1,000"),
            _ => None,
        };
        if let Some(problem) = problem {
            return Err(out_of_range(Operation::ListPayments, problem));
        }
        self.send(payments::by_status(status, query)).await?.done(|context, answer| page(context, answer, payment::read))
    }

    /// Registers the amount that a window must ask for under an order id. It guards `IMP.request_pay` only, not charges by key.
    /// `[oa prepare]`
    ///
    /// # Errors
    /// Kind `Rejected` when one is registered already.
    pub async fn prepare(&self, order: &OrderId, amount: Krw) -> Result<Prepared, Error> {
        self.send(payments::prepare(Method::Post, order, amount)).await?.done(read_prepared)
    }

    /// Changes a prepared amount.
    ///
    /// # Errors
    /// Kind `NotFound` when none is registered.
    pub async fn change_prepared(&self, order: &OrderId, amount: Krw) -> Result<Prepared, Error> {
        self.send(payments::prepare(Method::Put, order, amount)).await?.done(read_prepared)
    }

    /// A prepared amount; `None` when none is registered.
    ///
    /// # Errors
    /// The look-up failed.
    pub async fn prepared(&self, order: &OrderId) -> Result<Option<Prepared>, Error> {
        self.send(payments::prepared(order)).await?.found(read_prepared)
    }
}

fn mismatch(field: &str) -> Error {
    let message = format!("the answer speaks of another {field} than was asked for");
    Error::new(Operation::LookUpPayment, Reach::Unclear, ErrorKind::Mismatch, message)
}
