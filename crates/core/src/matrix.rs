//! The PG matrix, printed from the facts: for the book, the README and the command's `pgs`.

use std::fmt::Write;

use crate::profile::{AmountRole, Fact, KeyInTerms, Profile, RefundTax, VatTerms, WindowReturn};

/// The language a matrix is printed in. The notes and the names of sources are English in both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "each name says what it is")]
pub enum Tongue {
    English,
    Korean,
}

impl Tongue {
    fn pick(self, english: &'static str, korean: &'static str) -> &'static str {
        match self {
            Self::English => english,
            Self::Korean => korean,
        }
    }
}

/// One question, answered for each PG.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatrixRow {
    /// The question.
    pub topic: &'static str,
    /// One answer for each profile, in their order.
    pub cells: Vec<Cell>,
}

/// A PG's answer to one question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// The answer.
    pub text: String,
    /// Where it is from.
    pub source: &'static str,
}

fn cell<T>(fact: &Fact<T>, show: impl Fn(&T) -> String) -> Cell {
    Cell { text: show(&fact.value), source: fact.source }
}

type Answer = fn(&Profile, Tongue) -> Cell;

/// The questions, in both languages, and how a profile answers them.
const QUESTIONS: &[(&str, &str, Answer)] = &[
    ("Issues keys in a window", "결제창 빌링키 발급", |p, t| {
        cell(&p.window_module, |m| m.map_or_else(|| t.pick("no", "불가").into(), |m| format!("`{m}`")))
    }),
    ("Issues keys by key-in", "API(키인) 빌링키 발급", |p, _| cell(&p.key_in_module, |m| format!("`{m}`"))),
    ("Terms of key-in", "키인 계약 조건", |p, t| cell(&p.key_in_terms, |terms| terms_word(*terms, t).into())),
    ("The window's amount", "결제창 금액의 의미", |p, t| cell(&p.window_amount, |role| amount_word(*role, t).into())),
    ("Window's result on a PC", "결제창 결과 (PC)", |p, t| cell(&p.pc_return, |way| return_word(*way, t).into())),
    ("Window's result on a phone", "결제창 결과 (모바일)", |p, t| {
        cell(&p.mobile_return, |way| return_word(*way, t).into())
    }),
    ("A window needs", "결제창 필수 항목", |p, t| {
        let no_window = p.window_module.value.is_none();
        cell(&p.window_buyer, |parts| if no_window { "–".into() } else { words(parts, t) })
    }),
    ("Key-in needs beside the card", "키인 필수 항목 (카드 외)", |p, t| cell(&p.key_in_buyer, |parts| words(parts, t))),
    ("Least card payment, won", "카드 최소 금액 (원)", |p, _| cell(&p.minimum_won, ToString::to_string)),
    ("`vat_amount`", "`vat_amount`", |p, t| cell(&p.vat_amount, |terms| vat_word(*terms, t))),
    ("`interest_free_by_merchant`", "`interest_free_by_merchant`", |p, t| cell(&p.interest_free, |yes| yes_no(*yes, t).into())),
    ("`use_card_point`", "`use_card_point`", |p, t| cell(&p.card_points, |yes| yes_no(*yes, t).into())),
    ("A refund's tax parts", "환불 시 면세·부가세", |p, t| cell(&p.refund_tax, |tax| tax_word(*tax, t).into())),
    ("Test MIDs", "테스트 MID", |p, t| cell(&p.test_mids, |mids| words(mids, t))),
];

fn terms_word(terms: KeyInTerms, tongue: Tongue) -> &'static str {
    match terms {
        KeyInTerms::SeparateAgreement => tongue.pick("separate agreement", "별도 계약"),
        KeyInTerms::Ordinary => tongue.pick("ordinary recurring contract", "일반 정기결제 계약"),
    }
}

fn amount_word(role: AmountRole, tongue: Tongue) -> &'static str {
    match role {
        AmountRole::DisplayOnly => tongue.pick("shown only, never charged", "표시만, 승인 없음"),
        AmountRole::NoWindow => "–",
    }
}

fn return_word(way: WindowReturn, tongue: Tongue) -> &'static str {
    match way {
        WindowReturn::Callback => tongue.pick("callback", "콜백"),
        WindowReturn::Redirect => tongue.pick("redirect", "리다이렉트"),
        WindowReturn::Either => tongue.pick("callback or redirect", "콜백 또는 리다이렉트"),
        WindowReturn::NoWindow => "–",
    }
}

