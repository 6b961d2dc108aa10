//! Values that must stand nowhere: what the leak sweep plants and then looks for.

use kr_billing::{Buyer, Card, Expiry, Invalid};

/// The account's key.
pub const KEY: &str = "canary-imp-key-5e1d";
/// The account's secret.
pub const SECRET: &str = "canary-imp-secret-77aa09";
/// The token of the echoing server. The sandbox's own tokens are told by the process that has used them.
pub const TOKEN: &str = "canary-token-0c4f8e21";
/// The card's number.
pub const NUMBER: &str = "5342-9876-0123-7788";
/// The holder's birth date.
pub const BIRTH: &str = "731129";
/// The first digits of the password. Two digits stand everywhere, so they are looked for beside the word [`password_shapes`] says.
pub const PASSWORD: &str = "83";
/// The buyer's name.
pub const NAME: &str = "카나리아 홍";
/// The buyer's phone.
pub const TEL: &str = "010-7531-2468";
/// The buyer's address for mail.
pub const EMAIL: &str = "canary-buyer@example.kr";
/// Where the buyer lives.
pub const ADDR: &str = "Canary-ro 7531";
/// Its postcode.
pub const POSTCODE: &str = "75312";

/// The card with everything a contract may ask for.
///
/// # Errors
/// When a constant of this module is no longer valid.
pub fn card() -> Result<Card, Invalid> {
    Card::new(NUMBER, Expiry::new(2087, 7)?)?.with_birth(BIRTH)?.with_password_digits(PASSWORD)
}

/// The buyer with everything there is.
///
/// # Errors
/// When a constant of this module is no longer valid.
pub fn buyer() -> Result<Buyer, Invalid> {
    Buyer::new().with_name(NAME)?.with_tel(TEL)?.with_email(EMAIL)?.with_address(ADDR, POSTCODE)
}

/// The shapes in which the password's two digits would show.
pub fn password_shapes() -> [String; 4] {
    [
        format!("\"pwd_2digit\":\"{PASSWORD}\""),
        format!("pwd_2digit={PASSWORD}"),
        format!("pwd_2digit\\\":\\\"{PASSWORD}"),
        format!("Some(\"{PASSWORD}\")"),
    ]
}

/// Everything to look for.
pub fn all() -> Vec<String> {
    let digits = NUMBER.replace('-', "");
    let spaced = NUMBER.replace('-', " ");
    let texts = [KEY, SECRET, TOKEN, NUMBER, &digits, &spaced, "2087-07", "208707", BIRTH, NAME, TEL, EMAIL, ADDR, POSTCODE];
    texts.into_iter().map(str::to_owned).chain(password_shapes()).collect()
}
