//! The library's errors in Korean. The library speaks English only; what this table does not know stays so, behind a Korean head.

use kr_billing::{Error, ErrorKind, Operation, Reach};

use crate::lang::Lang;
use crate::show::{fill, spoken};
use crate::texts::Texts;

/// An error in the language of `texts`, for people.
pub(crate) fn error(error: &Error, texts: &Texts) -> String {
    match texts.lang {
        Lang::En => spoken(&error.to_string()),
        Lang::Ko => format!("{}: {}", operation(error.operation()), without_operation(error, texts)),
    }
}

/// As [`error()`], where the operation is said already.
pub(crate) fn without_operation(error: &Error, texts: &Texts) -> String {
    if texts.lang == Lang::En {
        let text = spoken(&error.to_string());
        return text.strip_prefix(&format!("{}: ", error.operation())).unwrap_or(&text).to_owned();
    }
    let said = spoken(error.message());
    let message = message(&said).unwrap_or_else(|| format!("{}: {said}", kind(error.kind())));
    let provider = error.pg_message().map(|text| format!(" (포트원 응답: {})", spoken(text))).unwrap_or_default();
    let (english, korean) = reach(error.reach());
    // The library says how far a request got only of what can change anything.
    let tag = if error.to_string().ends_with(english) { korean } else { "" };
    format!("{message}{provider}{tag}")
}

/// A text of the library in the language of `texts`, as far as it is known.
pub(crate) fn text(text: &str, texts: &Texts) -> String {
    match texts.lang {
        Lang::En => spoken(text),
        Lang::Ko => message(&spoken(text)).unwrap_or_else(|| spoken(text)),
    }
}

fn operation(operation: Operation) -> String {
    let known = match operation {
        Operation::Configure => "설정",
        Operation::Token => "토큰 발급",
        Operation::Charge => "결제",
        Operation::Refund => "환불",
        Operation::LookUpPayment => "결제 조회",
        Operation::ListPayments => "결제 목록 조회",
        Operation::IssueKey => "빌링키 발급",
        Operation::LookUpKey => "빌링키 조회",
        Operation::DeleteKey => "빌링키 삭제",
        Operation::OpenWindow => "결제창 열기",
        Operation::ReadWindowResult => "결제창 결과 확인",
        Operation::Schedule => "결제 예약",
        Operation::LookUpSchedule => "예약 조회",
        Operation::MoveSchedule => "예약 변경",
        Operation::RetrySchedule => "예약 재시도",
        Operation::CancelSchedule => "예약 취소",
        Operation::Prepare => "결제 금액 사전 등록",
        Operation::ReadAccount => "계정 조회",
        Operation::Journal => "저널",
        Operation::Resume => "다시 묻기",
        other => return other.to_string(),
    };
    known.to_owned()
}

/// What the library says of how far a request got, and that in Korean.
fn reach(reach: Reach) -> (&'static str, &'static str) {
    match reach {
        Reach::NotSent => (" [nothing was sent]", " [아무것도 보내지 않음]"),
        Reach::Refused => (" [the provider did not act]", " [포트원이 처리하지 않음]"),
        Reach::Unclear => (" [the provider may have acted]", " [포트원이 처리했을 수 있음]"),
    }
}

/// The head of a text that the table does not know.
fn kind(kind: ErrorKind) -> String {
    let known = match kind {
        ErrorKind::InvalidInput => "잘못된 값",
        ErrorKind::Configuration => "잘못된 설정",
        ErrorKind::Unsupported => "이 PG나 계약에서 지원하지 않음",
        ErrorKind::Unauthorized => "인증 실패",
        ErrorKind::NotFound => "없는 번호",
        ErrorKind::RateLimited => "요청이 너무 많음",
        ErrorKind::Rejected => "포트원이 거절함",
        ErrorKind::OrderConflict => "이미 쓴 주문번호",
        ErrorKind::BalanceChanged => "잔액이 예상과 다름",
        ErrorKind::Unreachable => "서버에 연결할 수 없음",
        ErrorKind::Timeout => "시간 초과",
        ErrorKind::Interrupted => "연결 끊김",
        ErrorKind::BadAnswer => "읽을 수 없는 응답",
        ErrorKind::ServerFailure => "서버 오류",
        ErrorKind::Mismatch => "요청과 다른 응답",
        ErrorKind::Journal => "저널 오류",
        ErrorKind::Exhausted => "보내기 전에 한도나 기한에 걸림",
        other => return crate::show::word(&other),
    };
    known.to_owned()
}

