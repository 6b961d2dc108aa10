//! The Korean sentences of V1, as clients and their test suites have seen them
//! (fact sheet, section 3), and ours where nobody has.

pub(crate) const UNKNOWN_BUYER: &str = "등록되지 않은 구매자입니다.";
pub(crate) const NO_CUSTOMER: &str = "등록된 고객정보가 없습니다.";
pub(crate) const BAD_CARD: &str = "유효하지않은 카드번호를 입력하셨습니다.";
pub(crate) const CARD_REFUSED: &str = "카드정보 인증에 실패하였습니다.";
pub(crate) const KEY_REFUSED: &str = "카드정보 인증 및 빌키 발급에 실패하였습니다.";
pub(crate) const ORDER_TAKEN: &str = "이미 주문이 이루어진 건입니다 (동일한 merchant_uid로 결제 또는 취소된 기록이 있습니다)";
pub(crate) const WINDOW_ORDER_TAKEN: &str = "이미 결제가 이루어진 거래건입니다.";
pub(crate) const PREPARED_ALREADY: &str = "결제정보 사전등록에 실패하였습니다(이미 등록된 merchant_uid입니다).";
pub(crate) const NOTHING_SCHEDULED: &str = "취소할 예약결제 기록이 존재하지 않습니다.";
pub(crate) const NOTHING_TO_CANCEL: &str = "취소할 결제건이 존재하지 않습니다.";
pub(crate) const NO_PAYMENT: &str = "존재하지 않는 결제정보입니다.";
pub(crate) const BAD_PAYMENT_STATUS: &str = "지원되지 않는 상태값입니다.";
pub(crate) const NOTHING_NAMED: &str = "imp_uid 또는 merchant_uid를 지정해주셔야합니다.";

// Ours: the service's own words are not known.
pub(crate) const NO_SCHEDULE: &str = "존재하지 않는 예약결제입니다.";
pub(crate) const ALREADY_SCHEDULED: &str = "이미 예약된 merchant_uid입니다.";
pub(crate) const SCHEDULE_IN_THE_PAST: &str = "예약시각이 현재 시각보다 이전입니다.";
pub(crate) const SCHEDULE_NOT_OPEN: &str = "이미 실행되었거나 취소된 예약결제입니다.";
pub(crate) const SCHEDULE_NOT_FAILED: &str = "실패하거나 취소된 예약결제가 아닙니다.";
pub(crate) const NOT_PREPARED: &str = "사전등록된 결제정보가 존재하지 않습니다.";
pub(crate) const FULLY_CANCELLED: &str = "이미 전액취소된 결제건입니다.";
pub(crate) const CANCEL_TOO_MUCH: &str = "취소 요청금액이 취소 가능금액보다 큽니다.";
pub(crate) const CHECKSUM_DIFFERS: &str = "취소 가능금액(checksum)이 일치하지 않습니다.";
pub(crate) const CANCEL_TAX_MISSING: &str = "취소할 면세금액(tax_free)을 지정해야 합니다.";
pub(crate) const CANCEL_VAT_MISSING: &str = "취소할 부가세(vat_amount)를 지정해야 합니다.";
pub(crate) const ISSUANCE_ONLY: &str = "빌링키 발급 기록에는 취소할 금액이 없습니다.";
pub(crate) const BAD_AMOUNT: &str = "결제금액이 올바르지 않습니다.";
pub(crate) const BAD_TAX: &str = "면세금액 또는 부가세가 결제금액과 맞지 않습니다.";
pub(crate) const BAD_PAGE: &str = "page 또는 limit 값이 올바르지 않습니다.";
pub(crate) const BAD_RANGE: &str = "조회 기간이 올바르지 않습니다.";
pub(crate) const NO_FOREIGN: &str = "해외카드 키인결제는 지원하지 않습니다.";
pub(crate) const BAD_STATUS: &str = "조회할 상태 값이 올바르지 않습니다.";
pub(crate) const BAD_BODY: &str = "요청을 읽을 수 없습니다. 본문은 UTF-8로 된 JSON 객체나 폼이어야 합니다.";
pub(crate) const BODY_TOO_LARGE: &str = "요청 본문이 너무 큽니다.";
pub(crate) const NO_PATH: &str = "존재하지 않는 API입니다.";
pub(crate) const WRONG_METHOD: &str = "지원하지 않는 HTTP 메서드입니다.";
pub(crate) const PAYCO_ONLY: &str = "PAYCO 결제만 조회할 수 있습니다.";
pub(crate) const NO_CODE: &str = "존재하지 않는 코드입니다.";
pub(crate) const NO_CHANNEL: &str = "정기결제/키인결제용 PG 설정이 존재하지 않습니다.";

pub(crate) fn customer_not_found(uid: &str) -> String {
    format!("요청하신 customer_uid({uid})로 등록된 정보를 찾을 수 없습니다.")
}

pub(crate) fn too_long(field: &str, limit: usize) -> String {
    format!("{field}은(는) {limit}자를 넘을 수 없습니다.")
}
