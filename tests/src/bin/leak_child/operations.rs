//! Every operation a merchant can call, one after another, whatever comes of each.

use std::error::Error;

use kr_billing::portone_v1::hint;
use kr_billing::portone_v1::{ClientConfig, Credentials, ScheduleQuery, StatusFilter, StatusQuery};
use kr_billing::{
    Billing, BillingKey, BillingKeyId, ChannelName, Charge, ChargeRequest, Issuance, IssueRequest, Krw, OrderId, OrderName,
    PaymentId, Refund, RefundRequest, ScheduleEntry, ScheduleRequest, TaxSplit, TimeWindow, UnixSeconds, WindowRequest,
};
use kr_billing_sandbox::{Buyer, Handle};
use kr_billing_tests::canaries;

use crate::show::Show;

type Done = Result<(), Box<dyn Error>>;

/// A charge of the canary card.
pub(crate) fn by_card(order: &str) -> Result<ChargeRequest, Box<dyn Error>> {
    let (amount, name) = (Krw::new(5_000)?, OrderName::new("Plan")?);
    let request = ChargeRequest::by_card(canaries::card()?, OrderId::new(order)?, amount, name);
    Ok(request.with_buyer(canaries::buyer()?).with_custom_data("note"))
}

/// All operations, under ids that hold `round`.
pub(crate) async fn all(billing: &Billing, handle: &Handle, round: &str, show: &mut Show) -> Done {
    println!("== {round}");
    let channels: &[&str] = if round.starts_with("fault") { &["kcp"] } else { &["kcp", "inicis", "nice"] };
    for channel in channels {
        let key = BillingKey::new(ChannelName::new(*channel)?, BillingKeyId::new(format!("{channel}.{round}"))?);
        issue(billing, &key, show).await?;
        let payment = charges(billing, &key, round, show).await?;
        refunds(billing, &key, &payment, show).await?;
        show.result(&billing.payment(&key.channel, &payment).await);
        if *channel == "kcp" {
            window(billing, handle, &key, round, show).await?;
            reads(billing, &key, &payment, show).await?;
        }
        schedules(billing, handle, &key, show).await?;
        show.result(&billing.delete_billing_key(&key, Some("left")).await);
    }
    for recovered in billing.recover().await? {
        show.value(&recovered);
    }
    show.value(billing);
    let config = ClientConfig::new(Credentials::new(canaries::KEY, canaries::SECRET)).with_tier("ABC");
    show.value(&config);
    show.value(&billing.portone());
    Ok(())
}

async fn issue(billing: &Billing, key: &BillingKey, show: &mut Show) -> Done {
    let request = IssueRequest::new(key.id.clone(), canaries::card()?).with_holder(canaries::buyer()?);
    show.value(&request);
    let issuing = billing.issuing(Some(&key.channel))?;
    show.value(&issuing);
    let Some(key_in) = issuing.key_in() else { return Ok(()) };
    let issued = key_in.issue(&request).await;
    show.result(&issued);
    match issued {
        Ok(Issuance::Stored(issued)) => {
            show.stored(serde_json::to_value(&issued.key));
            show.stored(serde_json::to_value(&issued.stored));
        }
        Ok(Issuance::InDoubt(doubt)) => {
            show.stored(serde_json::to_value(&doubt));
            show.result(&billing.resume_issue(&doubt.ticket).await);
        }
        Ok(Issuance::Refused(failure)) => show.stored(serde_json::to_value(&failure)),
        Err(_) => {}
    }
    show.result(&billing.billing_key(key).await);
    show.result(&billing.find_key(&key.id).await);
    Ok(())
}

async fn charges(billing: &Billing, key: &BillingKey, round: &str, show: &mut Show) -> Result<PaymentId, Box<dyn Error>> {
    let id = |what: &str| OrderId::new(format!("{}.{round}.{what}", key.channel));
    let by_key = |what: &str, won: u64| -> Result<ChargeRequest, Box<dyn Error>> {
        let request = ChargeRequest::by_key(key.clone(), id(what)?, Krw::new(won)?, OrderName::new("Plan")?);
        Ok(request.with_buyer(canaries::buyer()?))
    };
    let mut payment = PaymentId::new(format!("imps_{}{round}", key.channel))?;
    let card =
        || -> Result<ChargeRequest, Box<dyn Error>> { Ok(by_card(id("card")?.as_str())?.on_channel(key.channel.clone())?) };
    let kept = BillingKeyId::new(format!("{}.{round}.kept", key.channel))?;
    let keep = ChargeRequest::by_card_and_keep(canaries::card()?, kept, id("keep")?, Krw::new(6_000)?, OrderName::new("Plan")?);
    let requests = [
        by_key("key", 9_900)?,
        // The same again, another sum under its order, and a sum that is declined.
        by_key("key", 9_900)?,
        by_key("key", 9_901)?,
        by_key("declined", 990_001)?,
        card()?,
        keep.on_channel(key.channel.clone())?.with_buyer(canaries::buyer()?),
    ];
    for request in requests {
        show.value(&request);
        let ended = billing.charge(request).await;
        show.error(&ended);
        match ended {
            Ok(Charge::Paid(paid)) => {
                show.stored(serde_json::to_value(&paid));
                payment = paid.payment.id;
            }
            Ok(Charge::Declined(decline)) => show.stored(serde_json::to_value(&decline)),
            Ok(Charge::InDoubt(doubt)) => {
                show.stored(serde_json::to_value(&doubt));
                show.result(&billing.resume(doubt.ticket()).await);
            }
            Err(not_charged) => {
                if let Some(outcome) = not_charged.earlier() {
                    show.stored(serde_json::to_value(outcome));
                }
            }
        }
    }
    show.result(&billing.payments(&key.channel, &id("key")?).await);
    Ok(payment)
}