/// A text by the table; else its place, such as a field or a channel, and the rest by the table.
fn message(text: &str) -> Option<String> {
    if let Some((values, korean)) =
        TEXTS.iter().chain(DECODER).find_map(|(english, korean)| Some((values(english, text)?, korean)))
    {
        // A value may be a text of the table itself.
        let values: Vec<String> = values.iter().map(|value| message(value).unwrap_or_else(|| (*value).to_owned())).collect();
        return Some(fill(korean, &values.iter().map(String::as_str).collect::<Vec<_>>()));
    }
    let (place, rest) = text.split_once(": ")?;
    let place = match place.strip_prefix("channel ") {
        Some(name) => format!("채널 {name}"),
        None if place == "environment" => "환경 변수".to_owned(),
        None => place.to_owned(),
    };
    Some(format!("{place}: {}", message(rest)?))
}

/// What stands at a pattern's `{}` marks, if the text is of this pattern.
fn values<'a>(pattern: &str, text: &'a str) -> Option<Vec<&'a str>> {
    let mut parts = pattern.split("{}");
    let mut rest = text.strip_prefix(parts.next()?)?;
    let mut values = Vec::new();
    let mut parts = parts.peekable();
    while let Some(part) = parts.next() {
        let end = if parts.peek().is_none() { rest.strip_suffix(part)?.len() } else { rest.find(part)? };
        values.push(&rest[..end]);
        rest = &rest[end + part.len()..];
    }
    rest.is_empty().then_some(values)
}

