//! Declines on demand: which test card or amount yields which PG's own code, and how it arrives.
//!
//! Codes are the PGs' own [kcp xlsx] [inicis xlsx] [nice list]; the texts beside them are short
//! words of ours. `docs/sandbox.md` carries [`decline_table_markdown`], and a test compares them.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use crate::rules::Family;

/// What a test card or amount asks for: a row of the table and a way of delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Behaviour {
    pub(crate) row: u8,
    pub(crate) way: Way,
}

/// How a decline reaches the caller. V1 does all of these [legacy guide] [obs].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Way {
    /// `code` 0 and a payment with status `failed`, `fail_reason` is `[CODE] text`.
    Failed,
    /// `code` 1 and null; no record is left.
    RefusedOne,
    /// `code` -1 and null with PortOne's own sentence before the bracket; no record is left.
    RefusedMinusOne,
    /// As `Failed`, but `fail_reason` has the text alone.
    FailedTextOnly,
    /// `code` 1 and null, and a `failed` record is left to be found.
    RefusedWithRecord,
}

/// The ways in the order of their numbers, with what the guides say of them.
const WAYS: [(Way, &str, &str); 5] = [
    (Way::Failed, "code 0, `failed`, `fail_reason` is `[CODE] text`", "code 0에 `status: failed`, `fail_reason`은 `[코드] 문구`"),
    (
        Way::RefusedOne,
        "code 1, null, `[CODE] text` in the message, no record",
        "code 1에 response는 null, message에 `[코드] 문구`, 결제 기록 없음",
    ),
    (
        Way::RefusedMinusOne,
        "code -1, null, PortOne's sentence and `[CODE] text` in the message, no record",
        "code -1에 response는 null, message에 포트원 문장과 `[코드] 문구`, 결제 기록 없음",
    ),
    (
        Way::FailedTextOnly,
        "code 0, `failed`, `fail_reason` is the text without a code",
        "code 0에 `status: failed`, `fail_reason`은 코드 없이 문구만",
    ),
    (
        Way::RefusedWithRecord,
        "code 1, null, `[CODE] text` in the message, a `failed` record is left",
        "code 1에 response는 null, message에 `[코드] 문구`, `failed` 기록이 남음",
    ),
];

/// What happens to the money when a row is met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Money {
    /// Nothing moves.
    Stays,
    /// The money moves although the answer says otherwise; a look-up shows `paid` at once.
    Moves,
    /// As `Moves`, but the record turns from `failed` to `paid` [`LATE_MS`] later.
    MovesLate,
}

/// How much later a [`Money::MovesLate`] row is captured, on the sandbox's clock.
pub(crate) const LATE_MS: i64 = 5_000;

/// One situation with each PG family's code.
pub(crate) struct Row {
    pub(crate) number: u8,
    pub(crate) what: &'static str,
    kcp: &'static str,
    inicis: &'static str,
    nice: &'static str,
    text: &'static str,
    /// The card's own data is wrong, so that issuing a key with it is refused too.
    pub(crate) card_data: bool,
    pub(crate) money: Money,
}

const fn row(number: u8, what: &'static str, codes: [&'static str; 3], text: &'static str) -> Row {
    let [kcp, inicis, nice] = codes;
    Row { number, what, kcp, inicis, nice, text, card_data: false, money: Money::Stays }
}

const fn data(number: u8, what: &'static str, codes: [&'static str; 3], text: &'static str) -> Row {
    Row { card_data: true, ..row(number, what, codes, text) }
}

const fn moving(money: Money, number: u8, what: &'static str, codes: [&'static str; 3], text: &'static str) -> Row {
    Row { money, ..row(number, what, codes, text) }
}

