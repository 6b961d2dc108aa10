//! Card company and bank codes of the Korea Financial Telecommunications institute, as
//! `GET /cards` and `GET /banks` list them [docs card-code] [docs pg-1].

use serde::{Deserialize, Serialize};

/// A card company: its code and the name that answers carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Issuer {
    pub(crate) code: &'static str,
    pub(crate) name: &'static str,
}

/// One entry of a code list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Code {
    pub(crate) code: &'static str,
    pub(crate) name: &'static str,
}

pub(crate) const CARDS: &[Code] = &[
    Code { code: "361", name: "BC카드" },
    Code { code: "364", name: "광주카드" },
    Code { code: "365", name: "삼성카드" },
    Code { code: "366", name: "신한카드" },
    Code { code: "367", name: "현대카드" },
    Code { code: "368", name: "롯데카드" },
    Code { code: "369", name: "수협카드" },
    Code { code: "370", name: "씨티카드" },
    Code { code: "371", name: "NH카드" },
    Code { code: "372", name: "전북카드" },
    Code { code: "373", name: "제주카드" },
    Code { code: "374", name: "하나SK카드" },
    Code { code: "381", name: "KB국민카드" },
    Code { code: "041", name: "우리카드" },
    Code { code: "071", name: "우체국" },
    Code { code: "045", name: "새마을금고" },
    Code { code: "048", name: "신협" },
    Code { code: "002", name: "KDB산업은행" },
    Code { code: "089", name: "케이뱅크" },
    Code { code: "090", name: "카카오뱅크" },
];

pub(crate) const BANKS: &[Code] = &[
    Code { code: "002", name: "KDB산업은행" },
    Code { code: "003", name: "IBK기업은행" },
    Code { code: "004", name: "KB국민은행" },
    Code { code: "007", name: "수협은행" },
    Code { code: "011", name: "NH농협은행" },
    Code { code: "012", name: "지역농축협" },
    Code { code: "020", name: "우리은행" },
    Code { code: "023", name: "SC제일은행" },
    Code { code: "027", name: "한국씨티은행" },
    Code { code: "031", name: "대구은행" },
    Code { code: "032", name: "부산은행" },
    Code { code: "034", name: "광주은행" },
    Code { code: "037", name: "전북은행" },
    Code { code: "039", name: "경남은행" },
    Code { code: "045", name: "새마을금고" },
    Code { code: "048", name: "신협" },
    Code { code: "071", name: "우체국" },
    Code { code: "081", name: "하나은행" },
    Code { code: "088", name: "신한은행" },
    Code { code: "089", name: "케이뱅크" },
    Code { code: "090", name: "카카오뱅크" },
    Code { code: "092", name: "토스뱅크" },
];

/// The big issuers, one of which a card number's first six digits choose.
const ISSUERS: &[Issuer] = &[
    Issuer { code: "366", name: "신한카드" },
    Issuer { code: "381", name: "KB국민카드" },
    Issuer { code: "365", name: "삼성카드" },
    Issuer { code: "367", name: "현대카드" },
    Issuer { code: "368", name: "롯데카드" },
    Issuer { code: "361", name: "BC카드" },
    Issuer { code: "371", name: "NH카드" },
    Issuer { code: "374", name: "하나SK카드" },
];

/// The issuer that the sandbox gives a card: made up from its first six digits, always the same.
pub(crate) fn issuer_of(digits: &str) -> Issuer {
    let sum: usize = digits.bytes().take(6).map(|digit| usize::from(digit.wrapping_sub(b'0'))).sum();
    ISSUERS[sum % ISSUERS.len()]
}

pub(crate) fn find(list: &'static [Code], code: &str) -> Option<Code> {
    list.iter().copied().find(|entry| entry.code == code)
}
