//! Inicis's codes. `[inicis xlsx]`, the credit-card sheet; the two classifying columns are this project's proposal.
//!
//! The issuer's answers come as `1200XX` and as `12XX`, the PG's as `500NNN` and `550NNN`. A tail may differ a little between the
//! forms, so each code is kept whole.

use std::sync::LazyLock;

use kr_billing_core::{CodeClass, CodeTable};

static TABLE: LazyLock<CodeTable> = LazyLock::new(|| CodeTable::read(include_str!("codes.csv")));

/// What a code means; `None` for one that Inicis's list does not have.
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
        assert_eq!(TABLE.len(), 1_083);
    }

    /// The forms of an issuer's tail that the list has: at least one.
    fn forms(prefixes: [&str; 2], tails: &str) -> Vec<(String, CodeClass)> {
        let both = |tail: &str| {
            let codes = prefixes.map(|prefix| format!("{prefix}{tail}"));
            let known: Vec<_> = codes.into_iter().filter_map(|code| classify(&code).map(|class| (code, class))).collect();
            assert!(!known.is_empty(), "no form of {tail} is in the table");
            known
        };
        tails.split_whitespace().flat_map(both).collect()
    }

    fn issuer(tails: &str) -> Vec<(String, CodeClass)> {
        forms(["1200", "12"], tails)
    }

    fn pg(tails: &str) -> Vec<(String, CodeClass)> {
        forms(["500", "550"], tails)
    }

    fn whole(codes: &str) -> Vec<(String, CodeClass)> {
        forms(["", ""], codes)
    }

    fn assert_recovery(codes: Vec<(String, CodeClass)>, expected: Recovery) {
        for (code, class) in codes {
            let CodeClass::Decline(reason) = class else { panic!("{code} is no decline") };
            assert_eq!(reason.recovery(), expected, "{code}");
        }
    }

    /// The situations of the sheet's table (`codes.md` 3.2), in every form that exists.
    #[test]
    fn the_codes_that_matter_say_what_helps() {
        assert_recovery(
            issuer("54 F1 K7 02 37 16 G6 49 K9 GT GI FY GX 15 39 A8 BN B9 E4 E5 E6 E8 J4 J5 J6 FK A7 GU F5 F6 FE"),
            Recovery::TryLater,
        );
        assert_recovery(pg("786 052"), Recovery::TryLater);
        assert_recovery(
            issuer("04 23 48 14 03 HB 19 52 21 51 IT FB HV B2 B3 F3 IS IR FR 27 L3 H9 H6 E3 K8"),
            Recovery::OtherCard,
        );
        assert_recovery(pg("638 601 668 617 635 416 742 614 618"), Recovery::OtherCard);
        assert_recovery(whole("1165 11C7 550929 550997 1141"), Recovery::OtherCard);
        assert_recovery(issuer("26 FA F2 FS G9 FT FX GV GW FF FJ K6 FI"), Recovery::Never);
        assert_recovery(pg("610 632 633"), Recovery::Never);
        assert_recovery(issuer("01 FU FV FW 32 GQ FD FO FP HP HI 58"), Recovery::HolderMustCall);
        // 70 to 99 are all "call the issuer"; four of them the list does not have.
        let calls: Vec<String> = (70..=99).filter(|n| ![72, 73, 96, 97].contains(n)).map(|n| n.to_string()).collect();
        assert_recovery(issuer(&calls.join(" ")), Recovery::HolderMustCall);
        assert_recovery(pg("629"), Recovery::HolderMustCall);
        assert_recovery(issuer("08 60 07 B4 F9 09 38 29 B6 GK GL GM 05 06 11 12 F4 J9 L6 FZ"), Recovery::FixSetup);
        assert_recovery(
            pg("400 403 413 414 411 644 645 646 647 648 649 650 651 600 603 605 607 676 608 654 690 701 200 201 202 634"),
            Recovery::FixSetup,
        );
        assert_recovery(whole("550431 550432 550433 550434 TX9301"), Recovery::FixSetup);
    }

    #[test]
    fn what_may_have_charged_is_never_a_decline() {
        let unknown = [
            issuer("10 55 I1 I2 I3 35 40 41 42 43 45 46"),
            pg("053 055 050 051 054 253 254 105 106 108 110 209 398 399 777 778"),
        ];
        for (code, class) in unknown.into_iter().flatten() {
            assert_eq!(class, CodeClass::UnknownOutcome, "{code}");
        }
        for (code, class) in issuer("36 H4 H7 H8 HT").into_iter().chain(pg("619 630 631 704")) {
            assert_eq!(class, CodeClass::Duplicate, "{code}");
        }
        for (code, class) in issuer("00") {
            assert_eq!(class, CodeClass::Unrelated, "{code}");
        }
    }

    #[test]
    fn answers_to_a_cancel_are_told_apart() {
        let codes = [
            issuer("25 24 61 64 K5"),
            whole("500626 500623 500667 500714 500906 500699 500700 500702 500705 500706 500707 500715 11C9"),
        ];
        for (code, class) in codes.into_iter().flatten() {
            assert!(matches!(class, CodeClass::RefundState(_)), "{code}");
        }
    }
}
