//! What happens by itself when its time comes: schedules, late commits, late money, webhooks.

use std::collections::BTreeMap;

use super::World;
use crate::ops::Call;
use crate::webhooks::Delivery;

/// Something that waits for its time.
pub(crate) enum Event {
    /// A request whose answer was lost and which only now takes effect.
    Commit(Box<Call>),
    /// A failed record that turns out to be paid.
    Settle { imp_uid: String },
    /// A webhook that is late, or sent again.
    Deliver(Delivery),
}

/// Events by time, and in the order of their coming within one millisecond.
#[derive(Default)]
pub(crate) struct Events {
    queue: BTreeMap<(i64, u64), Event>,
    pushed: u64,
}

impl Events {
    pub(crate) fn push(&mut self, due_ms: i64, event: Event) {
        self.pushed += 1;
        self.queue.insert((due_ms, self.pushed), event);
    }

    fn first_due(&self) -> Option<i64> {
        self.queue.first_key_value().map(|((due, _), _)| *due)
    }

    fn pop(&mut self) -> Option<Event> {
        self.queue.pop_first().map(|(_, event)| event)
    }
}

impl World {
    /// When the next thing happens, in milliseconds.
    pub(crate) fn next_due_ms(&self) -> Option<i64> {
        let schedule = self.books.first_due().map(|(at, _)| at.saturating_mul(1000));
        [schedule, self.events.first_due()].into_iter().flatten().min()
    }

    /// Lets the first thing happen that is due by `limit_ms`, at its own time when the clock is
    /// not past it already. False when nothing is due.
    pub(crate) fn fire_next(&mut self, limit_ms: i64) -> bool {
        let Some(due) = self.next_due_ms().filter(|due| *due <= limit_ms) else { return false };
        if due > self.clock.now_ms() {
            self.clock.set_ms(due);
        }
        let schedule = self.books.first_due().map(|(at, uid)| (at.saturating_mul(1000), uid.to_owned()));
        match schedule {
            Some((at, uid)) if at == due => self.run_schedule(&uid),
            _ => self.fire_event(),
        }
        true
    }

    fn fire_event(&mut self) {
        match self.events.pop() {
            Some(Event::Commit(call)) => {
                let answer = self.execute(&call);
                tracing::info!(operation = call.operation.name(), code = answer.code, "late commit");
            }
            Some(Event::Settle { imp_uid }) => {
                self.settle(&imp_uid);
            }
            Some(Event::Deliver(delivery)) => self.outbox.push_back(delivery),
            None => {}
        }
    }
}
