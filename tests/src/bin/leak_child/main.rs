//! Does everything a merchant can do, with everything going wrong that can, and says all that can be said about it: each value's
//! `Debug`, each error's text and chain, each ticket, every log line of every crate at TRACE. The leak sweep reads what comes out.
//!
//! `leak_child FOLDER` leaves the journal, the sandbox's state and its request log in the folder, and in `tokens.txt` the tokens
//! that were in use.

mod books;
mod echo;
mod operations;
mod show;
mod values;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use kr_billing::journal::SqliteJournal;
use kr_billing::{Billing, BillingBuilder, Config};
use kr_billing_sandbox::{Effect, Fault, Moment, Operation, Sandbox};
use kr_billing_tests::canaries;
use tracing_subscriber::fmt::format::FmtSpan;

use show::Show;

/// What can fail, when and how. The slow ones come last, once.
const FAULTS: &[(Moment, Effect)] = &[
    (Moment::BeforeCommit, Effect::Drop),
    (Moment::BeforeCommit, Effect::Html502),
    (Moment::BeforeCommit, Effect::Envelope500),
    (Moment::BeforeCommit, Effect::Status401),
    (Moment::BeforeCommit, Effect::Status429),
    (Moment::AfterCommit, Effect::Drop),
    (Moment::AfterCommit, Effect::Reset),
    (Moment::AfterCommit, Effect::Html502),
    (Moment::AfterCommit, Effect::Envelope500),
    (Moment::AfterCommit, Effect::Status401),
    (Moment::AfterCommit, Effect::WrongAmount),
    (Moment::AfterCommit, Effect::WrongPg),
    (Moment::AfterCommit, Effect::TruncatedJson),
    (Moment::CommitLate, Effect::Drop),
    (Moment::MidBody, Effect::Reset),
    (Moment::AfterCommit, Effect::SlowDrip),
    (Moment::AfterCommit, Effect::Hang),
];

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("usage: leak_child FOLDER")?);
    let log = std::fs::File::create(folder.join("trace.log"))?;
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_span_events(FmtSpan::FULL)
        .with_ansi(false)
        .without_time()
        .with_writer(std::sync::Mutex::new(log))
        .init();
    let mut show = Show;
    on_the_sandbox(&folder, &mut show).await?;
    on_an_echo(&folder, &mut show).await?;
    books::refused(&folder, &mut show).await?;
    values::all(&folder, &mut show).await?;
    panics().await;
    Ok(())
}

/// All operations well, then with each fault once and several times in a row.
async fn on_the_sandbox(folder: &Path, show: &mut Show) -> Result<(), Box<dyn Error>> {
    let state = folder.join("state.json");
    let sandbox = Sandbox::builder().credentials(canaries::KEY, canaries::SECRET).state_file(&state).start().await?;
    let handle = sandbox.handle();
    let patient = builder(sandbox.base_url(), folder).await?.build()?;
    let mut tokens = vec![token(sandbox.base_url()).await?];
    operations::all(&patient, &handle, "well", show).await?;
    books::kept(&patient, &handle, show).await?;
    let billing = with_calls_of(150, sandbox.base_url(), folder).await?.build()?;
    for (at, (moment, effect)) in FAULTS.iter().enumerate() {
        let slow = matches!(effect, Effect::Hang | Effect::SlowDrip);
        for times in if slow { vec![1] } else { vec![1, 4] } {
            for operation in Operation::ALL.iter().filter(|operation| **operation != Operation::GetToken) {
                // The look-up before a charge is left alone, or there would be none.
                let first = if *operation == Operation::PaymentFindAll { 2 } else { 1 };
                handle.add_fault(Fault::new(*operation, *moment, *effect).nth(first).times(times))?;
            }
            operations::all(&billing, &handle, &format!("fault{at}x{times}"), show).await?;
            handle.clear_faults();
        }
        handle.revoke_token();
        handle.add_fault(Fault::new(Operation::GetToken, *moment, *effect).times(4))?;
        show.error(&billing.charge(operations::by_card(&format!("token{at}"))?).await);
        handle.clear_faults();
        tokens.push(token(sandbox.base_url()).await?);
    }
    std::fs::write(folder.join("tokens.txt"), tokens.join("\n"))?;
    std::fs::write(folder.join("requests.json"), serde_json::to_vec(&handle.requests())?)?;
    sandbox.shutdown().await?;
    Ok(())
}

/// All operations against a server that repeats what it was sent wherever it can.
async fn on_an_echo(folder: &Path, show: &mut Show) -> Result<(), Box<dyn Error>> {
    let sandbox = Sandbox::start().await?;
    for way in echo::WAYS {
        let address = echo::start(*way).await?;
        let billing = builder(&address, folder).await?.build()?;
        operations::all(&billing, &sandbox.handle(), &format!("echo{way:?}").replace([' ', '(', ')', ','], ""), show).await?;
        let address = echo::start_at_the_token(*way).await?;
        let billing = builder(&address, folder).await?.build()?;
        show.error(&billing.charge(operations::by_card("echo.token")?).await);
    }
    Ok(())
}

/// What an `unwrap` of a merchant's would print.
async fn panics() {
    let task = tokio::spawn(async {
        let request = operations::by_card("panic");
        panic!("{request:?} {:?} {:?}", canaries::card(), canaries::buyer());
    });
    println!("{:?}", task.await.map_err(|error| error.to_string()));
}

/// With time enough for each call that is answered, on a busy machine too.
async fn builder(base_url: &str, folder: &Path) -> Result<BillingBuilder, Box<dyn Error>> {
    with_calls_of(10_000, base_url, folder).await
}

async fn with_calls_of(milliseconds: u32, base_url: &str, folder: &Path) -> Result<BillingBuilder, Box<dyn Error>> {
    let config = Config::from_toml(&format!(
        r#"default_channel = "kcp"
[account]
imp_key = "{}"
imp_secret = "{}"
base_url = "{base_url}"
[policy]
send_timeout_ms = {milliseconds}
connect_timeout_ms = {milliseconds}
send_within_ms = {milliseconds}
resolve_for_ms = 40
settle_after_ms = 40
first_wait_ms = 5
longest_wait_ms = 10
retry_budget = 100000
[channels.kcp]
pg = "kcp"
key_in = {{ require = ["birth", "pwd_2digit"] }}
window = {{}}
[channels.inicis]
pg = "inicis"
key_in = {{}}
window = {{}}
[channels.nice]
pg = "nice"
"#,
        canaries::KEY,
        canaries::SECRET
    ))?;
    Show.value(&config);
    let journal = Arc::new(SqliteJournal::open(folder.join("journal.db")).await?);
    Show.value(journal.as_ref());
    Ok(BillingBuilder::from_config(config).await?.journal(journal))
}

/// The token that the sandbox hands out at present.
async fn token(base_url: &str) -> Result<String, Box<dyn Error>> {
    let body = serde_json::json!({ "imp_key": canaries::KEY, "imp_secret": canaries::SECRET }).to_string();
    let answer = echo::ask(base_url, "/users/getToken", &body).await?;
    let (_, token) = answer.split_once("\"access_token\":\"").ok_or("no token")?;
    Ok(token.split('"').next().unwrap_or_default().to_owned())
}

/// Keeps the compiler honest: a `Billing` says nothing of its account either.
#[allow(dead_code, reason = "only its bounds matter")]
fn is_debug(billing: &Billing) -> &dyn std::fmt::Debug {
    billing
}
