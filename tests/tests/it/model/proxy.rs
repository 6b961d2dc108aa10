//! A line that breaks: a TCP proxy in front of the sandbox that knows where one HTTP request ends.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use kr_billing_sandbox::Handle;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{mpsc, watch};

use super::http::{Message, read_message};
use super::script::{Line, On};
use super::watch::{Event, Sending, Watch};

/// The longest a request is held back or an answer is withheld: beyond every client's patience here.
const NEVER: Duration = Duration::from_millis(400);

/// The method of a request that only asks whether it was read.
const PROBE: &str = "PROBE";

/// The proxy of one sandbox. It stops when it is dropped.
pub struct Proxy {
    shared: Arc<Shared>,
    addr: SocketAddr,
    task: tokio::task::JoinHandle<()>,
}

struct Shared {
    upstream: SocketAddr,
    books: Handle,
    plan: Mutex<Plan>,
    /// Counts the occasions on which idle connections are closed.
    epoch: watch::Sender<u64>,
    /// Times for which nobody listens.
    refuse: mpsc::UnboundedSender<Duration>,
    under_way: AtomicUsize,
    /// Connections that were accepted and are not closed.
    open: AtomicUsize,
    sent: AtomicU64,
    requests: AtomicU64,
}

/// What goes wrong next, and who watches.
#[derive(Default)]
struct Plan {
    watch: Option<Arc<Watch>>,
    faults: Vec<(On, Line, u8)>,
    at_once: u8,
    met: BTreeMap<String, u64>,
}

