//! Playing the buyer in a PG's window: what `IMP.request_pay` would have led to (fact sheet,
//! section 11; `pg-quirks.md`, section A).

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::World;
use super::model::{ChannelRef, LedgerKind, Order, Payment, Status, StoredCard, Usage};
use super::orders::{KEY_ID_LIMIT, check_length};
use crate::answer::Refusal;
use crate::card;
use crate::channels::Channel;
use crate::declines::{self, Way};
use crate::messages;
use crate::params::{BadField, Params};
use crate::rules::{PgRule, WindowAmount};

/// What the buyer does in the window.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Buyer {
    /// The card that is typed in; without it a good card. Never kept.
    pub card_number: Option<String>,
    /// True closes the window instead.
    pub cancel: bool,
    /// True plays a phone, whose windows return by redirect.
    pub mobile: bool,
}

impl fmt::Debug for Buyer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let card = self.card_number.as_ref().map(|_| "(hidden)");
        f.debug_struct("Buyer").field("card_number", &card).field("cancel", &self.cancel).field("mobile", &self.mobile).finish()
    }
}

impl Buyer {
    /// A buyer who types in this card.
    pub fn with_card(card_number: impl Into<String>) -> Self {
        Self { card_number: Some(card_number.into()), ..Self::default() }
    }

    /// A buyer who closes the window.
    pub fn who_cancels() -> Self {
        Self { cancel: true, ..Self::default() }
    }
}

/// What the browser gets back from a window.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WindowReturn {
    /// Whether the window was completed.
    pub success: bool,
    /// The payment record; none when the window did not open.
    pub imp_uid: Option<String>,
    /// The order as sent.
    pub merchant_uid: String,
    /// The PG's raw code, or V1's, on failure.
    pub error_code: Option<String>,
    /// The text on failure.
    pub error_msg: Option<String>,
    /// The object that the callback of `IMP.request_pay` gets.
    pub callback: Value,
    /// Where a phone is sent: `m_redirect_url` with the result in its query.
    pub redirect_url: Option<String>,
}

/// A window that is open.
struct Window {
    order: Order,
    channel: Channel,
    uid: String,
    customer_id: Option<String>,
}

/// Why a window fails, with the record that it leaves behind.
struct Failure {
    code: &'static str,
    text: String,
    imp_uid: Option<String>,
}

impl Failure {
    fn unopened(code: &'static str, text: impl Into<String>) -> Self {
        Self { code, text: text.into(), imp_uid: None }
    }
}

impl<T: Into<Refusal>> From<T> for Failure {
    fn from(refusal: T) -> Self {
        Self::unopened("BAD_REQUEST", refusal.into().message)
    }
}

impl World {
    /// Opens the window that these parameters of `IMP.request_pay` describe, and lets the buyer act.
    pub(crate) fn complete_window(&mut self, params: &Params, buyer: &Buyer) -> WindowReturn {
        let result = self.open(params).and_then(|window| self.act(window, buyer));
        let told = |name: &str| params.text(name).unwrap_or_default();
        let merchant_uid = told("merchant_uid").unwrap_or_default();
        let redirect = told("m_redirect_url");
        let short = self.window_channel(params).is_ok_and(|channel| channel.is_some_and(|channel| channel.rule().short_result()));
        match result {
            Ok(imp_uid) => self.completed(imp_uid, merchant_uid, redirect.as_deref(), short),
            Err(failure) => failed(&failure, merchant_uid, redirect.as_deref(), short),
        }
    }

