//! Payment records with everything V1 tells of them. `[oa def Payment]`

use std::fmt;

use kr_billing_core::payment::KeyUse;
use kr_billing_core::{Amount, Buyer, Cancellation, Currency, Error, Payment, PaymentStatus, RawText, TaxSplit, UnixSeconds};
use secrecy::{ExposeSecret, SecretString};
use serde_json::value::RawValue;

use crate::answer::{Context, flag, small, text, time, wire};
use crate::failure::{Words, unclassified};

/// A payment, and what V1 tells beyond what billing decides by.
#[derive(Clone)]
pub struct PaymentRecord {
    /// The payment.
    pub payment: Payment,
    /// `pc`, `mobile` or `api`; `api` is key-in or recurring.
    pub channel: Option<String>,
    /// The easy-pay service inside a PG's window.
    pub emb_pg_provider: Option<String>,
    /// Whether it is held in escrow.
    pub escrow: Option<bool>,
    /// The bank of a transfer.
    pub bank_code: Option<String>,
    /// Its name.
    pub bank_name: Option<String>,
    /// Who issued the card, where the PG tells.
    pub card_issuer_code: Option<String>,
    /// Its name.
    pub card_issuer_name: Option<String>,
    /// Whose card it is, where the PG tells.
    pub card_publisher_code: Option<String>,
    /// Its name.
    pub card_publisher_name: Option<String>,
    /// 0 credit, 1 check (debit); unknown for Inicis billing.
    pub card_type: Option<u8>,
    /// The virtual account, if it is paid into one.
    pub virtual_account: Option<VirtualAccount>,
    /// What was paid into a fixed virtual account.
    pub deposits: Vec<Deposit>,
    /// Receipts of cancels; the refunds themselves carry them too.
    pub cancel_receipt_urls: Vec<String>,
    /// Whether a cash receipt was issued.
    pub cash_receipt_issued: Option<bool>,
    /// The promotion that lowered the sum.
    pub promotion: Option<Promotion>,
    custom_data: Option<SecretString>,
    user_agent: Option<SecretString>,
    extension: RawText,
    /// Why it failed.
    pub(crate) words: Words,
}

impl PaymentRecord {
    /// The merchant's own text (`custom_data`), as it was sent. It may say anything, so `Debug` leaves it out.
    pub fn custom_data(&self) -> Option<&str> {
        self.custom_data.as_ref().map(ExposeSecret::expose_secret)
    }

    /// The buyer's browser.
    pub fn user_agent(&self) -> Option<&str> {
        self.user_agent.as_ref().map(ExposeSecret::expose_secret)
    }

    /// The JSON text of `extension`; empty unless it was asked for.
    pub fn extension(&self) -> &RawText {
        &self.extension
    }
}

impl fmt::Debug for PaymentRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PaymentRecord")
            .field("payment", &self.payment)
            .field("channel", &self.channel)
            .field("emb_pg_provider", &self.emb_pg_provider)
            .field("escrow", &self.escrow)
            .field("card_type", &self.card_type)
            .field("virtual_account", &self.virtual_account)
            .field("deposits", &self.deposits)
            .field("cash_receipt_issued", &self.cash_receipt_issued)
            .field("promotion", &self.promotion)
            .finish_non_exhaustive()
    }
}

/// A virtual account. Its number and holder are personal: `Debug` leaves them out.
#[derive(Clone)]
pub struct VirtualAccount {
    /// The bank.
    pub bank_code: Option<String>,
    /// Its name.
    pub bank_name: Option<String>,
    /// Until when it takes money.
    pub due: Option<UnixSeconds>,
    /// When it was issued.
    pub issued_at: Option<UnixSeconds>,
    number: Option<SecretString>,
    holder: Option<SecretString>,
}

impl VirtualAccount {
    /// The account's number.
    pub fn number(&self) -> Option<&str> {
        self.number.as_ref().map(ExposeSecret::expose_secret)
    }

    /// Whose account it is.
    pub fn holder(&self) -> Option<&str> {
        self.holder.as_ref().map(ExposeSecret::expose_secret)
    }
}

