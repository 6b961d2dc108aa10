//! A journal on disk. An intent is on the disk before `before_send` answers.

use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use kr_billing_core::{PaymentId, Ticket};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection, Row};
use tokio::sync::{mpsc, oneshot};

use super::{Before, Entry, Intent, Journal, JournalError, Outcome, Subject};
use crate::billing::millis;

/// How many commands one commit may carry.
const BATCH: usize = 256;

/// How long settled entries are kept: 400 days, longer than a card payment can be refunded. `[help refund-period]`
const KEEP: Duration = Duration::from_secs(400 * 86_400);

/// SQLite's code for "somebody else has it"; the higher bits say more.
const SQLITE_BUSY: u32 = 5;

/// How long a writer waits for another process's commit.
const BUSY: Duration = Duration::from_secs(30);

/// Keeps intents in a SQLite file: write-ahead log, `synchronous=FULL`, one writer that commits waiting calls together.
///
/// Several processes on one machine may share the file; two of them cannot both send one order.
#[derive(Debug)]
pub struct SqliteJournal {
    writer: mpsc::Sender<Command>,
    readers: SqlitePool,
    durability: Durability,
}

/// What SQLite itself says about how this journal writes, read back from the writer's own connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Durability {
    /// `wal`.
    pub journal_mode: String,
    /// 2 is `FULL`: each commit is on the disk before it is reported.
    pub synchronous: i64,
}

enum Command {
    BeforeSend(Box<Intent>, oneshot::Sender<Result<Before, JournalError>>),
    Settle(Subject, Box<Ticket>, Box<Outcome>, oneshot::Sender<Result<(), JournalError>>),
    Amend(Subject, Box<Ticket>, Box<Ticket>, oneshot::Sender<Result<(), JournalError>>),
}

impl SqliteJournal {
    /// Opens the file, or makes it, and brings its tables up to date. Drops what was settled more than 400 days ago.
    ///
    /// # Errors
    /// The file is not a journal, cannot be written, or SQLite does not give the durability that is asked for.
    pub async fn open(path: impl AsRef<Path>) -> Result<Self, JournalError> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(BUSY);
        let (mut connection, durability) = durable(&options).await?;
        migrate(&mut connection).await?;
        prune(&mut connection, SystemTime::now()).await?;
        let readers = SqlitePoolOptions::new().max_connections(4).connect_with(options.clone()).await;
        let readers = readers.map_err(|e| failed("open it", e))?;
        let (writer, commands) = mpsc::channel(4 * BATCH);
        tokio::spawn(write(connection, options, commands));
        Ok(Self { writer, readers, durability })
    }

    /// How the writer's connection writes, as SQLite says.
    pub fn durability(&self) -> &Durability {
        &self.durability
    }

    async fn ask<T>(&self, command: impl FnOnce(oneshot::Sender<Result<T, JournalError>>) -> Command) -> Result<T, JournalError> {
        let gone = || JournalError::new("its writer has stopped");
        let (reply, answer) = oneshot::channel();
        self.writer.send(command(reply)).await.map_err(|_| gone())?;
        answer.await.map_err(|_| gone())?
    }
}

#[async_trait]
impl Journal for SqliteJournal {
    async fn before_send(&self, intent: &Intent) -> Result<Before, JournalError> {
        let intent = Box::new(intent.clone());
        self.ask(|reply| Command::BeforeSend(intent, reply)).await
    }

    async fn settle(&self, subject: &Subject, ticket: &Ticket, outcome: &Outcome) -> Result<(), JournalError> {
        let (subject, ticket, outcome) = (subject.clone(), Box::new(ticket.clone()), Box::new(outcome.clone()));
        self.ask(|reply| Command::Settle(subject, ticket, outcome, reply)).await
    }

    async fn find(&self, subject: &Subject) -> Result<Option<Entry>, JournalError> {
        let mut connection = self.readers.acquire().await.map_err(|e| failed("read it", e))?;
        find(&mut connection, subject).await
    }