    /// The checks before a window opens.
    fn open(&self, params: &Params) -> Result<Window, Failure> {
        let bad = |text: &str| Failure::unopened("BAD_REQUEST", text);
        let uid = params.text("customer_uid")?;
        let uid = uid.ok_or_else(|| bad("customer_uid가 없습니다. sandbox의 결제창은 빌링키 발급만 지원합니다."))?;
        check_length("customer_uid", &uid, KEY_ID_LIMIT)?;
        // The SDK checks its type since 2024-03-15 [docs payrq].
        if params.has("merchant_uid") && !params.is_string("merchant_uid") {
            return Err(bad("merchant_uid는 문자열이어야 합니다."));
        }
        let order = Order::read_for_window(params)?;
        let channel = self.window_channel(params)?.ok_or_else(|| bad(messages::NO_CHANNEL))?.clone();
        pg_problem(&channel, &order, params)?;
        if self.books.burnt(&order.merchant_uid) || self.used_up(&order.merchant_uid, &channel.provider) {
            return Err(Failure::unopened("F1002", messages::WINDOW_ORDER_TAKEN));
        }
        if self.prepared_otherwise(&order) {
            return Err(bad("사전등록된 결제금액과 일치하지 않습니다."));
        }
        Ok(Window { order, channel, uid, customer_id: params.text("customer_id")? })
    }

    fn window_channel(&self, params: &Params) -> Result<Option<&Channel>, BadField> {
        let key = params.text("channelKey")?.or(params.text("channel_key")?);
        Ok(self.channels.for_window(params.text("pg")?.as_deref(), key.as_deref()))
    }

    /// An amount registered by `prepare` blocks a window with another [oa prepare].
    fn prepared_otherwise(&self, order: &Order) -> bool {
        self.books.prepared.get(&order.merchant_uid).is_some_and(|prepared| {
            let other_currency = prepared.currency.as_ref().is_some_and(|currency| *currency != order.currency);
            prepared.amount != order.amount || other_currency
        })
    }

    /// The buyer types a card in, or closes the window.
    fn act(&mut self, window: Window, buyer: &Buyer) -> Result<String, Failure> {
        let Window { order, channel, uid, customer_id } = window;
        let rule = channel.rule();
        let device = if buyer.mobile { "mobile" } else { "pc" };
        let mut payment = self.blank("imp", device, order, ChannelRef::from(&channel));
        payment.customer_uid = Some(uid.clone());
        payment.usage = Some(Usage::Issue);
        if buyer.cancel {
            return Err(self.leave(payment, "F400", "사용자가 결제를 취소하셨습니다."));
        }
        let number = buyer.card_number.as_deref().unwrap_or("1234-1234-1234-1234");
        let Some(card) = card::from_number(number) else {
            return Err(self.leave(payment, "F400", messages::BAD_CARD));
        };
        let card = StoredCard::from(&card);
        let row = card.behaviour.and_then(|behaviour| declines::row_of(behaviour.row));
        payment.captured = captures(rule, payment.order.amount);
        // A window that only stores the card learns of it what the card's data tell; one that charges hears the issuer.
        if let Some(row) = row.filter(|row| row.card_data || payment.captured) {
            payment.captured = false;
            let text = row.text(rule.family, Way::FailedTextOnly);
            return Err(self.leave(payment, row.code(rule.family), &text));
        }
        payment.card = Some(card.clone());
        let holder = payment.order.buyer.clone();
        self.keep_key(&uid, ChannelRef::from(&channel), card, customer_id, holder);
        Ok(self.finish(payment))
    }

    /// Leaves a failed record behind.
    fn leave(&mut self, payment: Payment, code: &'static str, text: &str) -> Failure {
        let imp_uid = self.add_failed(payment, text.to_owned());
        Failure { code, text: text.to_owned(), imp_uid: Some(imp_uid) }
    }

    /// The issuance record: `paid` whether money moved or not, and its merchant_uid is burnt.
    fn finish(&mut self, mut payment: Payment) -> String {
        payment.status = Status::Paid;
        payment.paid_at = payment.started_at;
        let (imp_uid, amount, at) = (payment.imp_uid.clone(), payment.order.amount, payment.started_at);
        let captured = payment.captured;
        self.books.add_payment(payment);
        if captured {
            self.books.enter(LedgerKind::Capture, &imp_uid, amount, at);
        }
        self.notify_payment(&imp_uid, None);
        imp_uid
    }

