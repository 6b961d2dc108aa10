//! Reading payments (fact sheet, section 8).

use serde_json::{Value, json};

use super::World;
use super::keys::unknown;
use super::model::{Payment, Status};
use super::views;
use crate::answer::{Outcome, Refusal, Reply};
use crate::messages;
use crate::params::{BadField, Params};

/// Page length, where a caller does not say, and at most.
pub(crate) const PAGE: i64 = 20;
pub(crate) const PAGE_MAX: i64 = 1_000;
/// How many ids `GET /payments` takes.
const IDS_MAX: usize = 100;
/// The longest window of the status list: 90 days.
const WINDOW: i64 = 90 * 86_400;

impl World {
    /// Payments of test channels are hidden here, and only here, without `include_sandbox` [oa].
    pub(crate) fn payment_one(&self, imp_uid: &str, params: &Params) -> Outcome {
        let (with_sandbox, extended) = (query_flag(params, "include_sandbox")?, query_flag(params, "extension")?);
        let visible = |p: &&Payment| !p.channel.sandbox || with_sandbox;
        let payment = self.books.payment(imp_uid).filter(visible).ok_or_else(missing)?;
        let mut view = views::payment(payment);
        if extended && let Value::Object(fields) = &mut view {
            fields.insert("extension".to_owned(), json!({}));
        }
        Ok(Reply::new(view))
    }

    pub(crate) fn payment_many(&self, params: &Params) -> Outcome {
        let ids = query_list(params, "imp_uid")?;
        let orders = query_list(params, "merchant_uid")?;
        let asked = ids.len() + orders.len();
        if asked == 0 || ids.len() > IDS_MAX || orders.len() > IDS_MAX {
            return Err(Refusal::bad_request("imp_uid[] 또는 merchant_uid[]를 1개 이상 100개 이하로 지정해야 합니다."));
        }
        let by_id = ids.iter().filter_map(|id| self.books.payment(id));
        let by_order = orders.iter().filter_map(|order| self.books.of_order(order).last().copied());
        // Newest first, as the deprecated Go client's suite expects [obs]; records of one second in their reversed order.
        let mut found: Vec<_> = by_id.chain(by_order).collect();
        found.reverse();
        found.sort_by_key(|payment| std::cmp::Reverse(payment.started_at));
        let found: Vec<_> = found.into_iter().map(views::payment).collect();
        match found.len() {
            0 => Err(missing()),
            some if some < asked => Ok(Reply::partly(found)),
            _ => Ok(Reply::new(found)),
        }
    }

    pub(crate) fn find(&self, order: &str, status: &str, params: &Params) -> Outcome {
        let records = self.sorted(order, status, params)?;
        records.first().map(|payment| Reply::new(views::payment(payment))).ok_or_else(missing)
    }

    pub(crate) fn find_all(&self, order: &str, status: &str, params: &Params) -> Outcome {
        let records = self.sorted(order, status, params)?;
        if records.is_empty() {
            return Err(missing());
        }
        page_of(&records, params, Limit::Asked, views::payment)
    }

    /// No status, and `all`, mean every record. The deprecated Node client writes `undefined` into the
    /// path when its caller leaves the status out; that is taken for none as well (chosen).
    fn sorted(&self, order: &str, status: &str, params: &Params) -> Result<Vec<&Payment>, Refusal> {
        let mut records = self.books.of_order(order);
        if !matches!(status, "" | "all" | "undefined") {
            let status = Status::from_word(status).ok_or_else(|| Refusal::bad_request(messages::BAD_PAYMENT_STATUS))?;
            records.retain(|payment| payment.status == status);
        }
        sort(&mut records, params)?;
        Ok(records)
    }

    pub(crate) fn by_status(&self, status: &str, params: &Params) -> Outcome {
        let status = match status {
            "all" => None,
            word => Some(Status::from_word(word).ok_or_else(|| Refusal::bad_request(messages::BAD_PAYMENT_STATUS))?),
        };
        let to = query_number(params, "to")?.unwrap_or_else(|| self.now());
        let from = query_number(params, "from")?.unwrap_or(to.saturating_sub(WINDOW));
        if from > to || to.saturating_sub(from) > WINDOW {
            return Err(Refusal::bad_request(messages::BAD_RANGE));
        }
        // By the time of the status that a payment has come to, under `all` too [oa status].
        let time = |payment: &Payment| match payment.status {
            Status::Ready => payment.started_at,
            Status::Paid => payment.paid_at,
            Status::Cancelled => payment.cancelled_at,
            Status::Failed => payment.failed_at,
        };
        let fits = |p: &&Payment| status.is_none_or(|s| p.status == s) && (from..=to).contains(&time(p));
        let mut records: Vec<_> = self.books.payments().iter().filter(fits).collect();
        sort(&mut records, params)?;
        page_of(&records, params, Limit::Asked, views::payment)
    }

