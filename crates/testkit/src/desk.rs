//! What the checks share: requests with everything a PG may ask for, and a key however it can be had.
//! Ids are letters and digits, since that is all that some PGs take. `[oa again]`

use kr_billing_core::{
    Answer, BillingGateway, BillingKey, BillingKeyId, Buyer, Card, ChannelName, ChargeRequest, ErrorKind, Expiry, IssueAnswer,
    IssueRequest, Krw, OrderId, OrderName, Payment, Reach, WindowRequest,
};
use kr_billing_sandbox::{Buyer as WindowBuyer, Handle, WindowReturn};

use crate::account::assert_own;

/// What the checks pay, in won: above every PG's minimum.
pub(crate) const PRICE: u64 = 12_900;

/// Says why a check, or a part of one, is not run here.
pub(crate) fn skipped(what: &str, why: &str) {
    println!("skipped: {what}: {why}");
}

/// Why a check is not run on a channel without key-in.
pub(crate) const NO_KEY_IN: &str = "this channel has no key-in";

/// Why a check is not run on a channel without a window.
pub(crate) const NO_WINDOW: &str = "this channel has no window";

/// Why a check of codes is not run.
pub(crate) const NO_CODES: &str = "the sandbox has none of this PG's codes; give some to `kr_billing_testkit::declines`";

/// The guides' sample card. It is good here.
pub(crate) const GOOD_CARD: &str = "1234-1234-1234-1234";

pub(crate) fn krw(won: u64) -> Krw {
    Krw::new(won).expect("a sum")
}

pub(crate) fn order(id: &str) -> OrderId {
    OrderId::new(id).expect("an order id")
}

pub(crate) fn key_id(id: &str) -> BillingKeyId {
    BillingKeyId::new(id).expect("a key id")
}

pub(crate) fn channel() -> ChannelName {
    ChannelName::new("conformance").expect("a channel name")
}

pub(crate) fn name() -> OrderName {
    OrderName::new("monthly pass").expect("a name")
}

pub(crate) fn buyer() -> Buyer {
    let buyer = Buyer::new().with_name("Hong Gildong").and_then(|buyer| buyer.with_tel("010-1234-5678"));
    buyer.and_then(|buyer| buyer.with_email("gildong@shop.example")).expect("a buyer")
}

/// A card with all that a contract may ask of its holder.
pub(crate) fn card(number: &str) -> Card {
    let card = Card::new(number.to_owned(), Expiry::new(2035, 12).expect("an expiry")).expect("a card");
    card.with_birth("880101".to_owned()).and_then(|card| card.with_password_digits("12".to_owned())).expect("a holder")
}

/// The sandbox's test card for a row of its decline table, delivered in one of its ways (`docs/sandbox.md`).
pub(crate) fn test_card(way: u8, row: u8) -> String {
    format!("4000-00{way:02}-0000-00{row:02}")
}

pub(crate) fn by_key(id: &str, order_id: &str, won: u64) -> ChargeRequest {
    let key = BillingKey::new(channel(), key_id(id));
    ChargeRequest::by_key(key, order(order_id), krw(won), name()).with_buyer(buyer())
}

pub(crate) fn window_request(id: &str, order_id: &str) -> WindowRequest {
    WindowRequest::new(key_id(id), order(order_id), name(), "https://shop.example/cards/done")
        .with_display_amount(PRICE)
        .with_buyer(buyer())
}

/// Stores the good card as `id`, by key-in where the channel has it, else in its window.
pub(crate) async fn store_card(gateway: &dyn BillingGateway, sandbox: &Handle, id: &str) {
    if let Some(key_in) = gateway.issue_path().key_in() {
        let request = IssueRequest::new(key_id(id), card(GOOD_CARD)).with_holder(buyer());
        let answer = key_in.issue(&request).await.expect("an answer to issuing by card");
        let IssueAnswer::Stored(key) = answer else { panic!("the good card was not stored: {answer:?}") };
        assert_eq!(key.id.as_str(), id, "another key was stored");
        assert_own(gateway.profile(), key.pg_provider.as_deref());
        return;
    }
    let returned = open_window(gateway, sandbox, id, &format!("issue{id}"));
    assert!(returned.success, "the window failed: {:?} {:?}", returned.error_code, returned.error_msg);
}

/// Opens the channel's window in the sandbox and lets the buyer give the good card.
///
/// # Panics
/// On a channel without a window.
pub(crate) fn open_window(gateway: &dyn BillingGateway, sandbox: &Handle, id: &str, order_id: &str) -> WindowReturn {
    let window = gateway.issue_path().window().expect("a window");
    let params = window.parameters(&window_request(id, order_id)).expect("window parameters");
    let params = serde_json::from_str(params.as_json()).expect("window parameters as JSON");
    sandbox.complete_window(&params, &WindowBuyer::default())
}

/// Whether the adapter refuses, before anything is sent, to charge a card and keep it.
pub(crate) fn keeps_no_card(gateway: &dyn BillingGateway, request: &ChargeRequest) -> bool {
    gateway.check_charge(request).is_err_and(|error| error.kind() == ErrorKind::Unsupported && error.reach() == Reach::NotSent)
}

/// Sends a charge that must go through.
pub(crate) async fn pay(gateway: &dyn BillingGateway, request: &ChargeRequest) -> Payment {
    gateway.check_charge(request).expect("a charge that the PG's rules allow");
    gateway.ready().await.expect("a token");
    match gateway.charge(request).await.expect("an answer to a charge") {
        Answer::Recorded(payment) => {
            assert_own(gateway.profile(), payment.pg_provider.as_deref());
            *payment
        }
        Answer::Refused(failure) => panic!("a good charge was refused: {}", failure.message),
    }
}
