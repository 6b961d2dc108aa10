//! A buyer's data in tables: enough to recognise, too little to use.

use kr_billing::Buyer;
use serde_json::{Value, json};

use crate::texts::Texts;

/// The first character of a name.
pub(crate) fn name(name: &str) -> String {
    let mut chars = name.chars();
    chars.next().map(|first| format!("{first}{}", "*".repeat(chars.count().max(1)))).unwrap_or_default()
}

/// The last four digits of a phone number, where there are enough to hide.
pub(crate) fn tel(tel: &str) -> String {
    let digits = tel.chars().filter(char::is_ascii_digit).count();
    let shown = if digits >= 8 { 4 } else { 0 };
    let mut left = digits - shown;
    let hide = |c: char| {
        if c.is_ascii_digit() && left > 0 {
            left -= 1;
            return '*';
        }
        c
    };
    tel.chars().map(hide).collect()
}

/// The first character of an e-mail address, and its domain.
pub(crate) fn email(email: &str) -> String {
    match email.rsplit_once('@') {
        Some((local, domain)) => format!("{}@{domain}", name(local)),
        None => name(email),
    }
}

/// The buyer for a table.
pub(crate) fn rows<'a>(buyer: &Buyer, texts: &'a Texts) -> Vec<(&'a str, Option<String>)> {
    vec![
        (texts.buyer_name, buyer.name().map(name)),
        (texts.buyer_tel, buyer.tel().map(tel)),
        (texts.buyer_email, buyer.email().map(email)),
    ]
}

/// The buyer for a program that asked for the record.
pub(crate) fn json(buyer: &Buyer) -> Value {
    json!({
        "name": buyer.name(),
        "tel": buyer.tel(),
        "email": buyer.email(),
        "addr": buyer.addr(),
        "postcode": buyer.postcode(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_part_can_be_used() {
        assert_eq!(name("홍길동"), "홍**");
        assert_eq!(name("김"), "김*");
        assert_eq!(tel("010-1234-5678"), "***-****-5678");
        assert_eq!(tel("1588"), "****");
        assert_eq!(email("gildong@example.kr"), "g******@example.kr");
        assert_eq!(email("nonsense"), "n*******");
    }
}
