//! One HTTP request of the API: read, route, meet a fault, commit, answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use hyper::{Request, Response, StatusCode};

use crate::answer::{Answer, Refusal};
use crate::body::{Cut, PlannedBody};
use crate::control;
use crate::engine::Engine;
use crate::faults::{self, Effect, Fault, Moment};
use crate::form::{self, Body};
use crate::messages;
use crate::ops::{self, Call, Route};
use crate::params::Params;
use crate::requests::{RequestEntry, shown_path};

/// The largest body that is read.
const BODY_MAX: usize = 1024 * 1024;
/// A client that sends more than this is cut off.
const DRAIN_MAX: usize = 64 * 1024 * 1024;
/// How long a broken answer's first bytes get to leave.
const FLUSH: Duration = Duration::from_millis(30);
const DRIP: u64 = 20;
const JSON: &str = "application/json; charset=UTF-8";
const GATEWAY_PAGE: &str =
    "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body><h1>502 Bad Gateway</h1></body>\r\n</html>\r\n";

type Answered = Result<Response<PlannedBody>, Cut>;

/// One connection's side of the server.
#[derive(Clone)]
pub(crate) struct Service {
    pub(crate) engine: Arc<Engine>,
    /// Set before a cut, it makes the cut a TCP reset.
    pub(crate) reset: Arc<AtomicBool>,
}

impl Service {
    pub(crate) async fn answer(self, request: Request<Incoming>) -> Answered {
        let (parts, body) = request.into_parts();
        let method = parts.method.as_str();
        let path = parts.uri.path();
        let control = path == "/_sandbox" || path.starts_with("/_sandbox/");
        let bytes = match read(body).await {
            Ok(bytes) => bytes,
            Err(Some(refusal)) if control => return Ok(respond(&refusal.into())),
            Err(Some(refusal)) => return Ok(Logged::new(&self.engine, method, path).plain(&refusal.into())),
            Err(None) => return Err(Cut),
        };
        if control {
            return Ok(control::answer(&self.engine, method, path, &bytes).await);
        }
        let kind = parts.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let params = params(method, parts.uri.query(), &bytes, kind);
        let mut log = Logged::new(&self.engine, method, path);
        match (ops::route(method, path), params) {
            (Route::Nowhere, _) => Ok(log.plain(&Refusal::not_found(messages::NO_PATH).into())),
            (Route::WrongMethod, _) => {
                let refusal = Refusal { status: 405, code: -1, message: messages::WRONG_METHOD.to_owned() };
                Ok(log.plain(&refusal.into()))
            }
            (Route::To(operation, args), params) => {
                let token = token(&parts.headers);
                // Whatever the body, and whatever fault is waiting.
                if let Err(unauthorized) = self.engine.authorize(operation, token.as_deref()) {
                    return Ok(log.plain(&unauthorized.into()));
                }
                let Ok(params) = params else { return Ok(log.plain(&Refusal::bad_request(messages::BAD_BODY).into())) };
                let call = Call { operation, args, params };
                log.entry.operation = Some(operation);
                log.entry.fields = call.params.names();
                self.perform(call, token.as_deref(), &mut log).await
            }
        }
    }

    async fn perform(&self, call: Call, token: Option<&str>, log: &mut Logged<'_>) -> Answered {
        let fault = self.engine.world().faults.meet(call.operation);
        let Some(fault) = fault else {
            return Ok(log.plain(&self.engine.commit(&call, token)));
        };
        log.entry.fault = crate::answer::to_value(fault.effect).as_str().map(str::to_owned);
        let answer = match fault.moment {
            Moment::BeforeCommit => None,
            Moment::AfterCommit | Moment::MidBody => Some(self.engine.commit(&call, token)),
            Moment::CommitLate => match self.engine.commit_later(call, token, fault.delay_ms) {
                Ok(()) => None,
                Err(unauthorized) => return Ok(log.plain(&unauthorized)),
            },
        };
        self.suffer(&fault, answer, log).await
    }

    /// Shows a fault: to an answer that was made, or to a call that has none.
    async fn suffer(&self, fault: &Fault, answer: Option<Answer>, log: &mut Logged<'_>) -> Answered {
        let mut answer = answer.unwrap_or_else(|| Answer::from(Refusal::unauthorized()));
        if fault.moment == Moment::MidBody {
            return Ok(self.break_off(fault, &answer));
        }
        match fault.effect {
            Effect::Drop => Err(Cut),
            Effect::Reset => {
                self.reset.store(true, Ordering::Release);
                Err(Cut)
            }
            Effect::Hang => {
                self.engine.released().await;
                Err(Cut)
            }
            Effect::Html502 => {
                log.entry.status = 502;
                Ok(build(StatusCode::BAD_GATEWAY, "text/html", PlannedBody::whole(GATEWAY_PAGE)))
            }
            Effect::Envelope500 => Ok(log.plain(&failure(500, "Internal Server Error"))),
            Effect::Status401 => Ok(log.plain(&Refusal::unauthorized().into())),
            Effect::Status429 => {
                let mut response = log.plain(&failure(429, "Too Many Requests"));
                response.headers_mut().insert(RETRY_AFTER, hyper::header::HeaderValue::from_static("1"));
                Ok(response)
            }
            Effect::WrongAmount => {
                faults::spoil_amount(&mut answer.response);
                Ok(log.plain(&answer))
            }
            Effect::WrongPg => {
                faults::spoil_pg(&mut answer.response);
                Ok(log.plain(&answer))
            }
            Effect::TruncatedJson => {
                log.entry.status = answer.status;
                let mut body = answer.body();
                body.truncate(body.len() / 2);
                Ok(build(status(answer.status), JSON, PlannedBody::whole(body)))
            }
            Effect::SlowDrip => {
                log.entry.status = answer.status;
                let interval = Duration::from_millis(fault.interval_ms.unwrap_or(DRIP));
                Ok(build(status(answer.status), JSON, PlannedBody::drip(&answer.body(), interval)))
            }
        }
    }

