//! Keeps card data and secrets out of every text that is kept, even when a server repeats our request.

use std::sync::Arc;

use kr_billing_core::{Buyer, Card};
use secrecy::{ExposeSecret, SecretString};

const HIDDEN: &str = "****";

/// What one call sent and must not see again. Cheap to clone; without `Debug`.
#[derive(Clone, Default)]
pub(crate) struct Mask {
    /// Hidden wherever they stand.
    anywhere: Vec<Arc<SecretString>>,
    /// Hidden where no further digit touches them.
    alone: Vec<Arc<SecretString>>,
    /// The buyer, hidden in texts for people only: a record that a user asked for tells who it is about.
    people: Vec<Arc<SecretString>>,
    /// Two digits, hidden only where a text stands for nothing else.
    password: Option<Arc<SecretString>>,
}

impl Mask {
    /// For a call that sends a card.
    pub(crate) fn for_card(card: &Card) -> Self {
        let secret = |text: &str| Arc::new(SecretString::from(text.to_owned()));
        let mut mask = Self::default();
        let number = card.expose_number();
        let digits: String = number.chars().filter(char::is_ascii_digit).collect();
        mask.anywhere.extend([secret(number), secret(&number.replace('-', " ")), secret(&digits)]);
        mask.alone.push(secret(card.expose_expiry()));
        mask.alone.push(secret(&card.expose_expiry().replace('-', "")));
        mask.alone.extend(card.expose_birth().map(secret));
        mask.password = card.expose_password_digits().map(secret);
        mask
    }

    /// Hides this, too, wherever it stands. What is shorter than any real token or secret is left alone: hiding it would tear
    /// words apart.
    pub(crate) fn add(&mut self, secret: Arc<SecretString>) {
        if secret.expose_secret().len() >= 8 {
            self.anywhere.push(secret);
        }
    }

    /// Hides the buyer, too, in texts for people.
    pub(crate) fn with_buyer(mut self, buyer: &Buyer) -> Self {
        let parts = [buyer.name(), buyer.tel(), buyer.email(), buyer.addr(), buyer.postcode()];
        self.people.extend(parts.into_iter().flatten().map(|part| Arc::new(SecretString::from(part.to_owned()))));
        self
    }

    /// A text for people: what this call sent is hidden, and whatever looks like a card number.
    pub(crate) fn text(&self, text: &str) -> String {
        let mut text = self.record(text);
        for part in &self.people {
            text = text.replace(part.expose_secret(), HIDDEN);
        }
        text = hide_card_like(&text);
        if let Some(password) = &self.password {
            text = hide_alone(&text, password.expose_secret());
        }
        text
    }

    /// A name, or a number that should be masked, kept as data: what this call sent is hidden, and whatever looks like a card
    /// number, since not every PG masks it. The buyer stays.
    pub(crate) fn name(&self, text: &str) -> String {
        hide_card_like(&self.record(text))
    }

    /// A word or an identifier: only what cannot be there by chance is hidden, since order ids hold dates.
    pub(crate) fn word(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for secret in &self.anywhere {
            if text.contains(secret.expose_secret()) {
                text = text.replace(secret.expose_secret(), HIDDEN);
            }
        }
        text
    }

    /// A record as it came: what this call sent is hidden. Numbers of other kinds stay, so that identifiers can be read.
    pub(crate) fn record(&self, text: &str) -> String {
        let mut text = self.word(text);
        for secret in &self.alone {
            text = hide_alone(&text, secret.expose_secret());
        }
        if let Some(password) = &self.password {
            text = text.replace(&format!("\"{}\"", password.expose_secret()), &format!("\"{HIDDEN}\""));
            text = hide_after_name(text, "pwd_2digit", password.expose_secret());
        }
        text
    }
}

/// Hides `secret` where neither neighbour is a digit.
fn hide_alone(text: &str, secret: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut before: Option<char> = None;
    while let Some(at) = rest.find(secret) {
        let after = rest[at + secret.len()..].chars().next();
        let before_it = rest[..at].chars().next_back().or(before);
        out.push_str(&rest[..at]);
        let touches = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
        out.push_str(if touches(before_it) || touches(after) { secret } else { HIDDEN });
        before = secret.chars().next_back();
        rest = &rest[at + secret.len()..];
    }
    out.push_str(rest);
    out
}

/// Hides `secret` when it follows a field's name closely, as in `name=12` or `"name":12`.
fn hide_after_name(text: String, name: &str, secret: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(at) = rest.find(name) {
        let value_at = at + name.len();
        out.push_str(&rest[..value_at]);
        rest = &rest[value_at..];
        let between = rest.find(|c: char| c.is_ascii_alphanumeric()).unwrap_or(rest.len());
        if between <= 8 && rest[between..].starts_with(secret) {
            out.push_str(&rest[..between]);
            out.push_str(HIDDEN);
            rest = &rest[between + secret.len()..];
        }
    }
    out.push_str(rest);
    out
}

