//! A small HTTP server that answers as a test tells it, byte by byte if need be.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use kr_billing_core::profile::{AmountRole, KeyInTerms, RefundTax, VatTerms, WindowReturn};
use kr_billing_core::{
    BillingKey, BillingKeyId, Card, ChannelName, ChargeRequest, Clock, CodeClass, DeclineReason, Error, Expiry, Fact,
    IssueRequest, Krw, OrderId, OrderName, Profile, ScheduleEntry, TaxSplit, WindowRequest,
};
use kr_billing_portone_v1::{
    CardField, Channel, ChannelSettings, Client, ClientConfig, Credentials, Extra, KeyInSettings, ModuleRoute, Phase, Provider,
    WindowProvider,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

pub(crate) const SECRET: &str = "canary-secret-0001";
pub(crate) const TOKEN: &str = "canary-token-0001";
pub(crate) const CARD: &str = "4518-0912-7733-1026";
pub(crate) const BIRTH: &str = "880205";

/// What the server heard.
#[derive(Debug, Clone)]
pub(crate) struct Heard {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) head: String,
    pub(crate) body: String,
}

/// What it does about a request.
#[derive(Clone)]
pub(crate) enum Act {
    /// Answers with a status and a JSON body.
    Json(u16, String),
    /// Writes these bytes and closes.
    Raw(Vec<u8>),
    /// Writes these bytes and then the same piece again and again.
    Endless(Vec<u8>, Vec<u8>),
    /// Closes without a byte.
    Drop,
    /// Never answers.
    Hang,
}

type Handler = Arc<dyn Fn(&Heard) -> Act + Send + Sync>;

pub(crate) struct Server {
    pub(crate) url: String,
    heard: Arc<Mutex<Vec<Heard>>>,
}

impl Server {
    /// Starts a server whose getToken works.
    pub(crate) async fn start(answer: impl Fn(&Heard) -> Act + Send + Sync + 'static) -> Self {
        Self::with_all(move |heard| if heard.target == "/users/getToken" { token(TOKEN, 1800) } else { answer(heard) }).await
    }

    /// Starts a server that hands every request to `answer`.
    pub(crate) async fn with_all(answer: impl Fn(&Heard) -> Act + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let heard = Arc::new(Mutex::new(Vec::new()));
        let (log, handler): (_, Handler) = (heard.clone(), Arc::new(answer));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, log.clone(), handler.clone()));
            }
        });
        Self { url, heard }
    }

    pub(crate) fn heard(&self) -> Vec<Heard> {
        self.heard.lock().unwrap().clone()
    }

    pub(crate) fn count(&self, target: &str) -> usize {
        self.heard().iter().filter(|heard| heard.target.starts_with(target)).count()
    }

    pub(crate) fn config(&self) -> ClientConfig {
        ClientConfig::new(Credentials::new("canary-key-0001", SECRET)).with_base_url(&self.url)
    }

    pub(crate) fn client(&self) -> Client {
        Client::new(self.config()).unwrap()
    }
}

async fn serve(mut stream: TcpStream, log: Arc<Mutex<Vec<Heard>>>, handler: Handler) {
    let mut buffer = Vec::new();
    while let Some(heard) = read(&mut stream, &mut buffer).await {
        log.lock().unwrap().push(heard.clone());
        match handler(&heard) {
            Act::Json(status, body) => {
                let head =
                    format!("HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n", body.len());
                if stream.write_all(format!("{head}{body}").as_bytes()).await.is_err() {
                    return;
                }
            }
            Act::Raw(bytes) => {
                let _ = stream.write_all(&bytes).await;
                return;
            }
            Act::Endless(head, piece) => {
                let _ = stream.write_all(&head).await;
                while stream.write_all(&piece).await.is_ok() {}
                return;
            }
            Act::Drop => return,
            Act::Hang => std::future::pending().await,
        }
    }
}

async fn read(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<Heard> {
    loop {
        if let Some(end) = buffer.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&buffer[..end]).into_owned();
            let lengths: HashMap<String, String> = head
                .lines()
                .filter_map(|line| line.split_once(':'))
                .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
                .collect();
            let length: usize = lengths.get("content-length").map_or(0, |text| text.parse().unwrap());
            if buffer.len() >= end + 4 + length {
                let body = String::from_utf8_lossy(&buffer[end + 4..end + 4 + length]).into_owned();
                buffer.drain(..end + 4 + length);
                let mut words = head.split(' ');
                let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
                return Some(Heard { method, target, head, body });
            }
        }
        let mut piece = [0; 4096];
        match stream.read(&mut piece).await {
            Ok(0) | Err(_) => return None,
            Ok(read) => buffer.extend_from_slice(&piece[..read]),
        }
    }
}

