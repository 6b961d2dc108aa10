//! What each verb does when all is well.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::thread;

use kr_billing_sandbox::{Planted, Status};

use crate::bench::{Bench, CARD, KCP, NICE};

const MONTH: u64 = 30 * 86_400;

fn both() -> Bench {
    Bench::with(&format!("default_channel = \"kcp\"\n{KCP}{NICE}"))
}

#[test]
fn a_key_is_issued_shown_listed_and_deleted() {
    let bench = both();
    let answer = bench.run_with("keys issue member-1 --card - --json", CARD).exits(0).json();
    assert_eq!((&answer["outcome"], &answer["key"]["channel"]), (&"stored".into(), &"kcp".into()));
    bench.run("keys show member-1").exits(0).says("member-1").says("532611******7766");
    let list = bench.json("keys list member-1 nobody");
    assert_eq!((list["keys"][0]["customer_uid"].as_str(), list["missing"][0].as_str()), (Some("member-1"), Some("nobody")));
    assert_eq!(list["keys"][0]["channel"], "kcp");
    bench.run("keys show nobody").exits(1);
    bench.run("keys delete member-1 --yes").exits(0).says("deleted").warns("cannot be charged any more");
    bench.run("keys show member-1").exits(1);
    assert_eq!(bench.json("keys delete member-1 --yes --channel kcp")["was_there"], false);
}

#[test]
fn a_key_that_is_deleted_already_is_0_however_many_channels_there_are() {
    let bench = both();
    bench.issue("member-1");
    let first = bench.json("keys delete member-1 --yes");
    let again = bench.json("keys delete member-1 --yes");
    assert_eq!((first["was_there"].as_bool(), again["was_there"].as_bool()), (Some(true), Some(false)));
    bench.run("keys delete member-1 --yes").exits(0).says("There is no billing key member-1; nothing to delete.");
    // One of a PG that is not configured here is there all the same.
    bench.issue("member-2");
    bench.configure(&format!("{NICE}[channels.inicis]\npg = \"inicis\"\nwindow = {{}}\n"), &bench.url());
    bench.run("keys delete member-2 --yes").exits(1).warns("no channel has the billing key member-2");
}

#[test]
fn a_refund_that_must_state_its_vat_says_how() {
    let bench = Bench::with("[channels.nice2]\npg = \"nice_v2\"\ndesignated_amounts = true\n");
    bench.issue("member-1");
    let id = bench.paid("member-1", "o-1", 9_900);
    let refund = format!("payments cancel {id} --amount 1000 --yes");
    for too_little in ["", " --taxable", " --tax-free 0"] {
        let line = format!("{refund}{too_little}");
        let said = bench.run(&line).exits(2).warns("--tax-free WON --vat WON");
        assert!(!said.err.contains("if none is"), "{}", said.err);
        bench.run(&format!("{line} --lang ko")).exits(2).warns("--tax-free 금액 --vat 금액");
    }
    bench.run(&format!("{refund} --tax-free 0 --vat 91")).exits(0).says("Refunded.");
    // So does the refund of a charge that stated its VAT.
    let bench = Bench::with(NICE);
    bench.issue("member-1");
    let paid = bench.json("charge member-1 --order o-1 --amount 9900 --name Plan --vat 900");
    let refund = format!("payments cancel {} --amount 1000 --yes", paid["payment"]["imp_uid"].as_str().unwrap());
    bench.run(&refund).exits(2).warns("--tax-free WON --vat WON");
    bench.run(&format!("{refund} --taxable")).exits(2).warns("--tax-free WON --vat WON");
    bench.run(&format!("{refund} --tax-free 0 --vat 91")).exits(0).says("Refunded.");
    // A charge that stated only a tax-free part asks for no VAT.
    let paid = bench.json("charge member-1 --order o-2 --amount 9900 --name Plan --tax-free 500");
    let refund = format!("payments cancel {} --amount 1000 --yes", paid["payment"]["imp_uid"].as_str().unwrap());
    bench.run(&refund).exits(2).warns("--taxable if none is");
    bench.run(&format!("{refund} --tax-free 0")).exits(0).says("Refunded.");
}