    async fn open(&self) -> Result<Vec<Intent>, JournalError> {
        let rows =
            sqlx::query("SELECT intent FROM intents WHERE outcome IS NULL ORDER BY subject").fetch_all(&self.readers).await;
        let rows = rows.map_err(|e| failed("read it", e))?;
        // One that a newer version wrote must not hide the others.
        let read = rows.iter().filter_map(|row| decode(row.get(0)).inspect_err(|error| tracing::error!(%error, "open")).ok());
        Ok(read.collect())
    }

    async fn amend(&self, subject: &Subject, ticket: &Ticket, learnt: &Ticket) -> Result<(), JournalError> {
        let (subject, ticket, learnt) = (subject.clone(), Box::new(ticket.clone()), Box::new(learnt.clone()));
        self.ask(|reply| Command::Amend(subject, ticket, learnt, reply)).await
    }

    async fn charge_of(&self, payment: &PaymentId) -> Result<Option<Intent>, JournalError> {
        let query = sqlx::query("SELECT intent FROM intents WHERE payment = ?1").bind(payment.as_str());
        let row = query.fetch_optional(&self.readers).await.map_err(|e| failed("read it", e))?;
        row.map(|row| decode(row.get(0))).transpose()
    }
}

/// The one writer: takes what waits, commits it together, then answers.
async fn write(connection: SqliteConnection, options: SqliteConnectOptions, mut commands: mpsc::Receiver<Command>) {
    let mut usable = Some(connection);
    let mut batch = Vec::with_capacity(BATCH);
    while commands.recv_many(&mut batch, BATCH).await > 0 {
        let mut replies: Vec<Reply> = Vec::with_capacity(batch.len());
        let done = commit_on(&mut usable, &options, &batch, &mut replies).await;
        let mut replies = replies.into_iter();
        for command in batch.drain(..) {
            answer(command, replies.next(), done.as_ref().err());
        }
    }
}

/// What a command comes to inside the transaction: the journal's answer, `None` for a settled outcome, or why it was left out. One
/// entry that cannot be read does not fail the others of its commit.
type Reply = Result<Option<Before>, JournalError>;

/// Commits, on a new connection where the last commit failed: SQLite undoes such a transaction by itself (a full disk, say), and
/// the old connection would take it for open, and refuse every later one.
async fn commit_on(
    usable: &mut Option<SqliteConnection>,
    options: &SqliteConnectOptions,
    batch: &[Command],
    replies: &mut Vec<Reply>,
) -> Result<(), JournalError> {
    let mut connection = match usable.take() {
        Some(connection) => connection,
        None => durable(options).await?.0,
    };
    commit(&mut connection, batch, replies).await?;
    *usable = Some(connection);
    Ok(())
}

async fn commit(connection: &mut SqliteConnection, batch: &[Command], replies: &mut Vec<Reply>) -> Result<(), JournalError> {
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await.map_err(|e| failed("lock it", e))?;
    for command in batch {
        let reply = match command {
            Command::BeforeSend(intent, _) => before_send(&mut transaction, intent).await.map(Some),
            Command::Settle(subject, ticket, outcome, _) => {
                settle(&mut transaction, subject, ticket, outcome).await.map(|()| None)
            }
            Command::Amend(subject, ticket, learnt, _) => amend(&mut transaction, subject, ticket, learnt).await.map(|()| None),
        };
        match reply {
            // The transaction may be undone already: what came behind it would be in none, and another process's could come between.
            Err(error) if is_of_sqlite(&error) => return Err(error),
            reply => replies.push(reply),
        }
    }
    transaction.commit().await.map_err(|e| failed("commit to it", e))
}

