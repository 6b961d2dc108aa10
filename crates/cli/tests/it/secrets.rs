//! A buyer's data, and logs. (Every other run is swept for keys and cards by the bench.)

use crate::bench::{Bench, CARD, run};

const BUYER: [&str; 3] = ["Gildong", "010-1234-5678", "gildong@example.kr"];

fn bench() -> (Bench, String) {
    let bench = Bench::new();
    let holder = format!("--buyer-name {} --buyer-tel {} --buyer-email {}", BUYER[0], BUYER[1], BUYER[2]);
    let issued = bench.run_with(&format!("keys issue member-1 --card - {holder}"), CARD).exits(0);
    let paid = bench.run(&format!("charge member-1 --order o-1 --amount 9900 --name Plan {holder} --json")).exits(0);
    for word in BUYER {
        assert!(!issued.out.contains(word) && !paid.out.contains(word), "{word} in an answer nobody asked it for");
    }
    let id = paid.json()["payment"]["imp_uid"].as_str().unwrap().to_owned();
    (bench, id)
}

#[test]
fn a_buyer_is_masked_in_tables_and_whole_for_programs_that_ask() {
    let (bench, id) = bench();
    for line in [format!("payments show {id}"), "keys show member-1".into(), "payments find o-1".into(), "payments list".into()] {
        let shown = bench.run(&line).exits(0).out;
        for word in BUYER {
            assert!(!shown.contains(word), "{line}: {shown}");
        }
    }
    bench.run(&format!("payments show {id}")).says("G******").says("***-****-5678").says("g******@example.kr");
    let record = bench.json(&format!("payments show {id}"));
    assert_eq!((record["buyer"]["name"].as_str(), record["buyer"]["tel"].as_str()), (Some(BUYER[0]), Some(BUYER[1])));
}

#[test]
fn the_loudest_log_holds_no_secret() {
    let (bench, id) = bench();
    for (line, input) in [
        ("keys issue member-2 --card -".to_owned(), CARD),
        ("card-charge --card - --order o-2 --amount 9900 --name Plan".to_owned(), CARD),
        ("charge member-1 --order o-3 --amount 990001 --name Plan".to_owned(), ""),
        (format!("payments cancel {id} --all --taxable --yes"), ""),
        ("doctor".to_owned(), ""),
    ] {
        let ran = run(bench.command(&line).env("RUST_LOG", "trace"), input);
        for word in BUYER {
            assert!(!ran.err.contains(word), "{word} in {}", ran.err);
        }
    }
    for entry in std::fs::read_dir(bench.dir.path()).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        let configuration = path == bench.config();
        for word in ["5326112299887766", "5326-1122-9988-7766", "880229", "canary-imp"] {
            assert!(configuration || !text.contains(word), "{word} in {}", path.display());
        }
    }
}
