//! A merchant's monthly run, for the crash test to kill: recover first, then charge every order that is not settled.
//!
//! `crash_child BASE_URL JOURNAL FIRST LAST` charges the orders `FIRST..LAST` of one billing key and says `settled N` for each.
//! It ends with 0 when all are paid.

use std::collections::BTreeSet;
use std::error::Error;
use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use kr_billing::journal::SqliteJournal;
use kr_billing::{Billing, Charge};
use kr_billing_tests::monthly_run;

/// How many charges are under way at once.
const LINES: usize = 16;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut next = |what: &str| arguments.next().ok_or(format!("usage: BASE_URL JOURNAL FIRST LAST; {what} is missing"));
    let (base_url, journal) = (next("BASE_URL")?, next("JOURNAL")?);
    let (first, last): (u32, u32) = (next("FIRST")?.parse()?, next("LAST")?.parse()?);
    let journal = Arc::new(SqliteJournal::open(journal).await?);
    let billing = monthly_run::billing(&base_url).journal(journal).build()?;

    let mut open: BTreeSet<u32> = (first..last).collect();
    while !open.is_empty() {
        let _settled_or_listed = billing.recover().await?;
        for number in charge_all(&billing, &open).await? {
            open.remove(&number);
        }
        // What is left waits for its settle time.
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}

/// Charges what is open, and gives back what is paid.
async fn charge_all(billing: &Billing, open: &BTreeSet<u32>) -> Result<Vec<u32>, Box<dyn Error>> {
    let mut waiting = open.iter().copied();
    let mut lines = tokio::task::JoinSet::new();
    let mut paid = Vec::new();
    loop {
        while lines.len() < LINES
            && let Some(number) = waiting.next()
        {
            let billing = billing.clone();
            lines.spawn(async move { (number, billing.charge(monthly_run::request(number)).await) });
        }
        let Some(line) = lines.join_next().await else { return Ok(paid) };
        match line? {
            (number, Ok(Charge::Paid(_))) => {
                writeln!(std::io::stdout(), "settled {number}")?;
                paid.push(number);
            }
            (number, Ok(Charge::Declined(decline))) => return Err(format!("order {number} was declined: {decline:?}").into()),
            // In doubt, or certainly not charged: the same order id is asked again.
            (_, Ok(Charge::InDoubt(_)) | Err(_)) => {}
        }
    }
}
