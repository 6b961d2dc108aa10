//! A merchant's webhook endpoint that answers as told and keeps what it got.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

#[derive(Default)]
struct Inbox {
    got: Vec<(String, String)>,
    answers: VecDeque<u16>,
}

#[derive(Clone)]
pub(crate) struct Receiver {
    pub(crate) url: String,
    inbox: Arc<Mutex<Inbox>>,
}

impl Receiver {
    /// Answers with these statuses first, then with 200.
    pub(crate) async fn start(answers: &[u16]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let inbox = Arc::new(Mutex::new(Inbox { got: Vec::new(), answers: answers.iter().copied().collect() }));
        let receiver = Self { url, inbox };
        tokio::spawn(receiver.clone().serve(listener));
        receiver
    }

    async fn serve(self, listener: TcpListener) {
        while let Ok((stream, _)) = listener.accept().await {
            let receiver = self.clone();
            tokio::spawn(async move {
                let service = service_fn(move |request| receiver.clone().take(request));
                let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
            });
        }
    }

    async fn take(self, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
        let kind = request.headers()["content-type"].to_str().unwrap().to_owned();
        let body = request.into_body().collect().await.unwrap().to_bytes();
        let mut inbox = self.inbox.lock().unwrap();
        inbox.got.push((kind, String::from_utf8(body.to_vec()).unwrap()));
        let mut answer = Response::new(Full::default());
        *answer.status_mut() = inbox.answers.pop_front().unwrap_or(200).try_into().unwrap();
        Ok(answer)
    }

    /// Content types and bodies so far.
    pub(crate) fn got(&self) -> Vec<(String, String)> {
        self.inbox.lock().unwrap().got.clone()
    }

    /// `merchant_uid status` of each JSON body so far.
    pub(crate) fn events(&self) -> Vec<String> {
        let event = |(_, body): (String, String)| {
            let body: serde_json::Value = serde_json::from_str(&body).unwrap();
            format!("{} {}", body["merchant_uid"].as_str().unwrap(), body["status"].as_str().unwrap())
        };
        self.got().into_iter().map(event).collect()
    }
}
