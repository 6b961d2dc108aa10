//! What a client library hides: bytes on the line.

use std::io::ErrorKind;

use kr_billing_sandbox::{Effect, Fault, Moment, Operation, SAMPLE_KEY, SAMPLE_SECRET, Sandbox};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

async fn talk(sandbox: &Sandbox, request: &str) -> Result<String, ErrorKind> {
    let mut line = TcpStream::connect(sandbox.addr()).await.unwrap();
    line.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    match line.read_to_end(&mut answer).await {
        Ok(_) => Ok(String::from_utf8(answer).unwrap()),
        Err(error) => Err(error.kind()),
    }
}

fn get_token() -> String {
    let body = format!("imp_key={SAMPLE_KEY}&imp_secret={SAMPLE_SECRET}");
    format!("POST /users/getToken HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}

#[tokio::test]
async fn a_drop_closes_cleanly_and_a_reset_resets() {
    let sandbox = Sandbox::start().await.unwrap();
    let add = |moment, effect| {
        sandbox.handle().add_fault(Fault::new(Operation::GetToken, moment, effect)).unwrap();
    };
    add(Moment::BeforeCommit, Effect::Drop);
    assert_eq!(talk(&sandbox, &get_token()).await, Ok(String::new()));
    add(Moment::BeforeCommit, Effect::Reset);
    assert_eq!(talk(&sandbox, &get_token()).await, Err(ErrorKind::ConnectionReset));
    let cut = Fault { at_byte: Some(5), ..Fault::new(Operation::GetToken, Moment::MidBody, Effect::Drop) };
    sandbox.handle().add_fault(cut).unwrap();
    let half = talk(&sandbox, &get_token()).await.unwrap();
    assert!(half.starts_with("HTTP/1.1 200 OK") && half.ends_with("\r\n\r\n{\"cod"), "{half}");
    let beyond = Fault { at_byte: Some(100_000), ..Fault::new(Operation::GetToken, Moment::MidBody, Effect::Drop) };
    sandbox.handle().add_fault(beyond).unwrap();
    let all = talk(&sandbox, &get_token()).await.unwrap();
    assert!(all.ends_with('}') && all.contains("content-length: 100001"), "more is announced than comes: {all}");
    let whole = talk(&sandbox, &get_token()).await.unwrap();
    assert!(whole.contains("access_token"), "a missing content type is no matter: {whole}");
}

#[tokio::test]
async fn a_get_may_carry_a_body_and_the_old_header_a_token() {
    let sandbox = Sandbox::start().await.unwrap();
    let answer = talk(&sandbox, &get_token()).await.unwrap();
    let body: serde_json::Value = serde_json::from_str(answer.split("\r\n\r\n").nth(1).unwrap()).unwrap();
    let token = body["response"]["access_token"].as_str().unwrap();
    let request = format!(
        "GET /payments/find/none/ HTTP/1.1\r\nhost: x\r\nconnection: close\r\nX-ImpTokenHeader: {token}\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{{}}"
    );
    let answer = talk(&sandbox, &request).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 404") && answer.contains("\"code\":-1"), "{answer}");
}
