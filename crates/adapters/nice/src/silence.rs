//! Whether a text says that somebody has not answered.
//!
//! Silence is asked for before any reason: what a text was about when the answer stayed away, a limit or a card's number, is no
//! reason. Rows 19 and 20 of the table in `codes.md` section 4, `[infer]`. A mere "try again" is not among them: it stands behind
//! plain declines as well.

/// Found whatever the spacing.
const PHRASES: &[&str] = &[
    "TIMEOUT",
    "TIME-OUT",
    "TIMEDOUT",
    "타임아웃",
    "시간초과",
    "시간이초과",
    "시간을초과",
    "시간만료",
    "시간이만료",
    "응답시간",
    "응답대기",
    "응답없",
    "응답이없",
    "무응답",
    "미응답",
    "응답미수신",
    "수신실패",
    "수신오류",
    "INTERNALERROR",
];

/// Found in the text with its spaces: without them, "거래정지 연체" would hold "지연", and "교통 신용카드" would hold "통신".
const WORDS: &[&str] = &["지연", "통신", "장애"];

/// Hold one of the above and speak of an answer, or of something else: NICE's own name of 3095 ("the card company's failing
/// answer"), an issuer's outage, which is told as such, a disability card, mail order, and words that touch without a space.
const OTHERS: &[&str] = &[
    "카드사 실패 응답",
    "카드사실패응답",
    "시스템장애",
    "시스템 장애",
    "장애인",
    "통신판매",
    "통신 판매",
    "통신할인",
    "통신요금",
    "통신용카드",
    "정지연체",
    "정지연락",
    "까지연체",
    "까지연락",
];

/// Whether `text`, in capitals, speaks of silence.
pub(crate) fn is_told(text: &str) -> bool {
    let text = OTHERS.iter().fold(text.to_owned(), |text, other| text.replace(other, ""));
    let joined: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let no_answer = joined.split_once("응답").is_some_and(|(_, rest)| rest.contains("실패"));
    no_answer || PHRASES.iter().any(|phrase| joined.contains(phrase)) || WORDS.iter().any(|word| text.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_is_heard_whatever_was_asked_for() {
        for text in [
            "응답대기시간 만료",
            "카드사 한도조회 응답시간초과",
            "카드번호 확인 중 통신장애",
            "거래제한시간 초과",
            "비밀번호 확인 응답 처리 실패",
            "유효기간 조회 TIME OUT",
            "할부 승인 처리지연",
            "처리 지연 체크카드",
            "카드사 시스템장애 통신 불가",
            "카드사 응답수신 실패 응답코드 99",
        ] {
            assert!(is_told(text), "{text}");
        }
    }

    #[test]
    fn a_word_that_only_looks_alike_is_no_silence() {
        for text in [
            "카드사 실패 응답",
            "카드사 시스템 장애",
            "카드사 시스템 점검중, 잠시 후 재시도",
            "거래정지 연체카드",
            "거래정지연체카드",
            "3개월까지 연체",
            "후불교통신용카드 사용불가",
            "교통 신용카드 한도초과",
            "통신판매 불가 가맹점",
            "장애인복지카드 사용불가",
            "카드 유효기간 만료",
            "비밀번호 오류, 재시도 요망",
        ] {
            assert!(!is_told(text), "{text}");
        }
    }
}
