//! Calls whose answer is lost.

use kr_billing_sandbox::{Effect, Fault, Moment, Operation};
use serde_json::Value;

use crate::bench::{Bench, CARD, Ran, finish, start};

const CHARGE: &str = "charge member-1 --order o-1 --amount 9900 --name Plan";

/// The money moved, its answer is lost, and no look-up works until the faults are cleared.
fn in_the_dark() -> Bench {
    let bench = Bench::new();
    bench.issue("member-1");
    let handle = bench.handle();
    handle.add_fault(Fault::new(Operation::Again, Moment::AfterCommit, Effect::Drop)).unwrap();
    handle.add_fault(Fault::new(Operation::PaymentFindAll, Moment::BeforeCommit, Effect::Html502).nth(2).times(1_000)).unwrap();
    bench
}

fn resume(bench: &Bench, ticket: &Value) -> Ran {
    bench.run_with("resume --json", &ticket.to_string())
}

#[test]
fn a_lost_answer_is_found_and_not_repeated() {
    let bench = Bench::new();
    bench.issue("member-1");
    bench.handle().add_fault(Fault::new(Operation::Again, Moment::AfterCommit, Effect::Drop)).unwrap();
    let answer = bench.run(&format!("{CHARGE} --json")).exits(0).json();
    assert_eq!((answer["outcome"].as_str(), answer["found"].as_bool()), (Some("paid"), Some(true)));
    assert_eq!(bench.handle().totals("o-1").captures, 1);
}

#[test]
fn doubt_is_3_with_a_ticket_and_resume_settles_it() {
    let bench = in_the_dark();
    let answer = bench.run(&format!("{CHARGE} --json")).exits(3).json();
    assert_eq!(answer["outcome"], "in_doubt");
    bench.run(CHARGE).exits(3).says("IN DOUBT").says("kr-billing resume");
    let ticket = &answer["ticket"];
    resume(&bench, ticket).exits(3);
    bench.handle().clear_faults();
    let settled = resume(&bench, ticket).exits(0).json();
    assert_eq!(settled["tickets"][0]["outcome"], "paid");
    // The whole answer is a ticket too, and so is a file of several.
    let path = bench.file("tickets.json");
    std::fs::write(&path, format!("{answer}\n[{ticket}]\n")).unwrap();
    let mut command = bench.command("resume");
    crate::bench::run(command.arg(&path), "").exits(0).says("Paid");
    assert_eq!(bench.handle().totals("o-1").captures, 1);
}

#[test]
fn a_ticket_that_nobody_reads_is_not_lost() {
    for form in ["", " --json"] {
        let bench = in_the_dark();
        let mut child = start(&mut bench.command(&format!("{CHARGE}{form}")));
        drop(child.stdout.take());
        let said = finish(child, "").exits(3);
        bench.handle().clear_faults();
        let ticket = said.err.lines().find(|line| line.starts_with('{')).unwrap();
        bench.run_with("resume", ticket).exits(0).says("Paid");
    }
}

/// `line` in a shell that closes standard output first.
#[cfg(unix)]
fn without_output(bench: &Bench, line: &str) -> Ran {
    let command = bench.command(line);
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", "exec \"$@\" >&-", "sh"]).arg(command.get_program()).args(command.get_args());
    shell.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    finish(start(&mut shell), "")
}

#[cfg(unix)]
#[test]
fn a_ticket_that_has_nowhere_to_go_is_not_lost() {
    for form in ["", " --json"] {
        let bench = in_the_dark();
        let said = without_output(&bench, &format!("{CHARGE}{form}")).exits(3);
        bench.handle().clear_faults();
        let ticket = said.err.lines().find(|line| line.starts_with('{')).unwrap();
        bench.run_with("resume", ticket).exits(0).says("Paid");
        // What is no doubt stays unsaid there.
        assert_eq!(without_output(&bench, &format!("{CHARGE}{form}")).exits(0).err, "");
    }
}

