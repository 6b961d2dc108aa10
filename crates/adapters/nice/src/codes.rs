//! NICE's codes, for both modules. `[nice list]`; the two classifying columns are this project's proposal.

use std::sync::LazyLock;

use kr_billing_core::{CodeClass, CodeTable, DeclineReason};
use kr_billing_portone_v1::Phase;

static TABLE: LazyLock<CodeTable> = LazyLock::new(|| CodeTable::read(include_str!("codes.csv")));

/// Codes that NICE lists twice. The table has their meaning on a cancel; on a payment each says that the request was malformed.
const OTHER_ON_A_CHARGE: [&str; 3] = ["2011", "2012", "2032"];

/// Codes under which the reason stands in the text alone.
const REASON_IN_WORDS: [&str; 2] = ["3095", "A110"];

/// What a code means in a phase; `None` for one that NICE's list does not have.
pub(crate) fn classify(code: &str, phase: Phase) -> Option<CodeClass> {
    if phase == Phase::Charge && OTHER_ON_A_CHARGE.contains(&code) {
        return Some(CodeClass::Decline(DeclineReason::MerchantSetup));
    }
    TABLE.get(code).cloned()
}

/// What a text means under a code that leaves the reason to words; `None` under any other.
pub(crate) fn classify_words(code: Option<&str>, text: &str) -> Option<CodeClass> {
    code.filter(|code| REASON_IN_WORDS.contains(code))?;
    crate::words::classify(text)
}

#[cfg(test)]
mod tests {
    use kr_billing_core::Recovery;

    use super::*;

    #[test]
    fn every_line_of_the_list_is_read() {
        assert_eq!(TABLE.unreadable(), &[] as &[usize]);
        assert_eq!(TABLE.len(), 189);
    }

    fn class(code: &str) -> CodeClass {
        classify(code, Phase::Charge).unwrap_or_else(|| panic!("{code} is not in the table"))
    }

    fn assert_recovery(codes: &str, expected: Recovery) {
        for code in codes.split_whitespace() {
            let CodeClass::Decline(reason) = class(code) else { panic!("{code} is no decline") };
            assert_eq!(reason.recovery(), expected, "{code}");
        }
    }

    /// The situations of the sheet's table (`codes.md` 3.3), code by code.
    #[test]
    fn the_codes_that_matter_say_what_helps() {
        assert_recovery("X002 U508", Recovery::TryLater);
        assert_recovery("3011 F112 3021 F113 F118 3057 A124 A223 U309 A125 A126 U115", Recovery::OtherCard);
        assert_recovery("3095 A110", Recovery::HolderMustCall);
        assert_recovery(
            "3022 3023 3024 3031 3032 3033 3034 3041 A113 3013 3012 2152 2151 F117 F115 F116 A128 2157 A148 A149 1615 1617 A211 A301 \
             A252 A224 U315 2024 2025",
            Recovery::FixSetup,
        );
    }

    #[test]
    fn what_may_have_charged_is_never_a_decline() {
        for code in "A299 U303 U503 U504 X003 X004 A226 A401 A403 U501 F110 A253".split_whitespace() {
            assert_eq!(class(code), CodeClass::UnknownOutcome, "{code}");
        }
        for code in "F201 A127 U112 A225 U114 2156 2201".split_whitespace() {
            assert_eq!(class(code), CodeClass::Duplicate, "{code}");
        }
        for code in "3001 F100 F101 F200 2001 2211".split_whitespace() {
            assert_eq!(class(code), CodeClass::Unrelated, "{code}");
        }
    }

    #[test]
    fn codes_listed_twice_are_read_by_operation() {
        for code in OTHER_ON_A_CHARGE {
            assert_recovery(code, Recovery::FixSetup);
            assert!(matches!(classify(code, Phase::Refund), Some(CodeClass::RefundState(_))), "{code}");
        }
        for code in "2013 2015 2016 2023 A251 2019".split_whitespace() {
            assert!(matches!(classify(code, Phase::Refund), Some(CodeClass::RefundState(_))), "{code}");
        }
    }

    #[test]
    fn words_are_read_only_where_nice_gives_nothing_else() {
        assert!(classify_words(Some("3095"), "[3095] 한도초과").is_some());
        assert!(classify_words(Some("3021"), "[3021] 한도초과").is_none());
        assert!(classify_words(None, "한도초과").is_none());
    }
}