impl fmt::Debug for VirtualAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VirtualAccount").field("bank_code", &self.bank_code).field("due", &self.due).finish_non_exhaustive()
    }
}

/// Money paid into a fixed virtual account. Who paid is personal: `Debug` leaves it out.
#[derive(Clone)]
pub struct Deposit {
    /// The PG's number.
    pub pg_tid: Option<String>,
    /// How much.
    pub amount: Option<Amount>,
    /// When.
    pub at: Option<UnixSeconds>,
    depositor: Option<SecretString>,
}

impl Deposit {
    /// Who paid.
    pub fn depositor(&self) -> Option<&str> {
        self.depositor.as_ref().map(ExposeSecret::expose_secret)
    }
}

impl fmt::Debug for Deposit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Deposit").field("pg_tid", &self.pg_tid).field("amount", &self.amount).finish_non_exhaustive()
    }
}

/// A promotion's share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Promotion {
    /// Its id.
    pub id: Option<String>,
    /// What it took off.
    pub discount: Option<Amount>,
}

/// A prepared amount.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// The order.
    pub order: String,
    /// The amount that a window must ask for.
    pub amount: Amount,
    /// Its currency; absent means unchecked.
    pub currency: Option<Currency>,
    /// The record as it came.
    pub raw: RawText,
}

/// What a PAYCO payment was paid with and what is left. `[oa balance]`
#[derive(Debug, Clone)]
pub struct Balance {
    /// What is left.
    pub amount: Amount,
    /// By kind.
    pub parts: BalanceParts,
    /// How it came to be.
    pub histories: Vec<BalanceHistory>,
    /// The record as it came.
    pub raw: RawText,
}

/// A balance by kind of money.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BalanceParts {
    /// The share that a cash receipt covers.
    pub cash_receipt: Option<BalancePart>,
    /// The first means of payment.
    pub primary: Option<BalancePart>,
    /// The second means of payment: points and the like.
    pub secondary: Option<BalancePart>,
    /// What was taken off.
    pub discount: Option<BalancePart>,
}

/// One kind's split.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BalancePart {
    /// Tax-free.
    pub tax_free: Option<Amount>,
    /// Net.
    pub supply: Option<Amount>,
    /// VAT.
    pub vat: Option<Amount>,
    /// Service charge.
    pub service: Option<Amount>,
}

/// One change of a balance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BalanceHistory {
    /// By kind.
    pub parts: BalanceParts,
    /// When.
    pub at: Option<UnixSeconds>,
}

/// What goes with a cancel besides its amount and balance.
#[derive(Debug, Clone, Default)]
pub struct CancelOptions {
    /// This cancel's tax parts.
    pub tax: TaxSplit,
    /// Why.
    pub reason: Option<String>,
    /// Ask for a webhook.
    pub webhook: bool,
}

wire!(PaymentWire {
    imp_uid,
    merchant_uid,
    amount,
    cancel_amount,
    currency,
    status,
    sandbox,
    pay_method,
    channel,
    pg_provider,
    emb_pg_provider,
    pg_tid,
    pg_id,
    escrow,
    apply_num,
    bank_code,
    bank_name,
    card_code,
    card_name,
    card_issuer_code,
    card_issuer_name,
    card_publisher_code,
    card_publisher_name,
    card_quota,
    card_number,
    card_type,
    vbank_code,
    vbank_name,
    vbank_num,
    vbank_holder,
    vbank_date,
    vbank_issued_at,
    name,
    buyer_name,
    buyer_email,
    buyer_tel,
    buyer_addr,
    buyer_postcode,
    custom_data,
    user_agent,
    started_at,
    paid_at,
    failed_at,
    cancelled_at,
    fail_reason,
    cancel_reason,
    receipt_url,
    cancel_history,
    deposit_history,
    cancel_receipt_urls,
    cash_receipt_issued,
    customer_uid,
    customer_uid_usage,
    promotion,
    extension,
});
wire!(CancelWire { pg_tid, amount, cancelled_at, reason, cancellation_id, receipt_url });
wire!(DepositWire { pg_tid, amount, depositor_name, deposited_at });
wire!(PromotionWire { id, discount });
wire!(PreparedWire { merchant_uid, amount, currency });
wire!(BalanceWire { amount, cash_receipt, primary, secondary, discount, histories, created });
wire!(PartWire { tax_free, supply, vat, service });

