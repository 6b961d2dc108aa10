//! A charge that nobody can vouch for: its ticket is stored as a file, and after a restart it is settled by asking again.
//!
//! `resume_doubt [FILE]`; without a file the ticket is kept in the system's temporary directory.

use std::path::{Path, PathBuf};
use std::time::Duration;

use kr_billing::{Billing, Charge, ChargeRequest, Krw, OrderName, Resolved, Ticket, order_ids};
use kr_billing_examples::{Shop, Trouble};
use kr_billing_sandbox::{Effect, Fault, Operation};

/// How long the sandbox keeps the money waiting after it lost the answer.
const LATE: Duration = Duration::from_secs(30);

#[tokio::main]
async fn main() -> Result<(), Trouble> {
    let file = std::env::args_os().nth(1).map_or_else(|| std::env::temp_dir().join("kr-billing-ticket.json"), PathBuf::from);
    // A shop of little patience: it looks for 300 ms (20 s unless told) before it says that it does not know.
    let shop = Shop::in_sandbox("resolve_for_ms = 300\nfirst_wait_ms = 20").await?;
    let sandbox = shop.sandbox().ok_or("there is no sandbox")?;
    sandbox.add_fault(Fault::commit_late(Operation::Again, Effect::Drop, LATE))?;

    charge(&shop, &file).await?;
    let shop = shop.restarted().await?;
    println!("restarted");
    resume(&shop.billing, &file).await?;

    sandbox.advance(LATE).await;
    println!("{} s later", LATE.as_secs());
    resume(&shop.billing, &file).await?;
    println!("captures in the sandbox's ledger: {}", sandbox.totals("sub-1042.202611.1").captures);
    Ok(())
}

// ANCHOR: store
/// Charges, and stores the ticket when the outcome is not known.
async fn charge(shop: &Shop, file: &Path) -> Result<(), Trouble> {
    let key = shop.member("member-1042.card-1", "1234-1234-1234-1234").await?;
    let order = order_ids::order_id("sub-1042", "202611", 1)?;
    let request = ChargeRequest::by_key(key, order, Krw::new(9_900)?, OrderName::new("Monthly plan")?);
    match shop.billing.charge(request).await? {
        Charge::Paid(_) | Charge::Declined(_) => println!("settled at once: nothing to resume"),
        Charge::InDoubt(doubt) => {
            // The ticket holds ids, sums and times: no card data, no secret. A table of a database does as well.
            std::fs::write(file, serde_json::to_vec_pretty(doubt.ticket())?)?;
            println!("in doubt: {}", doubt.detail);
        }
    }
    Ok(())
}
// ANCHOR_END: store

// ANCHOR: resume
/// What a worker does from time to time with each stored ticket.
async fn resume(billing: &Billing, file: &Path) -> Result<(), Trouble> {
    let ticket: Ticket = serde_json::from_slice(&std::fs::read(file)?)?;
    match billing.resume(&ticket).await? {
        Resolved::Paid(paid) => println!("it was paid: {}", paid.payment.id),
        Resolved::Declined(decline) => println!("it was declined: {:?}", decline.reason),
        Resolved::NotCharged => println!("nothing was charged, and nothing will be: the order id may be sent again"),
        Resolved::Mismatch { fields, .. } => println!("something else was paid, a person must look: {fields:?}"),
        Resolved::StillInDoubt(ticket) => {
            std::fs::write(file, serde_json::to_vec_pretty(&ticket)?)?;
            println!("still in doubt: ask again later, and charge nothing under another order id");
            return Ok(());
        }
    }
    Ok(std::fs::remove_file(file)?)
}
// ANCHOR_END: resume
