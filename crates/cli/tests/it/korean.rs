//! Korean, by `--lang` and by locale.

use crate::bench::{Bench, CARD, KCP, command, run};

#[test]
fn outcomes_tables_and_questions_are_korean() {
    let bench = Bench::new();
    bench.issue("member-1");
    bench.run("charge member-1 --order o-1 --amount 9900 --name Plan --lang ko").exits(0).says("결제되었습니다").says("9,900원");
    bench.run("charge member-1 --order o-2 --amount 990001 --name Plan --lang ko").exits(1).says("거절되었습니다");
    bench.run("keys delete member-1 --lang ko").exits(2).warns("--yes를 붙여").warns("빌링키 member-1");
    bench.run("payments find nothing --lang ko").exits(0).says("찾은 것이 없습니다");
    bench.run("doctor --lang ko").exits(0).says("정상");
    bench.run("config check --lang ko").exits(0).says("설정이 올바릅니다");
}

#[test]
fn the_locale_decides_unless_told() {
    for name in ["LC_ALL", "LC_MESSAGES", "LANG"] {
        run(command().arg("pgs").env(name, "ko_KR.UTF-8"), "").exits(0).says("키인 계약 조건");
    }
    run(command().args(["pgs", "--lang", "en"]).env("LC_ALL", "ko_KR.UTF-8"), "").exits(0).says("Terms of key-in");
    run(command().arg("pgs"), "").exits(0).says("Terms of key-in");
}

#[test]
fn mistakes_and_help_are_korean() {
    run(command().args(["--lang", "ko", "charge", "k", "--nonsense"]), "").exits(2).warns("여기에 없는 옵션입니다");
    run(command().args(["charge", "--help", "--lang=ko"]), "")
        .exits(0)
        .says("주문명, 40자 이내")
        .says("사용법")
        .says("공통 옵션");
    run(command().args(["--lang", "ko", "charge", "k"]), "").exits(2).warns("필요한 인수가 없습니다").warns("--order");
    run(command().args(["--lang", "ko", "chrage"]), "").exits(2).warns("그런 명령이 없습니다").warns("charge");
    run(command().args(["--lang", "ko", "payments", "cancel", "p", "--all", "--amount", "5"]), "").exits(2).warns("함께 쓸 수");
    run(command().args(["--lang", "xx", "pgs"]), "").exits(2).warns("ko, en");
}

#[test]
fn programs_read_the_same_in_both_languages() {
    let read = |lang: &str| run(command().args(["pgs", "--json", "--lang", lang]), "").exits(0).json();
    assert_eq!(read("ko"), read("en"));
}

#[test]
fn errors_of_the_library_are_korean() {
    let bench = Bench::new();
    let of = |line: &str, code, says: &str| bench.run(&format!("{line} --lang ko")).exits(code).warns(says);
    let card = "5326-1122-9988-7766\n2031-07\n";
    let said = bench.run_with("keys issue member-1 --card - --lang ko", card).exits(2);
    let wanted = "오류: 빌링키 발급: birth: 없습니다. 이 채널은 계약상 모든 카드에 필요합니다 [아무것도 보내지 않음]";
    assert_eq!(said.err.trim(), wanted);
    of("keys show nobody", 1, "오류: 빌링키 조회: 빌링키 nobody이(가) 없습니다");
    of("charge member-1 --order o-1 --amount 9900 --name Plan --tax-free x", 2, "--tax-free: 0 이상의 정수가 아닙니다");
    of("payments show imp_nothing", 1, "결제 imp_nothing이(가) 없습니다");
    of("charge member-1 --order o-1 --amount 0 --name Plan", 2, "--amount: amount: 0원입니다");
    of("keys show member-1 --channel other", 2, "채널 other이(가) 없습니다. 설정에 있는 채널: kcp");
    bench.issue("member-1");
    bench.run_with("keys issue member-1 --card - --lang ko", CARD).exits(2).warns("이미 쓰고 있습니다");
    let id = bench.paid("member-1", "o-2", 980_001);
    of(
        &format!("payments cancel {id} --all --taxable --yes"),
        1,
        "환불: 포트원이 거절했습니다 (HTTP 200, 코드 1) (포트원 응답: ",
    );
    bench.configure("[channels.main]\npg = \"kpc\"\n", &bench.url());
    of("config check", 2, "설정: 채널 main: 모르는 pg입니다");
    bench.configure("[chanels.main]\npg = \"nice\"\n", &bench.url());
    of("config check", 2, "kr-billing.toml: 모르는 설정 `chanels`");
    bench.configure(KCP, "http://127.0.0.1:1");
    of("charge member-1 --order o-1 --amount 9900 --name Plan", 4, "결제되지 않음: 토큰 발급: 서버에 연결할 수 없습니다");
}

#[test]
fn help_is_a_verb_in_both_languages() {
    let help = |words: &[&str]| run(command().args(words), "").exits(0);
    help(&["help"]).says("Print help, also of a verb").says("recover");
    help(&["help", "keys"]).says("Issue, show and delete billing keys");
    help(&["help", "keys", "issue"]).says("Store a card as a billing key");
    help(&["help", "--lang", "ko"]).says("명령의 도움말도 볼 수 있습니다");
    help(&["help", "keys", "--lang", "ko"]).says("빌링키 발급, 조회, 삭제").says("명령의 도움말도 볼 수 있습니다");
    help(&["--lang", "ko", "keys", "help", "issue"]).says("카드를 빌링키로 저장합니다");
    run(command().args(["help", "nonsense"]), "").exits(2).warns("no such verb");
}

#[test]
fn help_has_only_options_that_the_verb_takes() {
    for lang in ["en", "ko"] {
        for (verb, taken) in [("demo", ""), ("sandbox", "--config"), ("pgs", "--json"), ("doctor", "all")] {
            let help = run(command().args([verb, "--help", "--lang", lang]), "").exits(0).says("--lang").out;
            for option in ["--config", "--base-url", "--allow-plaintext", "--json"] {
                let listed = help.lines().any(|line| line.trim_start().split(' ').next() == Some(option));
                assert_eq!(listed, taken == option || taken == "all", "{verb} {option}: {help}");
            }
        }
    }
    for verb in [&["keys", "issue"][..], &["card-charge"], &["window"]] {
        let help = run(command().args(verb).args(["--help", "--lang", "ko"]), "").exits(0).says("없으면 기본 채널)").out;
        assert!(!help.contains("조회해서 찾음"), "{help}");
    }
}
