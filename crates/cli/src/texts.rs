//! What the command says, in both languages side by side, so that neither can lack a text.

use crate::lang::Lang;

macro_rules! texts {
    ($($name:ident: $english:literal, $korean:literal;)+) => {
        /// The command's texts in one language. `{}` marks stand for values.
        pub(crate) struct Texts {
            /// Which language they are in.
            pub(crate) lang: Lang,
            $(pub(crate) $name: &'static str,)+
        }

        /// English.
        pub(crate) static EN: Texts = Texts { lang: Lang::En, $($name: $english,)+ };

        /// Korean.
        pub(crate) static KO: Texts = Texts { lang: Lang::Ko, $($name: $korean,)+ };

        #[cfg(test)]
        const PAIRS: &[(&str, &str, &str)] = &[$((stringify!($name), $english, $korean),)+];
    };
}

texts! {
    // Mistakes, and what to do about them.
    error: "error", "오류";
    because: "because", "원인";
    to_do: "what to do", "조치";
    not_charged: "not charged", "결제되지 않음";
    no_runtime: "the command cannot start", "명령을 시작할 수 없습니다";
    see_help:
        "See `kr-billing --help`, or --help behind the verb.",
        "`kr-billing --help` 또는 명령 뒤의 --help를 보세요.";
    one_of: "must be one of", "다음 중 하나여야 합니다:";
    unknown_option: "there is no such option here", "여기에 없는 옵션입니다";
    missing_arguments: "these are needed", "필요한 인수가 없습니다";
    conflict: "these cannot be used together", "함께 쓸 수 없습니다";
    no_such_verb: "there is no such verb", "그런 명령이 없습니다";
    verb_missing: "a verb is missing", "명령이 빠졌습니다";
    meant: "perhaps", "혹시";
    value_missing: "needs a value", "값이 필요합니다";
    unexpected_value:
        "an argument stands where none is expected (it is not repeated here)",
        "필요 없는 인수가 있습니다 (내용은 보이지 않습니다)";
    card_in_arguments:
        "an argument holds 15 or 16 digits, as a card number does. Card data is never taken from arguments, which stand in process lists and shell histories; leave it out to be asked, or use --card - or --card-file. If it is an id, put a letter directly before the digits, with no mark between",
        "인수에 카드번호처럼 15자리 또는 16자리 숫자가 있습니다. 인수는 프로세스 목록과 셸 기록에 남으므로 카드 정보를 받지 않습니다. 빼면 물어보고, --card - 또는 --card-file도 쓸 수 있습니다. 카드번호가 아니라 주문번호나 이름이라면 기호 없이 숫자 바로 앞에 글자를 붙이세요";
    no_config:
        "there is no configuration: name a file with --config or KR_BILLING_CONFIG, set KR_BILLING_... variables, or put kr-billing.toml here",
        "설정이 없습니다. --config나 KR_BILLING_CONFIG로 파일을 지정하거나, KR_BILLING_... 변수를 정하거나, 여기에 kr-billing.toml을 두세요";
    variable_no_text:
        "the environment variable {} is not UTF-8; set it anew, or unset it",
        "환경 변수 {}의 값이 UTF-8이 아닙니다. 다시 정하거나 지우세요";
    config_unreadable: "the configuration cannot be read", "설정을 읽을 수 없습니다";
    card_file_unreadable: "the card cannot be read", "카드를 읽을 수 없습니다";
    card_needs_terminal:
        "there is no terminal to ask for the card; give it with --card - (standard input) or --card-file",
        "카드를 물어볼 터미널이 없습니다. --card - (표준 입력) 또는 --card-file로 주세요";
    needs_yes:
        "there is no terminal to ask; repeat with --yes if this is meant",
        "물어볼 터미널이 없습니다. 맞다면 --yes를 붙여 다시 실행하세요";
    proceed: "Go on?", "계속할까요?";
    given_up:
        "you did not say yes, so nothing was sent; nothing is left to do",
        "예라고 답하지 않아 아무것도 보내지 않았습니다. 더 할 일은 없습니다";
    not_taken: "`{}` does not take {}; leave it out", "`{}`에는 {} 옵션을 쓸 수 없습니다. 빼고 실행하세요";
    span_too_long:
        "--from, --to: a list reaches over at most 90 days; ask in parts",
        "--from, --to: 한 번에 최대 90일까지 조회할 수 있습니다. 나누어 조회하세요";
    span_backwards: "--to: is before --from", "--to: --from보다 앞선 시각입니다";
    do_refund_tax:
        "say what part of this refund is tax-free: --taxable if none is, else --tax-free WON",
        "이 환불의 면세 금액을 정하세요. 면세가 없으면 --taxable, 있으면 --tax-free 금액";
    do_refund_vat:
        "say both of its parts: --tax-free WON --vat WON, 0 where there is none (--taxable does not state the VAT)",
        "이 환불의 면세 금액과 부가세를 모두 정하세요: --tax-free 금액 --vat 금액, 없으면 0 (--taxable은 부가세를 밝히지 않습니다)";
    do_plaintext:
        "where that network is your own, repeat with --allow-plaintext or set account.allow_plaintext",
        "믿을 수 있는 네트워크라면 --allow-plaintext를 붙여 다시 실행하거나 account.allow_plaintext를 설정하세요";
    do_unauthorized:
        "check account.imp_key and account.imp_secret against PortOne's console",
        "account.imp_key와 account.imp_secret을 PortOne 콘솔과 맞춰 보세요";
    do_rate_limited: "wait a moment and repeat the call", "잠시 뒤에 다시 실행하세요";
    do_unreachable:
        "check the network and account.base_url, then repeat the call",
        "네트워크와 account.base_url을 확인하고 다시 실행하세요";
    do_again: "nothing happened; repeat the call", "아무 일도 일어나지 않았습니다. 다시 실행하세요";
    do_look_first: "look up what became of it before anything is repeated", "다시 실행하기 전에 어떻게 되었는지 조회하세요";
    do_repeat:
        "repeat the same call: it finds what is done already, and nothing is done twice",
        "같은 명령을 그대로 다시 실행하세요. 이미 처리된 것은 조회로 확인하므로 두 번 처리되지 않습니다";
    do_bad_answer:
        "check account.base_url: the server does not answer as the V1 API does",
        "account.base_url을 확인하세요. 서버가 V1 API처럼 답하지 않습니다";
    do_order_conflict:
        "take the earlier outcome, or a new order id for another charge",
        "앞선 결과를 쓰거나, 다른 결제라면 새 주문번호를 쓰세요";
    do_balance: "look the payment up and start from its balance", "결제를 다시 조회하고 그 잔액에서 시작하세요";
    do_not_found:
        "check the id, and that key pair and channel are this account's",
        "번호가 맞는지, API 키와 채널이 이 계정의 것인지 확인하세요";
    do_unknown_key:
        "check the billing key's id, and name its channel with --channel; if no card is stored under it, issue a key with `kr-billing keys issue` or `kr-billing window`",
        "빌링키 이름을 확인하고 --channel로 채널을 지정하세요. 저장된 카드가 없다면 `kr-billing keys issue`나 `kr-billing window`로 빌링키를 발급하세요";
    no_key_in:
        "this channel has no key-in: a card is stored in the PG's window; see `kr-billing window`",
        "이 채널은 키인 발급을 하지 않습니다. PG 결제창에서 카드를 등록합니다. `kr-billing window`를 보세요";
    key_elsewhere:
        "the billing key {} is not of channel {} but of {}, so nothing was sent; name its own channel with --channel (`kr-billing config check` lists them)",
        "빌링키 {}은(는) 채널 {}의 것이 아니므로 보내지 않았습니다. 빌링키가 있는 곳은 {}입니다. --channel로 맞는 채널을 지정하세요 (채널 목록은 `kr-billing config check`)";
    no_window:
        "this channel has no window: a card is stored by key-in; see `kr-billing keys issue`",
        "이 채널에는 결제창이 없습니다. 키인으로 카드를 저장합니다. `kr-billing keys issue`를 보세요";
    window_unreadable:
        "the adapter's window parameters are not a JSON object",
        "어댑터의 결제창 파라미터가 JSON 객체가 아닙니다";
    name_the_channel:
        "none or several channels fit this payment; name one with --channel",
        "이 결제에 맞는 채널이 없거나 여럿입니다. --channel로 지정하세요";
    recover_needs_journal:
        "there is no journal on disk: set journal.sqlite in the configuration",
        "디스크 저널이 없습니다. 설정에 journal.sqlite를 정하세요";
    tickets_unreadable:
        "the tickets cannot be read; give what was printed for the call in doubt, as JSON",
        "티켓을 읽을 수 없습니다. 결과를 알 수 없던 호출의 출력을 JSON 그대로 주세요";
    tickets_file_unreadable:
        "the tickets cannot be read from {}: {}; name the file that holds what was printed for the call in doubt, or give it on standard input with -",
        "{}에서 티켓을 읽을 수 없습니다: {}. 결과를 알 수 없던 호출의 출력을 담은 파일을 지정하거나, -로 표준 입력에 넣으세요";
    place: "line {}, column {}", "{}번째 줄 {}번째 글자";
    too_long: "it is longer than 16 MiB", "16MiB보다 깁니다";
    answers_without_ticket:
        "{} of {} answers carry no ticket, since nothing is in doubt there: they are not asked about",
        "티켓이 없는 응답은 다시 묻지 않습니다: {}건 (전체 {}건)";

    // Asking for a card.
    ask_number: "Card number", "카드번호";
    ask_expiry: "Expiry (YYYY-MM or MM/YY)", "유효기간 (YYYY-MM 또는 MM/YY)";
    ask_birth: "Birth date YYMMDD or business number (Enter to leave out)", "생년월일 6자리 또는 사업자번호 (없으면 Enter)";
    ask_password: "First two digits of the password (Enter to leave out)", "비밀번호 앞 두 자리 (없으면 Enter)";

    // Outcomes.
    paid: "Paid.", "결제되었습니다.";
    paid_found: "Paid; found by look-up, not sent again.", "결제되었습니다. 조회로 확인했고 다시 보내지 않았습니다.";
    card_kept: "The card is stored.", "카드를 저장했습니다.";
    card_not_kept:
        "The card is NOT stored, though the charge went through: issue a billing key.",
        "결제는 되었지만 카드는 저장되지 않았습니다. 빌링키를 발급하세요.";
    card_kept_unknown:
        "Whether the card is stored is not known: look the billing key up before charging it.",
        "카드가 저장되었는지 알 수 없습니다. 결제하기 전에 빌링키를 조회하세요.";
    declined: "Declined. Nothing was charged.", "거절되었습니다. 결제되지 않았습니다.";
    recovery_later: "try again another day, under a new order id", "다른 날 새 주문번호로 다시 시도";
    recovery_retry_later:
        "another day: `schedule retry` again, or book it anew with `schedule move --again`; under the same order id",
        "다른 날 같은 주문번호로 `schedule retry`를 다시 하거나 `schedule move --again`으로 다시 예약";
    recovery_retry_then:
        "{}; then `schedule retry`, or `schedule move --again`, under the same order id",
        "{}. 그 뒤 같은 주문번호로 `schedule retry` 또는 `schedule move --again`";
    recovery_other_card: "ask for another card, or for this one's data again", "다른 카드를 받거나 카드 정보를 다시 받기";
    recovery_call: "the holder must call the card company", "카드 주인이 카드사에 전화";
    recovery_never: "never try this card again", "이 카드로 다시 시도하지 않기";
    recovery_setup: "mend the merchant's set-up; no buyer can", "가맹점 설정이나 계약을 고치기 (구매자는 할 수 없음)";
    in_doubt:
        "IN DOUBT: it may have happened. Do not repeat it under another id.",
        "결과를 알 수 없습니다. 처리되었을 수 있으니 다른 번호로 다시 하지 마세요.";
    not_made:
        "NOT MADE: the order id belongs to another payment.",
        "결제하지 않았습니다. 이 주문번호는 다른 결제의 것입니다.";
    do_order_taken:
        "look at it with `kr-billing {}`; if this is meant to be another charge, take another order id",
        "`kr-billing {}`로 그 결제를 확인하고, 별도의 결제라면 다른 주문번호를 쓰세요";
    paid_otherwise:
        "PAID, BUT NOT AS ASKED: look at it before anything else is done.",
        "요청과 다르게 결제되었습니다. 다른 일을 하기 전에 직접 확인하세요.";
    cause_answer_lost:
        "no usable answer came, and the provider does not show it yet",
        "쓸 수 있는 답이 오지 않았고, 조회에도 아직 보이지 않습니다";
    cause_unknown: "the PG does not say whether it went through", "처리되었는지 PG가 알려 주지 않습니다";
    cause_duplicate:
        "the provider says that the order was made before, and shows no payment",
        "이미 처리된 주문이라는데 결제가 보이지 않습니다";
    cause_mismatch: "what the provider shows is not what was asked for", "조회된 결제가 요청과 다릅니다";
    cause_order_taken: "the order id stands for another request", "이 주문번호로 다른 요청이 있습니다";
    cause_earlier:
        "an earlier attempt is still in doubt; nothing was sent now",
        "앞선 시도의 결과를 아직 모릅니다. 이번에는 보내지 않았습니다";
    cause_dismissed:
        "this was closed by hand with its outcome unknown; nothing was sent now",
        "결과를 모르는 채 수동으로 닫은 건입니다. 이번에는 보내지 않았습니다";
    refund_of: "a refund of", "환불 요청";
    fields: "differs", "다른 항목";
    still_in_doubt:
        "Still in doubt: ask again later, with the same ticket.",
        "아직 알 수 없습니다. 같은 티켓으로 나중에 다시 물어보세요.";
    still_claimed:
        "Still in doubt: {}. Asking again clears this only if a record shows up; so a person must look at PortOne's console, and then close it with `kr-billing resume --dismiss` and this ticket.",
        "아직 알 수 없습니다: {}. 기록이 나타나지 않는 한 다시 물어도 풀리지 않습니다. 사람이 포트원 콘솔에서 확인한 뒤 이 티켓으로 `kr-billing resume --dismiss`를 실행해 닫으세요.";
    keep_ticket:
        "Keep this ticket, and ask again with `kr-billing resume`:",
        "이 티켓을 보관하고 `kr-billing resume`으로 다시 물어보세요:";
    interrupted: "Broken off while under way: it may have happened.", "진행 중에 중단했습니다. 처리되었을 수 있습니다.";
    interrupted_before: "broken off before anything was sent", "보내기 전에 중단했습니다";
    interrupted_repeat:
        "broken off while under way; it may have happened, and repeating the same command is safe",
        "진행 중에 중단했습니다. 처리되었을 수 있으며, 같은 명령을 다시 실행해도 안전합니다";
    mismatch:
        "Something was paid under this order, but not what was asked for; look at it. Differs",
        "이 주문번호로 결제가 있지만 요청과 다릅니다. 직접 확인하세요. 다른 항목";
    proved_not_charged:
        "Not charged, and it will not be: the order id may be sent again or given up.",
        "결제되지 않았고 앞으로도 되지 않습니다. 같은 주문번호로 다시 보내거나 그만둘 수 있습니다.";
    refund_done: "Refunded.", "환불했습니다.";
    refund_unclear:
        "Another refund has changed the balance; whether this one was made cannot be told. Look at it.",
        "다른 환불로 잔액이 바뀌어 이 환불이 되었는지 알 수 없습니다. 직접 확인하세요.";
    proved_not_refunded:
        "Not refunded, and it will not be: the balance is what it was.",
        "환불되지 않았고 앞으로도 되지 않습니다. 잔액은 그대로입니다.";
    key_stored: "The billing key is stored.", "빌링키를 저장했습니다.";
    key_refused: "Refused. No billing key was stored.", "거절되었습니다. 빌링키가 저장되지 않았습니다.";
    proved_not_stored: "Not stored, and it will not be.", "저장되지 않았고 앞으로도 되지 않습니다.";
    key_deleted: "The billing key {} is deleted.", "빌링키 {}을(를) 삭제했습니다.";
    key_already_gone: "There is no billing key {}; nothing to delete.", "빌링키 {}이(가) 없습니다. 삭제할 것이 없습니다.";
    booked: "Booked.", "예약했습니다.";
    booked_already:
        "It was booked already, for this time, amount and name; nothing was sent.",
        "이 시각, 금액, 주문명으로 이미 예약되어 있습니다. 아무것도 보내지 않았습니다.";
    moved: "Moved.", "예약을 바꾸었습니다.";
    schedules_cancelled: "Taken back.", "예약을 취소했습니다.";
    has_run:
        "has run already and cannot be taken back: {} (what is paid is refunded with `kr-billing payments cancel`). Nothing was sent",
        "이미 실행되어 취소할 수 없습니다: {} (결제된 건은 `kr-billing payments cancel`로 환불합니다). 아무것도 보내지 않았습니다";
    still_wait: "; these still wait: {}", ". 다음 예약은 그대로 대기 중입니다: {}";
    cancelled_already:
        "Taken back already; nothing was sent.",
        "이미 취소된 예약입니다. 아무것도 보내지 않았습니다.";
    nothing_waiting: "Nothing was waiting.", "대기 중인 예약이 없습니다.";
    nothing_waiting_sent:
        "Nothing was waiting in the next {} days; nothing was sent. --yes asks the server about later ones too.",
        "앞으로 {}일 안에 대기 중인 예약이 없습니다. 아무것도 보내지 않았습니다. 그 뒤의 예약까지 취소하려면 --yes를 쓰세요.";
    dismissed: "Closed. The order ids stay taken.", "닫았습니다. 주문번호는 다시 쓸 수 없습니다.";
    nothing_open: "No entry is open.", "열려 있는 항목이 없습니다.";
    too_early:
        "left alone, since it may still be under way; run this again later",
        "아직 진행 중일 수 있어 그대로 두었습니다. 나중에 다시 실행하세요";

    foreign:
        "cannot be settled with this configuration (its channel is not configured here, or the look-up was refused); it stays open",
        "이 설정으로는 정리할 수 없어 열린 채로 둡니다 (채널이 설정에 없거나 조회가 거절됨)";

    // What is about to happen.
    will_dismiss:
        "Entries of the journal to be closed without an answer: {}. What became of them is then yours to know.",
        "저널의 항목 {}건을 답 없이 닫습니다. 어떻게 되었는지는 직접 확인한 것으로 합니다.";
    will_delete_key:
        "This deletes the billing key {}. It cannot be charged any more.",
        "빌링키 {}을(를) 삭제합니다. 더는 결제할 수 없습니다.";
    schedules_waiting:
        "Bookings that wait for it: {}. Take them back first, since V1 does not say what becomes of them.",
        "대기 중인 예약이 {}건 있습니다. V1은 이 예약이 어떻게 되는지 정하지 않으므로 먼저 취소하세요.";
    will_refund_all: "This refunds ALL that is left of {}: {} won.", "{}의 남은 금액을 모두 환불합니다: {}원.";
    will_refund_part: "This refunds a part of {}: {} of {} won.", "{}의 일부를 환불합니다: {}원 (남은 금액 {}원).";
    will_cancel_schedules: "This takes these bookings of {} back:", "{}의 다음 예약을 취소합니다:";
    will_cancel_all: "This takes ALL waiting bookings of {} back. Seen: {}.", "{}의 대기 중인 예약을 모두 취소합니다. 조회된 예약: {}건.";
    issuance_not_refundable:
        "this is the record of a window's issuance; no money moved, so none can be refunded",
        "결제창의 발급 기록입니다. 돈이 움직이지 않았으므로 환불할 것이 없습니다";
    not_captured:
        "this payment was never captured; there is nothing to refund",
        "승인된 적이 없는 결제입니다. 환불할 것이 없습니다";
    nothing_left: "nothing is left to refund", "환불할 금액이 남아 있지 않습니다";
    other_balance:
        "{} won are left, which is not what --balance says; nothing was sent",
        "남은 금액은 {}원이며 --balance와 다릅니다. 아무것도 보내지 않았습니다";

    // Words of tables.
    payment: "payment (imp_uid)", "결제번호 (imp_uid)";
    order: "order (merchant_uid)", "주문번호 (merchant_uid)";
    billing_key: "billing key (customer_uid)", "빌링키 (customer_uid)";
    order_name: "name", "주문명";
    amount: "amount", "금액";
    refunded: "refunded", "환불액";
    balance: "left", "잔액";
    status: "state", "상태";
    status_ready: "ready", "미결제";
    status_paid: "paid", "결제완료";
    status_cancelled: "refunded", "환불";
    status_partly: "partly refunded", "부분 환불";
    status_failed: "failed", "실패";
    status_issued: "key issued, nothing charged", "빌링키 발급 (결제 아님)";
    schedule_waiting: "waiting", "대기";
    schedule_executed: "attempted", "실행됨";
    schedule_revoked: "taken back", "취소됨";
    channel: "channel", "채널";
    pg: "PG", "PG";
    card: "card", "카드";
    card_kind: "kind", "종류";
    card_credit: "credit", "신용카드";
    card_check: "check (debit)", "체크카드";
    approval: "approval number", "승인번호";
    installment: "installments (months)", "할부 (개월)";
    inserted: "stored at (KST)", "저장 시각 (한국)";
    updated: "changed at (KST)", "변경 시각 (한국)";
    paid_at: "paid at (KST)", "결제 시각 (한국)";
    failed_at: "failed at (KST)", "실패 시각 (한국)";
    cancelled_at: "refunded at (KST)", "환불 시각 (한국)";
    due: "due (KST)", "예약 시각 (한국)";
    executed_at: "attempted at (KST)", "실행 시각 (한국)";
    revoked_at: "taken back at (KST)", "취소 시각 (한국)";
    when: "when (KST)", "시각 (한국)";
    reason: "reason", "사유";
    cancel_reason: "reason of the refund", "환불 사유";
    pg_code: "the PG's code", "PG 코드";
    receipt: "receipt", "영수증";
    test_payment: "test channel", "테스트 채널";
    buyer_name: "buyer's name", "구매자 이름";
    buyer_tel: "buyer's phone", "구매자 전화번호";
    buyer_email: "buyer's e-mail", "구매자 이메일";
    won: " won", "원";
    yes: "yes", "예";
    none: "none", "없음";
    unknown: "unknown", "알 수 없음";
    total: "total", "전체";
    not_there: "not there", "없음";
    next_page: "more with --page {}", "다음: --page {}";
    unreadable: "records that cannot be read", "읽을 수 없는 기록";
    nothing_found: "Nothing found.", "찾은 것이 없습니다.";

    // Configuration and doctor.
    config_ok: "The configuration is sound.", "설정이 올바릅니다.";
    config_source: "read from", "읽은 곳";
    environment: "environment", "환경 변수";
    server: "server", "서버";
    journal: "journal", "저널";
    journal_in_memory: "in memory: gone when the command ends", "메모리: 명령이 끝나면 사라집니다";
    journal_advice:
        "none on disk, so two runs of this command cannot know of each other: set journal.sqlite",
        "디스크에 없어 두 번의 실행이 서로를 알 수 없습니다. journal.sqlite를 정하세요";
    default_channel: "default channel", "기본 채널";
    window: "window", "결제창";
    key_in: "key-in", "키인";
    check: "check", "점검";
    state: "state", "상태";
    detail: "detail", "내용";
    health_ok: "ok", "정상";
    health_warning: "warning", "주의";
    health_wrong: "WRONG", "이상";
    check_token: "token", "토큰";
    check_clock: "clock", "시계";
    check_channels: "channels", "채널";
    token_ok: "the key pair was taken", "API 키로 토큰을 받았습니다";
    clock_ahead: "{} s ahead of the server", "서버보다 {}초 빠릅니다";
    clock_behind: "{} s behind the server", "서버보다 {}초 느립니다";
    module_there: "the account has it: {}", "계정에 있습니다: {}";
    module_missing:
        "the account has no such channel; V1 would silently use its default one",
        "계정에 이런 채널이 없습니다. V1은 조용히 기본 채널을 쓰게 됩니다";
    module_other:
        "the account has no such channel; V1 would silently use another. Of this PG it has: {}",
        "계정에 이런 채널이 없습니다. V1은 조용히 다른 채널을 쓰게 됩니다. 이 PG로는 다음이 있습니다: {}";
    module_purpose:
        "the account has it, but lists it for another use (`type` of GET /users/pg): {}",
        "계정에 있지만 다른 용도로 등록되어 있습니다 (GET /users/pg의 `type`): {}";
    module_several:
        "the account has several; name one by mid or channel_key: {}",
        "계정에 여럿 있습니다. mid나 channel_key로 정하세요: {}";
    module_test_differs:
        "`test` in the configuration is not what the account says: {}",
        "설정의 `test`가 계정과 다릅니다: {}";
    test: "test", "테스트";

    // The page that opens a window.
    page_title: "Register a card", "카드 등록";
    page_button: "Open the card window", "카드 등록하기";
    page_name: "For", "내용";
    page_order: "Order id", "주문번호";
    page_amount: "Amount shown", "표시 금액";
    page_no_charge:
        "Nothing is charged now: only the card is registered.",
        "지금은 결제되지 않습니다. 카드만 등록합니다.";
    page_wait: "The window is open.", "결제창을 열었습니다.";
    page_no_script:
        "The payment script did not load, so the window cannot be opened. Check the network or a script blocker, and reload the page.",
        "결제 스크립트를 불러오지 못해 결제창을 열 수 없습니다. 네트워크나 차단 프로그램을 확인하고 새로고침하세요.";
    page_after:
        "Done; check it with: kr-billing payments show",
        "끝났습니다. 다음으로 확인하세요: kr-billing payments show";
    page_failed: "Not registered:", "등록되지 않았습니다:";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_hold_the_same_values() {
        for (name, english, korean) in PAIRS {
            assert_eq!(english.matches("{}").count(), korean.matches("{}").count(), "{name}");
            assert!(!english.trim().is_empty() && !korean.trim().is_empty(), "{name}");
        }
    }
}