fn tax_word(tax: RefundTax, tongue: Tongue) -> &'static str {
    match tax {
        RefundTax::MustBeKnown => tongue.pick("must be known", "반드시 필요"),
        RefundTax::Optional => tongue.pick("optional", "선택"),
    }
}

fn vat_word(terms: VatTerms, tongue: Tongue) -> String {
    let agreed = yes_no(terms.taken(), tongue);
    match terms {
        VatTerms::NotTaken | VatTerms::ByAgreement => agreed.to_owned(),
        VatTerms::ByAgreementThrough(module) => match tongue {
            Tongue::English => format!("{agreed}, through `{module}` only"),
            Tongue::Korean => format!("{agreed} (`{module}`만)"),
        },
    }
}

fn yes_no(yes: bool, tongue: Tongue) -> &'static str {
    if yes { tongue.pick("by agreement", "계약 시 가능") } else { tongue.pick("no", "불가") }
}

fn words(list: &[&str], tongue: Tongue) -> String {
    if list.is_empty() {
        return tongue.pick("nothing", "없음").into();
    }
    list.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

/// The questions and their answers, for a program that prints its own table.
pub fn matrix_rows(profiles: &[&Profile], tongue: Tongue) -> Vec<MatrixRow> {
    let row = |(english, korean, answer): &(&'static str, &'static str, Answer)| MatrixRow {
        topic: tongue.pick(english, korean),
        cells: profiles.iter().map(|profile| answer(profile, tongue)).collect(),
    };
    QUESTIONS.iter().map(row).collect()
}

/// The table alone, as Markdown.
pub fn matrix_table(profiles: &[&Profile], tongue: Tongue) -> String {
    let mut out = format!("| |{}|\n", join(profiles, "|", |p| format!(" {} `{}` ", p.name, p.pg)));
    let _ = writeln!(out, "|---|{}|", join(profiles, "|", |_| "---".into()));
    for row in matrix_rows(profiles, tongue) {
        let _ = writeln!(out, "| {} |{}|", row.topic, join(&row.cells, "|", |c| format!(" {} ", c.text)));
    }
    out
}

/// The whole page, as English Markdown: the table, the source of each answer, and every note.
pub fn matrix_markdown(profiles: &[&Profile]) -> String {
    let mut out = String::from(INTRODUCTION);
    out.push_str(&matrix_table(profiles, Tongue::English));
    for profile in profiles {
        let _ = write!(out, "\n## {} (`{}`)\n", profile.name, profile.pg);
        let _ = write!(out, "\nTest channels: {} {}\n", profile.test_behaviour.value, profile.test_behaviour.source);
        push_notes(&mut out, profile, true, "Worth knowing");
        push_notes(&mut out, profile, false, "Not about billing");
        out.push_str("\n### Sources of the table\n\n| Fact | Source |\n|---|---|\n");
        for row in matrix_rows(&[profile], Tongue::English) {
            let _ = writeln!(out, "| {}: {} | {} |", row.topic, row.cells[0].text, escape(row.cells[0].source));
        }
    }
    out
}

const INTRODUCTION: &str = "\
# PG matrix

<!-- Printed from the adapters' facts by `cargo xtask matrix`. Do not edit by hand. -->

What each payment gateway module can do behind PortOne V1, as this build knows it. Every answer is a fact with a source in the
adapter's `facts.rs`; the tags in brackets name the sources. Where sources contradict each other the entry says CONFLICT and
the safer reading is built in.

";

fn push_notes(out: &mut String, profile: &Profile, applies: bool, heading: &str) {
    let mut notes = profile.notes.iter().filter(|note| note.applies == applies).peekable();
    if notes.peek().is_none() {
        return;
    }
    let _ = write!(out, "\n### {heading}\n\n| Topic | Fact | Source |\n|---|---|---|\n");
    for note in notes {
        let _ = writeln!(out, "| {} | {} | {} |", escape(note.topic), escape(note.text), escape(note.source));
    }
}

fn escape(text: &str) -> String {
    text.replace('|', "\\|")
}

fn join<T>(list: &[T], between: &str, show: impl Fn(&T) -> String) -> String {
    list.iter().map(show).collect::<Vec<_>>().join(between)
}
