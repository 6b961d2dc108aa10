//! `config check`: the configuration, without sending anything.

use clap::Subcommand;
use kr_billing::{Billing, ChannelName, Issuing};
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::session::{Session, Source};
use crate::show::{Answer, facts, table};
use crate::texts::Texts;

/// The verbs about the configuration.
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Check it and show its channels; no secret is shown
    Check,
}

/// What a configuration says about one channel.
pub(crate) struct Way {
    pub(crate) name: ChannelName,
    pub(crate) pg: &'static str,
    pub(crate) window: Option<&'static str>,
    pub(crate) key_in: Option<&'static str>,
}

/// Checks the configuration.
pub(crate) async fn run(session: &Session, command: ConfigCommand) -> Result<Answer, Failure> {
    let ConfigCommand::Check = command;
    let texts = session.texts();
    let source = session.source()?;
    let config = session.config().await?;
    let server = config.account.base_url.clone();
    let server = server.unwrap_or_else(|| kr_billing::portone_v1::DEFAULT_BASE_URL.to_owned());
    let journal = config.journal.as_ref().map(|journal| journal.sqlite.display().to_string());
    let billing = session.billing().await?;
    let ways = ways(&billing)?;
    let json = json!({
        "outcome": "ok",
        "source": match &source { Source::File(path) => json!(path), Source::Environment => json!("environment") },
        "server": server,
        "journal": journal,
        "default_channel": billing.default_channel(),
        "channels": ways.iter().map(json_of).collect::<Vec<_>>(),
    });
    let rows = vec![
        (texts.config_source, Some(shown(&source, texts))),
        (texts.server, Some(server)),
        (texts.journal, Some(journal.unwrap_or_else(|| texts.journal_in_memory.to_owned()))),
        (texts.default_channel, Some(billing.default_channel().map_or_else(|| texts.none.to_owned(), ToString::to_string))),
    ];
    let row = |way: &Way| {
        let word = |module: Option<&str>| module.unwrap_or(texts.none).to_owned();
        vec![way.name.to_string(), way.pg.to_owned(), word(way.window), word(way.key_in)]
    };
    let head = [texts.channel, texts.pg, texts.window, texts.key_in];
    let text = format!("{}\n{}\n{}", texts.config_ok, facts(rows), table(&head, ways.iter().map(row).collect()));
    Ok(Answer::done(json, text))
}

fn shown(source: &Source, texts: &Texts) -> String {
    match source {
        Source::File(path) => path.display().to_string(),
        Source::Environment => texts.environment.to_owned(),
    }
}

fn json_of(way: &Way) -> Value {
    json!({ "channel": way.name, "pg": way.pg, "window": way.window, "key_in": way.key_in })
}

/// How keys can be had on each channel.
pub(crate) fn ways(billing: &Billing) -> Result<Vec<Way>, Failure> {
    let mut ways = Vec::new();
    for name in billing.channels() {
        let profile = billing.profile(name)?;
        let (window, key_in) = (profile.window_module.value, Some(profile.key_in_module.value));
        let (window, key_in) = match billing.issuing(Some(name))? {
            Issuing::Window(_) => (window, None),
            Issuing::KeyIn(_) => (None, key_in),
            Issuing::Either { .. } => (window, key_in),
        };
        ways.push(Way { name: name.clone(), pg: profile.pg, window, key_in });
    }
    Ok(ways)
}
