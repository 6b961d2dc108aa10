//! Lists that only the client behind the channels can read.

use kr_billing::Billing;
use kr_billing::portone_v1::{Client, Page, PaymentRecord};
use serde_json::json;

use crate::failure::Failure;
use crate::session::Session;
use crate::show::{Answer, fill, payment};
use crate::texts::Texts;

/// The client behind the channels.
pub(crate) fn client<'a>(billing: &'a Billing, session: &Session) -> Result<&'a Client, Failure> {
    billing.portone().ok_or_else(|| Failure::configuration(session.texts().no_config))
}

/// A page of payments.
pub(crate) fn of_payments(page: &Page<PaymentRecord>, texts: &Texts) -> Answer {
    let payments: Vec<_> = page.list.iter().map(|record| &record.payment).collect();
    let json = json!({
        "total": page.total,
        "previous": page.previous,
        "next": page.next,
        "unreadable": page.unreadable.len(),
        "payments": payments.iter().map(|payment| payment::json(payment, true)).collect::<Vec<_>>(),
    });
    let mut text = payment::many(payments, texts);
    if let Some(total) = page.total {
        text.push_str(&format!("\n{}: {total}", texts.total));
    }
    if let Some(next) = page.next {
        text.push_str(&format!("\n{}", fill(texts.next_page, &[&next.to_string()])));
    }
    if !page.unreadable.is_empty() {
        text.push_str(&format!("\n{}: {}", texts.unreadable, page.unreadable.len()));
    }
    Answer::done(json, text)
}
