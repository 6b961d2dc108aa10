//! Faults: what goes wrong, at which call, at which moment, and how it shows.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::ops::Operation;

/// What the numbers of a fault may be. Late commits wait ten years at most, and no answer is longer than 16 MiB.
pub(crate) const NUMBERS: [(&str, RangeInclusive<u64>); 5] = [
    ("nth", 1..=u32::MAX as u64),
    ("times", 1..=u32::MAX as u64),
    ("delay_ms", 0..=3_650 * 86_400_000),
    ("at_byte", 1..=16 * 1024 * 1024),
    ("interval_ms", 1..=60_000),
];

/// What to say of a number that is none of its range.
pub(crate) fn out_of_range(name: &str, range: &RangeInclusive<u64>) -> String {
    format!("`{name}` is a whole number from {} to {}", range.start(), range.end())
}

/// A fault to be met by a later call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// The operation, or none for any.
    #[serde(default, with = "any_or_operation")]
    pub operation: Option<Operation>,
    /// Which call of that operation meets it first, counted from 1 since the fault was added.
    #[serde(default = "one")]
    pub nth: u32,
    /// How many calls in a row meet it.
    #[serde(default = "one")]
    pub times: u32,
    /// When it strikes.
    pub moment: Moment,
    /// How it shows.
    pub effect: Effect,
    /// With `commit_late`: how much later the call takes effect, in milliseconds of the sandbox's clock.
    #[serde(default)]
    pub delay_ms: u64,
    /// With `mid_body`: how many bytes of the body go out, at least one; without it half of them. A shorter body goes out whole, and
    /// the line breaks all the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_byte: Option<usize>,
    /// With `slow_drip`: milliseconds between two bytes, 1 to 60,000; without it 20.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval_ms: Option<u64>,
}

/// When a fault strikes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Moment {
    /// Before the call takes effect: it never does.
    BeforeCommit,
    /// After the call has taken effect: only its answer suffers.
    AfterCommit,
    /// The answer is lost now and the call takes effect later.
    CommitLate,
    /// After the call has taken effect, in the middle of the answer's body.
    MidBody,
}

/// How a fault shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// The connection is closed without an answer.
    Drop,
    /// The connection is reset (TCP RST).
    Reset,
    /// Silence, until the client leaves, the faults are cleared or the sandbox stops.
    Hang,
    /// HTTP 502 with an HTML page, as an edge server gives.
    #[serde(rename = "html_502")]
    Html502,
    /// HTTP 500 with code -1 in the envelope.
    #[serde(rename = "envelope_500")]
    Envelope500,
    /// HTTP 401 with the envelope.
    #[serde(rename = "status_401")]
    Status401,
    /// HTTP 429 with the envelope and `Retry-After: 1`.
    #[serde(rename = "status_429")]
    Status429,
    /// The answer names 1,000 won more than were meant. The books are right.
    WrongAmount,
    /// The answer names another PG and MID. The books are right.
    WrongPg,
    /// A whole HTTP answer whose JSON stops in the middle.
    TruncatedJson,
    /// The answer comes byte by byte.
    SlowDrip,
}

/// A fault with what has become of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FaultStatus {
    /// Its number, for removing it.
    pub id: u64,
    /// The fault.
    pub fault: Fault,
    /// How many calls it has counted.
    pub seen: u32,
    /// How many calls have met it.
    pub fired: u32,
}

/// Why a fault cannot be added.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("fault refused: {0}")]
pub struct FaultError(String);

impl Fault {
    /// A fault at the next call of an operation.
    pub fn new(operation: Operation, moment: Moment, effect: Effect) -> Self {
        Self { operation: Some(operation), nth: 1, times: 1, moment, effect, delay_ms: 0, at_byte: None, interval_ms: None }
    }

    /// A fault at the next call, whatever it is.
    pub fn any(moment: Moment, effect: Effect) -> Self {
        Self { operation: None, ..Self::new(Operation::GetToken, moment, effect) }
    }

    /// The answer is lost, and the call takes effect later by this much on the sandbox's clock.
    pub fn commit_late(operation: Operation, effect: Effect, delay: std::time::Duration) -> Self {
        let delay_ms = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX);
        Self { delay_ms, ..Self::new(operation, Moment::CommitLate, effect) }
    }

    /// Strikes at the nth call first, counted from 1.
    #[must_use]
    pub fn nth(self, nth: u32) -> Self {
        Self { nth, ..self }
    }

    /// Strikes at this many calls in a row.
    #[must_use]
    pub fn times(self, times: u32) -> Self {
        Self { times, ..self }
    }

    fn check(&self) -> Result<(), FaultError> {
        let refuse = |text: &str| Err(FaultError(text.to_owned()));
        let spoils_body = matches!(self.effect, Effect::WrongAmount | Effect::WrongPg | Effect::TruncatedJson | Effect::SlowDrip);
        let breaks_line = matches!(self.effect, Effect::Drop | Effect::Reset | Effect::Hang);
        self.check_numbers()?;
        if spoils_body && self.moment != Moment::AfterCommit {
            return refuse("this effect spoils an answer: use it with the moment `after_commit`");
        }
        if self.moment == Moment::MidBody && !breaks_line {
            return refuse("the moment `mid_body` goes with the effects `drop`, `reset` and `hang`");
        }
        if self.delay_ms != 0 && self.moment != Moment::CommitLate {
            return refuse("`delay_ms` goes with the moment `commit_late`");
        }
        if self.at_byte.is_some() && self.moment != Moment::MidBody {
            return refuse("`at_byte` goes with the moment `mid_body`");
        }
        if self.interval_ms.is_some() && self.effect != Effect::SlowDrip {
            return refuse("`interval_ms` goes with the effect `slow_drip`");
        }
        Ok(())
    }

    fn check_numbers(&self) -> Result<(), FaultError> {
        let at_byte = self.at_byte.map(|at| u64::try_from(at).unwrap_or(u64::MAX));
        let given = [Some(self.nth.into()), Some(self.times.into()), Some(self.delay_ms), at_byte, self.interval_ms];
        for ((name, range), number) in NUMBERS.iter().zip(given) {
            if number.is_some_and(|number| !range.contains(&number)) {
                return Err(FaultError(out_of_range(name, range)));
            }
        }
        Ok(())
    }
}

