//! The verbs: one file a family.

use crate::args::{Cli, Command};
use crate::demo;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::lang::Lang;
use crate::session::Session;
use crate::show::{self, Answer, outcome};
use crate::watch::{self, Armed, Underway};

pub(crate) mod card_charge;
pub(crate) mod charge;
pub(crate) mod config;
mod doctor;
pub(crate) mod keys;
mod pages;
pub(crate) mod payments;
mod pgs;
mod recover;
pub(crate) mod resume;
pub(crate) mod sandbox;
pub(crate) mod schedule;
pub(crate) mod window;

use keys::KeysCommand;
use payments::PaymentsCommand;
use schedule::ScheduleCommand;

/// Runs a verb, prints what came of it, and returns the exit code.
pub(crate) async fn run(cli: Cli, lang: Lang) -> u8 {
    let Cli { globals, command } = cli;
    sandbox::log(&command);
    let session = Session { lang, globals, armed: Armed::default() };
    let json = session.globals.json;
    if let Err(failure) = check_options(&session, &command) {
        return tell(&session, &failure).code();
    }
    let answer = match command {
        Command::Demo => return demo::run(lang).await,
        Command::Sandbox(args) => sandbox::run(&session, args).await,
        command => match Box::pin(interruptible(&session, command)).await {
            Ok(answer) => {
                answer.print(json);
                Ok(answer.exit)
            }
            Err(failure) => Err(failure),
        },
    };
    answer.unwrap_or_else(|failure| tell(&session, &failure)).code()
}

/// Verbs that do not take every common option, and which they take. Every verb takes `--lang`.
pub(crate) const HEEDED: [(&str, &[&str]); 3] = [("demo", &[]), ("sandbox", &["config"]), ("pgs", &["json"])];

/// The common options that a verb would not heed are refused: nobody should believe that they did something.
fn check_options(session: &Session, command: &Command) -> Result<(), Failure> {
    let globals = &session.globals;
    let name = match command {
        Command::Demo => "demo",
        Command::Sandbox(_) => "sandbox",
        Command::Pgs => "pgs",
        _ => return Ok(()),
    };
    let Some((verb, heeded)) = HEEDED.iter().find(|(verb, _)| *verb == name) else { return Ok(()) };
    let given = [
        ("json", globals.json),
        ("base-url", globals.base_url.is_some()),
        ("allow-plaintext", globals.allow_plaintext),
        ("config", globals.config.is_some()),
    ];
    match given.iter().find(|(option, given)| *given && !heeded.contains(option)) {
        Some((option, _)) => {
            let text = show::fill(session.texts().not_taken, &[verb, &format!("--{option}")]);
            Err(Failure::plain(Exit::Usage, text))
        }
        None => Ok(()),
    }
}

/// Runs a verb. One that acts hears Ctrl-C and the termination signal from its start to its end, and says what they broke off.
async fn interruptible(session: &Session, command: Command) -> Result<Answer, Failure> {
    if !acts(&command) {
        return operate(session, command).await;
    }
    match watch::unless_interrupted(operate(session, command)).await {
        Some(answer) => answer,
        None => broken_off(session),
    }
}

/// Whether a verb changes anything. Those that only look a signal may end as it ends any program.
fn acts(command: &Command) -> bool {
    match command {
        Command::Charge(_) | Command::CardCharge(_) => true,
        Command::Keys(command) => matches!(command, KeysCommand::Issue(_) | KeysCommand::Delete(_)),
        Command::Payments(command) => matches!(command, PaymentsCommand::Cancel(_)),
        Command::Schedule(command) => !matches!(command, ScheduleCommand::List(_) | ScheduleCommand::Show(_)),
        Command::Resume(args) => args.dismiss,
        _ => false,
    }
}

/// What to say after a signal.
fn broken_off(session: &Session) -> Result<Answer, Failure> {
    let texts = session.texts();
    match session.armed.underway() {
        Underway::Nothing => Err(Failure::plain(Exit::NotSent, texts.interrupted_before)),
        Underway::Call(ticket) => Ok(outcome::interrupted(&ticket, texts)),
        Underway::Repeatable => Err(Failure::plain(Exit::InDoubt, texts.interrupted_repeat)),
    }
}

async fn operate(session: &Session, command: Command) -> Result<Answer, Failure> {
    match command {
        Command::Pgs => Ok(pgs::run(session)),
        Command::Keys(command) => keys::run(session, command).await,
        Command::Charge(args) => charge::run(session, args).await,
        Command::CardCharge(args) => card_charge::run(session, args).await,
        Command::Schedule(command) => schedule::run(session, command).await,
        Command::Payments(command) => payments::run(session, command).await,
        Command::Window(args) => window::run(session, args).await,
        Command::Config(command) => config::run(session, command).await,
        Command::Doctor => doctor::run(session).await,
        Command::Resume(args) => resume::run(session, args).await,
        Command::Recover => recover::run(session).await,
        Command::Demo | Command::Sandbox(_) => Err(Failure::plain(Exit::Usage, session.texts().unexpected_value)),
    }
}

fn tell(session: &Session, failure: &Failure) -> Exit {
    if session.globals.json {
        show::line(&failure.json().to_string());
    }
    show::warn(&failure.text(session.texts()));
    failure.exit()
}
