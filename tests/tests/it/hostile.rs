//! Servers that mean harm, met by `Billing` as a merchant uses it: bounded memory, clear errors, no secret sent elsewhere, and no
//! word of theirs believed about money.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use kr_billing::{Billing, Charge, DoubtCause, ErrorKind, Issuance, IssueRequest, Reach};
use kr_billing_sandbox::{Operation, SAMPLE_SECRET, Sandbox};
use kr_billing_tests::monthly_run;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::support::{GOOD_CARD, card};

/// What is written over the limit before a client that stopped reading is noticed: the system's socket buffers.
const BUFFERS: usize = 24 << 20;

/// The wire's limit for one record and, with room for it, for a list.
const LIST_LIMIT: usize = 16 << 20;

/// How a peer misbehaves.
#[derive(Debug, Clone, Copy)]
enum Evil {
    /// A body without an end.
    Endless,
    /// A body that is announced with 10 GB.
    Announced,
    /// Headers without an end.
    EndlessHeaders,
    /// Elsewhere, with this status.
    Redirect(u16),
    /// Elsewhere, with a user and a password in the address.
    RedirectWithCredentials,
    /// JSON nested a hundred thousand deep, as the whole answer.
    Nested,
    /// The same, inside a record's field.
    NestedInside,
    /// 64 MiB of JSON in a few kilobytes.
    GzipBomb,
    /// Less than the body, so that its JSON is cut.
    ShortLength,
    /// More than the body.
    LongLength,
    /// Two lengths.
    TwoLengths,
    /// No HTTP at all.
    Garbage,
    /// Bytes that are no text.
    NotText,
    /// Two answers about one thing.
    Contradiction,
}

const ALL: &[Evil] = &[
    Evil::Endless,
    Evil::Announced,
    Evil::EndlessHeaders,
    Evil::Redirect(301),
    Evil::Redirect(302),
    Evil::Redirect(307),
    Evil::Redirect(308),
    Evil::RedirectWithCredentials,
    Evil::Nested,
    Evil::NestedInside,
    Evil::GzipBomb,
    Evil::ShortLength,
    Evil::LongLength,
    Evil::TwoLengths,
    Evil::Garbage,
    Evil::NotText,
    Evil::Contradiction,
];

/// Which requests are answered badly; the rest goes to the sandbox and back.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Where {
    Token,
    /// Only the charge, which the sandbox has made before.
    Charge,
    /// The charge, and every look-up after it.
    ChargeAndLookUps,
}

/// A peer between `Billing` and the sandbox, and another host that nobody should ever speak to.
struct Peer {
    address: String,
    written: Arc<AtomicUsize>,
    elsewhere: Arc<AtomicUsize>,
}

async fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

impl Peer {
    async fn start(sandbox: SocketAddr, evil: Evil, place: Where) -> Self {
        let (elsewhere, other_host) = listen().await;
        let visits = Arc::new(AtomicUsize::new(0));
        let counter = visits.clone();
        tokio::spawn(async move {
            while elsewhere.accept().await.is_ok() {
                counter.fetch_add(1, Ordering::SeqCst);
            }
        });
        let (listener, address) = listen().await;
        let written = Arc::new(AtomicUsize::new(0));
        let (counter, charged) = (written.clone(), Arc::new(AtomicBool::new(false)));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, sandbox, other_host, (evil, place), counter.clone(), charged.clone()));
            }
        });
        Self { address: format!("http://{address}"), written, elsewhere: visits }
    }
}

/// Reads one request, head and body.
async fn read_request(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    loop {
        let mut piece = [0; 4096];
        let length = stream.read(&mut piece).await.ok()?;
        bytes.extend_from_slice(&piece[..length]);
        let text = String::from_utf8_lossy(&bytes).to_lowercase();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let announced = head.lines().find_map(|line| line.strip_prefix("content-length:"));
            let announced = announced.map_or(0, |length| length.trim().parse().unwrap());
            if body.len() >= announced {
                return Some(bytes);
            }
        }
        if length == 0 {
            return None;
        }
    }
}