/// The faults that wait.
#[derive(Default)]
pub(crate) struct Faults {
    list: Vec<FaultStatus>,
    added: u64,
}

impl Faults {
    pub(crate) fn add(&mut self, fault: Fault) -> Result<u64, FaultError> {
        fault.check()?;
        self.added += 1;
        self.list.push(FaultStatus { id: self.added, fault, seen: 0, fired: 0 });
        Ok(self.added)
    }

    pub(crate) fn list(&self) -> Vec<FaultStatus> {
        self.list.clone()
    }

    pub(crate) fn clear(&mut self) {
        self.list.clear();
    }

    pub(crate) fn remove(&mut self, id: u64) -> bool {
        let before = self.list.len();
        self.list.retain(|status| status.id != id);
        self.list.len() < before
    }

    /// Counts a call and gives the first fault that it meets.
    pub(crate) fn meet(&mut self, operation: Operation) -> Option<Fault> {
        let mut met = None;
        for status in &mut self.list {
            if status.fault.operation.is_some_and(|wanted| wanted != operation) {
                continue;
            }
            status.seen = status.seen.saturating_add(1);
            let last = status.fault.nth.saturating_add(status.fault.times - 1);
            if met.is_none() && (status.fault.nth..=last).contains(&status.seen) {
                status.fired += 1;
                met = Some(status.fault.clone());
            }
        }
        met
    }
}

/// Adds 1,000 won to every amount of an answer.
pub(crate) fn spoil_amount(response: &mut Value) {
    on_records(response, &mut |fields| {
        if let Some(amount) = fields.get("amount").and_then(Value::as_i64) {
            fields.insert("amount".to_owned(), Value::from(amount + 1_000));
        }
    });
}

/// Names another PG in an answer.
pub(crate) fn spoil_pg(response: &mut Value) {
    on_records(response, &mut |fields| {
        let Some(provider) = fields.get("pg_provider").and_then(Value::as_str) else { return };
        let other = if provider == "danal_tpay" { "kicc" } else { "danal_tpay" };
        fields.insert("pg_provider".to_owned(), Value::from(other));
        fields.insert("pg_id".to_owned(), Value::from("WRONGMID"));
    });
}

fn on_records(value: &mut Value, change: &mut impl FnMut(&mut serde_json::Map<String, Value>)) {
    match value {
        Value::Array(list) => list.iter_mut().for_each(|item| on_records(item, change)),
        Value::Object(fields) => {
            change(fields);
            if let Some(list) = fields.get_mut("list") {
                on_records(list, change);
            }
        }
        _ => {}
    }
}

fn one() -> u32 {
    1
}

/// `"any"`, or an operation's name.
mod any_or_operation {
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serializer};

    use crate::ops::Operation;

    pub(super) fn serialize<S: Serializer>(value: &Option<Operation>, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(value.map_or("any", Operation::name))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Operation>, D::Error> {
        let name = String::deserialize(deserializer)?;
        if name == "any" {
            return Ok(None);
        }
        Operation::ALL.iter().copied().find(|operation| operation.name() == name).map(Some).ok_or_else(|| {
            let known: Vec<_> = Operation::ALL.iter().map(|operation| operation.name()).collect();
            D::Error::custom(format!("`operation` is neither `any` nor one of {}", known.join(", ")))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_strikes_from_its_nth_call_on() {
        let mut faults = Faults::default();
        let fault = Fault::new(Operation::Again, Moment::BeforeCommit, Effect::Drop).nth(2).times(2);
        faults.add(fault).expect("accepted");
        let met = |faults: &mut Faults, operation| faults.meet(operation).is_some();
        assert!(!met(&mut faults, Operation::Onetime));
        let calls: Vec<_> = (0..4).map(|_| met(&mut faults, Operation::Again)).collect();
        assert_eq!(calls, [false, true, true, false]);
        assert_eq!((faults.list()[0].seen, faults.list()[0].fired), (4, 2));
    }

    #[test]
    fn faults_that_make_no_sense_are_refused() {
        let mut faults = Faults::default();
        for (moment, effect) in [
            (Moment::BeforeCommit, Effect::WrongAmount),
            (Moment::MidBody, Effect::Html502),
            (Moment::CommitLate, Effect::SlowDrip),
        ] {
            assert!(faults.add(Fault::any(moment, effect)).is_err(), "{moment:?} {effect:?}");
        }
        assert!(faults.add(Fault::any(Moment::AfterCommit, Effect::Drop).nth(0)).is_err());
    }
}
