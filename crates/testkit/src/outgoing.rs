//! Everything that moves money or books it, as an adapter sends it: for one snapshot per adapter.

use kr_billing_core::{
    BillingGateway, BillingKey, ChargeRequest, IssueRequest, PaymentId, RefundRequest, ScheduleEntry, ScheduleRequest, TaxSplit,
    UnixSeconds,
};

use crate::desk::{GOOD_CARD, PRICE, buyer, by_key, card, channel, keeps_no_card, key_id, krw, name, order};
use crate::recorder::Recorder;
use crate::site::{Site, block_on};

/// A time long after any test runs, so that a booking is never in the past.
const LATER: UnixSeconds = UnixSeconds(4_102_444_800);

/// Tax parts that are there and no zero.
const EXTRA_TAX: TaxSplit = TaxSplit { tax_free: Some(900), vat: Some(1_090) };

/// Sends one request of each kind to a recorder, with every option that the profile says the PG has, and returns what left.
///
/// # Panics
/// When the adapter refuses one of them, or sends none.
pub fn outgoing(make: impl FnOnce(&Site) -> Box<dyn BillingGateway>) -> String {
    let recorder = Recorder::start();
    let site = Site { base_url: recorder.base_url(), imp_key: "key".into(), imp_secret: "secret".into(), test: false };
    let gateway = make(&site);
    block_on(async {
        gateway.ready().await.expect("a token");
        charge(&*gateway, &with_extras(&*gateway, by_key("member1", "order1", PRICE))).await;
        if let Some(key_in) = gateway.issue_path().key_in() {
            let once = ChargeRequest::by_card(card(GOOD_CARD), order("order2"), krw(PRICE), name());
            charge(&*gateway, &once.with_buyer(buyer())).await;
            let kept = ChargeRequest::by_card_and_keep(card(GOOD_CARD), key_id("member2"), order("order3"), krw(PRICE), name());
            let kept = kept.with_buyer(buyer());
            if !keeps_no_card(&*gateway, &kept) {
                charge(&*gateway, &kept).await;
            }
            let issue = IssueRequest::new(key_id("member3"), card(GOOD_CARD)).with_holder(buyer());
            key_in.check(&issue).expect("an issuance that the PG's rules allow");
            drop(key_in.issue(&issue).await);
        }
        let payment = PaymentId::new("imps_000000000001").expect("a payment id");
        let part = RefundRequest::partial(channel(), payment, krw(2_900), krw(PRICE)).expect("a part");
        let tax = TaxSplit { tax_free: Some(0), vat: gateway.profile().vat_amount.value.taken().then_some(263) };
        drop(gateway.refund(&part.with_reason("changed mind"), Some(tax)).await);
        book(&*gateway).await;
    });
    recorder.requests().iter().map(crate::Recorded::to_text).collect::<Vec<_>>().join("\n\n")
}

/// The options that a PG may or may not have.
fn with_extras(gateway: &dyn BillingGateway, mut request: ChargeRequest) -> ChargeRequest {
    let profile = gateway.profile();
    if profile.vat_amount.value.taken() {
        request = request.with_tax(EXTRA_TAX).expect("parts of the sum");
    }
    if profile.interest_free.value {
        request = request.with_interest_free();
    }
    if profile.card_points.value {
        request = request.with_card_points();
    }
    request.with_custom_data("plan=basic").with_notice_url("https://shop.example/hooks/portone")
}

/// The same options on a booking.
fn booked_with_extras(gateway: &dyn BillingGateway, mut entry: ScheduleEntry) -> ScheduleEntry {
    let profile = gateway.profile();
    if profile.vat_amount.value.taken() {
        entry = entry.with_tax(EXTRA_TAX).expect("parts of the sum");
    }
    if profile.interest_free.value {
        entry = entry.with_interest_free();
    }
    if profile.card_points.value {
        entry = entry.with_card_points();
    }
    entry.with_custom_data("plan=basic").with_notice_url("https://shop.example/hooks/portone")
}

/// Sends a charge; the recorder refuses it.
async fn charge(gateway: &dyn BillingGateway, request: &ChargeRequest) {
    gateway.check_charge(request).expect("a charge that the PG's rules allow");
    drop(gateway.charge(request).await);
}

async fn book(gateway: &dyn BillingGateway) {
    let Some(scheduler) = gateway.scheduler() else { return };
    let entry = ScheduleEntry::new(order("month1"), LATER, krw(PRICE), name()).with_buyer(buyer());
    let entry = booked_with_extras(gateway, entry);
    let now = UnixSeconds(LATER.0 - 86_400);
    let request = ScheduleRequest::new(BillingKey::new(channel(), key_id("member1")), vec![entry], now).expect("an entry");
    drop(scheduler.schedule(&request).await);
}
