//! The contract over the wire: what is refused before sending, what an answer means, what a window is given.

use kr_billing_core::{
    Answer, BillingGateway, BillingKey, Card, ChannelName, ChargeRequest, CodeClass, DeclineReason, Error, ErrorKind, Expiry,
    Failure, IssueAnswer, IssuePath, IssueRequest, Language, Operation, OrderId, PaymentId, Reach, RefundRequest, ScheduleEntry,
    ScheduleRequest, ServicePeriod, TaxSplit, TimeWindow, UnixSeconds, WindowRequest,
};
use kr_billing_portone_v1::{Channel, ChannelSettings, ModuleRoute};

use crate::support::{self, Acme, Act, Server, done, payment, refused};

fn buyer() -> kr_billing_core::Buyer {
    kr_billing_core::Buyer::new().with_name("Hong").unwrap().with_tel("010-0000-0000").unwrap()
}

fn by_card() -> ChargeRequest {
    ChargeRequest::by_card(support::card(), support::order(), support::krw(1000), support::name()).with_buyer(buyer())
}

/// What a charge by key comes to when the server says this.
async fn answer(act: Act) -> Result<Answer, Error> {
    let server = Server::start(move |_| act.clone()).await;
    support::channel(&server).charge(&support::by_key()).await
}

async fn refusal(code: i64, message: &str) -> Failure {
    match answer(refused(200, code, message)).await.unwrap() {
        Answer::Refused(failure) => failure,
        Answer::Recorded(payment) => panic!("{payment:?}"),
    }
}

async fn failed(more: &str) -> Failure {
    match answer(done(&payment("order_1", "failed", more))).await.unwrap() {
        Answer::Recorded(payment) => payment.failure.unwrap(),
        Answer::Refused(failure) => panic!("{failure:?}"),
    }
}

#[tokio::test]
async fn a_refusal_is_a_decline_only_where_it_is_listed() {
    use DeclineReason as R;
    let decline = CodeClass::Decline;
    let cases = [
        (-1, "유효하지않은 카드번호를 입력하셨습니다.", decline(R::InvalidCardNumber)),
        (1, "등록되지 않은 구매자입니다.", decline(R::BillingKeyUnusable)),
        (-1, "등록되지 않은 구매자입니다.", decline(R::BillingKeyUnusable)),
        (1, "이미 주문이 이루어진 건입니다 (동일한 merchant_uid로 결제 또는 취소된 기록이 있습니다)", CodeClass::Duplicate),
        (-1, "카드정보 인증에 실패하였습니다. [LOW1] 잔액부족", decline(R::InsufficientFunds)),
        (-1, "카드정보 인증 및 빌키 발급에 실패하였습니다. [TOUT] 지연", CodeClass::UnknownOutcome),
        (-1, "카드정보 인증에 실패하였습니다. 카드사 거절", decline(R::Generic)),
        (-1, "카드정보 인증 및 빌키 발급에 실패하였습니다.", decline(R::Generic)),
        (-1, "카드정보 인증에 실패하였습니다. [ZZ99] 새로운 코드", CodeClass::Unlisted),
        (-1, "카드정보 인증에 실패하였습니다. PG 통신오류", CodeClass::Unlisted),
        (-1, "[DUP1] 중복", CodeClass::Duplicate),
        (-1, "[WORD] 분실카드", decline(R::LostOrStolen)),
        (-1, "[GONE] 기취소", CodeClass::UnknownOutcome),
        (-1, "[OK00] 정상", CodeClass::Unlisted),
        (-1, "[ZZ99] 새로운 코드", CodeClass::Unlisted),
        (-1, "알 수 없는 오류", CodeClass::Unlisted),
        (-1, "", CodeClass::Unlisted),
        (7, "등록되지 않은 구매자입니다.", CodeClass::Unlisted),
    ];
    for (code, message, class) in cases {
        let failure = refusal(code, message).await;
        assert_eq!((failure.class, failure.message.as_str()), (class, message));
    }
    assert_eq!(refusal(-1, "[ZZ99] ?").await.pg_code.as_deref(), Some("ZZ99"));
    assert_eq!(refusal(-1, "[low] [TOOLONG99] [a1]").await.pg_code, None);
    assert!(refusal(-1, "[WORD] 분실카드").await.from_words);
}

