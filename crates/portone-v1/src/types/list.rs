//! Lists, their pages and their filters.

use kr_billing_core::{Error, RawText, ScheduleStatus, TimeWindow, UnixSeconds};
use serde_json::value::RawValue;

use crate::answer::{Context, small, unsigned, wire};

/// One page of a list. `[oa def PagedPayment]`
#[derive(Debug, Clone)]
pub struct Page<T> {
    /// How many there are on all pages, where the answer says so.
    pub total: Option<u64>,
    /// The page before, if there is one.
    pub previous: Option<u32>,
    /// The page after, if there is one.
    pub next: Option<u32>,
    /// The records.
    pub list: Vec<T>,
    /// Records that could not be read, as they came: those of another system with an order id that this library would refuse,
    /// for one.
    pub unreadable: Vec<RawText>,
}

/// The records that were found of those that were asked for.
#[derive(Debug, Clone)]
pub struct Found<T> {
    /// The records.
    pub found: Vec<T>,
    /// The ids of the others: unknown, or not this account's.
    pub missing: Vec<String>,
}

/// The order of a list of payments. `[oa]` `sorting`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Sorting {
    /// Last begun first: the default.
    NewestStarted,
    /// First begun first.
    OldestStarted,
    /// Last paid first.
    NewestPaid,
    /// First paid first.
    OldestPaid,
    /// Last changed first.
    NewestUpdated,
    /// First changed first.
    OldestUpdated,
}

impl Sorting {
    /// The wire's word.
    pub fn as_word(self) -> &'static str {
        match self {
            Self::NewestStarted => "-started",
            Self::OldestStarted => "started",
            Self::NewestPaid => "-paid",
            Self::OldestPaid => "paid",
            Self::NewestUpdated => "-updated",
            Self::OldestUpdated => "updated",
        }
    }
}

/// Which payments a list by status holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "each name is the wire's word")]
pub enum StatusFilter {
    All,
    Ready,
    Paid,
    Cancelled,
    Failed,
}

impl StatusFilter {
    /// The wire's word.
    pub fn as_word(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Ready => "ready",
            Self::Paid => "paid",
            Self::Cancelled => "cancelled",
            Self::Failed => "failed",
        }
    }
}

/// Which part of a list by status is asked for. At most 90 days, both ends included; V1 takes the last 90 days otherwise.
/// `[oa status]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusQuery {
    /// From when.
    pub from: Option<UnixSeconds>,
    /// Until when.
    pub to: Option<UnixSeconds>,
    /// The page, from 1.
    pub page: u32,
    /// Records a page, 1 to 1,000.
    pub limit: u32,
    /// The order.
    pub sorting: Option<Sorting>,
}

impl Default for StatusQuery {
    fn default() -> Self {
        Self { from: None, to: None, page: 1, limit: 20, sorting: None }
    }
}

/// The order of a list of schedules, by the time they are booked for. `[oa]` `sorting`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum ScheduleSorting {
    /// Latest first: the default.
    #[default]
    NewestFirst,
    /// Earliest first.
    OldestFirst,
}

impl ScheduleSorting {
    /// The wire's word. The default has none.
    pub fn as_word(self) -> Option<&'static str> {
        match self {
            Self::NewestFirst => None,
            Self::OldestFirst => Some("scheduled"),
        }
    }
}

/// Which part of the list of schedules is asked for. `[oa]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScheduleQuery {
    /// For when they are booked.
    pub window: TimeWindow,
    /// Only those in this state.
    pub status: Option<ScheduleStatus>,
    /// The page, from 1.
    pub page: u32,
    /// Records a page, 1 to 1,000.
    pub limit: u32,
    /// The order.
    pub sorting: ScheduleSorting,
}

impl ScheduleQuery {
    /// The first 20 within a span, latest first.
    pub fn new(window: TimeWindow) -> Self {
        Self { window, status: None, page: 1, limit: 20, sorting: ScheduleSorting::default() }
    }
}

wire!(PageWire { total, previous, next, list });

/// Reads `{total, previous, next, list}`, or a bare list. Schedules come in both shapes. `[oa]` `[obs]`
pub(crate) fn page<T>(
    context: &Context<'_>,
    answer: &RawValue,
    read: impl Fn(&Context<'_>, &RawValue) -> Result<T, Error>,
) -> Result<Page<T>, Error> {
    let mut page = Page { total: None, previous: None, next: None, list: Vec::new(), unreadable: Vec::new() };
    let records = if answer.get().starts_with('[') {
        context.list(answer)?
    } else {
        let wire: PageWire<'_> = context.fields(answer)?;
        page.total = unsigned(wire.total);
        page.previous = small(wire.previous).filter(|page| *page != 0);
        page.next = small(wire.next).filter(|page| *page != 0);
        context.list(context.need("list", wire.list)?)?
    };
    for record in records {
        match read(context, record) {
            Ok(read) => page.list.push(read),
            Err(_) => page.unreadable.push(context.raw(record)),
        }
    }
    Ok(page)
}

/// Reads a bare list in which every record must be readable.
pub(crate) fn whole_list<T>(
    context: &Context<'_>,
    answer: &RawValue,
    read: impl Fn(&Context<'_>, &RawValue) -> Result<T, Error>,
) -> Result<Vec<T>, Error> {
    context.list(answer)?.into_iter().map(|record| read(context, record)).collect()
}
