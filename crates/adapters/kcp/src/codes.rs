//! KCP's codes. `[kcp xlsx]`; the two classifying columns are this project's proposal.

use std::sync::LazyLock;

use kr_billing_core::{CodeClass, CodeTable};

static TABLE: LazyLock<CodeTable> = LazyLock::new(|| CodeTable::read(include_str!("codes.csv")));

/// What a code means; `None` for one that KCP's list does not have.
pub(crate) fn classify(code: &str) -> Option<CodeClass> {
    TABLE.get(code).cloned()
}

#[cfg(test)]
mod tests {
    use kr_billing_core::Recovery;

    use super::*;

    #[test]
    fn every_line_of_the_list_is_read() {
        assert_eq!(TABLE.unreadable(), &[] as &[usize]);
        assert_eq!(TABLE.len(), 671);
    }

    fn class(code: &str) -> CodeClass {
        classify(code).unwrap_or_else(|| panic!("{code} is not in the table"))
    }

    fn assert_recovery(codes: &str, expected: Recovery) {
        for code in codes.split_whitespace() {
            let CodeClass::Decline(reason) = class(code) else { panic!("{code} is no decline") };
            assert_eq!(reason.recovery(), expected, "{code}");
        }
    }

    /// The situations of the sheet's table (`codes.md` 3.1), code by code.
    #[test]
    fn the_codes_that_matter_say_what_helps() {
        assert_recovery(
            "CC10 CC07 CC08 CC61 CC65 CC85 CC86 8186 8187 8188 8189 8885 8886 8045 8171 8172 3004 3005 CC98 CCC0 CC75 8314",
            Recovery::TryLater,
        );
        assert_recovery(
            "CC54 CC55 8484 CC14 8108 2204 CC66 CC67 CC68 CC84 8728 CC63 CC64 CC69 CC39 CC46 8126 8183 CC80 CC81 CC82 8130 9031 \
             CCAG",
            Recovery::OtherCard,
        );
        assert_recovery("CC04 CC43 8181 8347 8182 8786", Recovery::Never);
        assert_recovery("CC44 CC45 CC01 CCS0 CC03 CCAF", Recovery::HolderMustCall);
        assert_recovery(
            "8122 8123 8124 CC62 CC21 CC33 8121 8127 8102 CC35 8001 8002 5593 8370 8371 8998 8011 8564 CC16 CC34 CC47 8125 9010 8135 \
             8129 8897",
            Recovery::FixSetup,
        );
    }

    #[test]
    fn what_may_have_charged_is_never_a_decline() {
        let unknown = "CC72 7512 8041 8042 8043 8044 8046 8996 8997 8047 8048 8173 8174 8175 8995 7R01 CC99 0900 8050 8896 9048";
        for code in unknown.split_whitespace() {
            assert_eq!(class(code), CodeClass::UnknownOutcome, "{code}");
        }
        for code in "8094 8128 7101 8338 8586 9167".split_whitespace() {
            assert_eq!(class(code), CodeClass::Duplicate, "{code}");
        }
        assert_eq!(class("0000"), CodeClass::Unrelated);
    }

    #[test]
    fn answers_to_a_cancel_are_told_apart() {
        for code in "9047 8178 8023 8133 8061 8132 CCA1 8344 8037 8036 8382 8142 8392 8386 8387 8136".split_whitespace() {
            assert!(matches!(class(code), CodeClass::RefundState(_)), "{code}");
        }
    }
}
