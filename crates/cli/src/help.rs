//! Help: without the options that a verb does not take, and in Korean. The English help stands beside the arguments; the Korean is
//! laid over it.

use clap::{Arg, ArgAction, Command};

use crate::lang::Lang;
use crate::verbs;

/// The command with its help in `lang`.
pub(crate) fn localized(command: Command, lang: Lang) -> Command {
    let mut command = match lang {
        Lang::En => command,
        Lang::Ko => korean(command, ""),
    };
    // Only now have the verbs their common options and `help`.
    command.build();
    command.mut_subcommands(|verb| finished(verb, lang))
}

/// A verb with what only the parser's own work has given it.
fn finished(verb: Command, lang: Lang) -> Command {
    let verb = match verb.get_name() {
        "help" => {
            return verb.about(lang.pick("Print help, also of a verb", "도움말을 출력합니다. 명령의 도움말도 볼 수 있습니다"));
        }
        _ => verb.mut_subcommands(|verb| finished(verb, lang)),
    };
    let Some((_, heeded)) = verbs::HEEDED.iter().find(|(name, _)| *name == verb.get_name()) else { return verb };
    verb.mut_args(|arg| {
        let taken = arg.get_long().is_none_or(|long| long == "lang" || heeded.contains(&long));
        if arg.is_global_set() && !taken { arg.hide(true) } else { arg }
    })
}

const TEMPLATE: &str = "{about-with-newline}\n사용법: {usage}\n\n{all-args}";

fn korean(command: Command, path: &str) -> Command {
    let name = command.get_name().to_owned();
    let root = path.is_empty();
    let path = if root { name } else { format!("{path} {name}") };
    let mut command = match COMMANDS.iter().find(|(at, _)| *at == path) {
        Some((_, text)) => command.about(*text).long_about(None),
        None => command,
    };
    command = with_own_flags(command, root).mut_args(|arg| {
        let heading = match (arg.is_positional(), arg.get_help_heading()) {
            (_, Some(_)) => "공통 옵션",
            (true, None) => "인수",
            (false, None) => "옵션",
        };
        match argument(&path, arg.get_id().as_str()) {
            Some(text) => arg.help(text).long_help(None).help_heading(heading),
            None => arg.help_heading(heading),
        }
    });
    let names: Vec<String> = command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
    for name in names {
        command = command.mut_subcommand(name, |sub| korean(sub, &path));
    }
    command.subcommand_help_heading("명령").help_template(TEMPLATE)
}

/// The parser's own flags come too late to be translated, so they are added here.
fn with_own_flags(command: Command, root: bool) -> Command {
    let flag = |name: &'static str, short, action| Arg::new(name).short(short).long(name).action(action).help_heading("");
    let command = command.disable_help_flag(true).arg(flag("help", 'h', ArgAction::Help));
    match root {
        true => command.disable_version_flag(true).arg(flag("version", 'V', ArgAction::Version)),
        false => command,
    }
}

/// The text of an argument: that of this command, else that of any.
fn argument(path: &str, id: &str) -> Option<&'static str> {
    let own = ARGUMENTS.iter().find(|(at, arg, _)| *arg == id && *at == path);
    own.or_else(|| ARGUMENTS.iter().find(|(at, arg, _)| *arg == id && at.is_empty())).map(|(_, _, text)| *text)
}

