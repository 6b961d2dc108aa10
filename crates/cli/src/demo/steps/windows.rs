//! A key from the PG's window; or, at NICE, the arm of the code that says there is none.

use kr_billing::portone_v1::hint;
use kr_billing::{BillingKey, ChargeRequest, Issuing, WindowIssuer, WindowOutcome, WindowRequest};
use kr_billing_sandbox::Buyer;

use super::{End, paid};
use crate::demo::account::Account;
use crate::demo::stage::{GOOD_CARD, Pg, Stage, buyer, krw, order_name};
use crate::demo::texts::{Check, Fact};

const SHOWN_WON: u64 = 9_900;

/// What a merchant behind a configuration must write: an arm for each way a key can be had.
pub(super) async fn window(stage: &Stage, pg: Pg, account: &mut Account) -> End {
    let channel = pg.channel()?;
    let issuing = stage.billing.issuing(Some(&channel))?;
    account.check(Check::WindowOffered, &pg.has_window, &issuing.window().is_some());
    match issuing {
        Issuing::Window(window) | Issuing::Either { window, .. } => by_window(stage, pg, account, window).await,
        Issuing::KeyIn(_) => {
            account.tell(&Fact::OnlyKeyIn { pg: pg.name });
            Ok(())
        }
    }
}

async fn by_window(stage: &Stage, pg: Pg, account: &mut Account, window: WindowIssuer<'_>) -> End {
    let (key, order) = (pg.key("member-3")?, pg.order("window")?);
    let request = WindowRequest::new(key.id.clone(), order.clone(), order_name()?, "https://shop.example/cards/done");
    let parameters = window.parameters(&request.with_display_amount(SHOWN_WON).with_buyer(buyer()?)).await?;
    let parameters: serde_json::Value = serde_json::from_str(parameters.as_json())?;
    account.tell(&Fact::WindowParameters { json: &serde_json::to_string_pretty(&parameters)? });

    let returned = stage.sandbox.complete_window(&parameters, &Buyer::with_card(GOOD_CARD));
    let hint = hint::from_callback(&returned.callback.to_string())?;
    account.tell(&Fact::WindowReturned { hint: &hint });

    let outcome = stage.billing.confirm_window(&key, &order, Some(&hint)).await?;
    let confirmed = matches!(&outcome, WindowOutcome::Issued(issued) if issued.key == key);
    account.check(Check::WindowConfirmed, &true, &confirmed);
    account.money(stage, &order, 0, &[]);
    first_charge(stage, pg, account, key).await
}

/// The issuance has burnt its order id, so the first charge takes another.
async fn first_charge(stage: &Stage, pg: Pg, account: &mut Account, key: BillingKey) -> End {
    let order = pg.order("window-first")?;
    let request = ChargeRequest::by_key(key, order.clone(), krw(SHOWN_WON)?, order_name()?);
    let charge = stage.billing.charge(request).await?;
    paid(account, charge, SHOWN_WON)?;
    account.money(stage, &order, SHOWN_WON, &[]);
    Ok(())
}
