//! Reading an order out of a request: the fields that charges, schedules and windows share, and
//! what is wrong with them whatever the PG.

use super::model::{Buyer, Order};
use crate::answer::Refusal;
use crate::messages;
use crate::params::{BadField, Params};
use crate::rules;

/// Longest texts, in characters [oa again] [oa onetime].
const LIMITS: [(&str, usize); 6] =
    [("name", 40), ("buyer_name", 16), ("buyer_email", 64), ("buyer_tel", 16), ("buyer_addr", 128), ("buyer_postcode", 8)];

pub(crate) const ORDER_ID_LIMIT: usize = 40;
pub(crate) const KEY_ID_LIMIT: usize = 80;

impl Order {
    /// The order of a charge: at least one won.
    pub(crate) fn read(params: &Params) -> Result<Self, Refusal> {
        Self::read_from(params, 1)
    }

    /// The order of a window, whose amount may be 0 where it is only shown.
    pub(crate) fn read_for_window(params: &Params) -> Result<Self, Refusal> {
        Self::read_from(params, 0)
    }

    fn read_from(params: &Params, least: i64) -> Result<Self, Refusal> {
        let merchant_uid = params.text("merchant_uid")?.ok_or_else(|| Refusal::missing("merchant_uid"))?;
        check_length("merchant_uid", &merchant_uid, ORDER_ID_LIMIT)?;
        for (field, limit) in LIMITS {
            if let Some(text) = params.text(field)? {
                check_length(field, &text, limit)?;
            }
        }
        let amount = params.integer("amount")?.ok_or_else(|| Refusal::missing("amount"))?;
        if !(least..=rules::MAXIMUM).contains(&amount) {
            return Err(Refusal::business(1, messages::BAD_AMOUNT));
        }
        let tax_free = params.integer("tax_free")?.unwrap_or(0);
        let vat_amount = match params.integer("vat_amount")? {
            Some(vat) => Some(vat),
            None => params.integer("vat")?,
        };
        let vat = vat_amount.unwrap_or(0);
        if tax_free < 0 || vat < 0 || tax_free > amount || vat > amount - tax_free {
            return Err(Refusal::business(1, messages::BAD_TAX));
        }
        let card_quota = params.integer("card_quota")?.unwrap_or(0);
        if card_quota < 0 {
            return Err(BadField("card_quota".to_owned()).into());
        }
        Ok(Self {
            merchant_uid,
            amount,
            currency: won_only(params)?,
            name: params.text("name")?,
            buyer: buyer(params, "buyer")?,
            tax_free,
            vat_amount,
            card_quota,
            custom_data: params.json_text("custom_data"),
            notice_url: params.list("notice_url")?,
            product_type: params.text("product_type")?,
        })
    }

    /// An order of our own making, with nothing but a number and an amount.
    pub(crate) fn plain(merchant_uid: String, amount: i64) -> Result<Self, Refusal> {
        let fields = serde_json::json!({ "merchant_uid": merchant_uid, "amount": amount });
        let fields = fields.as_object().cloned().unwrap_or_default();
        Self::read(&Params::new(fields))
    }

    /// The first of these fields that the order lacks.
    pub(crate) fn lacks(&self, fields: &[&'static str]) -> Option<&'static str> {
        let there = |field: &str| match field {
            "name" => self.name.is_some(),
            "buyer_name" => self.buyer.name.is_some(),
            "buyer_email" => self.buyer.email.is_some(),
            "buyer_tel" => self.buyer.tel.is_some(),
            "product_type" => self.product_type.is_some(),
            _ => true,
        };
        fields.iter().copied().find(|field| !there(field))
    }
}

/// The sandbox's books are in won: another currency is refused (chosen).
fn won_only(params: &Params) -> Result<String, Refusal> {
    match params.text("currency")? {
        Some(other) if other != "KRW" => Err(BadField("currency".to_owned()).into()),
        _ => Ok("KRW".to_owned()),
    }
}

/// The five fields of a person, under `buyer_…` or `customer_…`.
pub(crate) fn buyer(params: &Params, prefix: &str) -> Result<Buyer, BadField> {
    let field = |name: &str| params.text(&format!("{prefix}_{name}"));
    Ok(Buyer {
        name: field("name")?,
        email: field("email")?,
        tel: field("tel")?,
        addr: field("addr")?,
        postcode: field("postcode")?,
    })
}

/// Chosen: a text over its limit is refused, since V1 does not say what becomes of it.
pub(crate) fn check_length(field: &str, text: &str, limit: usize) -> Result<(), Refusal> {
    if text.chars().count() > limit {
        return Err(Refusal::business(1, messages::too_long(field, limit)));
    }
    Ok(())
}