async fn refunds(billing: &Billing, key: &BillingKey, payment: &PaymentId, show: &mut Show) -> Done {
    let part = RefundRequest::partial(key.channel.clone(), payment.clone(), Krw::new(100)?, Krw::new(6_000)?)?;
    let rest = RefundRequest::full(key.channel.clone(), payment.clone(), Krw::new(5_900)?);
    for request in [part, rest] {
        let request = request.with_tax(TaxSplit::taxable())?.with_reason("asked for").with_webhook();
        show.value(&request);
        let ended = billing.refund(&request).await;
        show.result(&ended);
        if let Ok(Refund::InDoubt(doubt)) = ended {
            show.stored(serde_json::to_value(&doubt));
            show.result(&billing.resume_refund(&doubt.ticket).await);
        }
    }
    Ok(())
}

async fn window(billing: &Billing, handle: &Handle, key: &BillingKey, round: &str, show: &mut Show) -> Done {
    let (id, order) = (BillingKeyId::new(format!("window.{round}"))?, OrderId::new(format!("window.{round}"))?);
    let request = WindowRequest::new(id.clone(), order.clone(), OrderName::new("Plan")?, "https://shop.example/back")
        .with_buyer(canaries::buyer()?);
    show.value(&request);
    let Some(window) = billing.issuing(Some(&key.channel))?.window() else { return Ok(()) };
    show.value(&window);
    // The parameters are the answer that holds the buyer, so they are not shown.
    let params = window.parameters(&request).await?;
    let back = handle.complete_window(&serde_json::from_str(params.as_json())?, &Buyer::with_card(canaries::NUMBER));
    let said = hint::from_callback(&back.callback.to_string());
    show.result(&said);
    let key = BillingKey::new(key.channel.clone(), id);
    show.result(&billing.confirm_window(&key, &order, said.ok().as_ref()).await);
    show.result(&hint::from_redirect("https://shop.example/back?imp_uid=imps_1&merchant_uid=o&imp_success=false&error_msg=no"));
    show.result(&hint::from_webhook(b"imp_uid=imps_1&merchant_uid=o&status=paid"));
    show.result(&hint::from_webhook(canaries::NUMBER.as_bytes()));
    Ok(())
}

async fn reads(billing: &Billing, key: &BillingKey, payment: &PaymentId, show: &mut Show) -> Done {
    let Some(client) = billing.portone() else { return Ok(()) };
    let order = OrderId::new("nobody.knows.it")?;
    let span = TimeWindow::new(billing.now(), UnixSeconds(billing.now().0 + 86_400))?;
    show.result(&client.token_status().await);
    show.result(&client.payment(payment).await);
    show.result(&client.payment_with_extension(payment).await);
    show.result(&client.payments_by_id(std::slice::from_ref(payment), std::slice::from_ref(&order)).await);
    show.result(&client.payments_of_order(&order, None).await);
    show.result(&client.newest_payment(&order, None, None).await);
    show.result(&client.payments_by_status(StatusFilter::All, &StatusQuery::default()).await);
    show.value(&StatusQuery::default());
    show.result(&client.payco_balance(payment).await);
    show.result(&client.prepare(&order, Krw::new(100)?).await);
    show.result(&client.change_prepared(&order, Krw::new(200)?).await);
    show.result(&client.prepared(&order).await);
    show.result(&client.key(&key.id).await);
    show.result(&client.keys(std::slice::from_ref(&key.id)).await);
    show.result(&client.key_payments(&key.id, 1).await);
    show.result(&client.key_schedules(&key.id, span, None, 1).await);
    show.result(&client.schedule(&order).await);
    show.result(&client.schedules(&ScheduleQuery::new(span)).await);
    show.value(&ScheduleQuery::new(span));
    show.result(&client.pg_settings().await);
    show.result(&client.tier("ABC").await);
    show.result(&client.card_codes().await);
    show.result(&client.card_code("366").await);
    show.result(&client.bank_codes().await);
    show.result(&client.bank_code("004").await);
    Ok(())
}

async fn schedules(billing: &Billing, handle: &Handle, key: &BillingKey, show: &mut Show) -> Done {
    let now = UnixSeconds(u64::try_from(handle.now())?.max(billing.now().0));
    let id = |at: u64| OrderId::new(format!("{}.{at}", key.id));
    let entry = |at: u64| -> Result<ScheduleEntry, Box<dyn Error>> {
        let entry = ScheduleEntry::new(id(at)?, now.plus(at * 86_400), Krw::new(1_000)?, OrderName::new("Plan")?);
        Ok(entry.with_buyer(canaries::buyer()?))
    };
    let request = ScheduleRequest::new(key.clone(), vec![entry(10)?, entry(20)?, entry(30)?], now)?;
    show.value(&request);
    let booked = billing.schedule(&request).await;
    show.result(&booked);
    show.stored(serde_json::to_value(booked.unwrap_or_default()));
    show.result(&billing.scheduled(key, &id(10)?).await);
    show.result(&billing.schedules(key, TimeWindow::new(now, now.plus(40 * 86_400))?).await);
    show.result(&billing.change_schedule_time(key, &id(10)?, now.plus(11 * 86_400)).await);
    show.result(&billing.cancel_schedules(key, &[id(20)?]).await);
    show.error(&billing.retry_schedule(key, &id(20)?).await);
    show.result(&billing.reschedule(key, &id(20)?, now.plus(21 * 86_400)).await);
    show.result(&billing.cancel_all_schedules(key).await);
    Ok(())
}
