//! Answer bodies that can break, stall or drip at a chosen byte.

use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};

/// The connection is to be cut here.
#[derive(Debug)]
pub(crate) struct Cut;

impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a fault cuts this connection")
    }
}

impl std::error::Error for Cut {}

type Wait = Pin<Box<dyn Future<Output = ()> + Send>>;

enum Step {
    Data(Bytes),
    Wait(Wait),
    Cut,
}

/// A body that follows a plan.
pub(crate) struct PlannedBody {
    steps: VecDeque<Step>,
    announced: u64,
}

impl PlannedBody {
    pub(crate) fn whole(bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        Self { announced: bytes.len() as u64, steps: VecDeque::from([Step::Data(bytes)]) }
    }

    /// Announces all, sends the first bytes, waits, and cuts.
    pub(crate) fn broken(bytes: &[u8], at: usize, wait: Wait) -> Self {
        let (sent, _) = bytes.split_at(at.min(bytes.len()));
        let steps = [Step::Data(Bytes::copy_from_slice(sent)), Step::Wait(wait), Step::Cut];
        // One byte more than there is keeps a break behind the last byte a break.
        Self { announced: bytes.len().max(at + 1) as u64, steps: VecDeque::from(steps) }
    }

    /// Sends byte after byte.
    pub(crate) fn drip(bytes: &[u8], interval: Duration) -> Self {
        let mut steps = VecDeque::with_capacity(bytes.len() * 2);
        for byte in bytes {
            steps.push_back(Step::Data(Bytes::copy_from_slice(&[*byte])));
            steps.push_back(Step::Wait(Box::pin(async move { tokio::time::sleep(interval).await })));
        }
        Self { announced: bytes.len() as u64, steps }
    }
}

impl Body for PlannedBody {
    type Data = Bytes;
    type Error = Cut;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        let this = self.get_mut();
        loop {
            if let Some(Step::Wait(wait)) = this.steps.front_mut() {
                ready!(wait.as_mut().poll(context));
                this.steps.pop_front();
                continue;
            }
            return Poll::Ready(match this.steps.pop_front() {
                Some(Step::Data(bytes)) => Some(Ok(Frame::data(bytes))),
                Some(Step::Cut) => Some(Err(Cut)),
                Some(Step::Wait(_)) | None => None,
            });
        }
    }

    fn is_end_stream(&self) -> bool {
        self.steps.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.announced)
    }
}
