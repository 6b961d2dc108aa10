//! The `demo` verb: every flow, through the facade, for KCP, Inicis and NICE, on a sandbox in this process.
//!
//! It prints a readable account. Each step says what it expected of the outcome and of the sandbox's ledger, which knows what
//! really happened to the money; if anything differs, the demo says what and ends with 1.

mod account;
mod clock;
mod receiver;
mod seoul;
mod stage;
mod steps;
mod texts;

use account::Account;
use stage::{Pg, Stage};
use texts::Fact;

use crate::Lang;

/// Why a step, or the whole demo, could not go on.
type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Runs the demo and returns the command's exit code: 0 when everything was as expected, 1 when something differed.
pub(crate) async fn run(lang: Lang) -> u8 {
    let mut account = Account::new(lang);
    let stage = match Stage::open().await {
        Ok(stage) => stage,
        Err(failure) => {
            account.ended(Err(failure));
            return account.verdict();
        }
    };
    account.tell(&Fact::Opening { sandbox: stage.address() });
    for pg in Pg::ALL {
        account.section(pg.name);
        steps::run(&stage, pg, &mut account).await;
    }
    let code = account.close(&stage.sandbox.ledger());
    stage.close().await;
    code
}
