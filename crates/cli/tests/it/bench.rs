//! A sandbox, a configuration for it, and the command.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use kr_billing_sandbox::{Handle, Sandbox, SandboxConfig};
use serde_json::Value;
use tempfile::TempDir;
use tokio::runtime::Runtime;

pub(crate) const KEY: &str = "canary-imp-key";
pub(crate) const SECRET: &str = "canary-imp-secret";
/// A card as `--card -` takes it. The birth date stands in no id and in no time.
pub(crate) const CARD: &str = "5326-1122-9988-7766\n2031-07\n880229\n47\n";
/// What no output may hold, whatever happens.
pub(crate) const NEVER: [&str; 8] =
    [KEY, SECRET, "5326-1122-9988-7766", "5326112299887766", "5326 1122 9988 7766", "11229988", "880229", "2031-07"];

pub(crate) const KCP: &str = "[channels.kcp]\npg = \"kcp\"\nkey_in = { require = [\"birth\", \"pwd_2digit\"] }\nwindow = {}\n";
pub(crate) const NICE: &str = "[channels.nice]\npg = \"nice\"\n";

pub(crate) struct Bench {
    runtime: Option<Runtime>,
    sandbox: Option<Sandbox>,
    pub(crate) dir: TempDir,
}

/// What a run of the command left.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "stdout: {}\nstderr: {}", self.out, self.err);
        self
    }

    /// Standard output as the one JSON document that `--json` promises.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}{}", self.out, self.err))
    }

    #[track_caller]
    pub(crate) fn says(self, text: &str) -> Self {
        assert!(self.out.contains(text), "`{text}` is not in stdout: {}\nstderr: {}", self.out, self.err);
        self
    }

    #[track_caller]
    pub(crate) fn warns(self, text: &str) -> Self {
        assert!(self.err.contains(text), "`{text}` is not in stderr: {}\nstdout: {}", self.err, self.out);
        self
    }
}

/// The bare command: no configuration but the caller's, English.
pub(crate) fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kr-billing"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("KR_BILLING_") {
            command.env_remove(name);
        }
    }
    for name in ["LANGUAGE", "LC_ALL", "LC_MESSAGES", "RUST_LOG"] {
        command.env_remove(name);
    }
    command.env("LANG", "C.UTF-8");
    command
}

/// Feeds a started command and waits for its end. Nothing it says may hold a secret.
pub(crate) fn finish(mut child: Child, input: &str) -> Ran {
    // A command that does not read its input is no error here.
    let _gone = child.stdin.take().map(|mut stdin| stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let ran = Ran { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) };
    for secret in NEVER {
        assert!(!ran.out.contains(secret) && !ran.err.contains(secret), "{secret} in {}\n{}", ran.out, ran.err);
    }
    ran
}

pub(crate) fn run(command: &mut Command, input: &str) -> Ran {
    finish(start(command), input)
}

pub(crate) fn start(command: &mut Command) -> Child {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

impl Bench {
    /// A sandbox, and a configuration with KCP as its only channel.
    pub(crate) fn new() -> Self {
        Self::with(KCP)
    }

    /// A sandbox, and a configuration with these channels; the first line may be a default channel.
    pub(crate) fn with(channels: &str) -> Self {
        Self::of_account(channels, SandboxConfig::default())
    }

    /// A sandbox whose account is this one, and a configuration with these channels.
    pub(crate) fn of_account(channels: &str, account: SandboxConfig) -> Self {
        let runtime = Runtime::new().unwrap();
        let sandbox = Sandbox::builder().credentials(KEY, SECRET).config(account);
        let sandbox = runtime.block_on(sandbox.start()).unwrap();
        let bench = Self { runtime: Some(runtime), sandbox: Some(sandbox), dir: TempDir::new().unwrap() };
        bench.configure(channels, &bench.url());
        bench
    }

    pub(crate) fn url(&self) -> String {
        self.sandbox.as_ref().unwrap().base_url().to_owned()
    }

    pub(crate) fn handle(&self) -> Handle {
        self.sandbox.as_ref().unwrap().handle()
    }

    /// Advances the sandbox's clock.
    pub(crate) fn advance(&self, seconds: u64) {
        let handle = self.handle();
        self.runtime.as_ref().unwrap().block_on(handle.advance(std::time::Duration::from_secs(seconds)));
    }

    /// Writes the configuration: patience that a test has, and a journal on disk.
    pub(crate) fn configure(&self, channels: &str, url: &str) {
        let (head, tables) = match channels.split_once('\n') {
            Some((first, rest)) if first.starts_with("default_channel") => (first, rest),
            _ => ("", channels),
        };
        let journal = self.dir.path().join("journal.db");
        let text = format!(
            "{head}\n[account]\nimp_key = \"{KEY}\"\nimp_secret = \"{SECRET}\"\nbase_url = \"{url}\"\n\
             [policy]\nresolve_for_ms = 100\nfirst_wait_ms = 10\nattempts = 1\n\
             [journal]\nsqlite = {journal:?}\n{tables}"
        );
        std::fs::write(self.config(), text).unwrap();
    }

    pub(crate) fn config(&self) -> PathBuf {
        self.dir.path().join("kr-billing.toml")
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        Path::new(self.dir.path()).join(name)
    }

    /// The command with this bench's configuration. Words are split at spaces.
    pub(crate) fn command(&self, line: &str) -> Command {
        let mut command = command();
        command.arg("--config").arg(self.config()).args(line.split_whitespace());
        command
    }

    pub(crate) fn run(&self, line: &str) -> Ran {
        run(&mut self.command(line), "")
    }

    pub(crate) fn run_with(&self, line: &str, input: &str) -> Ran {
        run(&mut self.command(line), input)
    }

    /// As programs run it.
    #[track_caller]
    pub(crate) fn json(&self, line: &str) -> Value {
        let ran = self.run(&format!("{line} --json"));
        assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
        ran.json()
    }

    /// A stored card.
    #[track_caller]
    pub(crate) fn issue(&self, key: &str) {
        self.run_with(&format!("keys issue {key} --card -"), CARD).exits(0);
    }

    /// A charge of this sum, and its payment's number.
    #[track_caller]
    pub(crate) fn paid(&self, key: &str, order: &str, won: u64) -> String {
        let answer = self.json(&format!("charge {key} --order {order} --amount {won} --name Plan"));
        assert_eq!(answer["outcome"], "paid");
        answer["payment"]["imp_uid"].as_str().unwrap().to_owned()
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        // The sandbox's tasks live on the runtime, so it goes first.
        drop(self.sandbox.take());
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
