//! Amounts registered before a window opens. They stop only windows with another amount [oa prepare].

use serde_json::{Value, json};

use super::World;
use super::model::Prepared;
use super::orders::{ORDER_ID_LIMIT, check_length};
use crate::answer::{Outcome, Refusal, Reply};
use crate::messages;
use crate::params::Params;
use crate::rules;

impl World {
    pub(crate) fn prepare(&mut self, params: &Params) -> Outcome {
        let (uid, prepared) = read(params)?;
        if self.books.prepared.contains_key(&uid) {
            return Err(Refusal::business(1, messages::PREPARED_ALREADY));
        }
        let reply = Reply::new(view(&uid, &prepared));
        self.books.prepared.insert(uid, prepared);
        Ok(reply)
    }

    pub(crate) fn change_prepared(&mut self, params: &Params) -> Outcome {
        let (uid, prepared) = read(params)?;
        let slot = self.books.prepared.get_mut(&uid).ok_or_else(|| Refusal::not_found(messages::NOT_PREPARED))?;
        *slot = prepared;
        Ok(Reply::new(view(&uid, slot)))
    }

    /// The OpenAPI lists 200 and 401 only; unknown is answered 404 as for the PUT (chosen).
    pub(crate) fn prepared(&self, uid: &str) -> Outcome {
        let prepared = self.books.prepared.get(uid);
        prepared.map(|p| Reply::new(view(uid, p))).ok_or_else(|| Refusal::not_found(messages::NOT_PREPARED))
    }
}

fn read(params: &Params) -> Result<(String, Prepared), Refusal> {
    let uid = params.text("merchant_uid")?.ok_or_else(|| Refusal::missing("merchant_uid"))?;
    check_length("merchant_uid", &uid, ORDER_ID_LIMIT)?;
    let amount = params.integer("amount")?.ok_or_else(|| Refusal::missing("amount"))?;
    if !(0..=rules::MAXIMUM).contains(&amount) {
        return Err(Refusal::business(1, messages::BAD_AMOUNT));
    }
    Ok((uid, Prepared { amount, currency: params.text("currency")? }))
}

fn view(uid: &str, prepared: &Prepared) -> Value {
    json!({ "merchant_uid": uid, "amount": prepared.amount, "currency": prepared.currency })
}