/// The library's texts and theirs in Korean. A text may stand behind its place, such as `card_number: `; `{}` marks stand for values,
/// in the same order in both.
const TEXTS: &[(&str, &str)] = &[
    // Values that cannot be right.
    ("is blank; say what is being paid for", "비어 있습니다. 무엇에 대한 결제인지 적으세요"),
    ("is blank; leave it out instead", "비어 있습니다. 없으면 빼세요"),
    ("is empty", "비어 있습니다"),
    ("is longer than 40 characters", "40자를 넘습니다"),
    ("is longer than {} characters", "{}자를 넘습니다"),
    ("has control characters", "제어 문자가 있습니다"),
    (
        "may only hold printable ASCII: no spaces, no Hangul, no control characters",
        "출력 가능한 ASCII 문자만 쓸 수 있습니다. 공백, 한글, 제어 문자는 안 됩니다",
    ),
    (
        "may not hold / \\ % ? # or be only dots: it is a part of a path",
        "경로의 일부가 되므로 / \\ % ? # 를 쓸 수 없고 점으로만 이루어질 수도 없습니다",
    ),
    ("is not two days as YYYYMMDD, first and last", "첫날과 마지막 날을 YYYYMMDD로 쓴 것이 아닙니다"),
    ("is not a year and a month, such as 2030-12", "2030-12 같은 연월이 아닙니다"),
    ("is not a year and a month, such as 2030-12 or 12/30", "2030-12나 12/30 같은 연월이 아닙니다"),
    ("is not 15 or 16 digits", "15자리나 16자리 숫자가 아닙니다"),
    ("is neither six digits (YYMMDD) nor a business number of ten", "생년월일 6자리(YYMMDD)도 사업자번호 10자리도 아닙니다"),
    ("is not two digits", "숫자 두 자리가 아닙니다"),
    ("is 0 won; a sum must be at least 1", "0원입니다. 금액은 1원 이상이어야 합니다"),
    ("is above 999,999,999 won, the most that any PG takes", "어느 PG나 받지 않는 금액입니다. 최대 999,999,999원입니다"),
    ("is not a whole number of won, such as 12900", "12900 같은 원 단위 정수가 아닙니다"),
    ("is not in the future", "지난 시각입니다"),
    ("is more than ten years ahead; it is in seconds, not milliseconds", "10년보다 뒤입니다. 밀리초가 아니라 초 단위로 쓰세요"),
    ("is not after `from`", "`from`보다 뒤가 아닙니다"),
    ("is more than 89 days after `from`; ask in parts", "`from`에서 89일을 넘습니다. 나누어 조회하세요"),
    ("is not 2 to 36 months", "2개월에서 36개월 사이가 아닙니다"),
    ("is not 2 to 36 months; use a lump sum for one", "2개월에서 36개월 사이가 아닙니다. 일시불이면 할부를 빼세요"),
    ("tax-free part and VAT are more than the amount", "면세 금액과 부가세를 더하면 결제 금액보다 큽니다"),
    ("is not the key's channel; a charge follows its key", "빌링키의 채널이 아닙니다. 결제는 빌링키의 채널로 합니다"),
    ("installments need at least 50,000 won", "할부는 50,000원부터 됩니다"),
    (
        "is not less than the balance; to refund all of it, ask for a full refund",
        "잔액보다 작지 않습니다. 모두 환불하려면 전액 환불을 쓰세요",
    ),
    ("is before `from`", "`from`보다 앞입니다"),
    ("is not 1 to 1,000", "1에서 1,000 사이가 아닙니다"),
    ("is not a whole number from 1", "1 이상의 정수가 아닙니다"),
    ("is not an http:// or https:// URL", "http://나 https:// 주소가 아닙니다"),
    ("is not the text of a JSON object", "JSON 객체가 아닙니다"),
    ("cannot be read as text", "텍스트로 읽을 수 없습니다"),
    ("is longer than 4096 bytes", "4096바이트를 넘습니다"),
    ("is missing: nothing was read", "아무것도 읽지 못했습니다"),
    ("is missing: it stands on the second line", "없습니다. 둘째 줄에 쓰세요"),
    ("is not this JSON object ({}): {}", "다음과 같은 JSON 객체가 아닙니다 ({}): {}"),
    (
        "has more than four lines: number, expiry, birth, password digits",
        "네 줄을 넘습니다. 카드번호, 유효기간, 생년월일, 비밀번호 앞 두 자리만 쓰세요",
    ),
    (
        "is neither UNIX seconds nor a time such as 2026-12-01T09:00 (Korea) or with an offset",
        "UNIX 초도, 2026-12-01T09:00 같은 한국 시각도, 오프셋이 있는 시각도 아닙니다",
    ),
    // What a PG, a contract or a channel wants.
    ("is missing; this channel's contract requires it of every card", "없습니다. 이 채널은 계약상 모든 카드에 필요합니다"),
    ("is missing; this PG needs it of a card's charge", "없습니다. 이 PG의 카드 결제에 필요합니다"),
    ("is missing; this PG's window needs it", "없습니다. 이 PG의 결제창에 필요합니다"),
    (
        "this channel has no key-in, so no card may be sent; use the window, or add `key_in` if the contract has it",
        "이 채널에는 키인이 없어 카드를 보낼 수 없습니다. 결제창을 쓰거나, 계약에 있다면 `key_in`을 추가하세요",
    ),
    (
        "this channel has no key-in, so it charges no card; charge a billing key",
        "이 채널에는 키인이 없어 카드로 결제할 수 없습니다. 빌링키로 결제하세요",
    ),
    ("this channel has no key-in", "이 채널에는 키인이 없습니다"),
    ("this channel has no window", "이 채널에는 결제창이 없습니다"),
    ("{} has no such option here; leave it out", "{}에는 여기서 이 옵션이 없습니다. 빼고 실행하세요"),
    (
        "is longer than 40 bytes, which nice_v2 allows (a Hangul syllable is three)",
        "nice_v2가 받는 40바이트를 넘습니다 (한글은 한 글자에 3바이트)",
    ),
    ("has a mark that nice_v2 forbids: none of % & | $ - + = [ ]", "nice_v2에서 쓸 수 없는 기호가 있습니다: % & | $ - + = [ ]"),
    (
        "this MID is in the designated-amounts mode, so `tax_free` and `vat_amount` must both be stated, as 0 where there is none",
        "과세 구분 금액을 지정하는 MID이므로 `tax_free`와 `vat_amount`를 모두 정해야 합니다. 없으면 0으로 쓰세요",
    ),
    (
        "{} must be told how much of a refund is tax-free, and nobody knows it for this payment; state the tax-free part, 0 won if there is none",
        "{} 환불에는 면세 금액이 필요한데 이 결제의 면세 금액을 알 수 없습니다. 면세 금액을 정하고, 없으면 0원으로 하세요",
    ),
    (
        "the charge stated its {}, so this refund must state its own, 0 if it has none",
        "결제할 때 다음을 밝혔으므로 환불에도 밝혀야 합니다. 없으면 0으로 하세요: {}",
    ),
    (
        "the charge stated {} won tax-free; say how much of it this part holds",
        "결제에 면세 금액 {}원이 있습니다. 이번 환불에 얼마가 들어가는지 정하세요",
    ),
    (
        "the charge stated {} won tax-free and {} won VAT; say how much of each this part holds",
        "결제에 면세 금액 {}원, 부가세 {}원이 있습니다. 이번 환불에 각각 얼마가 들어가는지 정하세요",
    ),
    ("Inicis's window is known to take `ko` and `en` only", "이니시스 결제창은 `ko`와 `en`만 받는 것으로 알려져 있습니다"),
    ("KCP's window is known to take `ko` and `en` only", "KCP 결제창은 `ko`와 `en`만 받는 것으로 알려져 있습니다"),
    (
        "KCP's recurring window shows no service period; leave `period` out, or use an Inicis channel",
        "KCP 정기결제창은 서비스 기간을 보여 주지 않습니다. `period`를 빼거나 이니시스 채널을 쓰세요",
    ),
    (
        "NICE issues no keys in a window, only by key-in; leave `window` out",
        "나이스는 결제창으로 빌링키를 발급하지 않고 키인으로만 발급합니다. `window`를 빼세요",
    ),
    (
        "Inicis takes it through `html5_inicis` only, not through the module `inicis`; set `key_in.module = \"html5_inicis\"` if `GET /users/pg` lists that for this channel, charge a key that the window has issued, or leave it out",
        "이니시스는 `inicis` 모듈이 아니라 `html5_inicis`로만 부가세를 받습니다. `GET /users/pg`에 이 채널이 그렇게 나오면 `key_in.module = \"html5_inicis\"`로 설정하거나, 결제창으로 발급한 빌링키로 결제하거나, 부가세를 빼세요",
    ),
    (
        "the module `nice` takes it on charges by key only, as far as its documents agree",
        "`nice` 모듈은 문서상 빌링키 결제에서만 받습니다",
    ),
    // What is not there, or is another's.
    ("there is no billing key {}", "빌링키 {}이(가) 없습니다"),
    ("there is no payment {} in this account", "이 계정에 결제 {}이(가) 없습니다"),
    ("there is no schedule {}", "예약 {}이(가) 없습니다"),
    ("the provider does not know the payment {}", "포트원에 결제 {}이(가) 없습니다"),
    ("the payment {} is on another channel than {}: its {} differ", "결제 {}은(는) 채널 {}의 것이 아닙니다. 다른 항목: {}"),
    ("no channel has the billing key {}", "빌링키 {}이(가) 어느 채널에도 없습니다"),
    ("the billing key {} fits several channels ({}); name one", "빌링키 {}에 맞는 채널이 여럿입니다 ({}). 하나를 지정하세요"),
    (
        "the billing key id {} is in use; look it up if a call of yours was broken off, else take a new one",
        "빌링키 {}은(는) 이미 쓰고 있습니다. 보내던 발급이 도중에 끊겼다면 그 키를 조회하고, 아니면 새 이름을 쓰세요",
    ),
    (
        "the billing key id {} is in use; take a new one for another card",
        "빌링키 {}은(는) 이미 쓰고 있습니다. 다른 카드에는 새 이름을 쓰세요",
    ),
    (
        "the provider stored {} on another channel ({} {}) than this one's; mend the channel's MID or test mark, and delete the key",
        "포트원이 {}을(를) 이 채널이 아닌 다른 채널({} {})에 저장했습니다. 채널의 MID나 테스트 표시를 고치고 그 빌링키를 삭제하세요",
    ),
    ("there is no channel {}; the configuration has: {}", "채널 {}이(가) 없습니다. 설정에 있는 채널: {}"),
    (
        "there are several channels and no default; name one, or set `default_channel`",
        "채널이 여럿인데 기본 채널이 없습니다. 하나를 지정하거나 `default_channel`을 정하세요",
    ),
    ("the schedule {} is another key's", "예약 {}은(는) 다른 빌링키의 것입니다"),
    ("the schedule {} is on another channel than {}", "예약 {}은(는) 채널 {}의 것이 아닙니다"),
    ("the schedule {} was taken back; reschedule it", "예약 {}은(는) 취소되었습니다. 다시 예약(reschedule)하세요"),
    ("the schedule {} has run; look its payment up", "예약 {}은(는) 이미 실행되었습니다. 결제를 조회하세요"),
    ("the schedule {} has not been attempted yet", "예약 {}은(는) 아직 실행되지 않았습니다"),
    (
        "the order {} was charged, or may have been; settle that first, or take another order id",
        "주문 {}은(는) 결제되었거나 결제되었을 수 있습니다. 먼저 그 건을 정리하거나 다른 주문번호를 쓰세요",
    ),
    (
        "the order id stands for another request, which was not charged; take a new order id for a changed one",
        "이 주문번호로 다른 요청이 있었고 결제되지 않았습니다. 내용을 바꾸었다면 새 주문번호를 쓰세요",
    ),
    (
        "another refund was asked for from this balance; read the payment again and start from its balance",
        "이 잔액에서 다른 환불을 이미 요청했습니다. 결제를 다시 조회하고 그 잔액에서 시작하세요",
    ),
    ("the balance is {} won and not {}; read the payment again", "잔액은 {}원이며 {}이(가) 아닙니다. 결제를 다시 조회하세요"),
    (
        "no answer came, and after the settle time it is not done",
        "응답이 없었고, 확정 대기 시간이 지난 뒤에도 처리되지 않았습니다",
    ),
    ("the order {} has a booking already, for {} and {}; {}", "주문번호 {}에 이미 예약이 있습니다(시각 {}, 금액 {}). {}"),
    ("change its time, or take another order id", "그 예약의 시각을 바꾸거나 다른 주문번호를 쓰세요"),
    ("reschedule it, or take another order id", "그 예약을 다시 예약(reschedule)하거나 다른 주문번호를 쓰세요"),
    ("take another order id", "다른 주문번호를 쓰세요"),
    ("not all of the bookings were taken back; look them up", "예약이 모두 취소되지는 않았습니다. 조회해 보세요"),
    // Tickets and the journal.
    ("the ticket has version {}, this build reads version {}", "티켓의 버전은 {}인데 이 프로그램은 버전 {}을 읽습니다"),
    (
        "the ticket is of another account than this one (imp_key); only that one knows what became of it",
        "다른 계정(imp_key)의 티켓입니다. 어떻게 되었는지는 그 계정으로만 알 수 있습니다",
    ),
    (
        "the journal could not be read or written; nothing is sent without it",
        "저널을 읽거나 쓸 수 없습니다. 저널 없이는 아무것도 보내지 않습니다",
    ),
    (
        "the journal has another attempt under this order; dismiss the ticket that `recover` lists",
        "저널에는 이 주문번호의 다른 시도가 있습니다. `recover`에 나오는 티켓을 닫으세요",
    ),
    ("its tables do not fit", "표의 구조가 맞지 않습니다"),
    (
        "SQLite does not write through to the disk here; put the journal on a local disk",
        "여기서는 SQLite가 디스크까지 쓰지 않습니다. 저널을 로컬 디스크에 두세요",
    ),
    (
        "an entry cannot be read; was it written by a newer version?",
        "읽을 수 없는 항목이 있습니다. 더 새로운 버전이 쓴 것이 아닌지 확인하세요",
    ),
    ("the journal contradicts itself", "저널의 내용이 서로 맞지 않습니다"),
    // Servers and answers.
    ("cannot listen on {}: {}", "{}에서 받을 수 없습니다: {}"),
    (
        "the server cannot be reached; check base_url and the network",
        "서버에 연결할 수 없습니다. base_url과 네트워크를 확인하세요",
    ),
    ("no whole answer within {}", "{} 안에 응답을 다 받지 못했습니다"),
    ("the connection broke {}", "연결이 끊겼습니다 ({})"),
    ("before an answer came", "응답을 받기 전"),
    ("in the middle of the answer", "응답을 받는 중"),
    (
        "no answer came, and after the settle time the provider has no such payment",
        "응답이 없었고, 확정 대기 시간이 지난 뒤에도 포트원에 그 결제가 없습니다",
    ),
    (
        "no answer came, and after the settle time the balance is unchanged",
        "응답이 없었고, 확정 대기 시간이 지난 뒤에도 잔액이 그대로입니다",
    ),
    ("its time to be sent is over; nothing is sent any more", "보낼 시간이 지났습니다. 이제 보내지 않습니다"),
    (
        "the channel {} has more calls waiting than its pace lets through; try again later",
        "채널 {}에 정해진 속도보다 많은 호출이 기다리고 있습니다. 나중에 다시 시도하세요",
    ),
    ("too many calls are under way; try again later", "진행 중인 호출이 너무 많습니다. 나중에 다시 시도하세요"),
    (
        "the server did not take the key pair; check imp_key and imp_secret",
        "서버가 API 키를 받아들이지 않았습니다. imp_key와 imp_secret을 확인하세요",
    ),
    ("the token is not taken, even after a new one was asked for", "토큰을 새로 받아도 서버가 받아들이지 않습니다"),
    ("the server says that it failed (HTTP {})", "서버가 오류를 알려 왔습니다 (HTTP {})"),
    ("{} (HTTP {}, code {})", "{} (HTTP {}, 코드 {})"),
    ("the provider does not know this id", "포트원에 없는 번호입니다"),
    ("the provider refused", "포트원이 거절했습니다"),
    ("the provider refused the request's values (HTTP 400)", "포트원이 요청의 값을 거절했습니다 (HTTP 400)"),
    ("the provider has no such operation (HTTP 405)", "포트원에 없는 기능입니다 (HTTP 405)"),
    ("too many requests (HTTP 429); wait", "요청이 너무 많습니다 (HTTP 429). 기다렸다가 다시 하세요"),
    ("HTTP 404, but not the service's own; check base_url", "포트원의 응답이 아닌 HTTP 404입니다. base_url을 확인하세요"),
    ("the answer to {} {}", "{}의 응답을 쓸 수 없습니다: {}"),
    ("is not the service's (HTTP {})", "포트원의 응답이 아닙니다 (HTTP {})"),
    ("is longer than {} bytes", "{}바이트를 넘습니다"),
    ("is not UTF-8", "UTF-8이 아닙니다"),
    (
        "is a redirect (HTTP {}), which is not followed; check base_url",
        "따라가지 않는 리다이렉트입니다 (HTTP {}). base_url을 확인하세요",
    ),
    ("has an undocumented status (HTTP {})", "문서에 없는 상태 코드입니다 (HTTP {})"),
    ("lacks a usable `{}`", "쓸 수 있는 `{}`이(가) 없습니다"),
    // The configuration.
    ("base_url is not a URL, such as https://api.iamport.kr", "base_url이 https://api.iamport.kr 같은 주소가 아닙니다"),
    ("base_url holds a user name or password; leave them out", "base_url에 사용자 이름이나 비밀번호가 있습니다. 빼세요"),
    ("base_url holds a query or a fragment; leave them out", "base_url에 ?나 # 뒤의 내용이 있습니다. 빼세요"),
    (
        "base_url is http:// to another machine, which would send cards and secrets in the clear; use https://, or allow plain text explicitly",
        "base_url이 다른 컴퓨터로 가는 http://라서 카드와 비밀값이 암호화되지 않습니다. https://를 쓰거나 평문 전송을 허용한다고 밝히세요",
    ),
    ("base_url is neither https:// nor http://", "base_url이 https://도 http://도 아닙니다"),
    (
        "imp_key is empty or holds control characters; copy it from PortOne's console",
        "imp_key가 비어 있거나 제어 문자가 있습니다. 포트원 콘솔에서 복사하세요",
    ),
    (
        "imp_secret is empty or holds control characters; copy it from PortOne's console",
        "imp_secret이 비어 있거나 제어 문자가 있습니다. 포트원 콘솔에서 복사하세요",
    ),
    ("tier is not three characters of A-Z and 0-9", "tier가 A-Z와 0-9 세 글자가 아닙니다"),
    (
        "there is no account for {}: set account.imp_key and account.imp_secret",
        "{}에 쓸 계정이 없습니다. account.imp_key와 account.imp_secret을 정하세요",
    ),
    ("there is no channel: add a table [channels.NAME] with a pg", "채널이 없습니다. pg가 있는 [channels.이름] 표를 추가하세요"),
    ("the channel {} is there twice", "채널 {}이(가) 두 번 있습니다"),
    ("requests_per_second names {}, which is not configured", "requests_per_second의 {}이(가) 설정에 없습니다"),
    ("default_channel names {}, which is not configured", "default_channel의 {}이(가) 설정에 없습니다"),
    ("the pg is not known; this build has: {}", "모르는 pg입니다. 쓸 수 있는 것: {}"),
    (
        "policy.settle_after_ms is below a minute; it is in milliseconds, and shorter times are for a sandbox here",
        "policy.settle_after_ms가 1분보다 짧습니다. 밀리초 단위이며, 더 짧은 시간은 이 컴퓨터의 샌드박스에서만 쓸 수 있습니다",
    ),
    (
        "{} is a setting and a group of settings at once; names are split at two underscores",
        "{}이(가) 설정이면서 설정의 묶음이기도 합니다. 이름은 밑줄 두 개로 나눕니다",
    ),
    ("the journal cannot be opened", "저널을 열 수 없습니다"),
    (
        "this PG module issues no billing key in a window; use key_in",
        "이 PG 모듈은 결제창으로 빌링키를 발급하지 않습니다. key_in을 쓰세요",
    ),
    ("is missing, and this channel has no other way to a key", "없습니다. 이 채널에는 빌링키를 받을 다른 방법이 없습니다"),
    (
        "names neither `window` nor `key_in`: say how this contract issues keys",
        "`window`도 `key_in`도 없습니다. 계약에서 빌링키를 발급하는 방법을 정하세요",
    ),
    ("the module is not a PG module's name, such as kcp_billing", "모듈이 kcp_billing 같은 PG 모듈의 이름이 아닙니다"),
    ("the account has no channel {}; it has: {}", "계정에 채널 {}이(가) 없습니다. 계정의 채널: {}"),
    ("the account says that {} is {}; {}", "계정의 {}은(는) {}입니다. {}"),
    ("a live one", "실제 채널"),
    ("a test one", "테스트 채널"),
    ("leave `test` out", "`test`를 빼세요"),
    ("set `test = true`", "`test = true`로 하세요"),
];

