//! A server that writes down what it is sent and does nothing: for snapshots of an adapter's requests.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

/// One request as it came.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    /// The method.
    pub method: String,
    /// The path with its query.
    pub path: String,
    /// The body; null when there was none or it is not JSON.
    pub body: Value,
}

impl Recorded {
    /// Method, path and body as text, for a snapshot.
    pub fn to_text(&self) -> String {
        format!("{} {}\n{:#}", self.method, self.path, self.body)
    }
}

/// The server. It hands out a token, and answers everything else with code 1, so that no caller goes on.
pub struct Recorder {
    addr: SocketAddr,
    seen: Arc<Mutex<Vec<Recorded>>>,
    envelope: Arc<Mutex<Value>>,
    stopped: Arc<AtomicBool>,
}

impl Recorder {
    /// Starts one on a free port of 127.0.0.1.
    ///
    /// # Panics
    /// When no port can be had.
    pub fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let addr = listener.local_addr().expect("the port's address");
        let (seen, stopped) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicBool::new(false)));
        let envelope = Arc::new(Mutex::new(json!({ "code": 1, "message": "recorded", "response": null })));
        let (list, stop, said) = (Arc::clone(&seen), Arc::clone(&stopped), Arc::clone(&envelope));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten().take_while(|_| !stop.load(Ordering::Acquire)) {
                let _ = answer(stream, &list, &said);
            }
        });
        Self { addr, seen, envelope, stopped }
    }

    /// Its address.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// From now on everything but the token is answered with this.
    pub(crate) fn answer_with(&self, envelope: Value) {
        *self.envelope.lock().unwrap_or_else(PoisonError::into_inner) = envelope;
    }

    /// What came so far, but the token's requests.
    pub fn requests(&self) -> Vec<Recorded> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The newest of them.
    ///
    /// # Panics
    /// When nothing came.
    pub fn last(&self) -> Recorded {
        self.requests().pop().expect("a request")
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::Release);
        // Wakes the thread, so that it sees the mark.
        drop(TcpStream::connect(self.addr));
    }
}

/// Reads one request, writes it down unless it asks for a token, and answers it: in this order, so that whoever has the answer finds
/// the request. `None` for one that broke off.
fn answer(stream: TcpStream, list: &Mutex<Vec<Recorded>>, envelope: &Mutex<Value>) -> Option<()> {
    stream.set_read_timeout(Some(Duration::from_secs(10))).ok()?;
    let mut reader = BufReader::new(stream);
    let request = read(&mut reader)?;
    let token = request.path == "/users/getToken";
    if !token {
        list.lock().unwrap_or_else(PoisonError::into_inner).push(request);
    }
    let envelope = if token { token_answer() } else { envelope.lock().unwrap_or_else(PoisonError::into_inner).clone() };
    let body = envelope.to_string();
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n";
    write!(reader.get_mut(), "{head}Content-Length: {}\r\n\r\n{body}", body.len()).ok()
}

fn read(reader: &mut impl BufRead) -> Option<Recorded> {
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut words = line.split_whitespace();
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut length = 0;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        let Some((name, value)) = header.trim_end().split_once(':') else { break };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = Vec::new();
    reader.take(length).read_to_end(&mut body).ok()?;
    Some(Recorded { method, path, body: serde_json::from_slice(&body).unwrap_or(Value::Null) })
}

fn token_answer() -> Value {
    let now = SystemTime::UNIX_EPOCH.elapsed().map_or(0, |since| since.as_secs());
    json!({
        "code": 0,
        "message": null,
        "response": { "access_token": "recorder", "now": now, "expired_at": now + 1_800 },
    })
}
