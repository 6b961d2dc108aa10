//! Verbs that Ctrl-C or a termination signal breaks off.

use std::process::{Child, Command};
use std::thread;
use std::time::Duration;

use kr_billing_sandbox::{Effect, Fault, Moment, Operation};

use crate::bench::{Bench, KCP, NICE, Ran, finish, start};

const CHARGE: &str = "charge member-1 --order o-1 --amount 9900 --name Plan";

/// Sends the signal, and waits for the end.
fn signalled(child: Child, signal: &str) -> Ran {
    assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
    finish(child, "")
}

/// Starts a line, waits until its call hangs at the sandbox, and sends the signal.
fn broken_off(bench: &Bench, line: &str, signal: &str) -> Ran {
    let child = start(&mut bench.command(line));
    while bench.handle().faults().iter().all(|fault| fault.fired == 0) {
        thread::sleep(Duration::from_millis(5));
    }
    signalled(child, signal)
}

#[test]
fn a_charge_that_is_broken_off_leaves_its_intent_and_its_ticket() {
    for signal in ["-INT", "-TERM"] {
        let bench = Bench::new();
        bench.issue("member-1");
        bench.handle().add_fault(Fault::new(Operation::Again, Moment::AfterCommit, Effect::Hang)).unwrap();
        let answer = broken_off(&bench, &format!("{CHARGE} --json"), signal).exits(3).json();
        assert_eq!(answer["cause"], "interrupted");
        // The journal still holds it: it is neither sent again nor settled too early.
        bench.handle().clear_faults();
        let open = bench.run("recover --json").exits(3).json();
        assert_eq!(open["recovered"][0]["ticket"], answer["ticket"]);
        bench.run(CHARGE).exits(3);
        let settled = bench.run_with("resume --json", &answer["ticket"].to_string()).exits(0).json();
        assert_eq!(settled["tickets"][0]["outcome"], "paid");
        assert_eq!(bench.json(CHARGE)["outcome"], "paid");
        assert_eq!(bench.handle().totals("o-1").captures, 1);
    }
}

#[test]
fn an_issuance_that_is_broken_off_has_a_ticket() {
    let bench = Bench::new();
    let card = bench.file("card");
    std::fs::write(&card, crate::bench::CARD).unwrap();
    bench.handle().add_fault(Fault::new(Operation::CustomerIssue, Moment::AfterCommit, Effect::Hang)).unwrap();
    let line = format!("keys issue member-1 --card-file {} --json", card.display());
    let answer = broken_off(&bench, &line, "-TERM").exits(3).json();
    bench.handle().clear_faults();
    bench.run_with("resume", &answer["ticket"].to_string()).exits(0).says("stored");
}

#[test]
fn a_booking_or_a_deletion_that_is_broken_off_is_to_be_repeated() {
    let bench = Bench::new();
    bench.issue("member-1");
    let add = format!("schedule add member-1 --order p-1 --at {} --amount 9900 --name Plan", bench.handle().now() + 86_400);
    let calls = [
        (add.as_str(), Operation::ScheduleCreate),
        ("schedule cancel member-1 p-1 --yes", Operation::Unschedule),
        ("keys delete member-1 --yes", Operation::CustomerDelete),
    ];
    for (line, call) in calls {
        bench.handle().add_fault(Fault::new(call, Moment::AfterCommit, Effect::Hang)).unwrap();
        let said = broken_off(&bench, &format!("{line} --json"), "-TERM").exits(3).json();
        assert_eq!((&said["error"]["kind"], &said["ticket"]), (&"interrupted".into(), &serde_json::Value::Null), "{line}");
        bench.handle().clear_faults();
        bench.run(line).exits(0);
    }
}

#[test]
fn a_verb_that_is_broken_off_while_it_looks_has_sent_nothing() {
    // With two channels a bare key is looked up before anything else.
    let bench = Bench::with(&format!("default_channel = \"kcp\"\n{KCP}{NICE}"));
    bench.issue("member-1");
    let id = bench.paid("member-1", "o-0", 9_900);
    let at = bench.handle().now() + 86_400;
    let key = |line: String| (line, Operation::CustomerGet);
    let lines = [
        (CHARGE.to_owned(), Operation::GetToken),
        key(CHARGE.to_owned()),
        key("keys delete member-1 --yes".to_owned()),
        key(format!("schedule add member-1 --order p-1 --at {at} --amount 9900 --name Plan")),
        key(format!("schedule move member-1 p-1 --at {at}")),
        key("schedule cancel member-1 p-1 --yes".to_owned()),
        key("schedule cancel-all member-1 --yes".to_owned()),
        key("schedule retry member-1 p-1".to_owned()),
        (format!("payments cancel {id} --amount 900 --taxable --yes"), Operation::PaymentGet),
    ];
    let before = bench.handle().ledger().len();
    for (line, look) in lines {
        for signal in ["-INT", "-TERM"] {
            bench.handle().add_fault(Fault::new(look, Moment::BeforeCommit, Effect::Hang)).unwrap();
            let said = broken_off(&bench, &format!("{line} --json"), signal).exits(4).warns("before anything was sent").json();
            assert_eq!((&said["error"]["kind"], &said["error"]["exit"]), (&"not_sent".into(), &4.into()), "{line}");
            bench.handle().clear_faults();
        }
    }
    assert_eq!(bench.handle().ledger().len(), before);
    assert_eq!(bench.run("recover --json").exits(0).json()["recovered"].as_array().unwrap().len(), 0);
}

#[test]
fn a_verb_that_is_broken_off_while_it_waits_for_its_card_has_sent_nothing() {
    let bench = Bench::new();
    let pipe = bench.file("card");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let child = start(&mut bench.command(&format!("keys issue member-1 --card-file {}", pipe.display())));
    // This opens only when the command has opened the other end; nothing is written to it.
    let card = std::fs::File::options().write(true).open(&pipe).unwrap();
    signalled(child, "-TERM").exits(4).warns("before anything was sent");
    drop(card);
    assert!(bench.handle().requests().is_empty());
}
