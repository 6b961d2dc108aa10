//! What a merchant asks for. Requests are checked when they are made, and spent when they are sent.

use std::num::NonZeroU8;

use serde::{Deserialize, Serialize};

use crate::card::Card;
use crate::ids::{BillingKeyId, ChannelName, OrderId, PaymentId};
use crate::key::BillingKey;
use crate::money::Krw;
use crate::text::{Buyer, Invalid, OrderName};

/// Who pays: a stored card, a card typed in now, or one typed in now and stored.
#[derive(Debug)]
pub enum ChargeMethod {
    /// A billing key (`again`).
    Key(BillingKey),
    /// A card that is not stored (`onetime`), on this channel or the default one.
    Card {
        /// The card.
        card: Card,
        /// The channel; `None` is the configuration's default for issuing.
        channel: Option<ChannelName>,
    },
    /// A card that is charged and stored under an id (`onetime` with `customer_uid`).
    CardAndKeep {
        /// The card.
        card: Card,
        /// The id to store it under. It must not be in use.
        key: BillingKeyId,
        /// The channel; `None` is the configuration's default for issuing.
        channel: Option<ChannelName>,
    },
}

/// Lump sum or months.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Installment(Option<NonZeroU8>);

impl Installment {
    /// The least sum that can be paid in installments, in won. `[oa onetime]`
    pub const LEAST_WON: u64 = 50_000;

    /// All at once: `card_quota` is left out.
    pub fn lump_sum() -> Self {
        Self(None)
    }

    /// In this many months.
    ///
    /// # Errors
    /// [`Invalid`] for fewer than two or more than 36.
    pub fn months(months: u8) -> Result<Self, Invalid> {
        match NonZeroU8::new(months) {
            Some(months) if (2..=36).contains(&months.get()) => Ok(Self(Some(months))),
            _ => Err(Invalid::new("card_quota", "is not 2 to 36 months; use a lump sum for one")),
        }
    }

    /// The months, or `None` for a lump sum.
    pub fn get(self) -> Option<u8> {
        self.0.map(NonZeroU8::get)
    }

    /// Checks that the sum may be paid so.
    ///
    /// # Errors
    /// [`Invalid`] for months of less than 50,000 won. `[oa onetime]`
    pub fn check(self, amount: Krw) -> Result<(), Invalid> {
        match self.0 {
            Some(_) if amount.won() < Self::LEAST_WON => Err(Invalid::new("card_quota", "installments need at least 50,000 won")),
            _ => Ok(()),
        }
    }
}

/// The tax parts of a sum, in won. What is left unsaid is not sent, and "0" is not the same as unsaid. `[oa]`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TaxSplit {
    /// The tax-free part.
    pub tax_free: Option<u64>,
    /// The VAT. Needs the PG's agreement.
    pub vat: Option<u64>,
}

impl TaxSplit {
    /// No part is tax-free, and this is said: on a mixed MID of Inicis, silence means the opposite. `[help inicis-vat]`
    pub fn taxable() -> Self {
        Self { tax_free: Some(0), vat: None }
    }

    /// Nothing is said; the MID's own tax mode decides.
    pub fn unsaid() -> Self {
        Self::default()
    }

    /// Checks that the parts fit into the sum.
    ///
    /// # Errors
    /// [`Invalid`] when they are more than `amount` together.
    pub fn check(self, amount: Krw) -> Result<(), Invalid> {
        let parts = self.tax_free.unwrap_or(0).checked_add(self.vat.unwrap_or(0));
        match parts {
            Some(parts) if parts <= amount.won() => Ok(()),
            _ => Err(Invalid::new("tax_free", "tax-free part and VAT are more than the amount")),
        }
    }
}

