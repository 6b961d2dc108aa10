//! Refunds of a MID in the designated-amounts mode (지정금액), in either module.

use kr_billing_core::{Error, ErrorKind, Operation, TaxSplit};

/// Refuses a refund that leaves a part out, as NICE would with 1617. `[oa cancel]`
pub(crate) fn check_every_part(tax: Option<TaxSplit>) -> Result<(), Error> {
    if tax.is_some_and(|tax| tax.tax_free.is_some() && tax.vat.is_some()) {
        return Ok(());
    }
    Err(Error::not_sent(
        Operation::Refund,
        ErrorKind::InvalidInput,
        "tax: this MID is in the designated-amounts mode, so `tax_free` and `vat_amount` must both be stated, as 0 where there is \
         none",
    ))
}
