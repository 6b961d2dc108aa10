#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| kr_billing_fuzz::targets::hint(bytes));