#[tokio::test]
async fn a_failed_record_is_a_decline_unless_its_code_says_otherwise() {
    use DeclineReason as R;
    let mine = |text: &str| format!(",\"pg_provider\":\"acme_window\",\"fail_reason\":\"{text}\"");
    let cases = [
        (mine("[LOW1] x"), CodeClass::Decline(R::InsufficientFunds)),
        (mine("[ZZ99] x"), CodeClass::Decline(R::Other("ZZ99".into()))),
        (mine("no code"), CodeClass::Decline(R::Unstated)),
        (mine("[TOUT] x"), CodeClass::UnknownOutcome),
        (mine("[DUP1] x"), CodeClass::Duplicate),
        (mine("이미 결제가 이루어진 거래건입니다."), CodeClass::Duplicate),
        (String::new(), CodeClass::Decline(R::Unstated)),
        (",\"fail_reason\":\"[LOW1] x\"".to_owned(), CodeClass::Decline(R::InsufficientFunds)),
        (",\"pg_provider\":\"other_pg\",\"fail_reason\":\"[LOW1] x\"".to_owned(), CodeClass::Unlisted),
    ];
    for (more, class) in cases {
        assert_eq!(failed(&more).await.class, class, "{more}");
    }
    let other = failed(",\"pg_provider\":\"other_pg\",\"fail_reason\":\"[LOW1] x\"").await;
    assert_eq!(other.pg_code.as_deref(), Some("LOW1"), "another PG's code is kept");
}

#[tokio::test]
async fn what_the_contract_or_the_pg_does_not_have_is_refused_before_sending() {
    let server = Server::start(|_| done("{}")).await;
    let channel = support::channel(&server);
    let bare = Card::new(support::CARD, Expiry::new(2031, 7).unwrap()).unwrap();
    let no_birth = ChargeRequest::by_card(bare, support::order(), support::krw(1000), support::name()).with_buyer(buyer());
    let no_buyer = ChargeRequest::by_card(support::card(), support::order(), support::krw(1000), support::name());
    let vat = support::by_key().with_tax(TaxSplit { tax_free: None, vat: Some(0) }).unwrap();
    let cases = [
        ("birth", no_birth),
        ("buyer_name", no_buyer),
        ("vat_amount", vat),
        ("interest_free_by_merchant", support::by_key().with_interest_free()),
        ("use_card_point", support::by_key().with_card_points()),
        ("notice_url", support::by_key().with_notice_url("javascript:alert(1)")),
    ];
    for (word, request) in cases {
        let error = channel.charge(&request).await.unwrap_err();
        assert!(error.reach() == Reach::NotSent && error.message().contains(word), "{word}: {error}");
    }
    assert!(channel.check_charge(&by_card()).is_ok());
    assert_eq!(server.heard().len(), 0);
}

#[tokio::test]
async fn what_the_pg_does_not_have_is_not_booked() {
    let server = Server::start(|_| done("[]")).await;
    let channel = support::channel(&server);
    let entry = || ScheduleEntry::new(support::order(), UnixSeconds(1_790_000_000), support::krw(60_000), support::name());
    let vat = TaxSplit { tax_free: None, vat: Some(0) };
    let cases = [
        ("vat_amount", entry().with_tax(vat).unwrap()),
        ("interest_free_by_merchant", entry().with_interest_free()),
        ("use_card_point", entry().with_card_points()),
        ("notice_url", entry().with_notice_url("javascript:alert(1)")),
    ];
    for (word, entry) in cases {
        let key = BillingKey::new(ChannelName::new("main").unwrap(), support::key());
        let request = ScheduleRequest::new(key, vec![entry], UnixSeconds(1_780_000_000)).unwrap();
        let error = channel.scheduler().unwrap().schedule(&request).await.unwrap_err();
        assert!(error.reach() == Reach::NotSent && error.message().contains(word), "{word}: {error}");
    }
    assert_eq!(server.heard().len(), 0);
}

