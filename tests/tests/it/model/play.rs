//! Plays a script: steps one after the other, then an end at which every doubt must be settled or listed.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use kr_billing::contract::outcome::Attempt;
use kr_billing::{Billing, PaymentId, Recovered, Resolved, ResolvedRefund, Ticket};
use kr_billing_sandbox::{Fault, Moment, Operation, Planted, Status};
use tokio::task::JoinError;

use super::acts;
use super::case::Case;
use super::rules;
use super::script::{Act, Deed, Line, Older, On, Part, Script, Step, Trouble};
use super::site::{BAD_CARD, Desk, GOOD_CARD, Site, base_key, policy};
use super::watch::{Event, JournalTrouble, Watch};

/// What the console refunds: no call of ours asks for so little.
pub const CONSOLE_WON: u64 = 37;

/// What came of a case.
#[derive(Default)]
pub struct Played {
    pub problems: Vec<String>,
    pub story: Vec<String>,
    pub calls: u64,
    pub requests: u64,
    pub faults: BTreeMap<String, u64>,
    pub outcomes: BTreeMap<&'static str, u64>,
    pub doubts: u64,
    pub settled: u64,
    pub listed: u64,
}

/// Plays one script. `prefix` makes its ids its own.
pub async fn play(site: &mut Site, script: &Script, prefix: String) -> Played {
    site.tidy().await;
    site.clock.set_offset(i64::from(script.clock_hours) * 3_600_000);
    let watch = Arc::new(Watch::default());
    site.proxy.watch(Arc::clone(&watch));
    site.handle().set_burning(script.burns);
    let _ = site.handle().change_card(base_key(script.pg).id.as_str(), GOOD_CARD);
    let desk = Desk { journal: site.durable(script, &prefix), watch, trouble: Arc::default(), bed: Arc::default() };
    let case = Case::new(script, prefix, site.handle(), desk);
    let mut player = Player { site, script, case, billing: None, played: Played::default() };
    for (at, step) in script.steps.iter().enumerate() {
        player.case.tell(format!("{}.", at + 1));
        player.step(step).await;
    }
    player.end().await
}

struct Player<'a> {
    site: &'a Site,
    script: &'a Script,
    case: Arc<Case>,
    billing: Option<Billing>,
    played: Played,
}

