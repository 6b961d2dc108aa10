//! Korean, by `--lang` and by locale.

use crate::bench::{Bench, command, run};

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
