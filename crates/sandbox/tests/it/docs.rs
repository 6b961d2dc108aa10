use kr_billing_sandbox::{Operation, Sandbox, SandboxConfig, decline_table_markdown, decline_table_markdown_ko, presets};

const GUIDES: [(&str, &str); 2] = [
    ("docs/sandbox.md", include_str!("../../../../docs/sandbox.md")),
    ("docs/ko/sandbox.md", include_str!("../../../../docs/ko/sandbox.md")),
];

#[test]
fn the_guide_prints_the_decline_table_that_the_code_has() {
    let tables = [decline_table_markdown(), decline_table_markdown_ko()];
    for ((name, text), table) in GUIDES.into_iter().zip(tables) {
        assert!(text.contains(&table), "{name}: its tables must be replaced by these\n{table}");
    }
}

#[test]
fn the_guide_names_every_operation_preset_and_control_call() {
    for (name, text) in GUIDES {
        let operations = Operation::ALL.iter().map(|operation| operation.name());
        let presets = presets().iter().flat_map(|preset| [preset.name, preset.mid]);
        for word in operations.chain(presets) {
            assert!(text.contains(&format!("`{word}`")), "{name} does not name {word}");
        }
        for call in [
            "clock",
            "faults",
            "ledger",
            "requests",
            "webhooks",
            "burning",
            "windows",
            "console-cancel",
            "payments",
            "customers",
            "channels",
            "token",
            "reset",
        ] {
            assert!(text.contains(&format!("$BASE/_sandbox/{call}")), "{name} has no curl for {call}");
        }
    }
}

/// The fenced blocks of one language.
fn blocks(text: &str, language: &str) -> Vec<String> {
    let fence = format!("```{language}\n");
    text.split(fence.as_str()).skip(1).filter_map(|rest| rest.split("```").next()).map(str::to_owned).collect()
}

#[tokio::test]
async fn the_guides_config_starts_a_sandbox() {
    for (name, text) in GUIDES {
        for block in blocks(text, "toml") {
            let config: SandboxConfig = toml::from_str(&block).unwrap_or_else(|error| panic!("{name}: {error}"));
            let sandbox = Sandbox::builder().config(config).start().await.unwrap();
            assert_eq!(sandbox.handle().channels().len(), 2, "{name}");
        }
    }
}