#[test]
fn a_card_file_and_json_are_cards_too() {
    let bench = Bench::new();
    let path = bench.file("card.json");
    std::fs::write(&path, r#"{"number":"5326112299887766","expiry":"2031-07","birth":"880229","password":"47"}"#).unwrap();
    let mut command = bench.command("keys issue member-1 --card-file");
    crate::bench::run(command.arg(&path), "").exits(0);
    let json = std::fs::read_to_string(&path).unwrap();
    bench.run_with("keys issue member-2 --card -", &json).exits(0);
}

#[test]
fn a_key_is_charged_once_however_often_it_is_asked_for() {
    let bench = Bench::new();
    bench.issue("member-1");
    let first = bench.paid("member-1", "order-1", 9_900);
    assert_eq!(bench.paid("member-1", "order-1", 9_900), first);
    let totals = bench.handle().totals("order-1");
    assert_eq!((totals.captures, totals.captured), (1, 9_900));
}

#[test]
fn a_card_is_charged_and_stored_only_when_asked() {
    let bench = Bench::new();
    let once = bench.run_with("card-charge --card - --order o-1 --amount 5000 --name Once --json", CARD).exits(0).json();
    assert_eq!((once["outcome"].as_str(), &once["key_stored"]), (Some("paid"), &serde_json::Value::Null));
    let line = "card-charge --card - --keep-as member-1 --order o-2 --amount 5000 --name First --json";
    let kept = bench.run_with(line, CARD).exits(0).json();
    assert_eq!(kept["key_stored"], "stored");
    bench.paid("member-1", "o-3", 5_000);
}

#[test]
fn a_declined_charge_says_what_helps() {
    let bench = Bench::new();
    bench.issue("member-1");
    bench.run("charge member-1 --order o-1 --amount 990001 --name Plan").exits(1).says("Declined").says("another day");
    let answer = bench.run("charge member-1 --order o-2 --amount 990001 --name Plan --json").exits(1).json();
    assert_eq!((answer["reason"].as_str(), answer["recovery"].as_str()), (Some("insufficient_funds"), Some("try_later")));
}

#[test]
fn payments_are_shown_found_and_listed() {
    let bench = both();
    bench.issue("member-1");
    let id = bench.paid("member-1", "order-1", 9_900);
    assert_eq!(bench.json(&format!("payments show {id}"))["balance"], 9_900);
    bench.run(&format!("payments show {id}")).exits(0).says("9,900 won");
    assert_eq!(bench.json("payments find order-1")["payments"][0]["imp_uid"], id.as_str());
    assert_eq!(bench.json("payments find order-1 --status failed")["payments"].as_array().unwrap().len(), 0);
    assert_eq!(bench.json("payments list --status paid")["payments"].as_array().unwrap().len(), 1);
    assert_eq!(bench.json("keys payments member-1")["payments"][0]["merchant_uid"], "order-1");
    bench.run("payments show imp_nothing").exits(1);
    bench.run("payments list --from 2020-01-01").exits(2).warns("at most 90 days");
    bench.run("payments list --from 2026-01-01 --to 2026-06-01").exits(2).warns("at most 90 days");
    bench.run("charge member-1 --order order-2 --amount 990001 --name Plan").exits(1);
    let failed = bench.json("payments find order-2");
    assert_eq!(
        (&failed["payments"][0]["status"], &failed["payments"][0]["balance"]),
        (&"failed".into(), &serde_json::Value::Null)
    );
}

#[test]
fn a_refund_is_a_part_or_all_and_never_more() {
    let bench = Bench::new();
    bench.issue("member-1");
    let id = bench.paid("member-1", "order-1", 9_900);
    bench.run(&format!("payments cancel {id}")).exits(2);
    bench.run(&format!("payments cancel {id} --all --amount 10 --yes")).exits(2);
    bench.run(&format!("payments cancel {id} --amount 9900 --yes")).exits(2);
    bench.run(&format!("payments cancel {id} --amount 0 --yes")).exits(2);
    bench.run(&format!("payments cancel {id} --amount 1000")).exits(2).warns("--yes").warns("1,000 of 9,900 won");
    assert_eq!(bench.handle().totals("order-1").refunds, 0);
    // Nobody here knows the tax parts of a payment that came some other way.
    let elsewhere =
        Planted { merchant_uid: "o-2".into(), amount: 500, status: Status::Paid, pg: Some("kcp".into()), customer_uid: None };
    let planted = bench.handle().plant(&elsewhere).unwrap();
    let untaxed =
        bench.run(&format!("payments cancel {planted} --amount 100 --yes")).exits(2).warns("--taxable").warns("--tax-free");
    assert!(!untaxed.err.contains("[oa") && !untaxed.err.contains("TaxSplit"), "{}", untaxed.err);
    let part = bench.json(&format!("payments cancel {id} --amount 1000 --taxable --reason late --yes"));
    bench.run(&format!("payments show {id}")).says("partly refunded");
    bench.run(&format!("payments show {id} --lang ko")).says("부분 환불");
    assert_eq!((part["outcome"].as_str(), part["payment"]["balance"].as_u64()), (Some("refunded"), Some(8_900)));
    bench.run(&format!("payments cancel {id} --amount 1000 --balance 9900 --taxable --yes")).exits(1).warns("8,900");
    bench.run(&format!("payments cancel {id} --all --taxable --yes")).exits(0).says("Refunded");
    bench.run(&format!("payments cancel {id} --all --taxable --yes")).exits(1);
    assert_eq!(bench.handle().totals("order-1").refunded, 9_900);
}

#[test]
fn a_charge_is_booked_moved_and_taken_back() {
    let bench = Bench::new();
    bench.issue("member-1");
    let at = u64::try_from(bench.handle().now()).unwrap() + MONTH;
    for order in ["plan-1", "plan-2", "plan-3"] {
        bench.json(&format!("schedule add member-1 --order {order} --at {at} --amount 9900 --name Plan"));
    }
    let again = format!("schedule add member-1 --order plan-1 --at {at} --amount 9900 --name Plan");
    bench.run(&again).exits(0).says("booked already");
    assert_eq!(bench.json(&again)["already"], true);
    assert_eq!(bench.json("schedule show member-1 plan-1")["schedule_at"], at);
    let moved = bench.json(&format!("schedule move member-1 plan-1 --at {}", at + 60));
    assert_eq!(moved["schedules"][0]["schedule_at"], at + 60);
    assert_eq!(bench.json("schedule list member-1")["schedules"].as_array().unwrap().len(), 3);
    assert_eq!(bench.json("keys schedules member-1")["schedules"].as_array().unwrap().len(), 3);
    bench.run("schedule cancel member-1 plan-1").exits(2).warns("--yes");
    bench.run("schedule cancel member-1 plan-1 --yes").exits(0).says("taken back");
    bench.run("schedule cancel-all member-1").exits(2).warns("--yes").warns("plan-2").warns("Seen: 2");
    bench.run("schedule cancel-all member-1 --yes").exits(0).says("Taken back");
    bench.run("schedule cancel-all member-1").exits(0).says("Nothing was waiting");
    bench.run("schedule cancel-all member-1 --yes").exits(0).says("Nothing was waiting");
    let states = bench.json("schedule list member-1");
    assert!(states["schedules"].as_array().unwrap().iter().all(|entry| entry["schedule_status"] == "revoked"));
    bench.advance(2 * MONTH);
    assert!(bench.handle().ledger().is_empty());
}

#[test]
fn a_booking_takes_what_a_charge_takes() {
    let bench = both();
    bench.issue("member-1");
    bench.run_with("keys issue member-2 --channel nice --card -", CARD).exits(0);
    let at = u64::try_from(bench.handle().now()).unwrap() + 3_600;
    let add = |key: &str, options: &str| {
        bench.run(&format!("schedule add {key} --order of-{key} --at {at} --amount 60000 --name Plan {options}"))
    };
    add("member-1", "--interest-free").exits(2).warns("interest_free_by_merchant");
    add("member-1", "--card-points").exits(2).warns("use_card_point");
    assert!(bench.json("schedule list member-1")["schedules"].as_array().unwrap().is_empty());
    add("member-1", "--installment 3 --custom-data plan=basic").exits(0);
    add("member-2", "--installment 2 --interest-free --card-points").exits(0);
    bench.advance(3_700);
    let paid = bench.json("payments find of-member-1");
    let paid = &paid["payments"][0];
    assert_eq!((&paid["status"], &paid["card_quota"]), (&"paid".into(), &3.into()), "{paid}");
    assert_eq!(bench.json("payments find of-member-2")["payments"][0]["card_quota"], 2);
}

#[test]
fn what_cannot_be_taken_back_is_said_so_and_not_sent() {
    let bench = Bench::new();
    bench.issue("member-1");
    let at = u64::try_from(bench.handle().now()).unwrap() + 3_600;
    for (order, at) in [("plan-1", at), ("plan-2", at + MONTH)] {
        bench.json(&format!("schedule add member-1 --order {order} --at {at} --amount 9900 --name Plan"));
    }
    bench.advance(3_700);
    bench.run("schedule cancel member-1 plan-1 plan-2 --yes").exits(1).warns("has run already").warns("these still wait: plan-2");
    bench.run("schedule cancel member-1 plan-1 plan-2 --yes --lang ko").exits(1).warns("그대로 대기 중입니다: plan-2");
    // Where no other was named, none is spoken of.
    let alone = bench.run("schedule cancel member-1 plan-1 --yes").exits(1).warns("has run already").warns("Nothing was sent");
    assert!(!alone.err.contains("wait"), "{}", alone.err);
    let alone = bench.run("schedule cancel member-1 plan-1 --yes --lang ko").exits(1).warns("이미 실행되어");
    assert!(!alone.err.contains("그대로"), "{}", alone.err);
    assert_eq!(bench.json("schedule show member-1 plan-2")["schedule_status"], "scheduled");
    bench.run("schedule cancel member-1 plan-2 --yes").exits(0).says("Taken back.");
    bench.run("schedule cancel member-1 plan-2").exits(0).says("Taken back already");
    assert_eq!(bench.json("schedule cancel member-1 plan-2")["already"], true);
}

#[test]
fn a_failed_booking_is_charged_now() {
    let bench = Bench::new();
    bench.issue("member-1");
    bench.handle().change_card("member-1", "4000-0000-0000-0001").unwrap();
    let at = u64::try_from(bench.handle().now()).unwrap() + 3_600;
    bench.json(&format!("schedule add member-1 --order plan-1 --at {at} --amount 9900 --name Plan"));
    bench.run("schedule retry member-1 plan-1").exits(2);
    bench.advance(3_700);
    bench.run("schedule retry member-1 plan-1").exits(1).says("schedule move --again").says("same order id");
    bench.handle().change_card("member-1", "5326-1122-9988-7766").unwrap();
    let retried = bench.json("schedule retry member-1 plan-1");
    assert_eq!(retried["outcome"], "paid");
    assert_eq!(bench.handle().totals("plan-1").captures, 1);
}

#[test]
fn a_window_is_parameters_or_a_page() {
    let bench = Bench::new();
    let line = "window member-1 --order issue-1 --name Card --redirect-url https://shop.example/done";
    let parameters = bench.run(line).exits(0).json();
    assert_eq!((parameters["pg"].as_str(), parameters["customer_uid"].as_str()), (Some("kcp_billing"), Some("member-1")));
    let mut command = bench.command("window member-1 --order issue-1 --redirect-url https://shop.example/done --html");
    command.args([
        "--name",
        "</script><script>alert(1)",
        "--merchant-code",
        "imp\"00</script>",
        "--script",
        "http://127.0.0.1/\"x.js",
    ]);
    let page = crate::bench::run(&mut command, "").exits(0).says("IMP.request_pay(parameters").out;
    assert_eq!(page.matches("</script>").count(), 2, "{page}");
    assert!(page.contains("issue-1") && page.contains("0 won") && page.contains("Nothing is charged now"), "{page}");
    assert!(!page.contains('@'), "{page}");
    assert!(!page.contains("<script>alert(1)") && page.contains("/&quot;x.js"), "{page}");
    bench.run(&format!("{line} --html")).exits(2);
}

#[test]
fn a_key_has_a_window_or_key_in_by_its_channel() {
    let bench = both();
    bench.run("window m --order i --name Card --redirect-url https://shop.example/ --channel nice").exits(2).warns("keys issue");
    bench.configure("[channels.kcp]\npg = \"kcp\"\nwindow = {}\n", &bench.url());
    bench.run_with("keys issue m --card -", CARD).exits(2).warns("kr-billing window");
}

#[test]
fn the_configuration_is_checked_and_the_account_compared() {
    let bench = both();
    let checked = bench.json("config check");
    assert_eq!((checked["outcome"].as_str(), checked["default_channel"].as_str()), (Some("ok"), Some("kcp")));
    assert_eq!(checked["channels"][1]["window"], serde_json::Value::Null);
    let report = bench.json("doctor");
    assert_eq!(report["healthy"], true, "{report}");
    bench.run("doctor").exits(0).says("KCPW1").says("ahead of the server");
    assert_eq!(bench.json("recover")["recovered"].as_array().unwrap().len(), 0);
}

#[test]
fn a_configuration_can_come_from_the_environment() {
    let bench = Bench::new();
    let mut command = crate::bench::command();
    command.args(["config", "check", "--json", "--base-url", &bench.url()]);
    command.env("KR_BILLING_ACCOUNT__IMP_KEY", crate::bench::KEY).env("KR_BILLING_ACCOUNT__IMP_SECRET", crate::bench::SECRET);
    command.env("KR_BILLING_CHANNELS__MAIN__PG", "nice");
    let checked = crate::bench::run(&mut command, "").exits(0).json();
    assert_eq!((checked["source"].as_str(), checked["channels"][0]["channel"].as_str()), (Some("environment"), Some("main")));
    let mut command = crate::bench::command();
    crate::bench::run(command.args(["config", "check"]).env("KR_BILLING_CONFIG", bench.config()), "").exits(0);
    let mut command = crate::bench::command();
    crate::bench::run(command.args(["config", "check"]).current_dir(bench.dir.path()), "").exits(0);
}

#[test]
fn the_matrix_names_every_pg_and_its_sources() {
    let matrix = crate::bench::run(crate::bench::command().args(["pgs", "--json"]), "").exits(0).json();
    let names: Vec<_> = matrix["pgs"].as_array().unwrap().iter().map(|pg| pg["pg"].as_str().unwrap()).collect();
    assert_eq!(names, ["kcp", "inicis", "nice", "nice_v2"]);
    assert!(matrix["pgs"][0]["facts"].as_array().unwrap().iter().all(|fact| !fact["source"].as_str().unwrap().is_empty()));
    crate::bench::run(crate::bench::command().arg("pgs"), "").exits(0).says("kcp_billing").says("html5_inicis");
}

#[test]
fn a_charge_of_an_unknown_key_says_how_to_get_one() {
    let bench = both();
    let charge = "charge nobody --order o-1 --amount 9900 --name Plan";
    for said in [bench.run(charge).exits(1).err, bench.run(&format!("{charge} --channel kcp")).exits(1).out] {
        assert!(said.contains("keys issue") && said.contains("--channel"), "{said}");
    }
    bench.run(&format!("{charge} --channel kcp --lang ko")).exits(1).says("빌링키를 발급하세요");
    assert!(bench.handle().ledger().is_empty());
}

#[test]
fn a_key_of_another_channel_is_never_charged_by_the_named_one() {
    let bench = both();
    bench.issue("member-1");
    let sale = "--amount 9900 --name Plan --channel nice";
    let charge = format!("charge member-1 --order o-1 {sale}");
    bench.run(&charge).exits(2).warns("not of channel nice but of channel kcp").warns("--channel");
    bench.run(&format!("{charge} --lang ko")).exits(2).warns("보내지 않았습니다");
    bench.run(&format!("schedule add member-1 --order o-1 --at 2030-01-01 {sale}")).exits(2).warns("channel kcp");
    // A configuration that has not even the key's channel.
    bench.configure(NICE, &bench.url());
    bench.run("charge member-1 --order o-1 --amount 9900 --name Plan").exits(2).warns("PG kcp");
    assert!(bench.handle().ledger().is_empty());
    // What was paid is still answered from the journal, whatever channel the key has by now.
    bench.configure(KCP, &bench.url());
    let id = bench.paid("member-1", "o-1", 9_900);
    bench.run("keys delete member-1 --yes").exits(0);
    assert_eq!(bench.paid("member-1", "o-1", 9_900), id);
    assert_eq!(bench.handle().totals("o-1").captures, 1);
}

/// A way to the sandbox on which no answer tells a PG.
fn without_pgs(sandbox: &str) -> String {
    let sandbox = sandbox.trim_start_matches("http://").to_owned();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for client in listener.incoming() {
            let (mut client, mut server) = (client.unwrap(), TcpStream::connect(&sandbox).unwrap());
            let (mut asks, mut asked) = (client.try_clone().unwrap(), server.try_clone().unwrap());
            thread::spawn(move || std::io::copy(&mut asks, &mut asked));
            thread::spawn(move || {
                let (mut buffer, field) = ([0; 1 << 16], b"\"pg_provider\"");
                while let Ok(read @ 1..) = server.read(&mut buffer) {
                    while let Some(at) = buffer[..read].windows(field.len()).position(|window| window == field) {
                        buffer[at + 1] = b'x';
                    }
                    client.write_all(&buffer[..read]).unwrap();
                }
            });
        }
    });
    format!("http://{address}")
}

#[test]
fn a_key_whose_pg_is_not_told_is_charged_by_the_named_channel() {
    let bench = both();
    bench.issue("member-1");
    bench.configure(&format!("default_channel = \"kcp\"\n{KCP}{NICE}"), &without_pgs(&bench.url()));
    bench.run("charge member-1 --order o-1 --amount 9900 --name Plan").exits(2).warns("name one");
    bench.run("charge member-1 --order o-1 --amount 9900 --name Plan --channel kcp").exits(0).says("Paid");
}