    fn completed(&self, imp_uid: String, merchant_uid: String, redirect: Option<&str>, short: bool) -> WindowReturn {
        let callback = match self.books.payment(&imp_uid) {
            Some(payment) if !short => callback(payment),
            _ => json!({ "imp_uid": imp_uid, "merchant_uid": merchant_uid }),
        };
        let query = [("imp_uid", imp_uid.as_str()), ("merchant_uid", &merchant_uid), ("imp_success", "true")];
        WindowReturn {
            success: true,
            redirect_url: redirect.and_then(|url| with_query(url, &query, short)),
            imp_uid: Some(imp_uid),
            merchant_uid,
            error_code: None,
            error_msg: None,
            callback,
        }
    }
}

/// Why a channel's PG opens no window that issues a key.
fn pg_problem(channel: &Channel, order: &Order, params: &Params) -> Result<(), Refusal> {
    let rule = channel.rule();
    let bad = |text: &str| Err(Refusal::bad_request(text));
    if rule.window.is_none() {
        return bad(&format!("{} PG는 결제창 빌링키 발급을 지원하지 않습니다.", channel.provider));
    }
    if !channel.recurring {
        return bad(rule.no_recurring());
    }
    if captures(rule, order.amount) && order.amount < channel.min_amount {
        return bad(rule.below_minimum());
    }
    if rule.card_only && params.text("pay_method")?.is_some_and(|method| method != "card") {
        return bad("정기결제는 pay_method: card만 지원합니다.");
    }
    for field in rule.window_needs() {
        params.text(field)?.ok_or_else(|| Refusal::missing(field))?;
    }
    check_length("customer_id", &params.text("customer_id")?.unwrap_or_default(), rule.customer_id_limit())?;
    match rule.text_problem(&order.merchant_uid, order.name.as_deref()) {
        Some(text) => bad(text),
        None => Ok(()),
    }
}

/// Whether a window charges this amount (`pg-quirks.md`, section A).
fn captures(rule: &PgRule, amount: i64) -> bool {
    match rule.window {
        Some(WindowAmount::AlwaysCharges) => true,
        Some(WindowAmount::IssueOnlyIfZero) => amount > 0,
        Some(WindowAmount::DisplayOnly) | None => false,
    }
}

/// What the callback of the KCP and Inicis windows carries [docs payrt].
fn callback(payment: &Payment) -> Value {
    let order = &payment.order;
    json!({
        "success": true,
        "imp_uid": payment.imp_uid,
        "merchant_uid": order.merchant_uid,
        "pay_method": payment.pay_method,
        "paid_amount": order.amount,
        "status": payment.status.word(),
        "name": order.name,
        "pg_provider": payment.channel.provider,
        "pg_tid": payment.pg_tid,
        "buyer_name": order.buyer.name,
        "buyer_email": order.buyer.email,
        "buyer_tel": order.buyer.tel,
        "buyer_addr": order.buyer.addr,
        "buyer_postcode": order.buyer.postcode,
        "custom_data": order.custom_data,
        "paid_at": payment.paid_at,
        "apply_num": payment.apply_num,
        "card_name": payment.card.as_ref().map(|card| &card.name),
        "card_quota": order.card_quota,
        "currency": order.currency,
    })
}

fn failed(failure: &Failure, merchant_uid: String, redirect: Option<&str>, short: bool) -> WindowReturn {
    let Failure { code, text, imp_uid } = failure;
    let query = [
        ("imp_uid", imp_uid.as_deref().unwrap_or_default()),
        ("merchant_uid", &merchant_uid),
        ("imp_success", "false"),
        ("error_code", code),
        ("error_msg", text),
    ];
    let mut callback = json!({ "imp_uid": imp_uid, "merchant_uid": merchant_uid, "error_code": code, "error_msg": text });
    if !short {
        callback["success"] = json!(false);
    }
    WindowReturn {
        success: false,
        callback,
        redirect_url: redirect.and_then(|url| with_query(url, &query, short)),
        imp_uid: imp_uid.clone(),
        merchant_uid,
        error_code: Some((*code).to_owned()),
        error_msg: Some(text.clone()),
    }
}

fn with_query(url: &str, query: &[(&str, &str)], short: bool) -> Option<String> {
    let mut url = url::Url::parse(url).ok()?;
    let told = query.iter().filter(|(name, _)| !short || *name != "imp_success");
    url.query_pairs_mut().extend_pairs(told);
    Some(url.into())
}
