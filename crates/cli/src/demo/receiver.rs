//! The demo shop's webhook address.

use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use kr_billing::portone_v1::hint::{self, WebhookHint};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::Failure;

type Inbox = Arc<Mutex<Vec<WebhookHint>>>;

/// Takes webhooks on a free port of this machine, and keeps what they say as hints.
pub(super) struct Receiver {
    url: String,
    arrived: Inbox,
    task: JoinHandle<()>,
}

impl Receiver {
    pub(super) async fn open() -> Result<Self, Failure> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}/webhook", listener.local_addr()?);
        let arrived = Inbox::default();
        let app = Router::new().route("/webhook", post(take)).with_state(Arc::clone(&arrived));
        // The server ends with its task; an error of it shows as a webhook that never came.
        let task = tokio::spawn(async move { drop(axum::serve(listener, app).await) });
        Ok(Self { url, arrived, task })
    }

    /// Where webhooks are to go.
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// The webhooks that came since the last call.
    pub(super) fn take(&self) -> Vec<WebhookHint> {
        std::mem::take(&mut *self.arrived.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn take(State(arrived): State<Inbox>, body: Bytes) -> StatusCode {
    let Ok(hint) = hint::from_webhook(&body) else { return StatusCode::BAD_REQUEST };
    arrived.lock().unwrap_or_else(PoisonError::into_inner).push(hint);
    StatusCode::OK
}