/// What decoders say, as the library and the parser of arguments hand it on.
const DECODER: &[(&str, &str)] = &[
    ("invalid digit found in string", "0 이상의 정수가 아닙니다"),
    ("number too large to fit in target type", "너무 큰 수입니다"),
    ("unknown field `{}`, expected {}", "모르는 설정 `{}`입니다. 쓸 수 있는 것: {}"),
    ("missing field `{}`{}", "`{}` 설정이 없습니다{}"),
];

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    /// What the library's sources say, without their tests; continued lines as one, and each value as `{}`.
    fn sources() -> String {
        let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let mut text = String::new();
        for name in ["core", "facade", "portone-v1", "adapters", "sandbox", "cli"] {
            read(&crates.join(name), &mut text);
        }
        let mut plain = String::new();
        for (at, part) in text.split('{').enumerate() {
            let behind =
                part.split_once('}').filter(|(name, _)| at > 0 && name.chars().all(|c| c.is_alphanumeric() || "_:?".contains(c)));
            match behind {
                Some((_, behind)) => plain.extend(["{}", behind]),
                None if at > 0 => plain.extend(["{", part]),
                None => plain.push_str(part),
            }
        }
        plain
    }

    fn read(directory: &Path, text: &mut String) {
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            match path.extension() {
                None if path.is_dir() && !path.ends_with("tests") => read(&path, text),
                Some(extension) if extension == "rs" && !path.ends_with("korean.rs") => {
                    let source = std::fs::read_to_string(&path).unwrap();
                    let source =
                        source.split("#[cfg(test)]").next().unwrap_or_default().replace("\\\\", "\\").replace("\\\"", "\"");
                    let mut lines = source.split("\\\n");
                    text.push_str(lines.next().unwrap_or_default());
                    lines.for_each(|line| text.push_str(line.trim_start()));
                }
                _ => {}
            }
        }
    }

    #[test]
    fn the_library_says_each_of_these_texts() {
        let sources = sources();
        for (english, korean) in TEXTS {
            let starts = ["\"", ": "].map(|before| format!("{before}{english}"));
            let said =
                starts.iter().any(|text| ["\"", "{}", " {}\""].iter().any(|end| sources.contains(&format!("{text}{end}"))));
            assert!(said, "nobody says: {english}");
            assert_eq!(english.matches("{}").count(), korean.matches("{}").count(), "{english}");
            assert!(TEXTS.iter().filter(|(other, _)| other == english).count() == 1, "twice: {english}");
        }
    }

    #[test]
    fn decoders_say_these_texts() {
        for (wrong, korean) in [("[acount]\n", "설정: 모르는 설정 `acount`"), ("[account]\n", "설정: `imp_key` 설정이 없습니다")]
        {
            let told = error(&kr_billing::Config::from_toml(wrong).unwrap_err(), Lang::Ko.texts());
            assert!(told.starts_with(korean), "{told}");
        }
        for wrong in ["x", "99999999999999999999999"] {
            assert!(message(&wrong.parse::<u64>().unwrap_err().to_string()).is_some(), "{wrong}");
        }
    }

    #[test]
    fn every_operation_and_kind_has_a_korean_name() {
        let (own, core) = (include_str!("korean.rs"), include_str!("../../core/src/error.rs"));
        for name in ["Operation", "ErrorKind", "Reach"] {
            let body = core.split(&format!("pub enum {name} {{")).nth(1).and_then(|rest| rest.split("\n}").next()).unwrap();
            for variant in body.lines().map(str::trim).filter(|line| line.ends_with(',') && !line.starts_with("//")) {
                let arm = format!("{name}::{} => ", variant.trim_end_matches(','));
                assert!(own.contains(&arm), "{arm}");
            }
        }
    }

    #[test]
    fn places_and_values_stay_and_unknown_texts_stay_english() {
        let told = |operation, kind, text: &str| error(&Error::not_sent(operation, kind, text), Lang::Ko.texts());
        assert_eq!(
            told(
                Operation::IssueKey,
                ErrorKind::InvalidInput,
                "birth: is missing; this channel's contract requires it of every card"
            ),
            "빌링키 발급: birth: 없습니다. 이 채널은 계약상 모든 카드에 필요합니다 [아무것도 보내지 않음]"
        );
        assert_eq!(
            told(Operation::Configure, ErrorKind::Configuration, "channel main: the pg is not known; this build has: kcp, nice"),
            "설정: 채널 main: 모르는 pg입니다. 쓸 수 있는 것: kcp, nice"
        );
        assert_eq!(
            told(Operation::Charge, ErrorKind::BadAnswer, "the answer to /payments is longer than 9 bytes"),
            "결제: /payments의 응답을 쓸 수 없습니다: 9바이트를 넘습니다 [아무것도 보내지 않음]"
        );
        assert_eq!(told(Operation::Token, ErrorKind::Rejected, "new: words"), "토큰 발급: 포트원이 거절함: new: words");
        let refused = Error::new(Operation::LookUpKey, Reach::Refused, ErrorKind::NotFound, "there is no billing key k");
        assert_eq!(error(&refused, Lang::Ko.texts()), "빌링키 조회: 빌링키 k이(가) 없습니다");
        assert_eq!(error(&refused, Lang::En.texts()), "look up a billing key: there is no billing key k");
    }
}