const COMMANDS: &[(&str, &str)] = &[
    ("kr-billing", "한국 가맹점을 위한 정기결제, 그리고 연습용 샌드박스"),
    ("kr-billing demo", "이 프로세스 안의 샌드박스로 모든 흐름을 보여 줍니다"),
    ("kr-billing sandbox", "이 컴퓨터에서 PortOne V1 빌링 API를 실행합니다"),
    ("kr-billing pgs", "PG별로 무엇이 되는지 보여 줍니다"),
    ("kr-billing keys", "빌링키 발급, 조회, 삭제"),
    ("kr-billing keys issue", "카드를 빌링키로 저장합니다"),
    ("kr-billing keys show", "빌링키를 조회합니다"),
    ("kr-billing keys list", "여러 빌링키를 조회하고, 없는 것을 알려 줍니다"),
    ("kr-billing keys delete", "빌링키를 삭제합니다"),
    ("kr-billing keys payments", "빌링키의 결제 내역"),
    ("kr-billing keys schedules", "빌링키의 결제 예약 내역"),
    ("kr-billing charge", "빌링키로 결제합니다"),
    ("kr-billing card-charge", "카드로 한 번 결제하고, --keep-as로 저장합니다"),
    ("kr-billing schedule", "결제를 예약합니다"),
    ("kr-billing schedule add", "결제 하나를 예약합니다"),
    ("kr-billing schedule list", "빌링키의 예약 목록"),
    ("kr-billing schedule show", "예약 하나를 조회합니다"),
    ("kr-billing schedule move", "예약 시각을 바꿉니다. --again은 실패하거나 취소된 예약을 다시 잡습니다"),
    ("kr-billing schedule cancel", "지정한 예약을 취소합니다"),
    ("kr-billing schedule cancel-all", "빌링키의 예약을 모두 취소합니다"),
    ("kr-billing schedule retry", "실패하거나 취소된 예약을 지금 결제합니다"),
    ("kr-billing payments", "결제 조회와 환불"),
    ("kr-billing payments show", "결제를 조회합니다"),
    ("kr-billing payments find", "주문번호의 모든 결제를 찾습니다"),
    ("kr-billing payments list", "상태별 결제 목록, 최대 90일"),
    ("kr-billing payments cancel", "결제를 전부 또는 일부 환불합니다"),
    ("kr-billing window", "빌링키 결제창의 파라미터, 또는 결제창을 여는 페이지를 출력합니다"),
    ("kr-billing config", "아무것도 보내지 않고 설정을 확인합니다"),
    ("kr-billing config check", "설정을 확인하고 채널을 보여 줍니다. 비밀값은 보이지 않습니다"),
    ("kr-billing doctor", "API 키, 시계, 채널을 계정과 맞춰 봅니다"),
    ("kr-billing resume", "결과를 알 수 없던 호출이 어떻게 되었는지 다시 묻습니다"),
    ("kr-billing recover", "저널에 열려 있는 항목을 모두 정리합니다. 비정상 종료 뒤에 씁니다"),
];