#[test]
fn an_order_id_that_belongs_to_another_payment_is_said_so() {
    let bench = Bench::new();
    bench.issue("member-1");
    let id = bench.paid("member-1", "o-1", 9_900);
    let other = "charge member-1 --order o-1 --amount 5000 --name Plan";
    let said =
        bench.run(other).exits(3).says("NOT MADE").says(&format!("kr-billing payments show {id}")).says("another order id");
    assert!(!said.out.contains("Keep this ticket"), "{}", said.out);
    bench.run(&format!("{other} --lang ko")).exits(3).says("다른 결제의 것입니다");
    assert_eq!(bench.run(&format!("{other} --json")).exits(3).json()["cause"], "order_taken");
    assert_eq!(bench.handle().totals("o-1").captured, 9_900);
}

#[test]
fn a_payment_of_another_amount_is_said_so() {
    let bench = Bench::new();
    bench.issue("member-1");
    let handle = bench.handle();
    handle.add_fault(Fault::new(Operation::Again, Moment::AfterCommit, Effect::WrongAmount)).unwrap();
    handle.add_fault(Fault::new(Operation::PaymentFindAll, Moment::AfterCommit, Effect::WrongAmount).times(1_000)).unwrap();
    bench.run(CHARGE).exits(3).says("NOT AS ASKED").says("amount");
}

#[test]
fn a_person_closes_what_no_lookup_settles() {
    let bench = in_the_dark();
    let answer = bench.run(&format!("{CHARGE} --json")).exits(3).json();
    let ticket = answer["ticket"].to_string();
    bench.run_with("resume --dismiss", &ticket).exits(2).warns("--yes");
    assert_eq!(bench.run("recover --json").exits(3).json()["recovered"].as_array().unwrap().len(), 1);
    bench.run("recover").exits(3).says("order (merchant_uid) o-1, channel kcp: ");
    bench.run_with("resume --dismiss --yes", &ticket).exits(0).says("Closed");
    assert_eq!(bench.json("recover")["recovered"].as_array().unwrap().len(), 0);
    // It is closed, not forgotten: the order is never sent again.
    bench.run(CHARGE).exits(3);
    assert_eq!(bench.handle().totals("o-1").captures, 1);
}

#[test]
fn a_claimed_duplicate_is_for_a_person_to_close() {
    let bench = Bench::new();
    bench.issue("member-1");
    let charge = "charge member-1 --order o-1 --amount 991070 --name Plan --json";
    let doubt = bench.run(charge).exits(3).json();
    assert_eq!(doubt["cause"], "duplicate");
    let ticket = doubt["ticket"].to_string();
    bench.run_with("resume", &ticket).exits(3).says("made before, and shows no payment").says("resume --dismiss");
    bench.run_with("resume --lang ko", &ticket).exits(3).says("이미 처리된 주문이라는데").says("resume --dismiss");
    assert_eq!(resume(&bench, &doubt["ticket"]).exits(3).json()["tickets"][0]["cause"], "duplicate");
    bench.run_with("resume --dismiss --yes", &ticket).exits(0).says("Closed");
}

#[test]
fn an_issuance_in_doubt_names_its_key() {
    let bench = Bench::new();
    let handle = bench.handle();
    handle.add_fault(Fault::new(Operation::CustomerIssue, Moment::AfterCommit, Effect::Drop)).unwrap();
    handle.add_fault(Fault::new(Operation::CustomerGet, Moment::BeforeCommit, Effect::Html502).nth(2).times(1_000)).unwrap();
    let said = bench.run_with("keys issue member-1 --card -", CARD).exits(3).says("resume");
    assert!(said.out.lines().any(|line| line.contains("billing key") && line.contains("member-1")), "{}", said.out);
}

#[test]
fn what_is_no_ticket_is_wrong_usage() {
    let bench = Bench::new();
    for bad in ["", "hello", "{}", "[]", "{\"ticket\":{}}"] {
        bench.run_with("resume", bad).exits(2);
    }
    bench.run("resume /nonexistent/tickets").exits(2).warns("/nonexistent/tickets").warns("No such file").warns("standard input");
    bench.run_with("resume", "[]\n{\"ticket\":").exits(2).warns("line 2");
}