/// A charge. Not `Clone`: sending it spends it, and it comes back only with proof that nothing was charged.
///
/// `promotion_id` is not offered, since it lowers the approved amount and the answer could not be compared with the question.
#[derive(Debug)]
pub struct ChargeRequest {
    /// Who pays.
    pub method: ChargeMethod,
    /// The order. A new one for each charge that is meant to be another.
    pub order: OrderId,
    /// How much.
    pub amount: Krw,
    /// What for. Always sent: `html5_inicis` insists on it. `[oa again]`
    pub name: OrderName,
    /// The tax parts.
    pub tax: TaxSplit,
    /// Lump sum or months.
    pub installment: Installment,
    /// Who buys.
    pub buyer: Buyer,
    /// The merchant's own text, echoed in answers. Put no personal data into it.
    pub custom_data: Option<String>,
    /// Where this payment's webhook goes, in place of the console's URL.
    pub notice_url: Option<String>,
    /// The merchant bears the installments' interest. Needs an agreement; not every PG.
    pub interest_free: bool,
    /// Pay with the card's points. Needs an agreement; not every PG.
    pub use_card_point: bool,
}

impl ChargeRequest {
    /// Charges a stored card.
    pub fn by_key(key: BillingKey, order: OrderId, amount: Krw, name: OrderName) -> Self {
        Self::new(ChargeMethod::Key(key), order, amount, name)
    }

    /// Charges a card once; it is not stored.
    pub fn by_card(card: Card, order: OrderId, amount: Krw, name: OrderName) -> Self {
        Self::new(ChargeMethod::Card { card, channel: None }, order, amount, name)
    }

    /// Charges a card and stores it as `key`.
    pub fn by_card_and_keep(card: Card, key: BillingKeyId, order: OrderId, amount: Krw, name: OrderName) -> Self {
        Self::new(ChargeMethod::CardAndKeep { card, key, channel: None }, order, amount, name)
    }

    fn new(method: ChargeMethod, order: OrderId, amount: Krw, name: OrderName) -> Self {
        Self {
            method,
            order,
            amount,
            name,
            tax: TaxSplit::default(),
            installment: Installment::default(),
            buyer: Buyer::default(),
            custom_data: None,
            notice_url: None,
            interest_free: false,
            use_card_point: false,
        }
    }

    /// On this channel. A charge by key follows its key and ignores nothing: there it is an error to name another.
    ///
    /// # Errors
    /// [`Invalid`] when the key belongs to another channel.
    pub fn on_channel(mut self, name: ChannelName) -> Result<Self, Invalid> {
        match &mut self.method {
            ChargeMethod::Key(key) if key.channel != name => {
                return Err(Invalid::new("channel", "is not the key's channel; a charge follows its key"));
            }
            ChargeMethod::Key(_) => {}
            ChargeMethod::Card { channel, .. } | ChargeMethod::CardAndKeep { channel, .. } => *channel = Some(name),
        }
        Ok(self)
    }

    /// With tax parts.
    ///
    /// # Errors
    /// [`Invalid`] when they are more than the amount.
    pub fn with_tax(mut self, tax: TaxSplit) -> Result<Self, Invalid> {
        tax.check(self.amount)?;
        self.tax = tax;
        Ok(self)
    }

    /// In installments.
    ///
    /// # Errors
    /// [`Invalid`] when the amount is below 50,000 won. `[oa onetime]`
    pub fn with_installment(mut self, installment: Installment) -> Result<Self, Invalid> {
        installment.check(self.amount)?;
        self.installment = installment;
        Ok(self)
    }

    /// With what is known of the buyer.
    #[must_use]
    pub fn with_buyer(mut self, buyer: Buyer) -> Self {
        self.buyer = buyer;
        self
    }

    /// With the merchant's own text.
    #[must_use]
    pub fn with_custom_data(mut self, text: impl Into<String>) -> Self {
        self.custom_data = Some(text.into());
        self
    }

    /// With a webhook address of its own. It must be an `http` or `https` URL; the wire checks it before sending.
    #[must_use]
    pub fn with_notice_url(mut self, url: impl Into<String>) -> Self {
        self.notice_url = Some(url.into());
        self
    }

    /// With the merchant bearing the interest.
    #[must_use]
    pub fn with_interest_free(mut self) -> Self {
        self.interest_free = true;
        self
    }

    /// With the card's points.
    #[must_use]
    pub fn with_card_points(mut self) -> Self {
        self.use_card_point = true;
        self
    }

    /// The billing key that is charged, if it is a charge by key.
    pub fn key(&self) -> Option<&BillingKey> {
        match &self.method {
            ChargeMethod::Key(key) => Some(key),
            _ => None,
        }
    }
}

