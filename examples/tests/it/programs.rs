//! The programs that run and end.

use kr_billing::{Billing, BillingKeyId, Card, Config, Expiry, Issuance, IssueRequest};
use kr_billing_sandbox::{SAMPLE_KEY, SAMPLE_SECRET, Sandbox};

use crate::program;

/// What a program prints when it ends well.
fn run(path: &str, arguments: &[&str]) -> String {
    let output = program(path).args(arguments).output().expect("the program starts");
    let said = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    said
}

#[test]
fn first_charge_stores_a_card_and_charges_it() {
    let said = run(env!("CARGO_BIN_EXE_first_charge"), &[]);
    assert!(said.contains("stored as member-1042.card-1"), "{said}");
    assert!(said.contains("paid 9,900 won: imps_"), "{said}");
}

#[test]
fn a_monthly_run_charges_once_and_knows_what_helps() {
    let said = run(env!("CARGO_BIN_EXE_monthly_run"), &[]);
    let runs: Vec<&str> = said.split("run ").skip(1).collect();
    assert_eq!(runs.len(), 2, "{said}");
    let lines = |run: &str| run.lines().skip(1).map(str::to_owned).collect::<Vec<_>>();
    let first = lines(runs[0]);
    assert_eq!(first.len(), 4, "{said}");
    assert!(first[0].contains("sub-1: paid 9,900 won"), "{said}");
    for (line, words) in first[1..].iter().zip([
        ["InsufficientFunds", "try attempt 2"],
        ["LostOrStolen", "end the subscription"],
        ["CallIssuer", "ask the member to call"],
    ]) {
        assert!(words.iter().all(|word| line.contains(word)), "{line}");
    }
    assert_eq!(first, lines(runs[1]), "the second run has the same outcomes, the paid one's id too");
}

#[test]
fn a_doubt_is_resumed_after_a_restart() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("ticket.json");
    let said = run(env!("CARGO_BIN_EXE_resume_doubt"), &[file.to_str().expect("UTF-8")]);
    let order =
        ["in doubt:", "restarted", "still in doubt", "30 s later", "it was paid: imps_", "captures in the sandbox's ledger: 1"];
    let mut rest = said.as_str();
    for line in order {
        rest = rest.split_once(line).unwrap_or_else(|| panic!("no `{line}` in its place:\n{said}")).1;
    }
    assert!(!file.exists(), "a settled ticket is gone");
}

#[test]
fn a_merchant_s_own_adapter_charges_and_keeps_its_own_rule() {
    let said = run(env!("CARGO_BIN_EXE_own_adapter"), &[]);
    assert!(said.contains("paid 9,900 won through daou"), "{said}");
    assert!(said.contains("paid 9,900 won through kcp"), "a built-in adapter beside it: {said}");
    assert!(said.contains("use Hangul and ASCII only [nothing was sent]"), "{said}");
}

#[test]
fn the_readme_s_start_charges_what_the_environment_names() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let sandbox = runtime.block_on(Sandbox::start()).expect("a sandbox");
    let settings = [
        ("ACCOUNT__IMP_KEY", SAMPLE_KEY),
        ("ACCOUNT__IMP_SECRET", SAMPLE_SECRET),
        ("ACCOUNT__BASE_URL", sandbox.base_url()),
        ("CHANNELS__KCP__PG", "kcp"),
        ("CHANNELS__KCP__KEY_IN__MID", "KCPR1"),
    ];
    let settings = settings.map(|(name, value)| (format!("KR_BILLING_{name}"), value.to_owned()));
    let config = Config::from_vars(settings.clone()).expect("a configuration");
    runtime.block_on(async {
        let billing = Billing::from_config(config).await.expect("a client");
        let key_in = billing.issuing(None).expect("a channel").key_in().expect("key-in");
        let card = Card::new("1234-1234-1234-1234", Expiry::new(2099, 12).expect("a month")).expect("a card");
        let request = IssueRequest::new(BillingKeyId::new("member-1042.card-1").expect("an id"), card);
        assert!(matches!(key_in.issue(&request).await, Ok(Issuance::Stored(_))));
    });
    // A file that KR_BILLING_CONFIG names is the other way in.
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("kr-billing.toml");
    let text = format!(
        "[account]\nimp_key = \"{SAMPLE_KEY}\"\nimp_secret = \"{SAMPLE_SECRET}\"\nbase_url = \"{}\"\n\
         [channels.kcp]\npg = \"kcp\"\nkey_in = {{ mid = \"KCPR1\" }}\n",
        sandbox.base_url()
    );
    std::fs::write(&file, text).expect("a file");
    let file = [("KR_BILLING_CONFIG".to_owned(), file.display().to_string())];
    for variables in [&settings[..], &file] {
        let output = program(env!("CARGO_BIN_EXE_start")).envs(variables.iter().cloned()).output().expect("the program starts");
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(
            output.status.success() && said.contains("paid 9,900: imps_"),
            "{said}{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    let order = sandbox.handle().ledger()[0].merchant_uid.clone();
    assert_eq!(sandbox.handle().totals(&order).captures, 1, "the second run asked for the same charge");
    assert_eq!(sandbox.handle().ledger().len(), 1);
}

#[test]
fn a_program_that_fails_says_why_in_words() {
    let account = [("ACCOUNT__IMP_KEY", "k"), ("ACCOUNT__IMP_SECRET", "s"), ("ACCOUNT__BASE_URL", "http://127.0.0.1:1")];
    let channel = [("CHANNELS__MAIN__PG", "nice"), ("POLICY__ATTEMPTS", "1")];
    let settings = account.into_iter().chain(channel).map(|(name, value)| (format!("KR_BILLING_{name}"), value));
    let output = program(env!("CARGO_BIN_EXE_first_charge")).envs(settings).output().expect("the program starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && said.starts_with("Error: ") && said.contains("\n  because: "), "{said}");
    assert!(said.contains("cannot be reached") && !said.contains("Error {"), "{said}");
}
