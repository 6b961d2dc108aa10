//! Records as V1's answers show them. Field names are the OpenAPI's definitions.

use serde_json::{Value, json};

use super::charge::rule_of;
use super::model::{Cancel, Key, Payment, Schedule, StoredCard};
use crate::channels::Channel;

/// `PgSettingAnnotation` [oa /users/pg].
pub(crate) fn channel(channel: &Channel) -> Value {
    json!({
        "pg_provider": channel.provider,
        "pg_id": channel.mid,
        "sandbox": channel.sandbox,
        "type": channel.kind(),
        "channel_name": channel.name,
        "channel_key": channel.channel_key,
    })
}

/// `CustomerAnnotation` [oa def CustomerAnnotation].
pub(crate) fn key(key: &Key) -> Value {
    let mut view = json!({
        "customer_uid": key.customer_uid,
        "pg_provider": key.channel.provider,
        "pg_id": key.channel.mid,
        "sandbox": key.channel.sandbox,
        "customer_id": key.customer_id,
        "card_name": key.card.name,
        "card_code": key.card.code,
        "card_number": key.card.masked,
        "card_type": card_type(&key.channel.provider),
        "customer_name": key.holder.name,
        "customer_tel": key.holder.tel,
        "customer_email": key.holder.email,
        "customer_addr": key.holder.addr,
        "customer_postcode": key.holder.postcode,
        "inserted": key.inserted,
        "updated": key.updated,
    });
    merge(&mut view, issuer(&key.channel.provider, Some(&key.card)));
    view
}

/// Issuer and publisher, which some PGs tell [oa def CustomerAnnotation]. Here both are the card company.
fn issuer(provider: &str, card: Option<&StoredCard>) -> Value {
    let tells = matches!(provider, "tosspayments" | "ksnet" | "smartro_v2" | "nice_v2" | "welcome" | "tosspay_v2");
    let card = card.filter(|_| tells);
    let (code, name) = (card.map(|card| &card.code), card.map(|card| &card.name));
    json!({
        "card_issuer_code": code,
        "card_issuer_name": name,
        "card_publisher_code": code,
        "card_publisher_name": name,
    })
}

/// 0 is a credit card; null always for Inicis billing [oa def Customer].
fn card_type(provider: &str) -> Option<u8> {
    let hidden = crate::rules::rule(provider).is_some_and(|rule| rule.hides_card_type);
    (!hidden).then_some(0)
}

/// `PaymentAnnotation` [oa def PaymentAnnotation].
pub(crate) fn payment(payment: &Payment) -> Value {
    let order = &payment.order;
    let card = payment.card.as_ref();
    let mut view = json!({
        "imp_uid": payment.imp_uid,
        "merchant_uid": order.merchant_uid,
        "pay_method": payment.pay_method,
        "channel": payment.device,
        "pg_provider": payment.channel.provider,
        "emb_pg_provider": null,
        "pg_tid": payment.pg_tid,
        "pg_id": payment.channel.mid,
        "escrow": false,
        "apply_num": payment.apply_num,
        "bank_code": null,
        "bank_name": null,
        "card_code": card.map(|card| &card.code),
        "card_name": card.map(|card| &card.name),
        "card_quota": order.card_quota,
        "card_number": card.map(|card| &card.masked),
        "card_type": card.and(card_type(&payment.channel.provider)),
        "name": order.name,
        "amount": order.amount,
        "cancel_amount": payment.cancel_amount,
        "currency": order.currency,
        "status": payment.status.word(),
        "sandbox": payment.channel.sandbox,
        "fail_reason": payment.fail_reason,
        "customer_uid": payment.customer_uid,
        "customer_uid_usage": payment.usage,
        "custom_data": order.custom_data,
        "user_agent": "sandbox",
    });
    merge(&mut view, people_and_times(payment));
    merge(&mut view, issuer(&payment.channel.provider, card));
    view
}