#[test]
fn an_answer_without_a_ticket_is_said_and_a_damaged_one_is_refused() {
    let bench = in_the_dark();
    let doubt = bench.run(&format!("{CHARGE} --json")).exits(3).json();
    bench.handle().clear_faults();
    let paid = bench.json("payments find o-1");
    let paid = serde_json::json!({ "outcome": "paid", "payment": paid["payments"][0] });
    let list = format!("[{paid}, {doubt}]\n{{\"recovered\": [{doubt}]}}");
    let said = bench.run_with("resume --json", &list).exits(0).warns("1 of 3 answers carry no ticket").json();
    assert_eq!((said["tickets"].as_array().unwrap().len(), said["without_ticket"].as_u64()), (2, Some(1)));
    // A doubt that lost its ticket, or half of it, is not passed over.
    for damaged in ["{\"outcome\":\"in_doubt\"}", "{\"outcome\":\"in_doubt\",\"ticket\":{\"version\":1}}"] {
        bench.run_with("resume", &format!("[{damaged}, {doubt}]")).exits(2).warns("cannot be read");
    }
    bench.run_with("resume", &paid.to_string()).exits(2).warns("1 of 1 answers carry no ticket");
}

#[test]
fn a_refund_in_doubt_is_settled_by_its_ticket() {
    let bench = Bench::new();
    bench.issue("member-1");
    let id = bench.paid("member-1", "o-1", 9_900);
    let handle = bench.handle();
    handle.add_fault(Fault::new(Operation::Cancel, Moment::AfterCommit, Effect::Drop)).unwrap();
    handle.add_fault(Fault::new(Operation::PaymentGet, Moment::BeforeCommit, Effect::Html502).nth(3).times(1_000)).unwrap();
    let answer = bench.run(&format!("payments cancel {id} --amount 900 --taxable --yes --json")).exits(3).json();
    handle.clear_faults();
    bench.run("recover").exits(3).says(&format!("payment (imp_uid) {id}, a refund of 900 won, channel kcp: "));
    let settled = resume(&bench, &answer["ticket"]).exits(0).json();
    assert_eq!(settled["tickets"][0]["outcome"], "refunded");
    assert_eq!(handle.totals("o-1").refunded, 900);
}

#[test]
fn a_booking_or_a_deletion_in_doubt_is_to_be_repeated_as_it_was() {
    let bench = Bench::new();
    bench.issue("member-1");
    let at = bench.handle().now() + 86_400;
    let add = format!("schedule add member-1 --order p-1 --at {at} --amount 9900 --name Plan");
    let move_ = format!("schedule move member-1 p-1 --at {}", at + 60);
    let cancel = "schedule cancel member-1 p-1 --yes".to_owned();
    let delete = "keys delete member-1 --yes".to_owned();
    let calls = [
        (add, Operation::ScheduleCreate, Operation::ScheduleGet, 1),
        // These look before they ask.
        (move_, Operation::ScheduleMove, Operation::ScheduleGet, 2),
        (cancel, Operation::Unschedule, Operation::ScheduleGet, 2),
        (delete, Operation::CustomerDelete, Operation::CustomerGet, 2),
    ];
    for (line, call, look_up, from) in calls {
        let handle = bench.handle();
        handle.add_fault(Fault::new(call, Moment::AfterCommit, Effect::Drop)).unwrap();
        handle.add_fault(Fault::new(look_up, Moment::BeforeCommit, Effect::Html502).nth(from).times(1_000)).unwrap();
        let said = bench.run(&line).exits(3).warns("repeat the same call");
        assert!(!said.err.contains("look up what became of it"), "{}", said.err);
        handle.clear_faults();
        bench.run(&line).exits(0);
    }
    assert!(bench.handle().ledger().is_empty());
}
