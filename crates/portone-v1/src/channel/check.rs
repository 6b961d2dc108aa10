//! What is refused before anything is sent.

use kr_billing_core::profile::RefundTax;
use kr_billing_core::{
    Buyer, Card, ChargeMethod, ChargeRequest, Error, ErrorKind, Invalid, IssueRequest, Krw, Operation, ScheduleEntry, TaxSplit,
};

use super::Channel;
use crate::provider::Provider;
use crate::request::checked_url;
use crate::settings::{CardField, KeyInSettings};

impl<P: Provider> Channel<P> {
    pub(super) fn check_charge_here(&self, request: &ChargeRequest) -> Result<(), Error> {
        let profile = self.provider.profile();
        match &request.method {
            ChargeMethod::Key(_) => {}
            ChargeMethod::Card { card, .. } | ChargeMethod::CardAndKeep { card, .. } => {
                self.check_card(Operation::Charge, card)?;
                check_buyer(profile.key_in_buyer.value, &request.buyer)?;
            }
        }
        // The adapter first: where it can name a way, the profile's plain "no such option" would hide it.
        self.provider.check_charge(request)?;
        self.check_tax(Operation::Charge, request.tax, request.amount)?;
        request.installment.check(request.amount).map_err(|invalid| Error::invalid(Operation::Charge, invalid))?;
        self.check_options(Operation::Charge, request.interest_free, request.use_card_point)?;
        if let Some(url) = &request.notice_url {
            checked_url(Operation::Charge, "notice_url", url)?;
        }
        Ok(())
    }

    pub(super) fn check_issue_here(&self, request: &IssueRequest) -> Result<(), Error> {
        self.check_card(Operation::IssueKey, &request.card)?;
        self.provider.check_issue(request)
    }

    pub(super) fn check_entry_here(&self, entry: &ScheduleEntry) -> Result<(), Error> {
        self.provider.check_entry(entry)?;
        self.check_tax(Operation::Schedule, entry.tax, entry.amount)?;
        entry.installment.check(entry.amount).map_err(|invalid| Error::invalid(Operation::Schedule, invalid))?;
        self.check_options(Operation::Schedule, entry.interest_free, entry.use_card_point)?;
        if let Some(url) = &entry.notice_url {
            checked_url(Operation::Schedule, "notice_url", url)?;
        }
        Ok(())
    }

    /// Payments do not carry their tax split: a PG that needs it gets no guess. `[oa cancel]`
    pub(super) fn check_refund_here(&self, amount: Krw, tax: Option<TaxSplit>) -> Result<TaxSplit, Error> {
        let profile = self.provider.profile();
        if tax.is_none() && profile.refund_tax.value == RefundTax::MustBeKnown {
            return Err(Error::not_sent(
                Operation::Refund,
                ErrorKind::InvalidInput,
                format!(
                    "tax: {} must be told how much of a refund is tax-free, and nobody knows it for this payment; state the \
                     tax-free part, 0 won if there is none {}",
                    profile.name, profile.refund_tax.source
                ),
            ));
        }
        self.provider.check_refund(tax)?;
        self.check_tax(Operation::Refund, tax.unwrap_or_default(), amount)?;
        Ok(tax.unwrap_or_default())
    }

    pub(super) fn key_in_here(&self, operation: Operation) -> Result<&KeyInSettings, Error> {
        self.key_in_settings().ok_or_else(|| {
            Error::unsupported(
                operation,
                "this channel has no key-in, so no card may be sent; use the window, or add `key_in` if the contract has it",
            )
        })
    }

    fn check_card(&self, operation: Operation, card: &Card) -> Result<(), Error> {
        for field in &self.key_in_here(operation)?.require {
            let there = match field {
                CardField::Birth => card.expose_birth().is_some(),
                CardField::PasswordDigits => card.expose_password_digits().is_some(),
            };
            if !there {
                let problem = "is missing; this channel's contract requires it of every card";
                return Err(Error::invalid(operation, Invalid::new(field.wire_name(), problem)));
            }
        }
        Ok(())
    }

    fn check_tax(&self, operation: Operation, tax: TaxSplit, amount: Krw) -> Result<(), Error> {
        let fact = self.provider.profile().vat_amount;
        if tax.vat.is_some() && !fact.value.taken() {
            return Err(self.cannot(operation, "vat_amount", fact.source));
        }
        tax.check(amount).map_err(|invalid| Error::invalid(operation, invalid))
    }

    /// What needs an agreement, and not every PG has.
    fn check_options(&self, operation: Operation, interest_free: bool, use_card_point: bool) -> Result<(), Error> {
        let profile = self.provider.profile();
        if interest_free && !profile.interest_free.value {
            return Err(self.cannot(operation, "interest_free_by_merchant", profile.interest_free.source));
        }
        if use_card_point && !profile.card_points.value {
            return Err(self.cannot(operation, "use_card_point", profile.card_points.source));
        }
        Ok(())
    }

    fn cannot(&self, operation: Operation, option: &str, source: &str) -> Error {
        let name = self.provider.profile().name;
        Error::unsupported(operation, format!("{option}: {name} has no such option here; leave it out {source}"))
    }
}

fn check_buyer(needed: &'static [&'static str], buyer: &Buyer) -> Result<(), Error> {
    match missing(needed, buyer) {
        Some(field) => {
            Err(Error::invalid(Operation::Charge, Invalid::new(field, "is missing; this PG needs it of a card's charge")))
        }
        None => Ok(()),
    }
}

/// The first needed part that a buyer lacks.
pub(crate) fn missing(needed: &'static [&'static str], buyer: &Buyer) -> Option<&'static str> {
    needed.iter().copied().find(|field| match *field {
        "buyer_name" => buyer.name().is_none(),
        "buyer_tel" => buyer.tel().is_none(),
        "buyer_email" => buyer.email().is_none(),
        "buyer_addr" => buyer.addr().is_none(),
        "buyer_postcode" => buyer.postcode().is_none(),
        _ => false,
    })
}
