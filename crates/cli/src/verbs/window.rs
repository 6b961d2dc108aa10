//! `window`: what a page hands to `IMP.request_pay`, or the page itself.

use clap::{Args, ValueEnum};
use kr_billing::{
    Amount, BillingKeyId, ChannelName, Error, Language, Operation, OrderId, OrderName, ServicePeriod, WindowRequest,
};
use serde_json::{Value, json};

use crate::args::{BuyerArgs, order_name};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::session::Session;
use crate::show::{Answer, payment};

/// The browser's script. `[docs payrq]`
const SCRIPT: &str = "https://cdn.iamport.kr/v1/iamport.js";

/// What `window` takes.
#[derive(Debug, Args)]
pub(crate) struct WindowArgs {
    /// The id to store the card under (customer_uid); take a new one, since a used one would get the new card
    key: BillingKeyId,
    /// The order id of the issuance (merchant_uid): it is used up, and the first charge needs another
    #[arg(long)]
    order: OrderId,
    /// What the window shows, at most 40 characters
    #[arg(long, value_parser = order_name)]
    name: OrderName,
    /// Where a phone's browser is sent afterwards
    #[arg(long, value_name = "URL")]
    redirect_url: String,
    /// The sum the window shows, in won; KCP and Inicis charge nothing
    #[arg(long, value_name = "WON", default_value_t = 0)]
    amount: u64,
    /// Where the issuance's webhook goes
    #[arg(long, value_name = "URL")]
    notice_url: Option<String>,
    /// The window's language
    #[arg(long, value_enum)]
    language: Option<Tongue>,
    /// The service period's first day, YYYYMMDD (Inicis)
    #[arg(long, value_name = "DAY", requires = "period_to")]
    period_from: Option<String>,
    /// The service period's last day, YYYYMMDD (Inicis)
    #[arg(long, value_name = "DAY", requires = "period_from")]
    period_to: Option<String>,
    /// The channel in the configuration (else the default one)
    #[arg(long)]
    channel: Option<ChannelName>,
    /// Print a page that opens the window, in place of the parameters
    #[arg(long, requires = "merchant_code")]
    html: bool,
    /// The merchant code for IMP.init, from the console (imp and digits)
    #[arg(long, value_name = "CODE", requires = "html")]
    merchant_code: Option<String>,
    /// Another browser script, such as a sandbox's
    #[arg(long, value_name = "URL", default_value = SCRIPT, requires = "html")]
    script: String,
    #[command(flatten)]
    buyer: BuyerArgs,
}

/// A window's language: what the windows of KCP and Inicis are known to take. `[docs payrq]`
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Tongue {
    Ko,
    En,
}

/// Prints the parameters, or the page.
pub(crate) async fn run(session: &Session, args: WindowArgs) -> Result<Answer, Failure> {
    let billing = session.billing().await?;
    let issuing = billing.issuing(args.channel.as_ref())?;
    let window = issuing.window().ok_or_else(|| Failure::configuration(session.texts().no_window))?;
    let (code, script, html) = (args.merchant_code.clone().unwrap_or_default(), args.script.clone(), args.html);
    let parameters = window.parameters(&request(args)?).await?;
    let parameters: Value = serde_json::from_str(parameters.as_json())
        .map_err(|_| Failure::plain(Exit::NotSent, session.texts().window_unreadable))?;
    if html {
        let page = page(&parameters, &code, &script, session);
        return Ok(Answer::done(json!({ "html": page, "parameters": parameters }), page));
    }
    let pretty = serde_json::to_string_pretty(&parameters).unwrap_or_default();
    Ok(Answer::done(parameters, pretty))
}

fn request(args: WindowArgs) -> Result<WindowRequest, Error> {
    let invalid = |invalid| Error::invalid(Operation::OpenWindow, invalid);
    let mut request = WindowRequest::new(args.key, args.order, args.name, args.redirect_url)
        .with_display_amount(args.amount)
        .with_buyer(args.buyer.buyer().map_err(invalid)?);
    if let Some(url) = args.notice_url {
        request = request.with_notice_url(url);
    }
    if let Some(tongue) = args.language {
        request = request.with_language(match tongue {
            Tongue::Ko => Language::Ko,
            Tongue::En => Language::En,
        });
    }
    if let (Some(from), Some(to)) = (args.period_from, args.period_to) {
        request = request.with_period(ServicePeriod::new(from, to).map_err(invalid)?);
    }
    Ok(request)
}

/// The page, with `@…@` marks for what is put into it.
const PAGE: &str = include_str!("window.html");

/// A page with one button. What the callback says is a hint, so the page shows it and sends the reader to a look-up.
fn page(parameters: &Value, code: &str, script: &str, session: &Session) -> String {
    let texts = session.texts();
    let said = |name: &str| in_html(parameters[name].as_str().unwrap_or_default());
    let amount = parameters["amount"].as_u64().map(|won| payment::won(&Amount::Won(won), texts)).unwrap_or_default();
    // Only these two are known to charge nothing for an issuance, whatever sum the window shows. `[docs webhook-v1]`
    let charges_nothing = ["kcp_billing", "html5_inicis"].iter().any(|module| said("pg").starts_with(module));
    let note = if charges_nothing { format!("<p class=\"note\">{}</p>", in_html(texts.page_no_charge)) } else { String::new() };
    let spoken = json!({
        "after": texts.page_after,
        "failed": texts.page_failed,
        "no_script": texts.page_no_script,
        "wait": texts.page_wait,
    });
    let marks = [
        ("lang", session.lang.pick("en", "ko").to_owned()),
        ("title", in_html(texts.page_title)),
        ("script", in_html(script)),
        ("name_label", in_html(texts.page_name)),
        ("name", said("name")),
        ("order_label", in_html(texts.page_order)),
        ("order", said("merchant_uid")),
        ("amount_label", in_html(texts.page_amount)),
        ("amount", in_html(&amount)),
        ("note", note),
        ("button", in_html(texts.page_button)),
        ("parameters", in_script(parameters)),
        ("texts", in_script(&spoken)),
        ("code", in_script(&json!(code))),
    ];
    put_in(PAGE, &marks)
}

/// Puts values into a page's `@…@` marks, once: a mark within a value is left as it is.
fn put_in(page: &str, marks: &[(&str, String)]) -> String {
    let mut out = String::with_capacity(page.len() + 1024);
    for (at, part) in page.split('@').enumerate() {
        let value = marks.iter().find(|(name, _)| at % 2 == 1 && *name == part);
        out.push_str(value.map_or(part, |(_, value)| value));
    }
    out
}

/// JSON that cannot leave its `<script>`: no `</script>`, no `<!--`, no line separators.
fn in_script(value: &Value) -> String {
    let mut out = String::new();
    for c in value.to_string().chars() {
        match c {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out
}

/// Text that cannot leave its element or attribute.
fn in_html(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_stay_inside_their_script_and_stay_themselves() {
        let value = json!({ "name": "</script><script>alert(1)</script><!-- \u{2028} & 한글" });
        let embedded = in_script(&value);
        assert!(!embedded.contains('<') && !embedded.contains('>') && !embedded.contains('\u{2028}'), "{embedded}");
        assert_eq!(serde_json::from_str::<Value>(&embedded).unwrap(), value);
        assert_eq!(in_html("\"><script>"), "&quot;&gt;&lt;script&gt;");
    }
}