fn people_and_times(payment: &Payment) -> Value {
    let buyer = &payment.order.buyer;
    json!({
        "buyer_name": buyer.name,
        "buyer_email": buyer.email,
        "buyer_tel": buyer.tel,
        "buyer_addr": buyer.addr,
        "buyer_postcode": buyer.postcode,
        "vbank_code": null,
        "vbank_name": null,
        "vbank_num": null,
        "vbank_holder": null,
        "vbank_date": 0,
        "vbank_issued_at": 0,
        "started_at": payment.started_at,
        "paid_at": payment.paid_at,
        "failed_at": payment.failed_at,
        "cancelled_at": payment.cancelled_at,
        "cancel_reason": payment.cancels.last().map(|cancel| &cancel.reason),
        "receipt_url": receipt(payment),
        "cancel_history": payment.cancels.iter().map(cancel).collect::<Vec<_>>(),
        "cancel_receipt_urls": [],
        "deposit_history": [],
        "cash_receipt_issued": false,
        "promotion": null,
    })
}

fn receipt(payment: &Payment) -> Option<String> {
    payment.captured.then(|| format!("https://receipt.invalid/{}", payment.imp_uid))
}

/// `PaymentCancelAnnotation` [oa def].
fn cancel(cancel: &Cancel) -> Value {
    json!({
        "pg_tid": cancel.pg_tid,
        "amount": cancel.amount,
        "cancelled_at": cancel.cancelled_at,
        "reason": cancel.reason,
        "cancellation_id": cancel.cancellation_id,
        "receipt_url": format!("https://receipt.invalid/{}", cancel.cancellation_id),
    })
}

/// `ScheduleResultAnnotation` [oa def ScheduleResultAnnotation]; its payment tells `payment_status`.
pub(crate) fn schedule(schedule: &Schedule, payment: Option<&Payment>) -> Value {
    let order = &schedule.order;
    let failed_without_record = schedule.fail_reason.as_ref().map(|_| "failed");
    let reason = payment.map_or(schedule.fail_reason.as_ref(), |payment| payment.fail_reason.as_ref());
    json!({
        "customer_uid": schedule.customer_uid,
        "merchant_uid": order.merchant_uid,
        "imp_uid": schedule.imp_uid,
        "pg_provider": schedule.channel.as_ref().map(|channel| &channel.provider),
        "pg_id": schedule.channel.as_ref().map(|channel| &channel.mid),
        "customer_id": schedule.customer_id,
        "schedule_at": schedule.schedule_at,
        "executed_at": schedule.executed_at,
        "revoked_at": schedule.revoked_at,
        "amount": order.amount,
        "currency": order.currency,
        "name": order.name,
        "buyer_name": order.buyer.name,
        "buyer_email": order.buyer.email,
        "buyer_tel": order.buyer.tel,
        "buyer_addr": order.buyer.addr,
        "buyer_postcode": order.buyer.postcode,
        "custom_data": order.custom_data,
        "schedule_status": schedule.status.word(),
        "payment_status": payment.map(|payment| payment.status.word()).or(failed_without_record),
        "fail_reason": reason,
        "promotion_id": null,
    })
}

/// `{total, previous, next, list}` [oa def PagedPaymentAnnotation]; 0 means no such page.
pub(crate) fn paged(list: Vec<Value>, total: usize, page: usize, pages: usize) -> Value {
    json!({
        "total": total,
        "previous": page.saturating_sub(1),
        "next": if page < pages { page + 1 } else { 0 },
        "list": list,
    })
}

/// A masked card as control answers show it.
pub(crate) fn card(card: &StoredCard) -> Value {
    json!({ "card_number": card.masked, "card_code": card.code, "card_name": card.name })
}

/// Whether a payment's PG serves the balance call: PAYCO only [oa balance].
pub(crate) fn has_balance(payment: &Payment) -> bool {
    rule_of(&payment.channel).provider == "payco"
}

fn merge(into: &mut Value, from: Value) {
    if let (Value::Object(into), Value::Object(from)) = (into, from) {
        into.extend(from);
    }
}
