//! What a case does, as data: short to read when it has been shrunk to what matters.

use std::fmt;

use kr_billing_sandbox::{Effect, Moment};

use super::watch::JournalTrouble;

/// A whole case.
#[derive(Debug, Clone)]
pub struct Script {
    pub pg: Pg,
    /// Whether a doubt is looked up beyond the settle time, or handed out before it.
    pub patient: bool,
    /// Whether the journal is a SQLite file, which a restart opens anew.
    pub sqlite: bool,
    /// How often what certainly was not sent is tried.
    pub attempts: u32,
    /// How many money calls may be under way.
    pub places: usize,
    /// Hours by which this machine's clock is wrong.
    pub clock_hours: i8,
    /// Whether bookings stand under the orders that are charged, too.
    pub shared: bool,
    /// Whether the provider refuses a number that was paid. It does; without it, a second send shows in the ledger.
    pub burns: bool,
    pub steps: Vec<Step>,
}

/// Whose channel it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Pg {
    Kcp,
    Inicis,
    Nice,
}

/// One thing after the other.
#[derive(Debug, Clone)]
pub enum Step {
    /// One caller.
    Do(Deed),
    /// Two at once; `apart` means two instances on one journal.
    Both { one: Deed, two: Deed, apart: bool },
    /// The program ends and starts again; a cold start has no connection and no token left.
    Restart { cold: bool },
    /// Time passes at the provider: schedules fire, tokens expire.
    Pass { minutes: u32 },
    /// A record appears that none of ours has made.
    Plant { order: u8, what: Older, sum: Sum },
    /// Somebody refunds a little in the provider's console.
    Console { order: u8 },
    /// Somebody does so while a refund of ours is on its way.
    Beside { order: u8, part: Part, ms: u8 },
    /// The card behind the key stops working, or works again.
    Card { good: bool },
    /// The program falls asleep between its intent and its send, as a machine does that is suspended. Meanwhile everything settles,
    /// and another program recovers; `again` says that it also makes the same call.
    Asleep { act: Act, again: bool },
    /// This machine's clock is set back.
    SetBack { hours: u8 },
    /// The next journal call of its kind fails.
    Journal(JournalTrouble),
    /// The token in use becomes worthless.
    Revoke,
    /// Every open intent is looked at.
    Recover,
    /// Every ticket that was handed out is resumed.
    Resume,
}

/// A record from before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Older {
    Failed,
    Ready,
    Paid,
}

/// A call, what goes wrong meanwhile, and when its caller loses patience.
#[derive(Debug, Clone)]
pub struct Deed {
    pub act: Act,
    pub trouble: Vec<Trouble>,
    pub give_up_ms: Option<u16>,
}

/// A call of the facade. Orders, keys and schedules are numbered within the case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    ByKey { order: u8, sum: Sum },
    ByCard { order: u8, sum: Sum },
    AndKeep { order: u8, sum: Sum, key: u8 },
    Refund { order: u8, part: Part, stale: bool },
    Issue { key: u8 },
    Delete { key: u8 },
    Book { order: u8, sum: Sum },
    Move { order: u8 },
    Unbook { order: u8 },
    Rebook { order: u8 },
    Retry { order: u8 },
}

/// How much, and with it what the PG says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sum {
    Small,
    Large,
    /// A row of the sandbox's decline table, delivered in one of its ways.
    Answer {
        way: u8,
        row: u8,
    },
}

/// How much of a payment goes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Little,
    Half,
    All,
}

/// Which requests of a call meet a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum On {
    /// The call itself.
    Call,
    /// The look-ups around it.
    LookUp,
    /// `getToken`.
    Token,
}

/// Something that goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The provider's own fault.
    Api { on: On, moment: Moment, effect: Effect, times: u8, late_ms: u8 },
    /// A fault of the line, at this many requests in a row.
    Line { on: On, how: Line, times: u8 },
    /// Nobody listens for a while.
    Refused { ms: u8 },
}

/// A fault of the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Line {
    /// Reset on accept, before a byte of the request is read.
    ResetAtOnce,
    /// Reset after the request; it never reaches the provider.
    ResetBefore,
    /// Reset after the request, which reaches the provider.
    ResetAfter,
    /// Half an answer, then the end.
    Half,
    /// Byte by byte, at last too slow.
    Drip,
    /// The request reaches the provider this late, and its answer nobody.
    Hold { ms: u8 },
    /// The request reaches the provider, and its answer nobody.
    Silence,
}

