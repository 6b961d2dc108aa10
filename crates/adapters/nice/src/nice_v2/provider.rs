//! NICE's new module on the wire. It does not implement `WindowProvider`: its window issues no card keys. `[docs nice-v2]`

use kr_billing_core::{
    ChargeRequest, CodeClass, Error, IssueRequest, Operation, OrderName, Profile, ScheduleEntry, TaxSplit, text::Invalid,
};
use kr_billing_portone_v1::{Phase, Provider};

use super::facts;
use crate::amounts::check_every_part;
use crate::codes;

/// The longest name, in bytes: 13 Hangul syllables. `[docs nice-v2]`
pub const NAME_BYTES: usize = 40;

/// Marks a name may not have. `[docs nice-v2]`
pub const FORBIDDEN_MARKS: [char; 9] = ['%', '&', '|', '$', '-', '+', '=', '[', ']'];

/// What the module `nice_v2` does otherwise than its sisters on the wire. Made by [`crate::NiceV2Config::channel`].
#[derive(Debug)]
pub struct NiceV2Provider {
    pub(crate) designated_amounts: bool,
}

impl Provider for NiceV2Provider {
    fn profile(&self) -> &'static Profile {
        &facts::PROFILE
    }

    fn classify_code(&self, code: &str, phase: Phase) -> Option<CodeClass> {
        codes::classify(code, phase)
    }

    fn classify_words(&self, code: Option<&str>, text: &str) -> Option<CodeClass> {
        codes::classify_words(code, text)
    }

    fn check_charge(&self, request: &ChargeRequest) -> Result<(), Error> {
        check_name(&request.name).map_err(|invalid| Error::invalid(Operation::Charge, invalid))
    }

    fn check_entry(&self, entry: &ScheduleEntry) -> Result<(), Error> {
        check_name(&entry.name).map_err(|invalid| Error::invalid(Operation::Schedule, invalid))
    }

    /// The profile and the channel's `require` say it all.
    fn check_issue(&self, _request: &IssueRequest) -> Result<(), Error> {
        Ok(())
    }

    /// A MID in the designated-amounts mode may refuse a cancel without every part: 1617. `[oa cancel]`
    fn check_refund(&self, tax: Option<TaxSplit>) -> Result<(), Error> {
        if self.designated_amounts { check_every_part(tax) } else { Ok(()) }
    }
}

/// Refuses a name that NICE's new module would. It is not trimmed or mended: a buyer sees it.
fn check_name(name: &OrderName) -> Result<(), Invalid> {
    let name = name.as_str();
    if name.len() > NAME_BYTES {
        return Err(Invalid::new("name", "is longer than 40 bytes, which nice_v2 allows (a Hangul syllable is three)"));
    }
    if name.contains(FORBIDDEN_MARKS) {
        return Err(Invalid::new("name", "has a mark that nice_v2 forbids: none of % & | $ - + = [ ]"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_nice_would_refuse_is_refused_here() {
        let check = |name: &str| check_name(&OrderName::new(name).unwrap());
        assert!(check("정기결제 11월").is_ok());
        assert!(check(&"가".repeat(13)).is_ok() && check(&"가".repeat(14)).is_err());
        for mark in FORBIDDEN_MARKS {
            assert!(check(&format!("pass{mark}1")).is_err(), "{mark}");
        }
    }
}
