//! `sandbox`: the PortOne V1 billing API on this machine.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use clap::Args;
use kr_billing_sandbox::{Sandbox, SandboxConfig};
use tracing_subscriber::filter::{EnvFilter, FilterFn};
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

use crate::args::Command;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::korean;
use crate::session::Session;
use crate::show;
use crate::texts::Texts;
use crate::watch::Signals;

/// Options of the sandbox. Its configuration is the command's `--config`.
#[derive(Debug, Args)]
pub(crate) struct SandboxArgs {
    /// Where to listen
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8410")]
    listen: SocketAddr,
    /// The REST API key it takes (else the documentation's public sample)
    #[arg(long, value_name = "K", requires = "imp_secret")]
    imp_key: Option<String>,
    /// The REST API secret it takes
    #[arg(long, value_name = "S", requires = "imp_key")]
    imp_secret: Option<String>,
    /// Keep the books in this file across restarts
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// Log to standard error, one JSON object a line
    #[arg(long)]
    json_log: bool,
}

/// Starts logging to standard error: what `RUST_LOG` says, of this project's own crates only, since others may log bodies. The
/// sandbox logs its requests with `--json-log`.
pub(crate) fn log(command: &Command) {
    let json = matches!(command, Command::Sandbox(args) if args.json_log);
    let level = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(if json { "info" } else { "off" }));
    let ours = FilterFn::new(|metadata| metadata.target().starts_with("kr_billing"));
    let plain = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let layer = if json { plain.json().boxed() } else { plain.boxed() };
    // A second start, which only tests could ask for, changes nothing.
    let _started = tracing_subscriber::registry().with(layer.with_filter(ours)).with(level).try_init();
}

/// Runs the sandbox until Ctrl-C or a termination signal.
pub(crate) async fn run(session: &Session, args: SandboxArgs) -> Result<Exit, Failure> {
    let texts = session.texts();
    let mut builder = Sandbox::builder().listen(args.listen);
    if let Some(path) = &session.globals.config {
        builder = builder.config(config(path, texts)?);
    }
    if let (Some(key), Some(secret)) = (args.imp_key, args.imp_secret) {
        builder = builder.credentials(key, secret);
    }
    if let Some(path) = args.state {
        builder = builder.state_file(path);
    }
    let sandbox = builder.start().await.map_err(|error| Failure::plain(Exit::Usage, korean::text(&error.to_string(), texts)))?;
    let signals = Signals::listen();
    // Programs wait for this line, so it is the same in every language.
    show::line(&format!("listening on {}", sandbox.base_url()));
    signals.heard().await;
    sandbox.shutdown().await.map_err(|error| Failure::plain(Exit::Usage, korean::text(&error.to_string(), texts)))?;
    Ok(Exit::Done)
}

/// Reads the sandbox's configuration: JSON where the file's name says so, else TOML.
fn config(path: &Path, texts: &Texts) -> Result<SandboxConfig, Failure> {
    let shown = path.display();
    let text = std::fs::read_to_string(path)
        .map_err(|error| Failure::plain(Exit::Usage, format!("{}: {shown}: {error}", texts.config_unreadable)))?;
    let wrong = |what: String| Failure::plain(Exit::Usage, format!("{shown}: {what}"));
    if path.extension().is_some_and(|extension| extension == "json") {
        return serde_json::from_str(&text).map_err(|error| wrong(error.to_string()));
    }
    toml::from_str(&text).map_err(|error: toml::de::Error| {
        let line = error.span().map_or(0, |span| text[..span.start.min(text.len())].matches('\n').count() + 1);
        wrong(format!("{} (line {line})", error.message()))
    })
}
