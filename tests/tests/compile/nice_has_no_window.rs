//! NICE's channel type has no window: asking for one is a compile error, not a runtime one.

fn open(nice: &kr_billing::nice::Nice) {
    let _window = nice.window();
}

fn main() {}
