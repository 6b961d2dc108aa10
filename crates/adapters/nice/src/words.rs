//! Reasons that NICE gives in words alone.
//!
//! Derived from the wordings in three PGs' lists (`codes.md` section 4, `[infer]`); not a PG's promise. The order of the rules
//! matters: silence is asked for before any reason (see [`crate::silence`]), and a merchant's own limit or contract before "limit"
//! and "suspended" are read as the card's.

use kr_billing_core::{CodeClass, DeclineReason};

use crate::silence;

/// One group of wordings: `all` of these must be there and `any` of those.
struct Rule {
    all: &'static [&'static str],
    any: &'static [&'static str],
    class: fn() -> CodeClass,
}

const fn any(any: &'static [&'static str], class: fn() -> CodeClass) -> Rule {
    Rule { all: &[], any, class }
}

const fn both(all: &'static [&'static str], any: &'static [&'static str], class: fn() -> CodeClass) -> Rule {
    Rule { all, any, class }
}

/// Reads a reason off a text, whatever its spacing and case. `None` when it says nothing known.
pub(crate) fn classify(text: &str) -> Option<CodeClass> {
    let text = text.to_ascii_uppercase();
    if silence::is_told(&text) {
        return Some(CodeClass::UnknownOutcome);
    }
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let found = |word: &&str| text.contains(*word);
    let rule = RULES.iter().find(|rule| rule.all.iter().all(found) && rule.any.iter().any(found))?;
    Some((rule.class)())
}

macro_rules! decline {
    ($reason:ident) => {
        || CodeClass::Decline(DeclineReason::$reason)
    };
}

/// The rules in their order, without spaces and in capitals; the numbers are the rows of the sheet's table.
const RULES: &[Rule] = &[
    // 1, 2
    any(&["분실", "도난", "사고카드", "사고등록"], decline!(LostOrStolen)),
    any(&["부정사용", "부정카드", "허위카드", "위변조", "BLACKLIST", "BL관리", "불량회원", "신용불량"], decline!(Blacklisted)),
    // 3
    any(&["중복", "이미결제", "이미주문", "동일주문번호", "기승인"], || CodeClass::Duplicate),
    // 4, 5; more than a card can expire, so "만료" alone says nothing
    any(&["유효기간", "유효기한", "기간오류", "만료일", "카드만료", "카드가만료", "만료카드", "만료된카드"], decline!(Expired)),
    any(&["해지카드", "탈회", "신규발급카드", "반송", "카드미수령", "수령등록", "카드발급상태"], decline!(CardClosed)),
    // 6 stands before 7: both speak of a password
    both(&["비밀번호"], &["회수", "횟수"], decline!(TooManyWrongAttempts)),
    any(&["인증오류3회"], decline!(TooManyWrongAttempts)),
    any(&["비밀번호", "CVC", "주민번호", "주민(사업자)", "생년월일", "사업자번호"], decline!(HolderMismatch)),
    // 8 to 11
    any(&["카드번호", "미등록카드", "CARD_BIN"], decline!(InvalidCardNumber)),
    both(&["없음"], BILLING_KEY, decline!(BillingKeyUnusable)),
    both(&["존재하지"], BILLING_KEY, decline!(BillingKeyUnusable)),
    both(&["비활성"], BILLING_KEY, decline!(BillingKeyUnusable)),
    any(&["등록되지않은구매자"], decline!(BillingKeyUnusable)),
    any(&["잔액부족", "잔고부족", "승인가능금액부족"], decline!(InsufficientFunds)),
    // 12 and 16 are about the merchant, so they stand before 14 and 17
    both(&["가맹점"], &["한도"], decline!(MerchantLimit)),
    any(&["거래정지가맹점", "미등록가맹점"], decline!(MerchantSetup)),
    both(&["가맹점"], &["불가"], decline!(MerchantSetup)),
    any(&["할부"], decline!(Installment)),
    // 13, 14
    any(&["한도", "사용금액초과"], decline!(LimitExceeded)),
    both(&["1회"], &["초과"], decline!(LimitExceeded)),
    any(&["횟수초과"], decline!(TooManyUses)),
    // 15, 17
    any(&["연체"], decline!(Delinquent)),
    any(&["정지카드", "거래정지", "거래제한"], decline!(Suspended)),
    // 18
    any(&["점검", "시스템작업", "시스템장애", "업무"], decline!(IssuerUnavailable)),
    // The rest of 19 and 20: "try again" without a reason.
    any(&["재시도"], || CodeClass::UnknownOutcome),
    // 21 to 23
    any(&["전화요망", "카드사로문의", "확인후승인"], decline!(CallIssuer)),
    any(&["거래불가카드", "사용불가", "거절"], decline!(Generic)),
    any(&["포맷", "FORMAT", "필수", "누락", "파라미터"], decline!(MerchantSetup)),
];