const ARGUMENTS: &[(&str, &str, &str)] = &[
    (
        "",
        "config",
        "설정 파일(TOML). 없으면 KR_BILLING_CONFIG, KR_BILLING_... 변수, ./kr-billing.toml 순서. `sandbox`에서는 샌드박스의 설정",
    ),
    ("", "base_url", "설정과 다른 V1 서버. 예: http://127.0.0.1:8410"),
    ("", "allow_plaintext", "다른 컴퓨터로 http:// 연결을 허용합니다. 키와 카드가 암호화되지 않고 전송됩니다"),
    ("", "json", "표 대신 JSON 문서 하나를 출력합니다"),
    ("", "lang", "출력 언어 (없으면 로캘을 따름)"),
    ("", "help", "도움말을 출력합니다"),
    ("", "version", "버전을 출력합니다"),
    ("", "listen", "받을 주소"),
    ("", "imp_key", "받아들일 REST API 키 (없으면 문서의 공개 예시)"),
    ("", "imp_secret", "받아들일 REST API 시크릿"),
    ("", "state", "다시 시작해도 남도록 장부를 이 파일에 저장합니다"),
    ("", "json_log", "표준 오류에 한 줄에 JSON 하나씩 로그를 남깁니다"),
    ("", "key", "빌링키 (customer_uid)"),
    ("kr-billing keys issue", "key", "카드를 저장할 새 빌링키 이름 (customer_uid)"),
    ("kr-billing window", "key", "카드를 저장할 새 빌링키 이름 (customer_uid). 이미 쓰던 이름이면 새 카드로 바뀝니다"),
    ("", "keys", "빌링키들 (customer_uid). V1은 전체 목록을 주지 않습니다"),
    ("", "channel", "설정의 채널 이름 (없으면 조회해서 찾음)"),
    ("kr-billing keys issue", "channel", "설정의 채널 이름 (없으면 기본 채널)"),
    ("kr-billing card-charge", "channel", "설정의 채널 이름 (없으면 기본 채널)"),
    ("kr-billing window", "channel", "설정의 채널 이름 (없으면 기본 채널)"),
    ("", "card", "`-`이면 표준 입력에서 카드를 읽습니다: 번호, 유효기간, 생년월일, 비밀번호 앞 두 자리를 한 줄씩 또는 JSON"),
    ("", "card_file", "/dev/fd/3 같은 파일에서 같은 형식으로 카드를 읽습니다"),
    ("", "keep_as", "카드를 이 새 빌링키(customer_uid)로 저장합니다"),
    ("", "order", "주문번호 (merchant_uid). 다른 결제에는 새 번호를 씁니다"),
    ("kr-billing window", "order", "발급 건의 주문번호 (merchant_uid). 소진되므로 첫 결제에는 다른 번호를 씁니다"),
    ("kr-billing payments find", "order", "주문번호 (merchant_uid)"),
    ("kr-billing schedule show", "order", "예약의 주문번호 (merchant_uid)"),
    ("kr-billing schedule move", "order", "예약의 주문번호 (merchant_uid)"),
    ("kr-billing schedule retry", "order", "예약의 주문번호 (merchant_uid)"),
    ("", "orders", "예약의 주문번호들 (merchant_uid)"),
    ("", "amount", "금액 (원)"),
    ("kr-billing payments cancel", "amount", "이 금액만 환불합니다 (원)"),
    ("kr-billing window", "amount", "결제창에 보이는 금액 (원). KCP와 이니시스는 승인하지 않습니다"),
    ("", "name", "주문명, 40자 이내"),
    ("", "tax_free", "면세 금액 (원)"),
    ("", "vat", "부가세 (원, PG와 계약 필요)"),
    ("", "taxable", "이 환불에는 면세 금액이 없습니다"),
    ("", "installment", "할부 개월 수, 2에서 36"),
    ("", "interest_free", "가맹점이 이자를 부담합니다 (계약 필요)"),
    ("", "card_points", "카드 포인트로 결제합니다 (계약 필요)"),
    ("", "notice_url", "이 건의 웹훅을 받을 주소"),
    ("", "custom_data", "응답에 그대로 돌아오는 가맹점의 글"),
    ("", "buyer_name", "구매자 이름"),
    ("", "buyer_tel", "구매자 전화번호"),
    ("", "buyer_email", "구매자 이메일"),
    ("", "buyer_addr", "구매자 주소"),
    ("", "buyer_postcode", "구매자 우편번호"),
    ("", "from", "시작 시각: UNIX 초, 또는 2026-12-01, 2026-12-01T09:00 같은 한국 시각"),
    ("", "to", "끝 시각, 같은 형식"),
    ("", "at", "결제 시각: UNIX 초, 또는 2026-12-01, 2026-12-01T09:00 같은 한국 시각"),
    ("", "again", "실패하거나 취소된 예약을 같은 주문번호로 다시 잡습니다"),
    ("", "reason", "사유"),
    ("", "yes", "묻지 않습니다"),
    ("", "page", "쪽 번호, 1부터"),
    ("", "limit", "한 쪽의 건수, 1에서 1000"),
    ("", "payment", "결제 번호 (imp_uid)"),
    ("", "status", "이 상태의 결제만"),
    ("", "newest", "가장 최근 것만"),
    ("", "all", "남은 금액을 모두 환불합니다"),
    ("", "balance", "남았다고 생각하는 금액 (원). 다르면 거절합니다"),
    ("", "webhook", "취소 웹훅도 요청합니다"),
    ("", "redirect_url", "모바일 브라우저가 끝나고 이동할 주소"),
    ("", "language", "결제창의 언어"),
    ("", "period_from", "서비스 기간의 첫날, YYYYMMDD (이니시스)"),
    ("", "period_to", "서비스 기간의 마지막 날, YYYYMMDD (이니시스)"),
    ("", "html", "파라미터 대신 결제창을 여는 페이지를 출력합니다"),
    ("", "merchant_code", "IMP.init에 쓰는 가맹점 식별코드 (imp로 시작)"),
    ("", "script", "다른 브라우저 스크립트. 예: 샌드박스의 것"),
    ("", "dismiss", "직접 확인한 뒤, 답 없이 저널에서 닫습니다. 주문번호는 다시 쓸 수 없습니다"),
    ("", "tickets", "JSON 티켓들, 또는 `--json`의 출력. `-`은 표준 입력"),
];

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::args::Cli;

    fn hangul(text: &str) -> bool {
        text.chars().any(|c| ('가'..='힣').contains(&c))
    }

    fn missing(command: &Command, path: &str, out: &mut Vec<String>) {
        let path = format!("{path} {}", command.get_name());
        if !command.get_about().is_some_and(|about| hangul(&about.to_string())) {
            out.push(path.clone());
        }
        for arg in command.get_arguments() {
            if !arg.get_help().is_some_and(|help| hangul(&help.to_string())) {
                out.push(format!("{path}: {}", arg.get_id()));
            }
        }
        // Below `help` the parser repeats the verbs.
        if command.get_name() != "help" {
            command.get_subcommands().for_each(|sub| missing(sub, &path, out));
        }
    }

    #[test]
    fn nothing_is_left_in_english() {
        let mut out = Vec::new();
        missing(&localized(Cli::command(), Lang::Ko), "", &mut out);
        assert!(out.is_empty(), "{out:#?}");
    }

    #[test]
    fn no_text_is_about_something_that_is_gone() {
        fn known(command: &Command, path: &str, out: &mut Vec<(String, String)>) {
            let path = format!("{path} {}", command.get_name()).trim().to_owned();
            out.extend(command.get_arguments().map(|arg| (path.clone(), arg.get_id().to_string())));
            out.push((path.clone(), String::new()));
            command.get_subcommands().for_each(|sub| known(sub, &path, out));
        }
        let (mut there, mut command) = (Vec::new(), Cli::command());
        command.build();
        known(&command, "", &mut there);
        for (path, _) in COMMANDS {
            assert!(there.iter().any(|(at, _)| at == path), "{path}");
        }
        for (path, id, _) in ARGUMENTS {
            assert!(there.iter().any(|(at, arg)| arg == id && (path.is_empty() || at == path)), "{path} {id}");
        }
    }

    #[test]
    fn the_book_has_every_verb_and_common_option() {
        fn verbs(command: &Command, path: &str, out: &mut Vec<String>) {
            for sub in command.get_subcommands() {
                let path = format!("{path} {}", sub.get_name()).trim().to_owned();
                match sub.has_subcommands() {
                    true => verbs(sub, &path, out),
                    false => out.push(format!("`{path}")),
                }
            }
        }
        let (mut wanted, command) = (Vec::new(), Cli::command());
        verbs(&command, "", &mut wanted);
        wanted.extend(command.get_arguments().filter_map(|arg| Some(format!("`--{}", arg.get_long()?))));
        for page in [include_str!("../../../docs/cli.md"), include_str!("../../../docs/ko/cli.md")] {
            for text in &wanted {
                assert!(page.contains(text.as_str()), "{text} is not in the book");
            }
        }
    }
}