impl Sum {
    /// In won.
    pub fn won(self) -> u64 {
        match self {
            Self::Small => 9_900,
            Self::Large => 129_000,
            Self::Answer { way, row } => 990_000 + 1_000 * u64::from(way) + u64::from(row),
        }
    }
}

impl Act {
    /// The order of a charge.
    pub fn charged(self) -> Option<(u8, Sum)> {
        match self {
            Self::ByKey { order, sum } | Self::ByCard { order, sum } | Self::AndKeep { order, sum, .. } => Some((order, sum)),
            _ => None,
        }
    }
}

impl fmt::Display for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let wait = if self.patient { "looks beyond the settle time" } else { "hands doubts out early" };
        let journal = if self.sqlite { "SQLite" } else { "memory" };
        write!(f, "  {:?}, {wait}, {journal} journal, {} attempts, {} places", self.pg, self.attempts, self.places)?;
        if self.clock_hours != 0 {
            write!(f, ", clock {:+} h", self.clock_hours)?;
        }
        if self.shared {
            f.write_str(", bookings under the same orders")?;
        }
        if !self.burns {
            f.write_str(", a provider that takes a paid number again")?;
        }
        for (at, step) in self.steps.iter().enumerate() {
            write!(f, "\n  {}. {step}", at + 1)?;
        }
        Ok(())
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Do(deed) => write!(f, "{deed}"),
            Self::Both { one, two, apart } => {
                let who = if *apart { "two programs" } else { "one program" };
                write!(f, "at once, in {who}: {one} | {two}")
            }
            Self::Restart { cold } => f.write_str(if *cold { "restart on another machine" } else { "restart" }),
            Self::Pass { minutes } => write!(f, "{minutes} minutes pass at the provider"),
            Self::Plant { order, what, sum } => {
                write!(f, "a {what:?} record of {} won was under order {order}", sum.won())
            }
            Self::Console { order } => write!(f, "the console refunds 37 won of order {order}"),
            Self::Beside { order, part, ms } => {
                write!(f, "the console refunds 37 won of order {order} {ms} ms after a refund of {part:?} has begun")
            }
            Self::Card { good: true } => f.write_str("the key's card works"),
            Self::Card { good: false } => f.write_str("the key's card is declined from now on"),
            Self::Asleep { act, again } => {
                let more = if *again { " and does the same" } else { "" };
                write!(f, "{act}, asleep before the send, while another program recovers{more}")
            }
            Self::SetBack { hours } => write!(f, "the clock is set back by {hours} h"),
            Self::Journal(trouble) => write!(f, "the journal fails next: {trouble:?}"),
            Self::Revoke => f.write_str("the token is revoked"),
            Self::Recover => f.write_str("recover"),
            Self::Resume => f.write_str("resume all tickets"),
        }
    }
}

impl fmt::Display for Deed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.act)?;
        for trouble in &self.trouble {
            write!(f, ", {trouble}")?;
        }
        match self.give_up_ms {
            Some(ms) => write!(f, ", dropped after {ms} ms"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ByKey { order, sum } => write!(f, "charge order {order} by key, {} won", sum.won()),
            Self::ByCard { order, sum } => write!(f, "charge order {order} by card, {} won", sum.won()),
            Self::AndKeep { order, sum, key } => write!(f, "charge order {order} by card kept as {key}, {} won", sum.won()),
            Self::Refund { order, part, stale } => {
                let from = if *stale { "a stale balance" } else { "its balance" };
                write!(f, "refund {part:?} of order {order} from {from}")
            }
            Self::Issue { key } => write!(f, "issue key {key}"),
            Self::Delete { key } => write!(f, "delete key {key}"),
            Self::Book { order, sum } => write!(f, "book order s{order}, {} won", sum.won()),
            Self::Move { order } => write!(f, "move order s{order}"),
            Self::Unbook { order } => write!(f, "take order s{order} back"),
            Self::Rebook { order } => write!(f, "book order s{order} again"),
            Self::Retry { order } => write!(f, "retry order s{order} now"),
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Api { on, moment, effect, times, late_ms } => {
                write!(f, "{effect:?} {moment:?}")?;
                if *moment == Moment::CommitLate {
                    write!(f, " by {late_ms} ms")?;
                }
                write!(f, " at {times} {on:?}")
            }
            Self::Line { on, how, times } => write!(f, "line {how:?} at {times} {on:?}"),
            Self::Refused { ms } => write!(f, "refused for {ms} ms"),
        }
    }
}
