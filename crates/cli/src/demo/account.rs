//! The readable account: what happened, what was expected, and what differed.

use std::fmt::{Debug, Display};
use std::io::Write as _;

use kr_billing::OrderId;
use kr_billing_sandbox::{LedgerEntry, LedgerKind, Totals};

use super::Failure;
use super::stage::Stage;
use super::texts::{Check, Fact, Step};
use crate::Lang;

/// Prints as it goes, and remembers what differed and what the ledger should hold in the end.
pub(super) struct Account {
    lang: Lang,
    steps: u32,
    checks: u32,
    differences: Vec<String>,
    here: String,
    expected: Totals,
}

impl Account {
    pub(super) fn new(lang: Lang) -> Self {
        Self { lang, steps: 0, checks: 0, differences: Vec::new(), here: String::new(), expected: Totals::default() }
    }

    /// A new PG.
    pub(super) fn section(&mut self, pg: &str) {
        self.steps = 0;
        self.here = pg.to_owned();
        print(format_args!("\n━━ {pg} {}", "━".repeat(72_usize.saturating_sub(pg.len()))));
    }

    /// A new step of this PG.
    pub(super) fn step(&mut self, step: Step) {
        self.steps += 1;
        print(format_args!("\n {:>2}. {}", self.steps, step.say(self.lang)));
    }

    /// Something that happened.
    pub(super) fn tell(&self, fact: &Fact<'_>) {
        for line in fact.say(self.lang).lines() {
            print(format_args!("     {line}"));
        }
    }

    /// Compares with an expectation.
    pub(super) fn check<T: PartialEq + Debug>(&mut self, what: Check, expected: &T, found: &T) {
        self.checks += 1;
        let text = what.say(self.lang);
        if expected == found {
            print(format_args!("     ✓ {text}"));
            return;
        }
        self.differs(format_args!("{text}: {}", Fact::Differs { expected, found }.say(self.lang)));
    }

    /// Compares what the ledger says of an order, once all is done with it.
    pub(super) fn money(&mut self, stage: &Stage, order: &OrderId, captured: u64, refunds: &[u64]) {
        let won = |sum: u64| i64::try_from(sum).unwrap_or(i64::MAX);
        let refunded: u64 = refunds.iter().sum();
        let captures = usize::from(captured > 0);
        let expected = Totals { captured: won(captured), captures, refunded: won(refunded), refunds: refunds.len() };
        self.expected = sum(self.expected, expected);
        let what = match (captured, refunds) {
            (0, _) => Check::NoMoneyMoved,
            (_, []) => Check::CapturedOnce,
            _ => Check::CapturedAndRefunded,
        };
        self.check(what, &expected, &stage.sandbox.totals(order.as_str()));
    }

    /// A step that could not go on.
    pub(super) fn ended(&mut self, end: Result<(), Failure>) {
        if let Err(failure) = end {
            self.differs(failure);
        }
    }

    fn differs(&mut self, what: impl Display) {
        print(format_args!("     ✗ {what}"));
        let place = if self.here.is_empty() { String::new() } else { format!("{}, {}: ", self.here, self.steps) };
        self.differences.push(format!("{place}{what}"));
    }

    /// The whole ledger against everything the steps expected, the end of the account, and the exit code.
    pub(super) fn close(mut self, ledger: &[LedgerEntry]) -> u8 {
        self.here.clear();
        print(format_args!("\n{}", "━".repeat(76)));
        let totals = ledger.iter().fold(Totals::default(), |totals, entry| sum(totals, of(entry)));
        self.tell(&Fact::Ledger { totals });
        self.check(Check::WholeLedger, &self.expected.clone(), &totals);
        self.verdict()
    }

    /// The last lines, and the exit code.
    pub(super) fn verdict(self) -> u8 {
        self.tell(&Fact::End { checks: self.checks, differences: &self.differences });
        u8::from(!self.differences.is_empty())
    }
}

fn of(entry: &LedgerEntry) -> Totals {
    match entry.kind {
        LedgerKind::Capture => Totals { captured: entry.amount, captures: 1, ..Totals::default() },
        LedgerKind::Refund => Totals { refunded: entry.amount, refunds: 1, ..Totals::default() },
    }
}

fn sum(a: Totals, b: Totals) -> Totals {
    Totals {
        captured: a.captured + b.captured,
        refunded: a.refunded + b.refunded,
        captures: a.captures + b.captures,
        refunds: a.refunds + b.refunds,
    }
}

/// A reader who has gone away, as `head` does, is no reason to stop: the exit code still counts.
fn print(line: std::fmt::Arguments<'_>) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::stage::Pg;

    #[tokio::test]
    async fn money_that_nobody_expected_is_a_difference() {
        let stage = Stage::open().await.unwrap();
        let order = Pg::ALL[0].order("once").unwrap();
        let planted = serde_json::json!({ "merchant_uid": order, "amount": 9_900, "status": "paid", "pg": "kcp" });
        stage.sandbox.plant(&serde_json::from_value(planted).unwrap()).unwrap();

        let mut right = Account::new(Lang::En);
        right.money(&stage, &order, 9_900, &[]);
        assert_eq!(right.close(&stage.sandbox.ledger()), 0);

        let mut wrong = Account::new(Lang::En);
        wrong.money(&stage, &order, 9_901, &[]);
        assert!(wrong.differences[0].contains("9901") && wrong.differences[0].contains("9900"), "{:?}", wrong.differences);
        assert_eq!(wrong.verdict(), 1);
        assert_eq!(Account::new(Lang::En).close(&stage.sandbox.ledger()), 1, "an order that no step speaks of");
    }

    #[test]
    fn a_step_that_cannot_go_on_is_a_difference() {
        let mut account = Account::new(Lang::En);
        account.ended(Err("no sandbox".into()));
        assert_eq!(account.verdict(), 1);
    }
}
