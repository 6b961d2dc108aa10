//! Whether a key is of the channel that is to charge it. The provider would charge it through its own PG all the same, and what
//! came of it would not be what was asked for.

use kr_billing::journal::{Entry, Journal, Outcome, Subject};
use kr_billing::{Billing, BillingKey, ErrorKind, Reach, StoredKey};

use crate::exit::Exit;
use crate::failure::Failure;
use crate::show::fill;
use crate::texts::Texts;

/// Refuses a key that the provider says is elsewhere. What the provider does not tell, and a key that it does not know, are left
/// to the call itself.
///
/// # Errors
/// The key is of another channel or PG (wrong usage), or could not be looked up.
pub(crate) async fn check(billing: &Billing, key: &BillingKey, texts: &Texts) -> Result<(), Failure> {
    let not_sent = |error: kr_billing::Error| Failure::NotTried(error.with_reach(Reach::NotSent));
    let undecided = match billing.find_key(&key.id).await {
        Ok(found) if found.channel == key.channel => return Ok(()),
        Ok(found) => return Err(elsewhere(key, &format!("{} {}", texts.channel, found.channel), texts)),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::InvalidInput) => error.kind(),
        Err(error) => return Err(not_sent(error)),
    };
    // No channel has it, or several could: its record tells more.
    let Some(stored) = billing.billing_key(key).await.map_err(not_sent)? else { return Ok(()) };
    let profile = billing.profile(&key.channel)?;
    let of_another_pg = stored.pg_provider.as_deref().is_some_and(|pg| !pg.is_empty() && !profile.owns_provider(pg));
    match undecided == ErrorKind::NotFound || of_another_pg {
        true => Err(elsewhere(key, &place(&stored, texts), texts)),
        false => Ok(()),
    }
}

/// As [`check`], unless the journal already answers for this subject: then nothing is sent anyway, and its answer counts.
pub(crate) async fn check_unless_known(
    billing: &Billing,
    journal: &dyn Journal,
    subject: &Subject,
    key: &BillingKey,
    texts: &Texts,
) -> Result<(), Failure> {
    let answers = |entry: &Entry| matches!(entry.outcome, None | Some(Outcome::Paid { .. } | Outcome::Dismissed));
    // A journal that cannot be read stops the call itself, which says so.
    match journal.find(subject).await {
        Ok(entry) if !entry.as_ref().is_some_and(answers) => check(billing, key, texts).await,
        _ => Ok(()),
    }
}

/// Where the provider says that a key is: PG, MID, and whether it is a test channel.
fn place(stored: &StoredKey, texts: &Texts) -> String {
    let words = [texts.pg, stored.pg_provider.as_deref().unwrap_or(texts.unknown)];
    let mid = stored.pg_id.as_ref().map(|mid| format!(", MID {mid}")).unwrap_or_default();
    let test = if stored.sandbox == Some(true) { format!(" ({})", texts.test) } else { String::new() };
    format!("{}{mid}{test}", words.join(" "))
}

fn elsewhere(key: &BillingKey, place: &str, texts: &Texts) -> Failure {
    Failure::plain(Exit::Usage, fill(texts.key_elsewhere, &[key.id.as_str(), key.channel.as_str(), place]))
}