async fn serve(
    mut stream: TcpStream,
    sandbox: SocketAddr,
    other_host: SocketAddr,
    (evil, place): (Evil, Where),
    written: Arc<AtomicUsize>,
    charged: Arc<AtomicBool>,
) {
    let Some(request) = read_request(&mut stream).await else { return };
    let text = String::from_utf8_lossy(&request).into_owned();
    let asks = |path: &str| text.lines().next().is_some_and(|line| line.contains(path));
    charged.fetch_or(asks("/subscribe/payments/again"), Ordering::SeqCst);
    let badly = match place {
        Where::Token => asks("/users/getToken"),
        Where::Charge => asks("/subscribe/payments/again"),
        Where::ChargeAndLookUps => asks("/subscribe/payments/again") || asks("/payments/find") && charged.load(Ordering::SeqCst),
    };
    let honest = if place == Where::Token && badly { Vec::new() } else { forward(sandbox, &text).await };
    if badly {
        misbehave(&mut stream, evil, other_host, &written).await;
    } else {
        let _left = stream.write_all(&honest).await;
    }
}

/// What the sandbox answers. It may be slow; the peer is not in a hurry.
async fn forward(sandbox: SocketAddr, request: &str) -> Vec<u8> {
    let mut server = TcpStream::connect(sandbox).await.unwrap();
    let (line, rest) = request.split_once("\r\n").unwrap();
    server.write_all(format!("{line}\r\nconnection: close\r\n{rest}").as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let _end = server.read_to_end(&mut answer).await;
    answer
}

async fn misbehave(stream: &mut TcpStream, evil: Evil, other_host: SocketAddr, written: &AtomicUsize) {
    let deep = "[".repeat(100_000) + &"]".repeat(100_000);
    let whole = |body: &str| format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len()).into_bytes();
    let head = |head: &str, body: &str| format!("HTTP/1.1 {head}\r\n\r\n{body}").into_bytes();
    let fair = r#"{"code":0,"message":null,"response":null}"#;
    let answer = match evil {
        Evil::Endless => {
            let piece = format!("10000\r\n{}\r\n", "9".repeat(0x10000));
            return without_end(stream, "200 OK\r\ntransfer-encoding: chunked\r\n\r\n", &piece, written).await;
        }
        Evil::Announced => {
            let piece = "9".repeat(0x10000);
            return without_end(stream, "200 OK\r\ncontent-length: 10737418240\r\n\r\n", &piece, written).await;
        }
        Evil::EndlessHeaders => {
            return without_end(stream, "200 OK\r\n", &format!("x-more: {}\r\n", "9".repeat(900)), written).await;
        }
        Evil::Redirect(status) => head(&format!("{status} Elsewhere\r\nlocation: http://{other_host}/\r\ncontent-length: 0"), ""),
        Evil::RedirectWithCredentials => {
            head(&format!("302 Found\r\nlocation: http://evil-user:evil-password@{other_host}/\r\ncontent-length: 0"), "")
        }
        Evil::Nested => whole(&deep),
        Evil::NestedInside => whole(&format!(r#"{{"code":0,"message":null,"response":{{"custom_data":{deep}}}}}"#)),
        Evil::GzipBomb => {
            let bomb = bomb();
            let head = format!("HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\n\r\n", bomb.len());
            [head.into_bytes(), bomb].concat()
        }
        Evil::ShortLength => head("200 OK\r\ncontent-length: 20", fair),
        Evil::LongLength => head("200 OK\r\ncontent-length: 2000", fair),
        Evil::TwoLengths => head("200 OK\r\ncontent-length: 41\r\ncontent-length: 12", fair),
        Evil::Garbage => b"\x16\x03\x01\x00\xa5 this is no HTTP\r\n\r\n".to_vec(),
        Evil::NotText => [whole(""), b"\xff\xfe\x00".to_vec()].concat(),
        Evil::Contradiction => whole(r#"{"code":1,"code":0,"message":"no","response":{"status":"paid"}}"#),
    };
    let _left = stream.write_all(&answer).await;
}

/// Writes until the client goes away.
async fn without_end(stream: &mut TcpStream, head: &str, piece: &str, written: &AtomicUsize) {
    let _left = stream.write_all(format!("HTTP/1.1 {head}").as_bytes()).await;
    while stream.write_all(piece.as_bytes()).await.is_ok() {
        written.fetch_add(piece.len(), Ordering::SeqCst);
    }
}

fn bomb() -> Vec<u8> {
    use std::io::Write;
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    let zeros = vec![b'0'; 1 << 20];
    (0..64).for_each(|_| packed.write_all(&zeros).unwrap());
    packed.finish().unwrap()
}

async fn with_key(sandbox: &Sandbox) {
    let billing = monthly_run::billing(sandbox.base_url()).build().unwrap();
    let request = IssueRequest::new(monthly_run::key().id, card(GOOD_CARD));
    let issued = billing.issuing(None).unwrap().key_in().unwrap().issue(&request).await.unwrap();
    assert!(matches!(issued, Issuance::Stored(_)));
}

fn says_no_secret(text: &str) {
    for secret in [SAMPLE_SECRET, "evil-password", "Bearer"] {
        assert!(!text.contains(secret), "{text}");
    }
}

/// A charge against a peer. The second value is how many times the sandbox saw the charge.
async fn charge_against(evil: Evil, place: Where) -> (Result<Charge, kr_billing::NotCharged>, Sandbox) {
    let sandbox = Sandbox::start().await.unwrap();
    with_key(&sandbox).await;
    let peer = Peer::start(sandbox.addr(), evil, place).await;
    let mut policy = kr_billing::Policy::default();
    // Long enough for a busy machine where an honest answer comes, and short where none does.
    policy.resolve_for = std::time::Duration::from_millis(if place == Where::ChargeAndLookUps { 200 } else { 20_000 });
    policy.first_wait = std::time::Duration::from_millis(20);
    let billing = monthly_run::billing(&peer.address).policy(policy).build().unwrap();
    let ended = billing.charge(monthly_run::request(1)).await;
    let written = peer.written.load(Ordering::SeqCst);
    assert!(written < LIST_LIMIT * lookups(&sandbox) + BUFFERS, "{evil:?} at {place:?}: {written} bytes were taken");
    assert_eq!(peer.elsewhere.load(Ordering::SeqCst), 0, "{evil:?} at {place:?}: another host was asked");
    (ended, sandbox)
}

fn lookups(sandbox: &Sandbox) -> usize {
    sandbox.handle().requests().len()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_to_a_charge_that_means_harm_is_not_believed_and_the_money_is_found() {
    for evil in ALL {
        let (ended, sandbox) = charge_against(*evil, Where::Charge).await;
        match ended {
            Ok(Charge::Paid(paid)) => assert!(paid.found, "{evil:?}"),
            other => panic!("{evil:?}: {other:?}"),
        }
        assert_eq!(sandbox.handle().ledger().len(), 1, "{evil:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_charge_that_nobody_can_look_up_is_in_doubt_and_is_sent_once() {
    for evil in ALL {
        let (ended, sandbox) = charge_against(*evil, Where::ChargeAndLookUps).await;
        match ended {
            Ok(Charge::InDoubt(doubt)) => {
                assert_eq!(doubt.cause, DoubtCause::AnswerLost, "{evil:?}");
                says_no_secret(&format!("{doubt:?} {}", doubt.detail));
            }
            other => panic!("{evil:?}: {other:?}"),
        }
        let sent = sandbox.handle().requests().iter().filter(|request| request.operation == Some(Operation::Again)).count();
        assert_eq!(sent, 1, "{evil:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_endpoint_that_means_harm_stops_everything_before_it_is_sent() {
    for evil in ALL {
        let (ended, sandbox) = charge_against(*evil, Where::Token).await;
        let not_charged = ended.expect_err("charged without a token");
        let error = not_charged.error();
        assert_eq!(error.reach(), Reach::NotSent, "{evil:?}: {error}");
        assert!(error.message().len() > 20, "{evil:?}: {error}");
        let mut chain = format!("{not_charged} {error:?}");
        let mut source = std::error::Error::source(error);
        while let Some(cause) = source {
            chain.push_str(&format!(" {cause} {cause:?}"));
            source = cause.source();
        }
        says_no_secret(&chain);
        assert_eq!(sandbox.handle().ledger().len(), 0, "{evil:?}");
    }
}

mod tls {
    //! Certificates that nobody should take.

    use std::time::SystemTime;

    use rcgen::{CertificateParams, KeyPair};
    use tokio_rustls::TlsAcceptor;
    use tokio_rustls::rustls::ServerConfig;
    use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

    use super::*;

    fn acceptor(params: CertificateParams) -> TlsAcceptor {
        let pair = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&pair).unwrap();
        let secret = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(pair.serialize_der()));
        let config = ServerConfig::builder().with_no_client_auth().with_single_cert(vec![certificate.der().clone()], secret);
        TlsAcceptor::from(Arc::new(config.unwrap()))
    }

    fn params(name: &str) -> CertificateParams {
        CertificateParams::new(vec![name.to_owned()]).unwrap()
    }

    /// Counts the connections on which a client went on after seeing the certificate.
    async fn serve(acceptor: TlsAcceptor) -> (String, Arc<AtomicUsize>) {
        let (listener, address) = listen().await;
        let taken = Arc::new(AtomicUsize::new(0));
        let counter = taken.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                // TLS 1.3 lets a server finish first: what counts is whether the client ever says something.
                if let Ok(mut stream) = acceptor.accept(stream).await
                    && stream.read_u8().await.is_ok()
                {
                    counter.fetch_add(1, Ordering::SeqCst);
                }
            }
        });
        (format!("https://{address}"), taken)
    }

    async fn charge(base_url: &str) -> kr_billing::NotCharged {
        let billing: Billing = monthly_run::billing(base_url).build().unwrap();
        billing.charge(monthly_run::request(1)).await.expect_err("charged over a line that nobody vouches for")
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_certificate_that_nobody_signed_is_not_sent_anything() {
        let mut expired = params("127.0.0.1");
        expired.not_after = rcgen::date_time_ymd(2001, 1, 1);
        let mut early = params("127.0.0.1");
        early.not_before = (SystemTime::now() + std::time::Duration::from_secs(86_400)).into();
        for (what, params) in [
            ("self-signed", params("127.0.0.1")),
            ("another name", params("api.iamport.kr")),
            ("expired", expired),
            ("early", early),
        ] {
            let (address, taken) = serve(acceptor(params)).await;
            let refused = charge(&address).await;
            let error = refused.error();
            assert_eq!((error.reach(), error.kind()), (Reach::NotSent, ErrorKind::Unreachable), "{what}: {error}");
            assert_eq!(taken.load(Ordering::SeqCst), 0, "{what}: something was sent");
            says_no_secret(&format!("{refused} {error:?}"));
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_server_without_tls_gets_no_byte_of_a_request() {
        let (listener, address) = listen().await;
        let heard = tokio::spawn(async move {
            let mut all = Vec::new();
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut piece = vec![0; 4096];
                let length = stream.read(&mut piece).await.unwrap_or(0);
                all.extend_from_slice(&piece[..length]);
                let _left = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
                if all.len() > 100 {
                    return all;
                }
            }
            all
        });
        let refused = charge(&format!("https://{address}")).await;
        assert_eq!(refused.error().reach(), Reach::NotSent, "{refused}");
        let heard = String::from_utf8_lossy(&heard.await.unwrap()).into_owned();
        assert!(!heard.contains("getToken") && !heard.contains(SAMPLE_SECRET), "a request in the clear");
    }
}