/// Reads a payment record. Id, order, amount, cancelled amount, currency and status must be there. `[oa def Payment]`
pub(crate) fn read(context: &Context<'_>, record: &RawValue) -> Result<PaymentRecord, Error> {
    let wire: PaymentWire<'_> = context.fields(record)?;
    let words = Words::new(text(wire.fail_reason).unwrap_or_default());
    let payment = core_part(context, record, &wire, &words)?;
    let secret = |value| context.kept(value).map(SecretString::from);
    Ok(PaymentRecord {
        payment,
        channel: context.kept(wire.channel),
        emb_pg_provider: context.kept(wire.emb_pg_provider),
        escrow: flag(wire.escrow),
        bank_code: context.kept(wire.bank_code),
        bank_name: context.name(wire.bank_name),
        card_issuer_code: context.kept(wire.card_issuer_code),
        card_issuer_name: context.name(wire.card_issuer_name),
        card_publisher_code: context.kept(wire.card_publisher_code),
        card_publisher_name: context.name(wire.card_publisher_name),
        card_type: small(wire.card_type),
        virtual_account: virtual_account(context, &wire),
        deposits: records(context, wire.deposit_history, deposit)?,
        cancel_receipt_urls: records(context, wire.cancel_receipt_urls, |context, url| Ok(context.kept(Some(url))))?
            .into_iter()
            .flatten()
            .collect(),
        cash_receipt_issued: flag(wire.cash_receipt_issued),
        promotion: wire.promotion.map(|record| promotion(context, record)).transpose()?,
        custom_data: secret(wire.custom_data),
        user_agent: secret(wire.user_agent),
        extension: wire.extension.map(|record| context.raw(record)).unwrap_or_default(),
        words,
    })
}

fn core_part(context: &Context<'_>, record: &RawValue, wire: &PaymentWire<'_>, words: &Words) -> Result<Payment, Error> {
    let status = PaymentStatus::from_word(&context.need("status", context.word(wire.status))?);
    Ok(Payment {
        id: context.id("imp_uid", wire.imp_uid)?,
        order: context.id("merchant_uid", wire.merchant_uid)?,
        amount: context.need("amount", context.amount(wire.amount))?,
        cancelled: context.need("cancel_amount", context.amount(wire.cancel_amount))?,
        currency: Currency::new(context.need("currency", context.word(wire.currency))?),
        failure: (status == PaymentStatus::Failed).then(|| unclassified(words, context.mask)),
        status,
        sandbox: flag(wire.sandbox),
        pg_provider: context.word(wire.pg_provider),
        pg_id: context.word(wire.pg_id),
        pg_tid: context.kept(wire.pg_tid),
        pay_method: context.kept(wire.pay_method),
        approval_number: context.kept(wire.apply_num),
        card_code: context.kept(wire.card_code),
        card_name: context.name(wire.card_name),
        card_number: context.name(wire.card_number),
        installment_months: small(wire.card_quota),
        name: context.kept(wire.name),
        key: context.word(wire.customer_uid),
        key_use: context.word(wire.customer_uid_usage).map(|word| key_use(&word)),
        started_at: time(wire.started_at),
        paid_at: time(wire.paid_at),
        failed_at: time(wire.failed_at),
        cancelled_at: time(wire.cancelled_at),
        cancel_reason: context.shown(wire.cancel_reason),
        receipt_url: context.kept(wire.receipt_url),
        cancellations: records(context, wire.cancel_history, cancellation)?,
        buyer: Buyer::from_answer(
            context.name(wire.buyer_name),
            context.kept(wire.buyer_tel),
            context.kept(wire.buyer_email),
            context.kept(wire.buyer_addr),
            context.kept(wire.buyer_postcode),
        ),
        raw: context.raw(record),
    })
}

fn key_use(word: &str) -> KeyUse {
    match word {
        "issue" => KeyUse::Issue,
        "payment" => KeyUse::Payment,
        "payment.scheduled" => KeyUse::Scheduled,
        other => KeyUse::Other(other.to_owned()),
    }
}