#[tokio::test]
async fn a_channel_without_key_in_takes_no_card() {
    let server = Server::start(|_| done("{}")).await;
    let settings = ChannelSettings::new().with_window(ModuleRoute::new("acme_window"));
    let channel = Channel::with_window(server.client(), Acme, settings).unwrap();
    assert!(matches!(channel.issue_path(), IssuePath::Window(_)) && channel.window().is_some());
    let error = channel.charge(&by_card()).await.unwrap_err();
    assert_eq!((error.kind(), error.reach()), (ErrorKind::Unsupported, Reach::NotSent));
    assert_eq!(server.heard().len(), 0);
}

#[tokio::test]
async fn settings_that_cannot_be_right_are_refused() {
    let server = Server::start(|_| done("{}")).await;
    let both = support::settings();
    assert!(Channel::new(server.client(), Acme, both.clone()).is_err(), "a window needs with_window");
    assert!(Channel::with_window(server.client(), Acme, ChannelSettings::new()).is_err());
    let spaced = ChannelSettings::new().with_window(ModuleRoute::new("acme_window").with_mid("MID 1"));
    let error = Channel::with_window(server.client(), Acme, spaced).err().unwrap();
    assert!(error.kind() == ErrorKind::Configuration && !error.to_string().contains("MID 1"), "{error}");
    let channel = Channel::with_window(server.client(), Acme, both.as_test()).unwrap();
    assert!(channel.is_test_channel() && matches!(channel.issue_path(), IssuePath::Either { .. }));
    assert_eq!(channel.mids(), ["MID1", "MID2"]);
    let open = ChannelSettings::new().with_window(ModuleRoute::new("acme_window").with_channel_key("channel-key-1"));
    assert!(Channel::with_window(server.client(), Acme, open).unwrap().mids().is_empty());
}

fn refund() -> RefundRequest {
    let id = PaymentId::new("imps_1").unwrap();
    RefundRequest::partial(ChannelName::new("main").unwrap(), id, support::krw(300), support::krw(1000)).unwrap()
}

#[tokio::test]
async fn a_refund_says_what_it_believes_and_learns_why_not() {
    let cases = [
        (refused(200, 1, "취소할 결제건이 존재하지 않습니다."), ErrorKind::NotFound, Reach::Refused),
        (refused(200, 1, "취소 가능금액(checksum)이 일치하지 않습니다."), ErrorKind::BalanceChanged, Reach::Refused),
        (refused(200, -1, "[GONE] 기취소"), ErrorKind::Rejected, Reach::Refused),
        (refused(200, -1, "[TOUT] 응답지연"), ErrorKind::ServerFailure, Reach::Unclear),
        (refused(200, -1, "?"), ErrorKind::Rejected, Reach::Refused),
        (Act::Drop, ErrorKind::Interrupted, Reach::Unclear),
    ];
    for (act, kind, reach) in cases {
        let server = Server::start(move |_| act.clone()).await;
        let error = support::channel(&server).refund(&refund(), Some(TaxSplit::taxable())).await.unwrap_err();
        assert_eq!((error.kind(), error.reach()), (kind, reach), "{error}");
        let body: serde_json::Value = serde_json::from_str(&server.heard()[1].body).unwrap();
        assert_eq!((&body["amount"], &body["checksum"]), (&300.into(), &1000.into()));
    }
    let server = Server::start(|_| done("{}")).await;
    let error = support::channel(&server).refund(&refund(), None).await.unwrap_err();
    assert!(error.reach() == Reach::NotSent && error.message().contains("tax"), "{error}");
    assert_eq!(server.heard().len(), 0);
}

