//! The world behind its lock, and the tasks that run beside the server: the clock's ticker, the
//! webhooks' carrier and the state file's writer.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{Notify, watch};

use crate::answer::{Answer, Refusal};
use crate::ops::{Call, Operation};
use crate::state::World;
use crate::state::events::Event;
use crate::state::persist::{self, StateError};
use crate::webhooks::Courier;

/// How long the ticker sleeps at most, and how long the writer gathers changes.
const LONGEST_SLEEP: Duration = Duration::from_secs(3_600);
const GATHER: Duration = Duration::from_millis(20);

/// What server, control calls and handles share.
pub(crate) struct Engine {
    world: Mutex<World>,
    /// Held while the clock is stepped, so that two steppers do not interleave.
    stepping: tokio::sync::Mutex<()>,
    /// Something may be due, to be sent, or to be saved.
    changed: Notify,
    outgoing: Notify,
    unsaved: Notify,
    dirty: AtomicBool,
    /// How many snapshots were taken, and the newest that was written: an older one that a cancelled
    /// task left behind must not overwrite it.
    snapshots: AtomicU64,
    written: Arc<Mutex<u64>>,
    /// Counts deliveries that ended, for those who wait until all have.
    deliveries: watch::Sender<u64>,
    /// Counts the occasions on which hanging calls are let go.
    release: watch::Sender<u64>,
    state_file: Option<PathBuf>,
}

impl Engine {
    pub(crate) fn new(world: World, state_file: Option<PathBuf>) -> Arc<Self> {
        Arc::new(Self {
            world: Mutex::new(world),
            stepping: tokio::sync::Mutex::new(()),
            changed: Notify::new(),
            outgoing: Notify::new(),
            unsaved: Notify::new(),
            dirty: AtomicBool::new(false),
            snapshots: AtomicU64::new(0),
            written: Arc::new(Mutex::new(0)),
            deliveries: watch::Sender::new(0),
            release: watch::Sender::new(0),
            state_file,
        })
    }

