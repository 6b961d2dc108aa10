//! The account's world: books, clock, channels, faults, logs. One lock guards it, operations are
//! plain functions on it, and what must leave it (webhooks) is queued.

pub(crate) mod books;
pub(crate) mod cancel;
pub(crate) mod charge;
pub(crate) mod events;
pub(crate) mod keys;
pub(crate) mod lookups;
pub(crate) mod model;
pub(crate) mod orders;
pub(crate) mod persist;
mod plant;
pub(crate) mod prepare;
pub(crate) mod schedule_changes;
pub(crate) mod schedules;
pub(crate) mod tokens;
pub(crate) mod views;
pub(crate) mod windows;

use std::collections::VecDeque;

use crate::answer::{Answer, Outcome, Reply};
use crate::channels::{ChannelError, Channels};
use crate::clock::Clock;
use crate::codes;
use crate::config::SandboxConfig;
use crate::faults::Faults;
use crate::messages;
use crate::ops::{Call, Operation};
use crate::requests::RequestLog;
use crate::webhooks::{Delivery, Desk};

use self::books::Books;
use self::events::Events;
use crate::answer::Refusal;

/// The key pair that `getToken` takes.
#[derive(Clone)]
pub(crate) struct Credentials {
    pub(crate) key: String,
    pub(crate) secret: String,
}

/// Everything that the lock guards.
pub(crate) struct World {
    pub(crate) config: SandboxConfig,
    pub(crate) channels: Channels,
    pub(crate) credentials: Credentials,
    pub(crate) clock: Clock,
    pub(crate) books: Books,
    pub(crate) events: Events,
    pub(crate) faults: Faults,
    pub(crate) desk: Desk,
    pub(crate) outbox: VecDeque<Delivery>,
    pub(crate) requests: RequestLog,
    /// Whether a paid order number is refused from then on, as V1 does. Off, a second charge captures again.
    pub(crate) burning: bool,
}

impl World {
    pub(crate) fn new(config: SandboxConfig, credentials: Credentials) -> Result<Self, ChannelError> {
        let mut clock = Clock::running();
        clock.run(config.clock.real_time);
        if let Some(start) = config.clock.start {
            clock.set_ms(start.saturating_mul(1000));
        }
        Ok(Self {
            channels: Channels::from_config(&config)?,
            desk: Desk::new(&config.webhooks),
            config,
            credentials,
            clock,
            books: Books::default(),
            events: Events::default(),
            faults: Faults::default(),
            outbox: VecDeque::new(),
            requests: RequestLog::default(),
            burning: true,
        })
    }

    /// UNIX seconds on the sandbox's clock.
    pub(crate) fn now(&self) -> i64 {
        self.clock.now_ms().div_euclid(1000)
    }

    /// Forgets every record, fault and log line, and lets numbers burn. Settings, clock, credentials and the token stay, and
    /// identifiers go on counting.
    pub(crate) fn reset(&mut self) {
        self.books.forget();
        self.events = Events::default();
        self.faults = Faults::default();
        self.desk = Desk::new(&self.config.webhooks);
        self.outbox.clear();
        self.requests = RequestLog::default();
        self.burning = true;
    }

    /// Whether a charge under this number is refused: it was paid before, and numbers burn.
    pub(crate) fn taken(&self, merchant_uid: &str) -> bool {
        self.burning && self.books.burnt(merchant_uid)
    }

    /// Whether an order can be given this number at this PG: Naver Pay never takes one twice, whatever became of it
    /// [man NAVERPAY].
    pub(crate) fn used_up(&self, merchant_uid: &str, provider: &str) -> bool {
        let never_twice = provider == "naverpay" && !self.books.of_order(merchant_uid).is_empty();
        self.taken(merchant_uid) || self.burning && never_twice
    }

    /// Does what a call asks for.
    pub(crate) fn execute(&mut self, call: &Call) -> Answer {
        self.dispatch(call).into()
    }

    fn dispatch(&mut self, call: &Call) -> Outcome {
        match call.operation {
            Operation::GetToken => self.get_token(&call.params),
            Operation::UsersPg => Ok(Reply::new(self.channels.all().iter().map(views::channel).collect::<Vec<_>>())),
            Operation::CustomerIssue => self.issue(call.arg(0), &call.params),
            Operation::CustomerGet => self.key(call.arg(0)),
            Operation::CustomerList => self.keys(&call.params),
            Operation::CustomerDelete => self.delete_key(call.arg(0), &call.params),
            Operation::CustomerPayments => self.key_payments(call.arg(0), &call.params),
            Operation::CustomerSchedules => self.key_schedules(call.arg(0), &call.params),
            Operation::Onetime => self.onetime(&call.params),
            Operation::Foreign => Err(Refusal::business(-1, messages::NO_FOREIGN)),
            Operation::Again => self.again(&call.params),
            Operation::ScheduleCreate => self.schedule(&call.params),
            Operation::ScheduleList => self.schedule_list(&call.params),
            Operation::ScheduleGet => self.schedule_one(call.arg(0)),
            Operation::ScheduleMove => self.move_schedule(call.arg(0), &call.params),
            Operation::ScheduleAgain => self.reschedule(call.arg(0), &call.params),
            Operation::ScheduleRetry => self.retry_schedule(call.arg(0)),
            Operation::Unschedule => self.unschedule(&call.params),
            Operation::PaymentGet => self.payment_one(call.arg(0), &call.params),
            Operation::PaymentList => self.payment_many(&call.params),
            Operation::PaymentFind => self.find(call.arg(0), call.arg(1), &call.params),
            Operation::PaymentFindAll => self.find_all(call.arg(0), call.arg(1), &call.params),
            Operation::PaymentStatus => self.by_status(call.arg(0), &call.params),
            Operation::PaymentBalance => self.balance(call.arg(0)),
            Operation::Cancel => self.cancel(&call.params),
            Operation::PrepareCreate => self.prepare(&call.params),
            Operation::PrepareUpdate => self.change_prepared(&call.params),
            Operation::PrepareGet => self.prepared(call.arg(0)),
            Operation::Cards => Ok(Reply::new(codes::CARDS)),
            Operation::Card => one_code(codes::CARDS, call.arg(0)),
            Operation::Banks => Ok(Reply::new(codes::BANKS)),
            Operation::Bank => one_code(codes::BANKS, call.arg(0)),
        }
    }
}

fn one_code(list: &'static [codes::Code], code: &str) -> Outcome {
    codes::find(list, code).map(Reply::new).ok_or_else(|| Refusal::not_found(messages::NO_CODE))
}