#[tokio::test]
async fn a_key_that_is_not_there_is_none_and_counts_as_deleted() {
    let gone = "요청하신 customer_uid(member_1)로 등록된 정보를 찾을 수 없습니다.";
    for act in [refused(404, -1, gone), refused(200, 1, gone)] {
        let server = Server::start(move |_| act.clone()).await;
        let channel = support::channel(&server);
        assert!(channel.billing_key(&support::key()).await.unwrap().is_none());
        channel.delete_billing_key(&support::key(), Some("left".into())).await.unwrap();
        assert_eq!(server.heard().iter().filter(|heard| heard.method == "DELETE").count(), 1);
    }
    let server = Server::start(|_| refused(200, -1, "다른 오류")).await;
    assert!(support::channel(&server).delete_billing_key(&support::key(), None).await.is_err());
}

/// Whatever answers a token or a look-up with 404, nothing was deleted.
#[tokio::test]
async fn a_404_that_is_not_about_the_key_deletes_nothing() {
    let server = Server::with_all(|_| refused(404, -1, "없는 주소입니다.")).await;
    let error = support::channel(&server).delete_billing_key(&support::key(), None).await.unwrap_err();
    assert_eq!((error.operation(), error.reach()), (Operation::Token, Reach::NotSent), "{error}");
    assert!(server.heard().iter().all(|heard| heard.method != "DELETE"));
    let server = Server::start(|_| refused(404, 5, "Not Found")).await;
    let error = support::channel(&server).delete_billing_key(&support::key(), None).await.unwrap_err();
    assert_eq!(error.reach(), Reach::Unclear, "{error}");
}

#[tokio::test]
async fn a_key_whose_deletion_was_refused_is_looked_up_before_it_is_called_gone() {
    let there = r#"{"customer_uid":"member_1","pg_provider":"acme","pg_id":"MID1","card_name":"x"}"#;
    let cases = [(done(there), ErrorKind::Rejected), (refused(500, -1, "내부 오류"), ErrorKind::ServerFailure)];
    for (look, kind) in cases {
        let server = Server::start(move |heard| match heard.method.as_str() {
            "DELETE" => refused(200, 1, "빌링키 삭제에 실패하였습니다. [8041] PG 통신오류"),
            _ => look.clone(),
        })
        .await;
        let error = support::channel(&server).delete_billing_key(&support::key(), None).await.unwrap_err();
        assert_eq!((error.operation(), error.kind(), error.reach()), (Operation::DeleteKey, kind, Reach::Refused), "{error}");
        assert_eq!(error.pg_code(), Some("8041"), "{error}");
    }
}

#[tokio::test]
async fn a_card_is_stored_or_refused() {
    let stored = r#"{"customer_uid":"member_1","pg_provider":"acme","pg_id":"MID1","card_name":null,"card_type":null,"inserted":1790000000,"updated":"1790000001","customer_name":"canary-name"}"#;
    let server = Server::start(move |_| done(stored)).await;
    let channel = support::channel(&server);
    let key_in = channel.issue_path().key_in().unwrap();
    let request = || IssueRequest::new(support::key(), support::card());
    let IssueAnswer::Stored(key) = key_in.issue(&request()).await.unwrap() else { panic!() };
    assert_eq!((key.pg_id.as_deref(), key.updated, key.card_type), (Some("MID1"), Some(UnixSeconds(1_790_000_001)), None));
    assert!(!format!("{key:?}").contains("canary") && key.holder.name() == Some("canary-name"));
    let server = Server::start(|_| refused(200, -1, "카드정보 인증 및 빌키 발급에 실패하였습니다. [LOW1] x")).await;
    let channel = support::channel(&server);
    let IssueAnswer::Refused(failure) = channel.issue_path().key_in().unwrap().issue(&request()).await.unwrap() else { panic!() };
    assert_eq!(failure.class, CodeClass::Decline(DeclineReason::InsufficientFunds));
}