    fn break_off(&self, fault: &Fault, answer: &Answer) -> Response<PlannedBody> {
        let body = answer.body();
        let at = fault.at_byte.unwrap_or(body.len() / 2);
        let released = (fault.effect == Effect::Hang).then(|| self.engine.released());
        if fault.effect == Effect::Reset {
            self.reset.store(true, Ordering::Release);
        }
        let wait = Box::pin(async move {
            tokio::time::sleep(FLUSH).await;
            if let Some(released) = released {
                released.await;
            }
        });
        build(status(answer.status), JSON, PlannedBody::broken(&body, at, wait))
    }
}

/// A request's line in the log. It is written when the request ends, in whichever way: a client that
/// leaves a hanging call ends it too.
struct Logged<'a> {
    engine: &'a Engine,
    entry: RequestEntry,
}

impl<'a> Logged<'a> {
    fn new(engine: &'a Engine, method: &str, path: &str) -> Self {
        let entry = RequestEntry {
            at: engine.world().now(),
            method: method.to_owned(),
            path: shown_path(path),
            operation: None,
            fields: Vec::new(),
            status: 0,
            code: None,
            fault: None,
        };
        Self { engine, entry }
    }

    /// Notes an answer and makes its response.
    fn plain(&mut self, answer: &Answer) -> Response<PlannedBody> {
        self.entry.status = answer.status;
        self.entry.code = Some(answer.code);
        respond(answer)
    }
}

impl Drop for Logged<'_> {
    fn drop(&mut self) {
        let entry = self.entry.clone();
        tracing::info!(
            method = entry.method,
            path = entry.path,
            operation = entry.operation.map(|operation| operation.name()),
            status = entry.status,
            code = entry.code,
            fault = entry.fault,
            "request"
        );
        self.engine.world().requests.add(entry);
    }
}

fn failure(status: u16, message: &str) -> Answer {
    Answer::from(Refusal { status, code: -1, message: message.to_owned() })
}

/// Reads a body. A refusal is for one that is too large; none for one that broke off. What is over the
/// limit is read and thrown away, since a client that is still sending would not see the answer.
async fn read(mut body: Incoming) -> Result<Bytes, Option<Refusal>> {
    let mut kept = BytesMut::new();
    let mut size = 0;
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| None)?.into_data() else { continue };
        size += data.len();
        if size > DRAIN_MAX {
            return Err(None);
        }
        if size <= BODY_MAX {
            kept.extend_from_slice(&data);
        }
    }
    if size > BODY_MAX {
        return Err(Some(Refusal { status: 413, code: -1, message: messages::BODY_TOO_LARGE.to_owned() }));
    }
    Ok(kept.freeze())
}

/// Query and body in one. A GET's body is looked at, but never a reason to refuse; its query is what counts.
fn params(method: &str, query: Option<&str>, body: &[u8], kind: Option<&str>) -> Result<Params, form::Unreadable> {
    let mut fields = form::pairs(query.unwrap_or_default())?;
    let only_asks = matches!(method, "GET" | "DELETE");
    match form::body(body, kind) {
        Ok(Body::Json(body)) if !only_asks => {
            fields.extend(body);
            return Ok(Params::of(Body::Json(fields)));
        }
        Ok(Body::Json(body) | Body::Form(body)) => fields.extend(body),
        Err(_) if only_asks => {}
        Err(unreadable) => return Err(unreadable),
    }
    Ok(Params::of(Body::Form(fields)))
}

/// `Authorization` bare or with `Bearer`, or the old Python client's `X-ImpTokenHeader`.
fn token(headers: &HeaderMap) -> Option<String> {
    let header = headers.get(AUTHORIZATION).or_else(|| headers.get("x-imptokenheader"))?;
    let text = header.to_str().ok()?.trim();
    let bare = match text.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim(),
        _ => text,
    };
    Some(bare.to_owned())
}

fn respond(answer: &Answer) -> Response<PlannedBody> {
    build(status(answer.status), JSON, PlannedBody::whole(answer.body()))
}

fn status(code: u16) -> StatusCode {
    StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// A response of a status, a content type and a body.
pub(crate) fn build(status: StatusCode, kind: &'static str, body: PlannedBody) -> Response<PlannedBody> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, hyper::header::HeaderValue::from_static(kind));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_come_bare_with_bearer_and_in_the_old_header() {
        let with = |name: &'static str, value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(name, hyper::header::HeaderValue::from_static(value));
            token(&headers)
        };
        assert_eq!(with("authorization", "abc").as_deref(), Some("abc"));
        assert_eq!(with("authorization", "Bearer abc").as_deref(), Some("abc"));
        assert_eq!(with("authorization", "bearer  abc").as_deref(), Some("abc"));
        assert_eq!(with("x-imptokenheader", "abc").as_deref(), Some("abc"));
        assert_eq!(with("cookie", "abc"), None);
    }
}
