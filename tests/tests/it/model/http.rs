//! As much of HTTP/1.1 as a line needs: where a message ends.

use serde_json::Value;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

/// A request or an answer, as it came.
pub struct Message {
    bytes: Vec<u8>,
    head: usize,
    whole: bool,
}

impl Message {
    /// All of it.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Whether it came to its announced end.
    pub fn whole(&self) -> bool {
        self.whole
    }

    fn first_line(&self) -> impl Iterator<Item = &str> {
        let head = std::str::from_utf8(self.bytes.get(..self.head).unwrap_or_default()).unwrap_or_default();
        head.lines().next().unwrap_or_default().split(' ')
    }

    /// A request's method.
    pub fn method(&self) -> &str {
        self.first_line().next().unwrap_or_default()
    }

    /// A request's path, without its query.
    pub fn path(&self) -> &str {
        self.first_line().nth(1).unwrap_or_default().split('?').next().unwrap_or_default()
    }

    /// An answer's status.
    pub fn status(&self) -> u16 {
        self.first_line().nth(1).and_then(|code| code.parse().ok()).unwrap_or(0)
    }

    fn json(&self) -> Option<Value> {
        serde_json::from_slice(self.bytes.get(self.head..)?).ok()
    }

    /// A text of a JSON body.
    pub fn field(&self, name: &str) -> Option<String> {
        self.json()?.get(name)?.as_str().map(str::to_owned)
    }

    /// A number of a JSON body.
    pub fn number(&self, name: &str) -> Option<i64> {
        self.json()?.get(name)?.as_i64()
    }
}

/// Reads one message. `None`: not even its head came. One whose body breaks off is returned as far as it came.
pub async fn read_message(stream: &mut TcpStream) -> Option<Message> {
    let mut bytes = Vec::with_capacity(2048);
    let head = loop {
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break at + 4;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let announced = length(bytes.get(..head)?);
    let mut whole = true;
    while bytes.len() < head + announced {
        match stream.read_buf(&mut bytes).await {
            Ok(read) if read > 0 => {}
            _ => {
                whole = false;
                break;
            }
        }
    }
    Some(Message { bytes, head, whole })
}

fn length(head: &[u8]) -> usize {
    let text = std::str::from_utf8(head).unwrap_or_default();
    let lines = text.lines().filter_map(|line| line.split_once(':'));
    let mut lengths = lines.filter(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    lengths.next().and_then(|(_, value)| value.trim().parse().ok()).unwrap_or(0)
}
