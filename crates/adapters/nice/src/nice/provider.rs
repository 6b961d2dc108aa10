//! NICE's old module on the wire. It does not implement `WindowProvider`: it has no issuing window. `[seed 004]`

use kr_billing_core::{ChargeMethod, ChargeRequest, CodeClass, Error, IssueRequest, Operation, Profile, ScheduleEntry, TaxSplit};
use kr_billing_portone_v1::{Phase, Provider};

use super::facts;
use crate::amounts::check_every_part;
use crate::codes;

/// What the module `nice` does otherwise than its sisters on the wire. Made by [`crate::NiceConfig::channel`].
#[derive(Debug)]
pub struct NiceProvider {
    pub(crate) designated_amounts: bool,
}

impl Provider for NiceProvider {
    fn profile(&self) -> &'static Profile {
        &facts::PROFILE
    }

    fn classify_code(&self, code: &str, phase: Phase) -> Option<CodeClass> {
        codes::classify(code, phase)
    }

    fn classify_words(&self, code: Option<&str>, text: &str) -> Option<CodeClass> {
        codes::classify_words(code, text)
    }

    /// Points on a one-time charge: the field list names this module and the prose does not, so they are refused. `[oa onetime]`
    fn check_charge(&self, request: &ChargeRequest) -> Result<(), Error> {
        if request.use_card_point && !matches!(request.method, ChargeMethod::Key(_)) {
            return Err(Error::unsupported(
                Operation::Charge,
                "use_card_point: the module `nice` takes it on charges by key only, as far as its documents agree",
            ));
        }
        Ok(())
    }

    /// The profile says it all: a booking is a charge by key, so points are taken. `[oa def ScheduleAnnotation]`
    fn check_entry(&self, _entry: &ScheduleEntry) -> Result<(), Error> {
        Ok(())
    }

    /// The profile and the channel's `require` say it all.
    fn check_issue(&self, _request: &IssueRequest) -> Result<(), Error> {
        Ok(())
    }

    /// A MID in the designated-amounts mode refuses a cancel without every part: 1617. `[oa cancel]`
    fn check_refund(&self, tax: Option<TaxSplit>) -> Result<(), Error> {
        if self.designated_amounts { check_every_part(tax) } else { Ok(()) }
    }
}