impl Player<'_> {
    async fn billing(&mut self) -> Billing {
        if let Some(billing) = &self.billing {
            return billing.clone();
        }
        let billing = self.site.program(self.script, &self.case.desk, false).await;
        self.billing = Some(billing.clone());
        billing
    }

    async fn step(&mut self, step: &Step) {
        match step {
            Step::Do(deed) => {
                let billing = self.billing().await;
                self.deeds(&[(billing, deed)]).await;
            }
            Step::Both { one, two, apart } => {
                let first = self.billing().await;
                let second = if *apart { self.site.program(self.script, &self.case.desk, false).await } else { first.clone() };
                self.deeds(&[(first, one), (second, two)]).await;
            }
            Step::Restart { cold } => self.billing = Some(self.site.program(self.script, &self.case.desk, *cold).await),
            Step::Pass { minutes } => self.pass(Duration::from_secs(u64::from(*minutes) * 60)).await,
            Step::SetBack { hours } => self.site.clock.set_back(Duration::from_secs(u64::from(*hours) * 3_600)),
            Step::Plant { order, what, sum } => self.plant(*order, *what, sum.won()),
            Step::Console { order } => console(&self.case, *order),
            Step::Beside { order, part, ms } => self.beside_the_console(*order, *part, *ms).await,
            Step::Card { good } => {
                let card = if *good { GOOD_CARD } else { BAD_CARD };
                let _ = self.case.handle.change_card(base_key(self.script.pg).id.as_str(), card);
            }
            Step::Asleep { act, again } => self.asleep(*act, *again).await,
            Step::Journal(trouble) => self.journal(Some(*trouble)),
            Step::Revoke => self.case.handle.revoke_token(),
            Step::Recover => {
                let billing = self.billing().await;
                self.recover(&billing).await;
            }
            Step::Resume => {
                let billing = self.billing().await;
                self.resume(&billing).await;
            }
        }
    }

    /// Time passes at the provider. One that takes a paid number again takes it from the merchant only: the bookings of such orders
    /// are taken back first.
    async fn pass(&self, time: Duration) {
        if !self.script.burns {
            self.case.handle.advance(Duration::from_secs(1)).await;
            for number in 0..=1 {
                let order = self.case.booking(number);
                if self.case.totals(order.as_str()).captures > 0 {
                    let _ = self.site.direct.cancel_schedules(&base_key(self.script.pg), &[order]).await;
                }
            }
        }
        self.case.handle.advance(time).await;
    }

    /// Lets one or two callers act, with everything that is to go wrong, and takes the faults back afterwards.
    async fn deeds(&mut self, deeds: &[(Billing, &Deed)]) {
        let alone = match deeds {
            [(_, one), (_, two)] => !share(one.act, two.act, self.script.shared),
            _ => true,
        };
        let mut calls = Vec::new();
        for (billing, deed) in deeds {
            let before = self.before(deed.act).await;
            calls.push(acts::Call { billing: billing.clone(), deed: (*deed).clone(), alone, before });
        }
        for (_, deed) in deeds {
            deed.trouble.iter().for_each(|trouble| self.arrange(deed.act, trouble));
        }
        self.played.calls += calls.len() as u64;
        let tasks: Vec<_> = calls.into_iter().map(|call| tokio::spawn(acts::perform(Arc::clone(&self.case), call))).collect();
        for task in tasks {
            self.ended(task.await);
        }
        self.take_back();
    }

    fn ended(&self, call: Result<(), JoinError>) {
        if let Err(error) = call {
            self.case.problem(format!("a call panicked: {error}"));
        }
    }

    /// A call whose program stands still before the send, until all times are over and another program has recovered.
    async fn asleep(&mut self, act: Act, again: bool) {
        let deed = Deed { act, trouble: Vec::new(), give_up_ms: None };
        let (sleeper, other) = (self.billing().await, self.site.program(self.script, &self.case.desk, false).await);
        let call = |billing| acts::Call { billing, deed: deed.clone(), alone: !again, before: None };
        self.journal(Some(JournalTrouble::Asleep));
        self.played.calls += 1 + u64::from(again);
        let mut task = tokio::spawn(acts::perform(Arc::clone(&self.case), call(sleeper)));
        let bed = Arc::clone(&self.case.desk.bed);
        let awake = tokio::select! {
            () = bed.asleep.notified() => None,
            ended = &mut task => Some(ended),
        };
        let ended = if let Some(ended) = awake {
            ended
        } else {
            self.all_settles().await;
            self.recover(&other).await;
            if again {
                acts::perform(Arc::clone(&self.case), call(other)).await;
            }
            bed.wake.notify_one();
            task.await
        };
        self.journal(None);
        self.ended(ended);
    }

    fn journal(&self, trouble: Option<JournalTrouble>) {
        *self.case.desk.trouble.lock().expect("no holder panics") = trouble;
    }

    /// The payments under an order that this case has asked for before.
    async fn before(&self, act: Act) -> Option<Vec<PaymentId>> {
        let order = match act {
            Act::Retry { order } => self.case.booking(order),
            act => self.case.order(act.charged()?.0),
        };
        let asked = format!("charge {order}");
        let known = matches!(act, Act::Retry { .. })
            || self.case.desk.watch.since(0).iter().any(|event| matches!(event, Event::Armed(subject, _) if *subject == asked));
        if !known {
            return None;
        }
        let payments = self.site.direct.payments(&super::site::channel(self.script.pg), &order).await.ok()?;
        Some(payments.into_iter().map(|payment| payment.id).collect())
    }

    fn arrange(&self, act: Act, trouble: &Trouble) {
        match *trouble {
            Trouble::Api { on, moment, effect, times, late_ms } => {
                for operation in operations(act, on) {
                    let mut fault = Fault::new(operation, moment, effect).times(u32::from(times));
                    if moment == Moment::CommitLate {
                        fault.delay_ms = u64::from(late_ms);
                    }
                    self.case.handle.add_fault(fault).expect("a fault that goes together");
                }
            }
            Trouble::Line { on, how, times } => self.site.proxy.plan(on, how, times),
            Trouble::Refused { ms } => self.site.proxy.refuse(Duration::from_millis(u64::from(ms))),
        }
    }

    fn take_back(&mut self) {
        for status in self.case.handle.faults().iter().filter(|status| status.fired > 0) {
            let name = format!("provider: {:?} {:?}", status.fault.moment, status.fault.effect);
            *self.played.faults.entry(name).or_default() += u64::from(status.fired);
        }
        self.case.handle.clear_faults();
        self.site.proxy.clear();
    }

    fn plant(&self, order: u8, what: Older, won: u64) {
        let order = self.case.order(order);
        let charge = format!("charge {order}");
        let armed = |event: &Event| matches!(event, Event::Armed(subject, _) if *subject == charge);
        let first = !self.case.desk.watch.since(0).iter().any(armed);
        // Where paid numbers do not burn, ours may still be on its way, and nobody's fault.
        if what == Older::Paid && !first && !self.script.burns {
            return;
        }
        let (status, key) = match what {
            Older::Failed => (Status::Failed, None),
            Older::Ready => (Status::Ready, None),
            Older::Paid => (Status::Paid, Some(base_key(self.script.pg).id.as_str().to_owned())),
        };
        let pg = format!("{:?}", self.script.pg).to_lowercase();
        let amount = i64::try_from(won).expect("a small sum");
        let planted = Planted { merchant_uid: order.to_string(), amount, status, pg: Some(pg), customer_uid: key };
        // A paid one is refused where the order is paid already.
        if self.case.handle.plant(&planted).is_err() || what != Older::Paid {
            return;
        }
        self.case.facts().captured_before.insert(order.to_string(), first);
    }

    /// A refund that is held back on the line, until somebody else has refunded.
    async fn beside_the_console(&mut self, order: u8, part: Part, ms: u8) {
        let held = Trouble::Line { on: On::Call, how: Line::Hold { ms: 40 }, times: 1 };
        let deed = Deed { act: Act::Refund { order, part, stale: false }, trouble: vec![held], give_up_ms: None };
        let (billing, case) = (self.billing().await, Arc::clone(&self.case));
        let somebody = tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(u64::from(ms))).await;
            console(&case, order);
        });
        self.deeds(&[(billing, &deed)]).await;
        self.ended(somebody.await);
    }

    async fn recover(&self, billing: &Billing) -> Vec<Recovered> {
        match billing.recover().await {
            Ok(recovered) => {
                recovered.iter().for_each(|one| self.case.heard_recovered(one));
                recovered
            }
            Err(error) => {
                self.case.problem(format!("recover: {error}"));
                Vec::new()
            }
        }
    }

    /// Resumes every ticket; returns those that are still open.
    async fn resume(&self, billing: &Billing) -> Vec<Ticket> {
        let (tickets, taken) = {
            let facts = self.case.facts();
            (facts.tickets.clone(), facts.taken.clone())
        };
        for ticket in taken {
            self.resume_one(billing, &ticket).await;
        }
        let mut open = Vec::new();
        for ticket in tickets {
            if self.resume_one(billing, &ticket).await {
                open.push(ticket);
            }
        }
        open
    }

    async fn resume_one(&self, billing: &Billing, ticket: &Ticket) -> bool {
        let open = match &ticket.attempt {
            Attempt::Refund { .. } => billing.resume_refund(ticket).await.map(|resolved| {
                self.case.heard_refund_again(ticket, &resolved);
                matches!(resolved, ResolvedRefund::Unclear(_) | ResolvedRefund::StillInDoubt(_))
            }),
            Attempt::Issue { .. } => {
                billing.resume_issue(ticket).await.map(|found| matches!(found, Some(kr_billing::Issuance::InDoubt(_))))
            }
            _ => billing.resume(ticket).await.map(|resolved| {
                self.case.heard_again(ticket, &resolved);
                matches!(resolved, Resolved::Mismatch { .. } | Resolved::StillInDoubt(_))
            }),
        };
        open.unwrap_or_else(|error| {
            self.case.problem(format!("a ticket of ours was refused: {error}"));
            true
        })
    }

    /// Everything late happens, and then all times to be waited for pass: nobody sends any more, and what was sent has settled.
    async fn all_settles(&self) {
        self.site.proxy.drain().await;
        self.pass(Duration::from_secs(10)).await;
        let times = policy(self.script);
        self.site.clock.jump(times.send_within + times.send_timeout + times.settle_after + Duration::from_secs(1));
    }

    /// Nothing is broken any more, and nothing is left to be waited for.
    async fn end(mut self) -> Played {
        self.billing = None;
        self.case.tell("the end".to_owned());
        self.take_back();
        self.journal(None);
        self.all_settles().await;
        // As much as any case sets the clock back.
        self.site.clock.jump(Duration::from_secs(300 * 3_600));
        let billing = self.site.last_program(&self.case.desk).await;
        self.recover(&billing).await;
        let listed = self.recover(&billing).await;
        let open = self.resume(&billing).await;
        open.iter().for_each(|ticket| self.must_be_listed(ticket, &listed));
        let mut played = std::mem::take(&mut self.played);
        played.problems = rules::judge(&self.case);
        let facts = self.case.facts();
        played.story = facts.story.clone();
        played.doubts = facts.doubts;
        played.listed = listed.len() as u64;
        played.settled = played.doubts - open.len() as u64;
        played.outcomes = facts.outcomes.clone();
        let (requests, line) = self.site.proxy.take_figures();
        played.requests = requests;
        played.faults.extend(line);
        played
    }

    /// A doubt that outlives the settle time must be on the list, for a person to look at: the attempt under its order, or its
    /// payment. Storing a card moves no money and is on none.
    fn must_be_listed(&self, ticket: &Ticket, listed: &[Recovered]) {
        let subject = |ticket: &Ticket| match &ticket.attempt {
            Attempt::Charge { order, .. } | Attempt::Retry { order, .. } => Some(order.to_string()),
            Attempt::Refund { payment, .. } => Some(payment.to_string()),
            _ => None,
        };
        let is_there = listed.iter().any(|one| match one {
            Recovered::Charge(other, _)
            | Recovered::Refund(other, _)
            | Recovered::TooEarly(other)
            | Recovered::Foreign(other) => subject(other) == subject(ticket),
        });
        // The doubt of another request than the one that was sent last: that one's outcome is known, and this one was never made.
        let journals = match &ticket.attempt {
            Attempt::Charge { order, .. } | Attempt::Retry { order, .. } => {
                vec![format!("charge {order}"), format!("retry {order}")]
            }
            Attempt::Refund { payment, expected_balance, .. } => vec![format!("refund {payment} {}", expected_balance.won())],
            _ => return,
        };
        let events = self.case.desk.watch.since(0);
        let last = |name: &String| {
            events.iter().rev().find(|event| match event {
                Event::Armed(subject, _) | Event::Settled(subject) => subject == name,
                _ => false,
            })
        };
        let ends: Vec<_> = journals.iter().filter_map(last).collect();
        let settled = !ends.is_empty() && ends.iter().all(|end| matches!(end, Event::Settled(_)));
        // Nothing was sent: a payment stood open, and the journal would not take the doubt about it. The ticket tells.
        let refused = |event: &Event| matches!(event, Event::NotTaken(subject) if journals.contains(subject));
        let not_taken = ends.is_empty() && events.iter().any(refused);
        if !is_there && !settled && !not_taken {
            self.case.problem(format!("a doubt is neither settled nor listed: {ticket:?}"));
        }
    }
}