/// NICE gives issuer declines one code, 3095, with the reason in the text only [nice list].
pub(crate) const ROWS: &[Row] = &[
    row(1, "insufficient balance", ["CC10", "120054", "3095"], "잔액부족"),
    row(2, "limit per charge", ["CC07", "120037", "3095"], "1회 이용한도 초과"),
    row(3, "daily limit", ["CC08", "120002", "3095"], "1일 이용한도 초과"),
    row(4, "limit", ["CC61", "120049", "3095"], "이용한도 초과"),
    data(10, "expired, or expiry wrong", ["CC54", "120004", "3021"], "유효기간 오류"),
    data(11, "card number wrong", ["CC14", "120014", "3011"], "카드번호 오류"),
    data(12, "birth date or business number wrong", ["CC66", "120051", "F113"], "생년월일 또는 사업자번호 불일치"),
    data(13, "first two password digits wrong", ["CC63", "120019", "F113"], "비밀번호 불일치"),
    row(14, "too many wrong passwords", ["CC69", "120021", "3095"], "비밀번호 오류 횟수 초과"),
    row(20, "lost card", ["CC04", "1200FA", "3095"], "분실 신고된 카드"),
    row(21, "stolen card", ["CC43", "120026", "3095"], "도난 신고된 카드"),
    row(22, "blacklisted card", ["8181", "1200GV", "3095"], "부정카드 등록"),
    row(30, "call the issuer", ["CC01", "120070", "3095"], "카드사 전화요망"),
    row(31, "suspended card", ["CC45", "120001", "3095"], "거래정지카드"),
    row(32, "delinquent holder", ["CC44", "120032", "3095"], "연체카드"),
    row(33, "declined without a reason", ["CC03", "120070", "3095"], "카드사 거절"),
    row(40, "issuer closed for its nightly maintenance", ["CCC0", "1200B9", "3095"], "카드사 점검시간"),
    row(41, "never sent: no connection to the issuer", ["8045", "500052", "X002"], "결제기관 연결 실패"),
    row(50, "instalments not allowed", ["CC34", "120005", "3022"], "할부 불가"),
    row(51, "merchant's own limit", ["CC62", "500644", "3095"], "가맹점 한도 초과"),
    row(60, "issuer timeout, not charged", ["CC72", "120010", "A299"], "카드사 응답 시간초과"),
    moving(Money::Moves, 61, "issuer timeout, but charged", ["CC72", "120010", "A299"], "카드사 응답 시간초과"),
    moving(Money::MovesLate, 62, "issuer timeout, charged 5 s later", ["CC72", "120010", "A299"], "카드사 응답 시간초과"),
    row(63, "PG timeout, not charged", ["8041", "500050", "X003"], "PG 처리 시간초과"),
    moving(Money::Moves, 64, "PG timeout, but charged", ["8041", "500050", "X003"], "PG 처리 시간초과"),
    row(65, "PG internal error, not charged", ["CC99", "500108", "U501"], "PG 내부 장애"),
    row(70, "duplicate request, nothing charged before", ["8128", "1200H4", "2156"], "중복 거래 요청"),
    moving(Money::Moves, 71, "duplicate request, charged the first time", ["8128", "1200H4", "2156"], "중복 거래 요청"),
    moving(Money::Moves, 72, "duplicate order number, charged the first time", ["8338", "500619", "A127"], "주문번호 중복"),
];

/// A refund that the PG refuses, chosen by the amount that was charged.
struct RefundRow {
    amount: i64,
    what: &'static str,
    codes: [&'static str; 3],
    text: &'static str,
}

const REFUND_ROWS: [RefundRow; 2] = [
    RefundRow {
        amount: 980_001,
        what: "not enough unsettled balance to refund from",
        codes: ["8178", "500906", "2023"],
        text: "취소금액이 미정산 금액보다 큽니다",
    },
    RefundRow {
        amount: 980_002,
        what: "already refunded at the PG, which V1 does not know of",
        codes: ["8133", "500626", "2013"],
        text: "기취소된 거래",
    },
];

/// Why the PG refuses to refund a payment of this amount.
pub(crate) fn refund_refusal(amount: i64, family: Family) -> Option<String> {
    let row = REFUND_ROWS.iter().find(|row| row.amount == amount)?;
    let [kcp, inicis, nice] = row.codes;
    let code = match family {
        Family::Kcp => kcp,
        Family::Inicis => inicis,
        Family::Nice | Family::Other => nice,
    };
    Some(format!("[{code}] {}", row.text))
}

impl Row {
    pub(crate) fn code(&self, family: Family) -> &'static str {
        match family {
            Family::Kcp => self.kcp,
            Family::Inicis => self.inicis,
            Family::Nice | Family::Other => self.nice,
        }
    }

    pub(crate) fn text(&self, family: Family, way: Way) -> String {
        match way {
            Way::FailedTextOnly => self.text.to_owned(),
            _ => format!("[{}] {}", self.code(family), self.text),
        }
    }
}

/// The row with this number; rows are kept with keys by number, so an unknown one is no decline.
pub(crate) fn row_of(number: u8) -> Option<&'static Row> {
    ROWS.iter().find(|row| row.number == number)
}

