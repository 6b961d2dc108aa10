//! The command line. Card data has no argument on purpose: arguments stand in process lists and shell histories.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use kr_billing::{
    BillingKeyId, Buyer, ChannelName, ChargeRequest, Installment, Invalid, Krw, OrderId, OrderName, ScheduleEntry, TaxSplit,
    UnixSeconds,
};

use crate::lang::Lang;
use crate::show::time;
use crate::verbs::{card_charge, charge, config, keys, payments, resume, sandbox, schedule, window};

/// Recurring card billing for Korean merchants, and a sandbox to try it on
#[derive(Debug, Parser)]
#[command(name = "kr-billing", version, arg_required_else_help = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) globals: Globals,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What every verb takes.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Common options")]
pub(crate) struct Globals {
    /// The configuration: a TOML file (else KR_BILLING_CONFIG, KR_BILLING_... variables, or ./kr-billing.toml); for `sandbox`, its own
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Another V1 server than the configuration's, such as http://127.0.0.1:8410
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) base_url: Option<String>,
    /// Allow http:// to a server that is not on this machine: keys and cards then travel in the clear
    #[arg(long, global = true)]
    pub(crate) allow_plaintext: bool,
    /// Print one JSON document in place of tables
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// The language of texts (else by locale)
    #[arg(long, global = true, value_enum, value_name = "ko|en", hide_possible_values = true)]
    pub(crate) lang: Option<Lang>,
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show every flow against a sandbox in this process
    Demo,
    /// Run the PortOne V1 billing API on this machine
    Sandbox(sandbox::SandboxArgs),
    /// Show what each PG can do
    Pgs,
    /// Issue, show and delete billing keys
    #[command(subcommand)]
    Keys(keys::KeysCommand),
    /// Charge a billing key
    Charge(charge::ChargeArgs),
    /// Charge a card once, and store it with --keep-as
    CardCharge(card_charge::CardChargeArgs),
    /// Book charges for later
    #[command(subcommand)]
    Schedule(schedule::ScheduleCommand),
    /// Look payments up and refund them
    #[command(subcommand)]
    Payments(payments::PaymentsCommand),
    /// Print the parameters of a window that issues a billing key, or a page that opens it
    Window(window::WindowArgs),
    /// Check the configuration without sending anything
    #[command(subcommand)]
    Config(config::ConfigCommand),
    /// Check key pair, clock and channels against the account
    Doctor,
    /// Ask again what became of a call that was in doubt
    Resume(resume::ResumeArgs),
    /// Settle every open entry of the journal, after a crash for example
    Recover,
}

/// A billing key and, where several channels could have it, its channel.
#[derive(Debug, Args)]
pub(crate) struct KeyArgs {
    /// The billing key (customer_uid)
    pub(crate) key: BillingKeyId,
    /// Its channel in the configuration (else it is looked up)
    #[arg(long)]
    pub(crate) channel: Option<ChannelName>,
}

/// Where a card comes from. Without either it is asked for, without echo.
#[derive(Debug, Args)]
pub(crate) struct CardArgs {
    /// `-` reads the card from standard input: number, expiry, birth, password digits, one a line, or JSON
    #[arg(long, value_name = "-", hide_possible_values = true, value_parser = ["-"], conflicts_with = "card_file", allow_hyphen_values = true)]
    pub(crate) card: Option<String>,
    /// Read the card from a file, such as /dev/fd/3, in the same form
    #[arg(long, value_name = "FILE")]
    pub(crate) card_file: Option<PathBuf>,
}

/// What is sold.
#[derive(Debug, Args)]
pub(crate) struct SaleArgs {
    /// The order id (merchant_uid): a new one for each charge that is meant to be another
    #[arg(long)]
    pub(crate) order: OrderId,
    /// How much, in won
    #[arg(long, value_name = "WON")]
    pub(crate) amount: Krw,
    /// What for, at most 40 characters
    #[arg(long, value_parser = order_name)]
    pub(crate) name: OrderName,
    /// The tax-free part, in won
    #[arg(long, value_name = "WON")]
    pub(crate) tax_free: Option<u64>,
    /// The VAT, in won (needs the PG's agreement)
    #[arg(long, value_name = "WON")]
    pub(crate) vat: Option<u64>,
    /// Installments in months, 2 to 36
    #[arg(long, value_name = "MONTHS", value_parser = installment)]
    pub(crate) installment: Option<Installment>,
    /// The merchant bears the interest (needs an agreement)
    #[arg(long)]
    pub(crate) interest_free: bool,
    /// Pay with the card's points (needs an agreement)
    #[arg(long)]
    pub(crate) card_points: bool,
    /// Where this payment's webhook goes
    #[arg(long, value_name = "URL")]
    pub(crate) notice_url: Option<String>,
    /// Your own text, echoed in answers
    #[arg(long, value_name = "TEXT")]
    pub(crate) custom_data: Option<String>,
    #[command(flatten)]
    pub(crate) buyer: BuyerArgs,
}

