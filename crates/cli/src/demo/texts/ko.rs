//! Korean.

use kr_billing::{Decline, Recovery};

use super::{Check, Fact, Step, id, ledger, won};

pub(super) fn step(step: Step) -> &'static str {
    match step {
        Step::OneTime => "카드 1회 결제",
        Step::Issue => "카드 정보로 빌링키 발급",
        Step::IssueAndCharge => "빌링키 발급과 첫 결제를 한 번에",
        Step::ByKey => "빌링키로 결제",
        Step::Window => "결제창에서 빌링키 발급",
        Step::NoWindow => "결제창 요청",
        Step::Schedule => "한 달 뒤 결제 예약",
        Step::Decline => "거절되는 카드",
        Step::Refund => "부분 환불 후 나머지 환불",
        Step::Lost => "승인된 뒤 결제 응답이 유실됨",
    }
}

pub(super) fn fact(fact: &Fact<'_>) -> String {
    match fact {
        Fact::Opening { sandbox } => format!("kr-billing 데모: 포트원 V1 API 샌드박스({sandbox})에서 모든 흐름을 실행합니다"),
        Fact::Paid { won: sum, order, payment } => format!("{}원 결제됨: 주문 {order}, 결제 {payment}", won(*sum)),
        Fact::AgainRefused { key, answer } => format!("발급된 적 없는 빌링키 {key}로 결제하면 돌아오는 답: {answer}"),
        Fact::KeyIssued { key, card } => format!("빌링키 {key} 발급됨 ({card})"),
        Fact::OnlyKeyIn { pg } => {
            format!(
                "{pg}는 결제창으로 빌링키를 발급하지 않습니다. `issuing()`은 `KeyIn`만 돌려주므로 코드에서 이 경우를 처리해야 합니다"
            )
        }
        Fact::WindowParameters { json } => format!("페이지가 IMP.request_pay를 다음 값으로 호출합니다\n{json}"),
        Fact::WindowReturned { hint } => format!(
            "구매자가 카드를 입력했습니다. 브라우저가 전한 값: 주문 {}, 결제 {} (힌트일 뿐)",
            id(&hint.order),
            id(&hint.payment)
        ),
        Fact::Booked { won: sum, order, at } => format!("{at}에 {}원 결제 예약됨: 주문 {order}", won(*sum)),
        Fact::ClockAdvanced { from, to } => format!("샌드박스 시계를 {from}에서 {to}까지 돌립니다"),
        Fact::Webhook { hint } => format!("웹훅 도착: 주문 {}, 결제 {} (힌트일 뿐)", id(&hint.order), id(&hint.payment)),
        Fact::LookedUp { status, won: sum, payment } => format!("조회 결과: 결제 {payment} {status}, {}원", won(*sum)),
        Fact::Declined { won: sum, decline } => declined(*sum, decline),
        Fact::Refunded { won: sum, payment, left } => {
            format!("결제 {payment}에서 {}원 환불됨, 남은 금액 {}원", won(*sum), won(*left))
        }
        Fact::AnswerLost => "샌드박스가 돈을 받은 뒤 연결이 끊겼습니다. 주문번호로 조회합니다".to_owned(),
        Fact::Differs { expected, found } => format!("예상 {expected:?}, 실제 {found:?}"),
        Fact::Ledger { totals } => format!(
            "샌드박스 원장: 승인 {}건 {}원, 환불 {}건 {}원",
            totals.captures,
            ledger(totals.captured),
            totals.refunds,
            ledger(totals.refunded)
        ),
        Fact::End { checks, differences: [] } => format!("모두 예상과 같습니다 (확인 {checks}건)"),
        Fact::End { differences, .. } => format!("{}건이 예상과 다릅니다:\n{}", differences.len(), differences.join("\n")),
    }
}

fn declined(sum: u64, decline: &Decline) -> String {
    let code = decline.pg_code.as_deref().unwrap_or("코드 없음");
    format!(
        "{}원 거절됨: {:?} ({code}, \"{}\"), 주문 {}\n해결 방법: {}",
        won(sum),
        decline.reason,
        decline.pg_message,
        decline.order,
        recovery(decline.recovery())
    )
}

fn recovery(recovery: Recovery) -> &'static str {
    match recovery {
        Recovery::TryLater => "나중에 같은 카드로 다시 시도",
        Recovery::OtherCard => "다른 카드를 요청",
        Recovery::HolderMustCall => "카드 소유자가 카드사에 문의",
        Recovery::Never => "이 카드로 다시 시도하지 않음",
        Recovery::FixSetup => "가맹점 설정을 수정",
    }
}

pub(super) fn check(check: Check) -> &'static str {
    match check {
        Check::AmountAsAsked => "요청한 금액과 같음",
        Check::CapturedOnce => "원장: 승인 1건, 환불 없음",
        Check::CapturedAndRefunded => "원장: 승인 1건, 요청대로 환불됨",
        Check::NoMoneyMoved => "원장: 이 주문의 승인 내역 없음",
        Check::WholeLedger => "원장 전체가 각 단계의 예상을 더한 값과 같음",
        Check::CardNotKept => "결제에 빌링키가 없음",
        Check::NoSuchKey => "조회: 그런 빌링키 없음",
        Check::AgainRefused => "그 빌링키로 하는 결제는 거부됨",
        Check::KeyStored => "결제와 함께 카드가 저장됨",
        Check::KeyFound => "조회: 빌링키 있음",
        Check::LedgerUntouched => "원장: 발급으로 승인된 금액 없음",
        Check::ChargedKey => "결제에 사용한 빌링키가 적혀 있음",
        Check::WindowOffered => "결제창은 PG가 지원할 때만 제공됨",
        Check::WindowConfirmed => "조회: 결제창이 요청한 빌링키를 발급함",
        Check::ScheduleWaits => "예약이 대기 중",
        Check::WebhookCame => "이 주문의 웹훅 1건 도착",
        Check::LookUpSaysPaid => "조회: 예약한 금액으로 결제됨",
        Check::ScheduleExecuted => "예약이 실행되어 결제됨",
        Check::ReasonAndRecovery => "거절 사유와 해결 방법이 PG 코드의 뜻과 같음",
        Check::Balance => "남은 금액",
        Check::FoundByLookUp => "조회로 결제를 찾음",
        Check::SentOnce => "결제 요청은 한 번만 보냄",
        Check::SameOutcome => "다시 요청해도 같은 결과를 돌려줌",
        Check::StillSentOnce => "더 보낸 요청 없음",
        Check::OneRecord => "주문에 결제 1건만 있음",
    }
}