/// `4000-00WW-0000-00SS`: `WW` is the way, `SS` the row.
pub(crate) fn behaviour_of_card(digits: &str) -> Option<Behaviour> {
    let rest = digits.strip_prefix("400000")?;
    let (way, rest) = rest.split_at_checked(2)?;
    let number = rest.strip_prefix("000000").filter(|tail| tail.len() == 2)?;
    behaviour(way.parse().ok()?, number.parse().ok()?)
}

/// 990,0SS won with the way 0, 991,0SS with the way 1, and so on.
pub(crate) fn behaviour_of_amount(amount: i64) -> Option<Behaviour> {
    let past = amount.checked_sub(990_000).filter(|past| (0..5_000).contains(past))?;
    behaviour(usize::try_from(past / 1_000).ok()?, u8::try_from(past % 1_000).ok()?)
}

fn behaviour(way: usize, row: u8) -> Option<Behaviour> {
    let (way, ..) = WAYS.get(way)?;
    row_of(row).map(|row| Behaviour { row: row.number, way: *way })
}

/// The tables of test cards and amounts, as `docs/sandbox.md` prints them.
pub fn decline_table_markdown() -> String {
    let mut out = String::from("| SS | situation | KCP | Inicis | NICE | text | money |\n|---|---|---|---|---|---|---|\n");
    for row in ROWS {
        let money = match row.money {
            Money::Stays => "stays",
            Money::Moves => "**moves**",
            Money::MovesLate => "**moves 5 s later**",
        };
        let data = if row.card_data { " (card data: issuing is refused too)" } else { "" };
        let Row { number, what, kcp, inicis, nice, text, .. } = row;
        let _ = writeln!(out, "| {number:02} | {what}{data} | {kcp} | {inicis} | {nice} | {text} | {money} |");
    }
    out.push_str("\n| WW | amount | how it arrives |\n|---|---|---|\n");
    for (at, (_, how, _)) in WAYS.iter().enumerate() {
        let _ = writeln!(out, "| {at:02} | 99{at},0SS | {how} |");
    }
    out.push_str("\n| charged amount | refund | KCP | Inicis | NICE | text |\n|---|---|---|---|---|---|\n");
    for RefundRow { amount, what, codes: [kcp, inicis, nice], text } in &REFUND_ROWS {
        let _ = writeln!(out, "| {amount} | {what} | {kcp} | {inicis} | {nice} | {text} |");
    }
    out
}

/// The same tables as the Korean guide `docs/ko/sandbox.md` prints them.
pub fn decline_table_markdown_ko() -> String {
    let mut out = String::from("| SS | 문구 | KCP | 이니시스 | 나이스 | 돈 |\n|---|---|---|---|---|---|\n");
    for row in ROWS {
        let money = match row.money {
            Money::Stays => "움직이지 않음",
            Money::Moves => "**움직임**",
            Money::MovesLate => "**5초 뒤 움직임**",
        };
        let data = if row.card_data { " (카드정보 오류: 빌링키 발급도 거절)" } else { "" };
        let Row { number, kcp, inicis, nice, text, .. } = row;
        let _ = writeln!(out, "| {number:02} | {text}{data} | {kcp} | {inicis} | {nice} | {money} |");
    }
    out.push_str("\n| WW | 금액 | 응답 모양 |\n|---|---|---|\n");
    for (at, (_, _, how)) in WAYS.iter().enumerate() {
        let _ = writeln!(out, "| {at:02} | 99{at},0SS | {how} |");
    }
    out.push_str("\n| 결제금액 | 취소할 때 나오는 문구 | KCP | 이니시스 | 나이스 |\n|---|---|---|---|---|\n");
    for RefundRow { amount, codes: [kcp, inicis, nice], text, .. } in &REFUND_ROWS {
        let _ = writeln!(out, "| {amount} | {text} | {kcp} | {inicis} | {nice} |");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cards_and_amounts_name_the_same_rows() {
        let by_card = behaviour_of_card("4000000100000010").expect("a row");
        assert_eq!(by_card, Behaviour { row: 10, way: Way::RefusedOne });
        assert_eq!(behaviour_of_amount(991_010), Some(by_card));
        for good in ["1234123412341234", "4000000000000000", "4000000900000010", "400000000000010"] {
            assert_eq!(behaviour_of_card(good), None, "{good}");
        }
        for good in [990_000, 989_999, 995_010, 990_099, 0, -5] {
            assert_eq!(behaviour_of_amount(good), None, "{good}");
        }
    }

    #[test]
    fn row_numbers_are_unique() {
        for row in ROWS {
            assert_eq!(ROWS.iter().filter(|other| other.number == row.number).count(), 1, "{}", row.number);
        }
    }
}