/// Hides runs of 13 to 19 digits, dashes and spaces between them allowed: what a card number looks like.
fn hide_card_like(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c.is_ascii_digit()) {
        out.push_str(&rest[..at]);
        let run = run_of_digits(&rest[at..]);
        let count = run.bytes().filter(u8::is_ascii_digit).count();
        out.push_str(if (13..=19).contains(&count) { HIDDEN } else { run });
        rest = &rest[at + run.len()..];
    }
    out.push_str(rest);
    out
}

/// The longest start of digits. A dash or space joins groups of four to six, as cards are printed.
fn run_of_digits(text: &str) -> &str {
    let bytes = text.as_bytes();
    let (mut end, mut group) = (0, 0);
    while end < bytes.len() {
        let separator = matches!(bytes[end], b'-' | b' ') && (4..=6).contains(&group);
        if bytes[end].is_ascii_digit() {
            group += 1;
        } else if separator && bytes.get(end + 1).is_some_and(u8::is_ascii_digit) {
            group = 0;
        } else {
            break;
        }
        end += 1;
    }
    &text[..end]
}

#[cfg(test)]
mod tests {
    use kr_billing_core::Expiry;

    use super::*;

    fn mask() -> Mask {
        let card = Card::new("1234-5678-9012-3456", Expiry::new(2031, 7).unwrap()).unwrap();
        Mask::for_card(&card.with_birth("880205").unwrap().with_password_digits("73").unwrap())
    }

    #[test]
    fn an_echo_of_the_request_is_hidden_in_every_shape() {
        let text = "1234567890123456 / 1234-5678-9012-3456 / 1234 5678 9012 3456, 2031-07, 203107, 생년월일(880205) 비밀번호 73";
        let shown = mask().text(text);
        for secret in ["1234", "3456", "2031", "880205", "73"] {
            assert!(!shown.contains(secret), "{shown}");
        }
        assert!(shown.contains("비밀번호 ****"), "{shown}");
    }

    #[test]
    fn a_records_identifiers_stay_and_its_secrets_go() {
        let raw = r#"{"imp_uid":"imps_888802051111","card_quota":73,"birth":"880205","pwd_2digit":"73","x":"pwd_2digit=73"}"#;
        let shown = mask().record(raw);
        assert_eq!(
            shown,
            r#"{"imp_uid":"imps_888802051111","card_quota":73,"birth":"****","pwd_2digit":"****","x":"pwd_2digit=****"}"#
        );
    }

    #[test]
    fn an_order_id_may_hold_the_holders_birth_date() {
        assert_eq!(mask().word("sub-880205.1"), "sub-880205.1");
        assert_eq!(mask().word("1234567890123456"), "****");
    }

    #[test]
    fn another_card_number_in_a_text_is_hidden_and_other_numbers_are_not() {
        let mask = Mask::default();
        assert_eq!(mask.text("card 9999-8888-7777-6666 refused [8178] 2026-11-21"), "card **** refused [8178] 2026-11-21");
        assert_eq!(mask.text("imp_123456789012 1,000원"), "imp_123456789012 1,000원");
        assert_eq!(mask.text("378282246310005"), "****");
    }

    #[test]
    fn a_masked_card_number_stays_and_a_whole_one_goes() {
        let mask = Mask::default();
        for masked in ["5342********7788", "4518-0912-****-1026", "451809******1026", "****"] {
            assert_eq!(mask.name(masked), masked);
        }
        for whole in ["4518091277331026", "4518-0912-7733-1026", "4518 0912 7733 1026", "378282246310005"] {
            assert_eq!(mask.name(whole), "****");
            assert_eq!(mask.name(&format!("BC {whole} [8178]")), "BC **** [8178]");
        }
    }

    #[test]
    fn a_buyer_is_hidden_in_texts_and_told_in_records() {
        let buyer = Buyer::new().with_name("홍길동").unwrap().with_email("a@b.kr").unwrap();
        let mask = Mask::default().with_buyer(&buyer);
        assert_eq!(mask.text("홍길동 <a@b.kr> 거절"), "**** <****> 거절");
        assert_eq!(mask.record("홍길동"), "홍길동");
    }

    #[test]
    fn tokens_are_hidden_anywhere() {
        let mut mask = Mask::default();
        mask.add(Arc::new(SecretString::from("tok-canary".to_owned())));
        assert_eq!(mask.record("Bearer xtok-canaryx"), "Bearer x****x");
    }
}