    /// The world. A panic elsewhere does not lock everybody out.
    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the world, and wakes whoever has something to do then.
    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut World) -> T) -> T {
        let mut world = self.world();
        // What was due before this call came before it, however late the ticker is.
        let now = world.clock.now_ms();
        while world.fire_next(now) {}
        let result = change(&mut world);
        let now = world.clock.now_ms();
        while world.fire_next(now) {}
        drop(world);
        self.touched();
        result
    }

    fn touched(&self) {
        self.changed.notify_one();
        self.outgoing.notify_one();
        self.dirty.store(true, Ordering::Release);
        self.unsaved.notify_one();
    }

    /// Whether an operation may be called with this token.
    pub(crate) fn authorize(&self, operation: Operation, token: Option<&str>) -> Result<(), Refusal> {
        authorized(&self.world(), operation, token)
    }

    /// Does a call if its token is good; `getToken` needs none.
    pub(crate) fn commit(&self, call: &Call, token: Option<&str>) -> Answer {
        self.change(|world| match authorized(world, call.operation, token) {
            Ok(()) => world.execute(call),
            Err(refusal) => refusal.into(),
        })
    }

    /// Puts a call off: it takes effect later. A bad token is answered at once.
    pub(crate) fn commit_later(&self, call: Call, token: Option<&str>, delay_ms: u64) -> Result<(), Answer> {
        self.change(|world| {
            authorized(world, call.operation, token).map_err(Answer::from)?;
            let delay = i64::try_from(delay_ms).unwrap_or(i64::MAX);
            let due = world.clock.now_ms().saturating_add(delay);
            world.events.push(due, Event::Commit(Box::new(call)));
            Ok(())
        })
    }

    /// Moves the clock to a time, letting everything due on the way happen at its own time, and
    /// the webhooks of each step be answered before the next. A time in the past is just set.
    pub(crate) async fn move_clock(&self, target_ms: i64) {
        let _step = self.stepping.lock().await;
        loop {
            // A webhook that fails plans another try, so that this comes before the question what is due.
            self.touched();
            self.carried().await;
            if !self.world().fire_next(target_ms) {
                break;
            }
        }
        self.change(|world| world.set_clock(target_ms));
        self.carried().await;
    }

    /// Waits until no webhook waits to be sent or is on the line.
    pub(crate) async fn carried(&self) {
        let mut deliveries = self.deliveries.subscribe();
        loop {
            {
                let world = self.world();
                if world.outbox.is_empty() && !world.desk.sending {
                    return;
                }
            }
            if deliveries.changed().await.is_err() {
                return;
            }
        }
    }

    /// Lets every hanging call go.
    pub(crate) fn let_go(&self) {
        self.release.send_modify(|count| *count += 1);
    }

    /// Resolves when hanging calls are let go.
    pub(crate) fn released(&self) -> impl Future<Output = ()> + Send + use<> {
        let mut release = self.release.subscribe();
        async move {
            let _ = release.changed().await;
        }
    }

    /// Lets what is due happen, in real time.
    pub(crate) async fn tick(self: Arc<Self>) {
        loop {
            let sleep = {
                let world = self.world();
                let due = world.next_due_ms().filter(|_| world.clock.runs());
                due.map_or(LONGEST_SLEEP, |due| {
                    let left = due.saturating_sub(world.clock.now_ms()).max(0);
                    Duration::from_millis(left.unsigned_abs()).min(LONGEST_SLEEP)
                })
            };
            tokio::select! {
                () = tokio::time::sleep(sleep) => {}
                () = self.changed.notified() => continue,
            }
            let _step = self.stepping.lock().await;
            self.change(|_| ());
        }
    }

    /// Sends webhooks, one after the other.
    pub(crate) async fn carry(self: Arc<Self>) {
        let courier = Courier::new();
        loop {
            let next = {
                let mut world = self.world();
                let next = world.outbox.pop_front();
                world.desk.sending = next.is_some();
                next.map(|delivery| (delivery, world.desk.settings.format))
            };
            match next {
                None => self.outgoing.notified().await,
                Some((delivery, format)) => {
                    let outcome = courier.carry(&delivery, format).await;
                    {
                        let mut world = self.world();
                        world.delivered(delivery, outcome);
                        world.desk.sending = false;
                    }
                    self.deliveries.send_modify(|count| *count += 1);
                    self.changed.notify_one();
                }
            }
        }
    }

    /// Writes the state file after changes, and the less often the longer that takes.
    pub(crate) async fn save_changes(self: Arc<Self>) {
        let mut pause = GATHER;
        loop {
            self.unsaved.notified().await;
            tokio::time::sleep(pause).await;
            let started = Instant::now();
            if self.dirty.swap(false, Ordering::AcqRel)
                && let Err(error) = self.save().await
            {
                self.dirty.store(true, Ordering::Release);
                tracing::error!(%error, "the state is not saved");
            }
            pause = GATHER.max(started.elapsed() * 4);
        }
    }

    /// Writes the state file now.
    pub(crate) async fn save(&self) -> Result<(), StateError> {
        let Some(path) = self.state_file.clone() else { return Ok(()) };
        let (number, bytes) = {
            let world = self.world();
            (self.snapshots.fetch_add(1, Ordering::AcqRel) + 1, world.snapshot())
        };
        let newest = Arc::clone(&self.written);
        let file = path.clone();
        let write = move || {
            let mut newest = newest.lock().unwrap_or_else(PoisonError::into_inner);
            if *newest < number {
                persist::write(&file, &bytes)?;
                *newest = number;
            }
            Ok::<_, std::io::Error>(())
        };
        let written = tokio::task::spawn_blocking(write).await.unwrap_or_else(|error| Err(std::io::Error::other(error)));
        written.map_err(|source| StateError::Unwritable { path, source })
    }
}

fn authorized(world: &World, operation: Operation, token: Option<&str>) -> Result<(), Refusal> {
    let free = operation == Operation::GetToken;
    if free || token.is_some_and(|token| world.accepts(token)) {
        return Ok(());
    }
    Err(Refusal::unauthorized())
}