/// Answers a command with its own reply, or with what failed the whole commit. A caller that has gone away needs no answer.
fn answer(command: Command, reply: Option<Reply>, failed: Option<&JournalError>) {
    let lost = || failed.map_or_else(|| JournalError::new("it gave no answer"), again);
    let reply = reply.filter(|_| failed.is_none()).unwrap_or_else(|| Err(lost()));
    match command {
        Command::BeforeSend(_, to) => drop(to.send(reply.and_then(|before| before.ok_or_else(lost)))),
        Command::Settle(.., to) | Command::Amend(.., to) => drop(to.send(reply.map(|_| ()))),
    }
}

fn is_of_sqlite(error: &JournalError) -> bool {
    std::error::Error::source(error).is_some_and(|source| source.is::<sqlx::Error>())
}

/// The failure of a commit, for each of those who wait for it.
fn again(failure: &JournalError) -> JournalError {
    let copy = JournalError::new(failure.to_string());
    match std::error::Error::source(failure) {
        Some(source) => copy.with_source(source.to_string()),
        None => copy,
    }
}

async fn before_send(connection: &mut SqliteConnection, intent: &Intent) -> Result<Before, JournalError> {
    if let Some(earlier) = find(connection, &intent.subject).await?
        && let Some(answer) = Before::judge(intent, earlier)
    {
        return Ok(answer);
    }
    sqlx::query("INSERT OR REPLACE INTO intents (subject, intent) VALUES (?1, ?2)")
        .bind(intent.subject.as_str())
        .bind(encode(intent)?)
        .execute(connection)
        .await
        .map_err(|e| failed("write to it", e))?;
    Ok(Before::New)
}

async fn settle(
    connection: &mut SqliteConnection,
    subject: &Subject,
    ticket: &Ticket,
    outcome: &Outcome,
) -> Result<(), JournalError> {
    let Some(entry) = find(connection, subject).await? else { return Ok(()) };
    if entry.outcome.is_some() || entry.intent.ticket != *ticket {
        return Ok(());
    }
    sqlx::query("UPDATE intents SET outcome = ?2, payment = ?3, settled_at_ms = ?4 WHERE subject = ?1")
        .bind(subject.as_str())
        .bind(encode(outcome)?)
        .bind(outcome.paid_payment().map(PaymentId::as_str))
        .bind(stamp(SystemTime::now()))
        .execute(connection)
        .await
        .map_err(|e| failed("write to it", e))?;
    Ok(())
}

async fn amend(
    connection: &mut SqliteConnection,
    subject: &Subject,
    ticket: &Ticket,
    learnt: &Ticket,
) -> Result<(), JournalError> {
    let open = find(connection, subject).await?.filter(|entry| entry.outcome.is_none() && entry.intent.ticket == *ticket);
    let Some(entry) = open else { return Ok(()) };
    let intent = Intent { ticket: learnt.clone(), ..entry.intent };
    sqlx::query("UPDATE intents SET intent = ?2 WHERE subject = ?1")
        .bind(subject.as_str())
        .bind(encode(&intent)?)
        .execute(connection)
        .await
        .map_err(|e| failed("write to it", e))?;
    Ok(())
}

async fn find(connection: &mut SqliteConnection, subject: &Subject) -> Result<Option<Entry>, JournalError> {
    let query = sqlx::query("SELECT intent, outcome FROM intents WHERE subject = ?1").bind(subject.as_str());
    let Some(row) = query.fetch_optional(connection).await.map_err(|e| failed("read it", e))? else { return Ok(None) };
    let outcome: Option<String> = row.get(1);
    Ok(Some(Entry { intent: decode(row.get(0))?, outcome: outcome.map(decode).transpose()? }))
}