const BILLING_KEY: &[&str] = &["빌키", "빌링키", "BID", "SID"];

#[cfg(test)]
mod tests {
    use super::*;
    use kr_billing_core::DeclineReason as R;

    fn reason(text: &str) -> Option<R> {
        match classify(text) {
            Some(CodeClass::Decline(reason)) => Some(reason),
            _ => None,
        }
    }

    #[test]
    fn a_reason_is_read_off_its_words() {
        let cases = [
            ("[3095] 분실카드", R::LostOrStolen),
            ("[3095] 잔액부족", R::InsufficientFunds),
            ("[3095] 잔액 부족", R::InsufficientFunds),
            ("[3095] 유효기간 경과 카드", R::Expired),
            ("[3095] 유효 기간 만료", R::Expired),
            ("[3095] 카드 만료", R::Expired),
            ("[3095] 만료된 카드입니다", R::Expired),
            ("[3095] 거래정지 연체", R::Delinquent),
            ("[3095] 비밀번호 오류", R::HolderMismatch),
            ("[3095] 월 사용한도 초과", R::LimitExceeded),
            ("[3095] 거래정지 카드", R::Suspended),
            ("[3095] 카드사 시스템 점검중", R::IssuerUnavailable),
            ("[3095] 카드사 시스템 장애, 잠시 후 재시도 요망", R::IssuerUnavailable),
            ("[3095] 비밀번호 오류, 재시도 요망", R::HolderMismatch),
            ("[A110] 카드사로 문의하세요", R::CallIssuer),
        ];
        for (text, expected) in cases {
            assert_eq!(reason(text), Some(expected), "{text}");
        }
        assert_eq!(classify("[3095] 알 수 없는 사유"), None);
        assert_eq!(
            classify("[3095] 카드사 실패 응답"),
            None,
            "NICE's own name of the code: its line in the list says what it is"
        );
        assert_eq!(classify("[3095] 결제 서비스가 만료된 쇼핑몰"), None, "not the card has expired");
    }

    #[test]
    fn a_merchants_trouble_is_not_blamed_on_the_card() {
        assert_eq!(reason("가맹점 월 한도 초과"), Some(R::MerchantLimit));
        assert_eq!(reason("거래정지 가맹점"), Some(R::MerchantSetup));
        assert_eq!(reason("할부 한도 초과"), Some(R::Installment));
    }

    #[test]
    fn more_special_words_are_asked_for_first() {
        assert_eq!(reason("비밀번호 오류 횟수초과"), Some(R::TooManyWrongAttempts));
        assert_eq!(reason("비밀번호 입력 횟수 초과"), Some(R::TooManyWrongAttempts));
        assert_eq!(reason("빌키가 존재하지 않음"), Some(R::BillingKeyUnusable));
    }

    #[test]
    fn doubt_and_duplicates_are_never_declines() {
        for text in [
            "카드사 업무 처리 지연",
            "시스템장애 응답시간초과",
            "응답시간초과",
            "카드사 응답 수신 실패",
            "통신장애",
            "처리 지연",
            "Timeout",
            "[3095] 응답대기시간 만료",
            "[3095] 카드사 한도조회 응답시간초과",
            "[3095] 카드번호 확인 중 통신장애",
            "[3095] 거래제한시간 초과",
            "[3095] 분실카드 조회 응답 수신 실패",
            "[3095] 잠시 후 재시도 요망",
        ] {
            assert_eq!(classify(text), Some(CodeClass::UnknownOutcome), "{text}");
        }
        for text in ["중복 승인요청", "이미 결제된 주문"] {
            assert_eq!(classify(text), Some(CodeClass::Duplicate), "{text}");
        }
    }
}