    /// Unknown is 200 with code 1, like the key itself: the deprecated Go client's suite passes with it (CONFLICT 21).
    pub(crate) fn key_payments(&self, uid: &str, params: &Params) -> Outcome {
        if !self.books.keys.contains_key(uid) {
            return Err(unknown(uid));
        }
        let with_key = |payment: &&Payment| payment.customer_uid.as_deref() == Some(uid);
        let mut records: Vec<_> = self.books.payments().iter().filter(with_key).collect();
        sort(&mut records, params)?;
        page_of(&records, params, Limit::Fixed, views::payment)
    }

    /// PAYCO only [oa balance]. 405 for another PG's payment is chosen: the OpenAPI lists the status and not its case.
    pub(crate) fn balance(&self, imp_uid: &str) -> Outcome {
        let payment = self.books.payment(imp_uid).ok_or_else(missing)?;
        if !views::has_balance(payment) {
            return Err(Refusal { status: 405, code: -1, message: messages::PAYCO_ONLY.to_owned() });
        }
        let none = json!({ "tax_free": 0, "supply": 0, "vat": 0, "service": 0 });
        let tax_free = payment.tax_free_left();
        let taxable = payment.balance() - tax_free;
        let vat = taxable / 11;
        let primary = json!({ "tax_free": tax_free, "supply": taxable - vat, "vat": vat, "service": 0 });
        Ok(Reply::new(json!({
            "amount": payment.order.amount,
            "cash_receipt": none,
            "primary": primary,
            "secondary": none,
            "discount": none,
            "histories": [],
        })))
    }
}

fn missing() -> Refusal {
    Refusal::not_found(messages::NO_PAYMENT)
}

/// A number of a query; what cannot be read is a 400 there.
pub(crate) fn query_number(params: &Params, name: &str) -> Result<Option<i64>, Refusal> {
    params.integer(name).map_err(in_query)
}

/// A text of a query.
pub(crate) fn query_text(params: &Params, name: &str) -> Result<Option<String>, Refusal> {
    params.text(name).map_err(in_query)
}

/// The texts of a query's list.
pub(crate) fn query_list(params: &Params, name: &str) -> Result<Vec<String>, Refusal> {
    params.list(name).map_err(in_query)
}

fn query_flag(params: &Params, name: &str) -> Result<bool, Refusal> {
    params.flag(name).map_err(in_query)
}

fn in_query(field: BadField) -> Refusal {
    Refusal { status: 400, code: -1, ..field.into() }
}

/// `-started` by default; a minus is newest first [oa find].
fn sort(records: &mut [&Payment], params: &Params) -> Result<(), Refusal> {
    let word = query_text(params, "sorting")?.unwrap_or_else(|| "-started".to_owned());
    let key = |payment: &Payment| match word.trim_start_matches('-') {
        "started" => Some(payment.started_at),
        "paid" => Some(payment.paid_at),
        "updated" => Some(payment.updated_at),
        _ => None,
    };
    if !matches!(word.trim_start_matches('-'), "started" | "paid" | "updated") {
        return Err(Refusal::bad_request("sorting 값이 올바르지 않습니다."));
    }
    // Records come oldest first, and a stable sort keeps that order within one second.
    records.sort_by_key(|payment| key(payment));
    if word.starts_with('-') {
        records.reverse();
    }
    Ok(())
}

/// Whether a list takes a `limit`. A key's payments and schedules take `page` only [oa].
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Limit {
    Asked,
    Fixed,
}

/// One page; a page beyond the data is a 400, but for the first [oa status].
pub(crate) fn page_of<T>(records: &[&T], params: &Params, limit: Limit, view: impl Fn(&T) -> Value) -> Outcome {
    let wrong = || Refusal::bad_request(messages::BAD_PAGE);
    let page = query_number(params, "page")?.unwrap_or(1);
    let asked = if limit == Limit::Asked { query_number(params, "limit")? } else { None };
    let limit = asked.unwrap_or(PAGE);
    if page < 1 || !(1..=PAGE_MAX).contains(&limit) {
        return Err(wrong());
    }
    let (page, limit) = (usize::try_from(page).map_err(|_| wrong())?, usize::try_from(limit).map_err(|_| wrong())?);
    let pages = records.len().div_ceil(limit);
    if page > pages.max(1) {
        return Err(wrong());
    }
    let list = records.iter().skip((page - 1) * limit).take(limit).map(|record| view(record)).collect();
    Ok(Reply::new(views::paged(list, records.len(), page, pages)))
}
