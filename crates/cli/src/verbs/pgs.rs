//! `pgs`: what each PG can do, from the adapters' facts.

use kr_billing::contract::matrix::{MatrixRow, Tongue, matrix_rows};
use kr_billing::{Profile, inicis, kcp, nice};
use serde_json::{Value, json};

use crate::session::Session;
use crate::show::{Answer, prose};

/// The PGs of this build, in the order in which they are shown.
const PROFILES: [&Profile; 4] =
    [&kcp::facts::PROFILE, &inicis::facts::PROFILE, &nice::nice::facts::PROFILE, &nice::nice_v2::facts::PROFILE];

/// Shows the matrix.
pub(crate) fn run(session: &Session) -> Answer {
    let rows = matrix_rows(&PROFILES, session.lang.pick(Tongue::English, Tongue::Korean));
    let names: Vec<String> = PROFILES.iter().map(|profile| format!("{} ({})", profile.name, profile.pg)).collect();
    let head: Vec<&str> = std::iter::once("").chain(names.iter().map(String::as_str)).collect();
    let row = |row: &MatrixRow| {
        let cells = row.cells.iter().map(|cell| cell.text.replace('`', ""));
        std::iter::once(row.topic.replace('`', "")).chain(cells).collect()
    };
    Answer::done(json(&matrix_rows(&PROFILES, Tongue::English)), prose(&head, rows.iter().map(row).collect()))
}

fn json(rows: &[MatrixRow]) -> Value {
    let of = |at: usize| {
        let profile = PROFILES[at];
        let facts = rows.iter().filter_map(|row| {
            let cell = row.cells.get(at)?;
            Some(json!({ "topic": row.topic, "value": cell.text, "source": cell.source }))
        });
        let notes = profile
            .notes
            .iter()
            .map(|note| json!({ "topic": note.topic, "text": note.text, "source": note.source, "applies": note.applies }));
        json!({
            "pg": profile.pg,
            "name": profile.name,
            "facts": facts.collect::<Vec<_>>(),
            "notes": notes.collect::<Vec<_>>(),
        })
    };
    json!({ "pgs": (0..PROFILES.len()).map(of).collect::<Vec<_>>() })
}