fn records<T>(
    context: &Context<'_>,
    list: Option<&RawValue>,
    read: impl Fn(&Context<'_>, &RawValue) -> Result<T, Error>,
) -> Result<Vec<T>, Error> {
    match list {
        Some(list) => context.list(list)?.into_iter().map(|record| read(context, record)).collect(),
        None => Ok(Vec::new()),
    }
}

fn cancellation(context: &Context<'_>, record: &RawValue) -> Result<Cancellation, Error> {
    let wire: CancelWire<'_> = context.fields(record)?;
    Ok(Cancellation {
        id: context.kept(wire.cancellation_id),
        amount: context.need("cancel_history.amount", context.amount(wire.amount))?,
        at: time(wire.cancelled_at),
        reason: context.shown(wire.reason),
        pg_tid: context.kept(wire.pg_tid),
        receipt_url: context.kept(wire.receipt_url),
    })
}

fn deposit(context: &Context<'_>, record: &RawValue) -> Result<Deposit, Error> {
    let wire: DepositWire<'_> = context.fields(record)?;
    Ok(Deposit {
        pg_tid: context.kept(wire.pg_tid),
        amount: context.amount(wire.amount),
        at: time(wire.deposited_at),
        depositor: context.name(wire.depositor_name).map(SecretString::from),
    })
}

fn promotion(context: &Context<'_>, record: &RawValue) -> Result<Promotion, Error> {
    let wire: PromotionWire<'_> = context.fields(record)?;
    Ok(Promotion { id: context.kept(wire.id), discount: context.amount(wire.discount) })
}

fn virtual_account(context: &Context<'_>, wire: &PaymentWire<'_>) -> Option<VirtualAccount> {
    let number = context.kept(wire.vbank_num).map(SecretString::from);
    let account = VirtualAccount {
        bank_code: context.kept(wire.vbank_code),
        bank_name: context.name(wire.vbank_name),
        due: time(wire.vbank_date),
        issued_at: time(wire.vbank_issued_at),
        holder: context.name(wire.vbank_holder).map(SecretString::from),
        number,
    };
    (account.number.is_some() || account.bank_code.is_some()).then_some(account)
}

/// Reads a prepared amount. `[oa prepare]`
pub(crate) fn read_prepared(context: &Context<'_>, record: &RawValue) -> Result<Prepared, Error> {
    let wire: PreparedWire<'_> = context.fields(record)?;
    Ok(Prepared {
        order: context.need("merchant_uid", context.word(wire.merchant_uid))?,
        amount: context.need("amount", context.amount(wire.amount))?,
        currency: context.word(wire.currency).map(Currency::new),
        raw: context.raw(record),
    })
}

/// Reads a PAYCO balance. `[oa balance]`
pub(crate) fn read_balance(context: &Context<'_>, record: &RawValue) -> Result<Balance, Error> {
    let wire: BalanceWire<'_> = context.fields(record)?;
    Ok(Balance {
        amount: context.need("amount", context.amount(wire.amount))?,
        parts: parts(context, &wire)?,
        histories: records(context, wire.histories, |context, record| {
            let wire: BalanceWire<'_> = context.fields(record)?;
            Ok(BalanceHistory { parts: parts(context, &wire)?, at: time(wire.created) })
        })?,
        raw: context.raw(record),
    })
}

fn parts(context: &Context<'_>, wire: &BalanceWire<'_>) -> Result<BalanceParts, Error> {
    let part = |record: Option<&RawValue>| -> Result<Option<BalancePart>, Error> {
        let Some(record) = record else { return Ok(None) };
        let wire: PartWire<'_> = context.fields(record)?;
        Ok(Some(BalancePart {
            tax_free: context.amount(wire.tax_free),
            supply: context.amount(wire.supply),
            vat: context.amount(wire.vat),
            service: context.amount(wire.service),
        }))
    };
    Ok(BalanceParts {
        cash_receipt: part(wire.cash_receipt)?,
        primary: part(wire.primary)?,
        secondary: part(wire.secondary)?,
        discount: part(wire.discount)?,
    })
}