pub(crate) fn token(text: &str, life: u64) -> Act {
    let now = 1_790_000_000;
    done(&format!(r#"{{"access_token":"{text}","now":{now},"expired_at":{}}}"#, now + life))
}

pub(crate) fn done(response: &str) -> Act {
    Act::Json(200, format!(r#"{{"code":0,"message":null,"response":{response}}}"#))
}

pub(crate) fn refused(status: u16, code: i64, message: &str) -> Act {
    Act::Json(status, serde_json::json!({ "code": code, "message": message, "response": null }).to_string())
}

/// A payment record with these fields on top of the required ones.
pub(crate) fn payment(order: &str, status: &str, more: &str) -> String {
    format!(
        r#"{{"imp_uid":"imps_1","merchant_uid":"{order}","amount":1000,"cancel_amount":0,"currency":"KRW","status":"{status}"{more}}}"#
    )
}

/// A clock that stands still until it is moved. Its wall is hours off.
#[derive(Default)]
pub(crate) struct ManualClock {
    now: Mutex<Duration>,
}

impl ManualClock {
    pub(crate) fn advance(&self, time: Duration) {
        *self.now.lock().unwrap() += time;
    }
}

#[async_trait]
impl Clock for ManualClock {
    fn wall(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_790_000_000 - 7 * 3600)
    }

    fn monotonic(&self) -> Duration {
        *self.now.lock().unwrap()
    }

    async fn sleep(&self, _time: Duration) {}
}

/// A made-up PG.
pub(crate) struct Acme;

pub(crate) static ACME: Profile = Profile {
    pg: "acme",
    name: "Acme",
    window_module: Fact::new(Some("acme_window"), "[test]"),
    key_in_module: Fact::new("acme", "[test]"),
    key_in_terms: Fact::new(KeyInTerms::Ordinary, "[test]"),
    window_amount: Fact::new(AmountRole::DisplayOnly, "[test]"),
    pc_return: Fact::new(WindowReturn::Callback, "[test]"),
    mobile_return: Fact::new(WindowReturn::Redirect, "[test]"),
    minimum_won: Fact::new(100, "[test]"),
    vat_amount: Fact::new(VatTerms::NotTaken, "[test]"),
    interest_free: Fact::new(false, "[test]"),
    card_points: Fact::new(false, "[test]"),
    refund_tax: Fact::new(RefundTax::MustBeKnown, "[test]"),
    key_in_buyer: Fact::new(&["buyer_name"], "[test]"),
    window_buyer: Fact::new(&["buyer_tel"], "[test]"),
    test_mids: Fact::new(&[], "[test]"),
    test_behaviour: Fact::new("none", "[test]"),
    notes: &[],
};

impl Provider for Acme {
    fn profile(&self) -> &'static Profile {
        &ACME
    }

    fn classify_code(&self, code: &str, phase: Phase) -> Option<CodeClass> {
        Some(match (code, phase) {
            ("LOW1", _) => CodeClass::Decline(DeclineReason::InsufficientFunds),
            ("TOUT", _) => CodeClass::UnknownOutcome,
            ("DUP1", _) => CodeClass::Duplicate,
            ("GONE", _) => CodeClass::from_table("refund_state", "already_cancelled")?,
            ("OK00", _) => CodeClass::Unrelated,
            _ => return None,
        })
    }

    fn classify_words(&self, code: Option<&str>, text: &str) -> Option<CodeClass> {
        (code == Some("WORD") && text.contains("분실")).then_some(CodeClass::Decline(DeclineReason::LostOrStolen))
    }

    fn check_charge(&self, _request: &ChargeRequest) -> Result<(), Error> {
        Ok(())
    }

    fn check_entry(&self, _entry: &ScheduleEntry) -> Result<(), Error> {
        Ok(())
    }

    fn check_issue(&self, _request: &IssueRequest) -> Result<(), Error> {
        Ok(())
    }

    fn check_refund(&self, _tax: Option<TaxSplit>) -> Result<(), Error> {
        Ok(())
    }
}

impl WindowProvider for Acme {
    fn window_fields(&self, _request: &WindowRequest, extra: &mut Extra) -> Result<(), Error> {
        extra.set("bypass", serde_json::json!({ "logo": "https://shop.example/logo.gif" }));
        Ok(())
    }
}

pub(crate) fn settings() -> ChannelSettings {
    let key_in = KeyInSettings::new(ModuleRoute::new("acme").with_mid("MID1")).with_required([CardField::Birth]);
    ChannelSettings::new().with_key_in(key_in).with_window(ModuleRoute::new("acme_window").with_mid("MID2"))
}

pub(crate) fn channel(server: &Server) -> Channel<Acme> {
    Channel::with_window(server.client(), Acme, settings()).unwrap()
}

pub(crate) fn order() -> OrderId {
    OrderId::new("order_1").unwrap()
}

pub(crate) fn key() -> BillingKeyId {
    BillingKeyId::new("member_1").unwrap()
}

pub(crate) fn krw(won: u64) -> Krw {
    Krw::new(won).unwrap()
}

pub(crate) fn name() -> OrderName {
    OrderName::new("box").unwrap()
}

pub(crate) fn card() -> Card {
    Card::new(CARD, Expiry::new(2031, 7).unwrap()).unwrap().with_birth(BIRTH).unwrap().with_password_digits("73").unwrap()
}

pub(crate) fn by_key() -> ChargeRequest {
    ChargeRequest::by_key(BillingKey::new(ChannelName::new("main").unwrap(), key()), order(), krw(1000), name())
}