impl Proxy {
    /// Starts one in front of a sandbox.
    pub async fn start(upstream: SocketAddr, books: Handle) -> io::Result<Self> {
        let listener = TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0)).await?;
        let addr = listener.local_addr()?;
        let (refuse, refusals) = mpsc::unbounded_channel();
        let shared = Arc::new(Shared {
            upstream,
            books,
            plan: Mutex::default(),
            epoch: watch::Sender::new(0),
            refuse,
            under_way: AtomicUsize::new(0),
            open: AtomicUsize::new(0),
            sent: AtomicU64::new(0),
            requests: AtomicU64::new(0),
        });
        let task = tokio::spawn(accept(listener, addr, refusals, Arc::clone(&shared)));
        Ok(Self { shared, addr, task })
    }

    /// Where clients connect.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// Writes money calls into this log from now on.
    pub fn watch(&self, watch: Arc<Watch>) {
        self.shared.plan().watch = Some(watch);
    }

    /// Breaks the line at the next requests of a kind.
    pub fn plan(&self, on: On, how: Line, times: u8) {
        match how {
            Line::ResetAtOnce => {
                self.shared.plan().at_once += times;
                self.shared.epoch.send_modify(|epoch| *epoch += 1);
            }
            _ => self.shared.plan().faults.push((on, how, times)),
        }
    }

    /// Lets nobody in for a while, and closes idle connections.
    pub fn refuse(&self, time: Duration) {
        self.shared.plan().count("refused");
        self.shared.under_way.fetch_add(1, Ordering::AcqRel);
        // Its receiver lives as long as the proxy.
        let _ = self.shared.refuse.send(time);
        self.shared.epoch.send_modify(|epoch| *epoch += 1);
    }

    /// Forgets what was planned.
    pub fn clear(&self) {
        let mut plan = self.shared.plan();
        plan.faults.clear();
        plan.at_once = 0;
    }

    /// Waits until somebody listens, everything that was sent is through or dropped, and no connection is left. What a caller has
    /// sent before it left is somewhere on its way until then.
    pub async fn drain(&self) {
        self.wait_for(|shared| shared.under_way.load(Ordering::Acquire) == 0).await;
        // Connections are accepted in their order: when this one is, all before it are.
        if let Ok(mut probe) = TcpStream::connect(self.addr).await
            && probe.write_all(format!("{PROBE} / HTTP/1.1\r\n\r\n").as_bytes()).await.is_ok()
        {
            // It is answered by being closed.
            let _ = probe.read(&mut [0_u8; 1]).await;
        }
        self.shared.epoch.send_modify(|epoch| *epoch += 1);
        self.wait_for(|shared| shared.open.load(Ordering::Acquire) == 0).await;
    }

    async fn wait_for(&self, done: impl Fn(&Shared) -> bool) {
        while !done(&self.shared) {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// How many requests came, and which faults they met.
    pub fn take_figures(&self) -> (u64, BTreeMap<String, u64>) {
        (self.shared.requests.swap(0, Ordering::Relaxed), std::mem::take(&mut self.shared.plan().met))
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Shared {
    fn plan(&self) -> MutexGuard<'_, Plan> {
        self.plan.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Plan {
    fn meet(&mut self, on: On) -> Option<Line> {
        let (_, how, times) = self.faults.iter_mut().find(|(wanted, _, times)| *wanted == on && *times > 0)?;
        *times -= 1;
        let how = *how;
        let name = match how {
            Line::ResetAtOnce => "reset at once",
            Line::ResetBefore => "reset, not forwarded",
            Line::ResetAfter => "reset, forwarded",
            Line::Half => "half an answer",
            Line::Drip => "slow drip",
            Line::Hold { .. } => "held back",
            Line::Silence => "no answer",
        };
        self.count(name);
        Some(how)
    }

    fn count(&mut self, name: &str) {
        *self.met.entry(format!("line: {name}")).or_default() += 1;
    }
}

async fn accept(
    mut listener: TcpListener,
    addr: SocketAddr,
    mut refusals: mpsc::UnboundedReceiver<Duration>,
    shared: Arc<Shared>,
) {
    let mut connections = tokio::task::JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let Ok((stream, _)) = accepted else { continue };
                let at_once = {
                    let mut plan = shared.plan();
                    let meets = plan.at_once > 0;
                    plan.at_once -= u8::from(meets);
                    if meets {
                        plan.count("reset at once");
                    }
                    meets
                };
                if at_once {
                    reset(stream);
                } else {
                    shared.open.fetch_add(1, Ordering::AcqRel);
                    connections.spawn(serve(stream, Arc::clone(&shared)));
                }
            }
            Some(time) = refusals.recv() => {
                drop(listener);
                tokio::time::sleep(time).await;
                listener = listen_again(addr).await;
                shared.under_way.fetch_sub(1, Ordering::AcqRel);
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

/// Listens on the same port again; another socket may hold it for a moment.
async fn listen_again(addr: SocketAddr) -> TcpListener {
    loop {
        let listener = TcpSocket::new_v4().and_then(|socket| {
            socket.set_reuseaddr(true)?;
            socket.bind(addr)?;
            socket.listen(1024)
        });
        match listener {
            Ok(listener) => return listener,
            Err(_) => tokio::time::sleep(Duration::from_millis(5)).await,
        }
    }
}

fn reset(stream: TcpStream) {
    // If it cannot be reset it is closed: a broken line as well.
    let _ = stream.set_zero_linger();
}

/// Takes one off a count when it goes.
struct Counted<'a>(&'a AtomicUsize);

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

/// Carries the requests of one client connection, one after the other.
async fn serve(mut client: TcpStream, shared: Arc<Shared>) {
    let _open = Counted(&shared.open);
    let _ = client.set_nodelay(true);
    let mut epoch = shared.epoch.subscribe();
    let mut upstream: Option<TcpStream> = None;
    loop {
        let request = tokio::select! {
            biased;
            request = read_message(&mut client) => request,
            _ = epoch.changed() => return,
        };
        let Some(request) = request.filter(|request| request.whole()) else { return };
        if request.method() == PROBE {
            return;
        }
        shared.under_way.fetch_add(1, Ordering::AcqRel);
        let under_way = Counted(&shared.under_way);
        shared.requests.fetch_add(1, Ordering::Relaxed);
        let sent = note_send(&request, &shared);
        let how = shared.plan().meet(kind_of(&request));
        match carry(&mut client, &mut upstream, &request, how, sent, &shared).await {
            Carried::On => {}
            Carried::Reset => return reset(client),
            Carried::End => return,
        }
        drop(under_way);
    }
}

/// How a connection goes on.
enum Carried {
    On,
    Reset,
    End,
}

async fn carry(
    client: &mut TcpStream,
    upstream: &mut Option<TcpStream>,
    request: &Message,
    how: Option<Line>,
    sent: Option<u64>,
    shared: &Shared,
) -> Carried {
    match how {
        Some(Line::ResetBefore) => return Carried::Reset,
        Some(Line::Hold { ms }) => tokio::time::sleep(Duration::from_millis(u64::from(ms))).await,
        _ => {}
    }
    let Some(line) = forward(upstream, request, shared.upstream).await else { return Carried::End };
    // Nobody sends two requests at once here, so bytes or an end from the client mean that it has left. The request is on its way
    // all the same: it counts as under way until the provider has done with it.
    let mut rest = [0_u8; 1];
    let answer = tokio::select! {
        answer = read_message(line) => answer,
        _ = client.read(&mut rest), if how.is_none() => {
            let _ = tokio::time::timeout(NEVER, read_message(line)).await;
            None
        }
    };
    let Some(answer) = answer else { return Carried::Reset };
    if let (Some(id), None, 401 | 429) = (sent, how, answer.status()) {
        note(shared, Event::Refused(id));
    }
    match how {
        Some(Line::ResetAfter) => Carried::Reset,
        Some(Line::Hold { .. } | Line::Silence) => {
            // The client's own patience ends this; a bound, should it have none.
            let _ = tokio::time::timeout(NEVER, client.read(&mut rest)).await;
            Carried::Reset
        }
        Some(Line::Half) => {
            let _ = client.write_all(&answer.bytes()[..answer.bytes().len() / 2]).await;
            let _ = client.shutdown().await;
            Carried::End
        }
        Some(Line::Drip) => drip(client, answer.bytes()).await,
        Some(Line::ResetAtOnce | Line::ResetBefore) | None => match client.write_all(answer.bytes()).await {
            Ok(()) if answer.whole() => Carried::On,
            _ => Carried::End,
        },
    }
}

/// Sends a request on, over the connection there is or a new one.
async fn forward<'a>(upstream: &'a mut Option<TcpStream>, request: &Message, to: SocketAddr) -> Option<&'a mut TcpStream> {
    if let Some(line) = upstream.as_ref()
        && line.try_read(&mut [0_u8; 1]).is_ok()
    {
        // The sandbox has closed it since.
        *upstream = None;
    }
    if upstream.is_none() {
        let line = TcpStream::connect(to).await.ok()?;
        let _ = line.set_nodelay(true);
        *upstream = Some(line);
    }
    let line = upstream.as_mut()?;
    line.write_all(request.bytes()).await.ok()?;
    Some(line)
}

/// The head at once, then byte by byte, slower than anybody waits.
async fn drip(client: &mut TcpStream, bytes: &[u8]) -> Carried {
    let (head, rest) = bytes.split_at(bytes.len() / 2);
    if client.write_all(head).await.is_err() {
        return Carried::End;
    }
    for byte in rest {
        tokio::time::sleep(Duration::from_millis(7)).await;
        if client.write_all(&[*byte]).await.is_err() {
            return Carried::End;
        }
    }
    Carried::End
}

fn kind_of(request: &Message) -> On {
    match (request.method(), request.path()) {
        (_, "/users/getToken") => On::Token,
        ("GET", _) => On::LookUp,
        _ => On::Call,
    }
}

/// Writes a money call into the case's log, and gives it a number.
fn note_send(request: &Message, shared: &Shared) -> Option<u64> {
    if request.method() != "POST" {
        return None;
    }
    let subject = match request.path() {
        "/subscribe/payments/again" | "/subscribe/payments/onetime" => Sending::Charge(request.field("merchant_uid")?),
        "/payments/cancel" => Sending::Refund(request.field("imp_uid")?, request.number("checksum")),
        path => {
            let order = path.strip_prefix("/subscribe/payments/schedule/")?.strip_suffix("/retry")?;
            Sending::Retry(order.to_owned())
        }
    };
    let captures = subject.order().map_or(0, |order| shared.books.totals(order).captures);
    let id = shared.sent.fetch_add(1, Ordering::Relaxed);
    note(shared, Event::Sent { id, subject, captures });
    Some(id)
}

fn note(shared: &Shared, event: Event) {
    if let Some(watch) = &shared.plan().watch {
        watch.note(event);
    }
}