/// Whether two calls are about the same order or key.
fn share(one: Act, two: Act, shared: bool) -> bool {
    let subject = |act| match act {
        Act::ByKey { order, .. } | Act::ByCard { order, .. } | Act::AndKeep { order, .. } | Act::Refund { order, .. } => {
            (Some(order), None)
        }
        Act::Issue { key } | Act::Delete { key } => (None, Some(100 + key)),
        Act::Book { order, .. } | Act::Move { order } | Act::Unbook { order } | Act::Rebook { order } | Act::Retry { order } => {
            (Some(if shared { order } else { 50 + order }), None)
        }
    };
    let key = |act| match act {
        Act::AndKeep { key, .. } => Some(100 + key),
        act => subject(act).1,
    };
    let (order, other) = (subject(one).0, subject(two).0);
    order.is_some() && order == other || key(one).is_some() && key(one) == key(two)
}

/// The operations that a trouble of a call is about.
fn operations(act: Act, on: On) -> Vec<Operation> {
    use Operation as O;
    let call = match act {
        Act::ByKey { .. } => O::Again,
        Act::ByCard { .. } | Act::AndKeep { .. } => O::Onetime,
        Act::Refund { .. } => O::Cancel,
        Act::Issue { .. } => O::CustomerIssue,
        Act::Delete { .. } => O::CustomerDelete,
        Act::Book { .. } => O::ScheduleCreate,
        Act::Move { .. } => O::ScheduleMove,
        Act::Unbook { .. } => O::Unschedule,
        Act::Rebook { .. } => O::ScheduleAgain,
        Act::Retry { .. } => O::ScheduleRetry,
    };
    match on {
        On::Call => vec![call],
        On::Token => vec![O::GetToken],
        On::LookUp => match act {
            Act::ByKey { .. } | Act::ByCard { .. } | Act::Retry { .. } => vec![O::PaymentFindAll],
            Act::AndKeep { .. } => vec![O::PaymentFindAll, O::CustomerGet],
            Act::Refund { .. } => vec![O::PaymentGet],
            Act::Issue { .. } | Act::Delete { .. } => vec![O::CustomerGet],
            _ => vec![O::ScheduleGet],
        },
    }
}

fn console(case: &Case, order: u8) {
    let order = case.order(order);
    let paid = case.facts().paid.get(order.as_str()).cloned();
    if let Some(payment) = paid {
        let won = i64::try_from(CONSOLE_WON).expect("a small sum");
        // Refused where less is left.
        let _ = case.handle.console_cancel(payment.as_str(), Some(won), "by hand");
    }
}