/// Opens a connection. Two processes that turn a new file's write-ahead log on at once are told that it is locked, without the wait
/// that they asked for.
async fn connect(options: &SqliteConnectOptions) -> Result<SqliteConnection, JournalError> {
    const PAUSE: Duration = Duration::from_millis(20);
    let locked = |error: &sqlx::Error| {
        let code = error.as_database_error().and_then(|error| error.code());
        code.and_then(|code| code.parse::<u32>().ok()).is_some_and(|code| code & 0xff == SQLITE_BUSY)
    };
    let mut left = BUSY.as_millis() / PAUSE.as_millis();
    loop {
        match SqliteConnection::connect_with(options).await {
            Err(error) if locked(&error) && left > 0 => left -= 1,
            result => return result.map_err(|e| failed("open it", e)),
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Opens a connection that writes through to the disk, by SQLite's own word.
async fn durable(options: &SqliteConnectOptions) -> Result<(SqliteConnection, Durability), JournalError> {
    let mut connection = connect(options).await?;
    let durability = read_back(&mut connection).await?;
    if durability != (Durability { journal_mode: "wal".into(), synchronous: 2 }) {
        return Err(JournalError::new("SQLite does not write through to the disk here; put the journal on a local disk"));
    }
    Ok((connection, durability))
}

/// Brings the tables up to date, under the write lock: two processes may open a new journal at once.
async fn migrate(connection: &mut SqliteConnection) -> Result<(), JournalError> {
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await.map_err(|e| failed("lock it", e))?;
    let migrated = sqlx::migrate!("./migrations").run_direct(None, &mut *transaction, false).await;
    migrated.map_err(|error| JournalError::new("its tables do not fit").with_source(error))?;
    transaction.commit().await.map_err(|e| failed("commit to it", e))
}

async fn read_back(connection: &mut SqliteConnection) -> Result<Durability, JournalError> {
    let mode = sqlx::query("PRAGMA journal_mode").fetch_one(&mut *connection).await.map_err(|e| failed("read it", e))?;
    let synchronous = sqlx::query("PRAGMA synchronous").fetch_one(connection).await.map_err(|e| failed("read it", e))?;
    Ok(Durability { journal_mode: mode.get(0), synchronous: synchronous.get(0) })
}

async fn prune(connection: &mut SqliteConnection, now: SystemTime) -> Result<(), JournalError> {
    let query = sqlx::query("DELETE FROM intents WHERE settled_at_ms < ?1").bind(stamp(now - KEEP));
    query.execute(connection).await.map_err(|e| failed("prune it", e))?;
    Ok(())
}

fn stamp(time: SystemTime) -> i64 {
    i64::try_from(millis(time.duration_since(UNIX_EPOCH).unwrap_or_default())).unwrap_or(i64::MAX)
}

fn encode<T: Serialize>(value: &T) -> Result<String, JournalError> {
    serde_json::to_string(value).map_err(|error| JournalError::new("an entry cannot be written").with_source(error))
}

fn decode<T: DeserializeOwned>(text: String) -> Result<T, JournalError> {
    // The decoder's own text may quote the entry.
    serde_json::from_str(&text).map_err(|_| JournalError::new("an entry cannot be read; was it written by a newer version?"))
}

fn failed(what: &str, error: sqlx::Error) -> JournalError {
    JournalError::new(format!("could not {what}")).with_source(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_was_settled_400_days_ago_is_dropped_and_an_open_intent_never() {
        let mut connection = SqliteConnection::connect("sqlite::memory:").await.unwrap();
        migrate(&mut connection).await.unwrap();
        let now = SystemTime::now();
        let day = Duration::from_secs(86_400);
        for (subject, settled) in [("old", Some(now - 401 * day)), ("young", Some(now - 399 * day)), ("open", None)] {
            sqlx::query("INSERT INTO intents (subject, intent, settled_at_ms) VALUES (?1, '{}', ?2)")
                .bind(subject)
                .bind(settled.map(stamp))
                .execute(&mut connection)
                .await
                .unwrap();
        }
        prune(&mut connection, now).await.unwrap();
        let left = sqlx::query("SELECT subject FROM intents ORDER BY subject").fetch_all(&mut connection).await.unwrap();
        assert_eq!(left.iter().map(|row| row.get::<String, _>(0)).collect::<Vec<_>>(), ["open", "young"]);
    }
}