fn schedule(order: &str, status: &str, more: &str) -> String {
    format!(
        r#"{{"merchant_uid":"{order}","schedule_status":"{status}","amount":1000,"schedule_at":1790000000,"revoked_at":0,"imp_uid":null{more}}}"#
    )
}

#[tokio::test]
async fn schedules_are_booked_read_in_both_shapes_and_taken_back() {
    let now = UnixSeconds(1_780_000_000);
    let bare = format!("[{}]", schedule("order_1", "scheduled", ",\"payment_status\":null"));
    let paged = format!(r#"{{"total":1,"previous":0,"next":0,"list":{bare}}}"#);
    for answer in [bare, paged] {
        let server = Server::start(move |heard| {
            if heard.method == "GET" && !heard.target.contains('?') { refused(404, -1, "없음") } else { done(&answer) }
        })
        .await;
        let channel = support::channel(&server);
        let scheduler = channel.scheduler().unwrap();
        let entry = ScheduleEntry::new(support::order(), UnixSeconds(1_790_000_000), support::krw(1000), support::name());
        let key = BillingKey::new(ChannelName::new("main").unwrap(), support::key());
        let booked = scheduler.schedule(&ScheduleRequest::new(key, vec![entry], now).unwrap()).await.unwrap();
        assert_eq!((booked.len(), booked[0].payment_status.is_none(), booked[0].revoked_at), (1, true, None));
        let window = TimeWindow::new(now, UnixSeconds(1_780_086_400)).unwrap();
        assert_eq!(scheduler.entries(&support::key(), window).await.unwrap().len(), 1);
        assert!(scheduler.entry(&support::order()).await.unwrap().is_none());
        let error = scheduler.cancel(&support::key(), &[]).await.unwrap_err();
        assert_eq!((error.kind(), error.reach()), (ErrorKind::InvalidInput, Reach::NotSent));
        assert_eq!(scheduler.cancel_all(&support::key()).await.unwrap().len(), 1);
    }
    let server = Server::start(|_| refused(200, 1, "취소할 예약결제 기록이 존재하지 않습니다.")).await;
    let channel = support::channel(&server);
    let error = channel.scheduler().unwrap().cancel(&support::key(), &[support::order()]).await.unwrap_err();
    assert_eq!((error.kind(), error.reach()), (ErrorKind::NotFound, Reach::Refused));
}

#[tokio::test]
async fn a_bare_list_that_ignores_pages_is_read_once_and_ends() {
    let all: Vec<String> = (0..25).map(|i| schedule(&format!("order_{i}"), "scheduled", "")).collect();
    let answer = format!("[{}]", all.join(","));
    let server = Server::start(move |_| done(&answer)).await;
    let window = TimeWindow::new(UnixSeconds(1), UnixSeconds(2)).unwrap();
    let channel = support::channel(&server);
    assert_eq!(channel.scheduler().unwrap().entries(&support::key(), window).await.unwrap().len(), 25);
    assert_eq!(server.count("/subscribe/customers"), 2);
}

#[tokio::test]
async fn a_schedules_retry_is_answered_like_a_charge() {
    let server =
        Server::start(|_| done(&payment("order_1", "failed", ",\"pg_provider\":\"acme\",\"fail_reason\":\"[LOW1] x\""))).await;
    let channel = support::channel(&server);
    let Answer::Recorded(payment) = channel.scheduler().unwrap().retry(&support::order()).await.unwrap() else { panic!() };
    assert_eq!(payment.failure.unwrap().class, CodeClass::Decline(DeclineReason::InsufficientFunds));
}

#[tokio::test]
async fn a_record_keeps_what_is_unknown_and_reads_what_is_loose() {
    let more = r#","status_hint":{"new":[1,2]},"amount_text":1,"paid_at":"1790000000","failed_at":0,"cancelled_at":null,"card_quota":"3","card_type":null,"customer_uid_usage":"payment.scheduled","buyer_name":"canary-name","vbank_num":"canary-account","custom_data":"canary-data","cancel_history":[{"pg_tid":"t","amount":"300","cancelled_at":5,"reason":"r","cancellation_id":null}]"#;
    let record = payment("order_1", "brand_new", more).replace("\"amount\":1000", "\"amount\":\"1000.5\"");
    let server = Server::start(move |_| done(&record)).await;
    let record = server.client().payment(&PaymentId::new("imps_1").unwrap()).await.unwrap().unwrap();
    let payment = &record.payment;
    assert_eq!(payment.amount, kr_billing_core::Amount::Odd("1000.5".into()));
    assert_eq!(payment.status, kr_billing_core::PaymentStatus::Other("brand_new".into()));
    assert_eq!((payment.paid_at, payment.failed_at, payment.cancelled_at), (Some(UnixSeconds(1_790_000_000)), None, None));
    assert_eq!((payment.installment_months, payment.cancellations[0].amount.won()), (Some(3), Some(300)));
    assert!(payment.raw.expose().contains(r#""status_hint":{"new":[1,2]}"#));
    assert_eq!(record.virtual_account.as_ref().unwrap().number(), Some("canary-account"));
    assert!(!format!("{record:?}").contains("canary"), "{record:?}");
}

#[tokio::test]
async fn some_of_many_may_be_missing() {
    let found = format!("[{}]", payment("order_1", "paid", ""));
    let server = Server::start(move |_| Act::Json(207, format!(r#"{{"code":0,"message":"","response":{found}}}"#))).await;
    let ids = [PaymentId::new("imps_1").unwrap(), PaymentId::new("imps_2").unwrap()];
    let answer = server.client().payments_by_id(&ids, &[OrderId::new("order_9").unwrap()]).await.unwrap();
    assert_eq!((answer.found.len(), answer.missing), (1, vec!["imps_2".to_owned(), "order_9".to_owned()]));
    assert!(server.client().payments_by_id(&[], &[]).await.is_err());
}

fn window_request() -> WindowRequest {
    WindowRequest::new(support::key(), support::order(), support::name(), "https://shop.example/back?x=1").with_buyer(buyer())
}

#[tokio::test]
async fn a_window_gets_its_exact_parameters() {
    let server = Server::start(|_| done("{}")).await;
    let channel = support::channel(&server);
    let window = channel.window().unwrap();
    let mut request = window_request()
        .with_display_amount(9_900)
        .with_language(Language::En)
        .with_period(ServicePeriod::new("20261201", "20271130").unwrap())
        .with_notice_url("https://shop.example/hook");
    request.custom_data = Some(r#"{"plan":1}"#.into());
    let shown = |json: &str| serde_json::to_string_pretty(&serde_json::from_str::<serde_json::Value>(json).unwrap()).unwrap();
    insta::assert_snapshot!(shown(window.parameters(&request).unwrap().as_json()));
}

#[tokio::test]
async fn a_window_that_would_lose_its_result_is_refused() {
    let server = Server::start(|_| done("{}")).await;
    let channel = support::channel(&server);
    let window = channel.window().unwrap();
    for url in ["", "shop.example", "javascript:alert(1)", "ftp://shop.example"] {
        let mut request = window_request();
        request.redirect_url = url.into();
        assert!(window.parameters(&request).err().unwrap().message().contains("m_redirect_url"), "{url}");
    }
    let no_tel = WindowRequest::new(support::key(), support::order(), support::name(), "https://shop.example");
    assert!(window.parameters(&no_tel).err().unwrap().message().contains("buyer_tel"));
    let mut request = window_request();
    request.custom_data = Some("[1]".into());
    assert!(window.parameters(&request).is_err());
}