impl SaleArgs {
    /// Puts everything but order, amount and name into a request.
    pub(crate) fn fill(self, request: ChargeRequest) -> Result<ChargeRequest, Invalid> {
        let tax = TaxSplit { tax_free: self.tax_free, vat: self.vat };
        let mut request = request.with_tax(tax)?.with_buyer(self.buyer.buyer()?);
        if let Some(installment) = self.installment {
            request = request.with_installment(installment)?;
        }
        if let Some(url) = self.notice_url {
            request = request.with_notice_url(url);
        }
        if let Some(text) = self.custom_data {
            request = request.with_custom_data(text);
        }
        if self.interest_free {
            request = request.with_interest_free();
        }
        if self.card_points {
            request = request.with_card_points();
        }
        Ok(request)
    }

    /// The booking of it, at a time.
    pub(crate) fn entry(self, at: UnixSeconds) -> Result<ScheduleEntry, Invalid> {
        let tax = TaxSplit { tax_free: self.tax_free, vat: self.vat };
        let entry = ScheduleEntry::new(self.order, at, self.amount, self.name);
        let mut entry = entry.with_tax(tax)?.with_buyer(self.buyer.buyer()?);
        if let Some(installment) = self.installment {
            entry = entry.with_installment(installment)?;
        }
        if let Some(url) = self.notice_url {
            entry = entry.with_notice_url(url);
        }
        if let Some(text) = self.custom_data {
            entry = entry.with_custom_data(text);
        }
        if self.interest_free {
            entry = entry.with_interest_free();
        }
        if self.card_points {
            entry = entry.with_card_points();
        }
        Ok(entry)
    }
}

/// Who buys, or holds the card.
#[derive(Debug, Args)]
pub(crate) struct BuyerArgs {
    /// The buyer's name
    #[arg(long, value_name = "NAME")]
    pub(crate) buyer_name: Option<String>,
    /// The buyer's phone number
    #[arg(long, value_name = "TEL")]
    pub(crate) buyer_tel: Option<String>,
    /// The buyer's e-mail address
    #[arg(long, value_name = "EMAIL")]
    pub(crate) buyer_email: Option<String>,
    /// The buyer's address
    #[arg(long, value_name = "ADDRESS", requires = "buyer_postcode")]
    pub(crate) buyer_addr: Option<String>,
    /// The buyer's postcode
    #[arg(long, value_name = "CODE", requires = "buyer_addr")]
    pub(crate) buyer_postcode: Option<String>,
}

impl BuyerArgs {
    /// The buyer, checked.
    pub(crate) fn buyer(self) -> Result<Buyer, Invalid> {
        let mut buyer = Buyer::new();
        if let Some(name) = self.buyer_name {
            buyer = buyer.with_name(name)?;
        }
        if let Some(tel) = self.buyer_tel {
            buyer = buyer.with_tel(tel)?;
        }
        if let Some(email) = self.buyer_email {
            buyer = buyer.with_email(email)?;
        }
        if let (Some(addr), Some(postcode)) = (self.buyer_addr, self.buyer_postcode) {
            buyer = buyer.with_address(addr, postcode)?;
        }
        Ok(buyer)
    }
}

/// A span of time for a list.
#[derive(Debug, Args)]
pub(crate) struct SpanArgs {
    /// From when: UNIX seconds, or a day or time in Korea such as 2026-12-01 or 2026-12-01T09:00
    #[arg(long, value_name = "TIME", value_parser = when)]
    pub(crate) from: Option<UnixSeconds>,
    /// Until when, likewise
    #[arg(long, value_name = "TIME", value_parser = when)]
    pub(crate) to: Option<UnixSeconds>,
}

/// A checked order name.
pub(crate) fn order_name(text: &str) -> Result<OrderName, Invalid> {
    OrderName::new(text)
}

/// A time: UNIX seconds, or a day or time in Korea.
pub(crate) fn when(text: &str) -> Result<UnixSeconds, Invalid> {
    time::parse(text)
}

/// The number of a page.
pub(crate) fn page(text: &str) -> Result<u32, Invalid> {
    let number = text.parse().ok().filter(|page| *page > 0);
    number.ok_or_else(|| Invalid::new("page", "is not a whole number from 1"))
}

fn installment(text: &str) -> Result<Installment, Invalid> {
    let months = text.parse().map_err(|_| Invalid::new("card_quota", "is not 2 to 36 months"))?;
    Installment::months(months)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }
}