/// Storing a card by its data (`POST /subscribe/customers`).
#[derive(Debug)]
pub struct IssueRequest {
    /// The id to store it under. Take a new one for a new card.
    pub key: BillingKeyId,
    /// The card.
    pub card: Card,
    /// The holder (`customer_name` and so on).
    pub holder: Buyer,
}

impl IssueRequest {
    /// Stores `card` as `key`.
    pub fn new(key: BillingKeyId, card: Card) -> Self {
        Self { key, card, holder: Buyer::default() }
    }

    /// With what is known of the holder.
    #[must_use]
    pub fn with_holder(mut self, holder: Buyer) -> Self {
        self.holder = holder;
        self
    }
}

/// A refund: always with the amount and the balance it is believed to come from, so that it is a compare-and-swap at the
/// provider and a resent one cannot refund twice. `[oa cancel]` `checksum`
#[derive(Debug, Clone)]
pub struct RefundRequest {
    /// The channel the payment was made on.
    pub channel: ChannelName,
    /// The payment.
    pub payment: PaymentId,
    /// How much.
    pub amount: Krw,
    /// What was left before this refund: amount − cancelled.
    pub expected_balance: Krw,
    /// The tax parts of this refund. `None`: take them from the journal, and refuse when it does not know.
    pub tax: Option<TaxSplit>,
    /// Why.
    pub reason: Option<String>,
    /// Ask for a cancel webhook too. It comes only for payments that used webhooks. `[oa cancel]`
    pub webhook: bool,
}

impl RefundRequest {
    /// Refunds all that is left.
    pub fn full(channel: ChannelName, payment: PaymentId, balance: Krw) -> Self {
        Self { channel, payment, amount: balance, expected_balance: balance, tax: None, reason: None, webhook: false }
    }

    /// Refunds a part of what is left.
    ///
    /// # Errors
    /// [`Invalid`] when `amount` is not less than `balance`: then it is a full refund, which is another call.
    pub fn partial(channel: ChannelName, payment: PaymentId, amount: Krw, balance: Krw) -> Result<Self, Invalid> {
        if amount >= balance {
            return Err(Invalid::new("amount", "is not less than the balance; to refund all of it, ask for a full refund"));
        }
        Ok(Self { amount, ..Self::full(channel, payment, balance) })
    }

    /// Whether nothing will be left.
    pub fn is_full(&self) -> bool {
        self.amount == self.expected_balance
    }

    /// With this refund's tax parts. [`TaxSplit::taxable`] says that no part is tax-free.
    ///
    /// # Errors
    /// [`Invalid`] when they are more than the amount.
    pub fn with_tax(mut self, tax: TaxSplit) -> Result<Self, Invalid> {
        tax.check(self.amount)?;
        self.tax = Some(tax);
        Ok(self)
    }

    /// With a reason.
    #[must_use]
    pub fn with_reason(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }

    /// With a cancel webhook.
    #[must_use]
    pub fn with_webhook(mut self) -> Self {
        self.webhook = true;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn krw(won: u64) -> Krw {
        Krw::new(won).unwrap()
    }

    #[test]
    fn a_partial_refund_cannot_become_a_full_one() {
        let (channel, payment) = (ChannelName::new("kcp").unwrap(), PaymentId::new("imps_1").unwrap());
        let part = |amount| RefundRequest::partial(channel.clone(), payment.clone(), krw(amount), krw(1000));
        assert!(part(1000).is_err() && part(1001).is_err());
        assert!(!part(999).unwrap().is_full());
    }

    #[test]
    fn installments_need_the_sum_for_it() {
        let request = |won| {
            let key = BillingKey::new(ChannelName::new("kcp").unwrap(), BillingKeyId::new("k").unwrap());
            ChargeRequest::by_key(key, OrderId::new("o").unwrap(), krw(won), OrderName::new("n").unwrap())
        };
        assert!(request(49_999).with_installment(Installment::months(3).unwrap()).is_err());
        assert!(request(50_000).with_installment(Installment::months(3).unwrap()).is_ok());
        assert!(Installment::months(1).is_err() && Installment::months(0).is_err());
    }
}
