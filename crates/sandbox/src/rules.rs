//! What each PG can do and what it asks for, as far as billing through V1 goes (`pg-quirks.md`).

/// PGs that share one list of codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    Kcp,
    Inicis,
    Nice,
    Other,
}

/// What the amount does in a PG's issuing window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WindowAmount {
    /// Shown at most, never charged.
    DisplayOnly,
    /// Zero only issues, more issues and charges.
    IssueOnlyIfZero,
    /// Issuing is the first charge.
    AlwaysCharges,
}

/// The rules of one provider.
#[derive(Debug)]
pub(crate) struct PgRule {
    pub(crate) provider: &'static str,
    pub(crate) family: Family,
    /// Whether its window issues billing keys, and what the amount does there.
    pub(crate) window: Option<WindowAmount>,
    /// Whether a window issues by `pay_method: card` only.
    pub(crate) card_only: bool,
    /// Whether keys can be issued by card data over REST, and single charges made.
    pub(crate) key_in: bool,
    /// Whether `onetime` with `customer_uid` keeps the card.
    pub(crate) keeps_on_onetime: bool,
    /// The smallest amount on a live channel and on a test channel [help min-max]. The article gives
    /// Inicis 10 and 100 won (CONFLICT); the larger one is taken.
    pub(crate) min_amount: [i64; 2],
    /// Fields that `again` and schedules must carry beside key, order and amount [oa again].
    pub(crate) again_needs: &'static [&'static str],
    /// Fields that `onetime` must carry beside card, order and amount [oa onetime]. For html5_inicis
    /// the OpenAPI lists four that every sample omits; they are not asked for (CONFLICT).
    pub(crate) onetime_needs: &'static [&'static str],
    /// Fields that issuing by card data must carry beside the card.
    pub(crate) issue_needs: &'static [&'static str],
    /// `vat_amount` may be given [oa]; elsewhere it is ignored (chosen).
    pub(crate) vat_amount: bool,
    /// Card type is always null [oa def Customer].
    pub(crate) hides_card_type: bool,
}

const BASE: PgRule = PgRule {
    provider: "",
    family: Family::Other,
    window: None,
    card_only: true,
    key_in: false,
    keeps_on_onetime: true,
    min_amount: [100, 100],
    again_needs: &[],
    onetime_needs: &[],
    issue_needs: &[],
    vat_amount: false,
    hides_card_type: false,
};

const KCP: PgRule = PgRule { family: Family::Kcp, min_amount: [1_000, 100], ..BASE };
const INICIS: PgRule = PgRule { family: Family::Inicis, hides_card_type: true, ..BASE };
const NICE: PgRule = PgRule { family: Family::Nice, key_in: true, vat_amount: true, ..BASE };
const DISPLAY: Option<WindowAmount> = Some(WindowAmount::DisplayOnly);

/// Every billing PG of V1 [oa again] [rules]; those without a row of their own quirks share `BASE`.
pub(crate) const RULES: &[PgRule] = &[
    PgRule { provider: "kcp", key_in: true, ..KCP },
    PgRule { provider: "kcp_billing", window: DISPLAY, ..KCP },
    PgRule { provider: "inicis", key_in: true, ..INICIS },
    // REST through html5_inicis: yes by the OpenAPI, no by the rule table. CONFLICT; allowed here.
    PgRule { provider: "html5_inicis", window: DISPLAY, key_in: true, again_needs: &["name"], vat_amount: true, ..INICIS },
    PgRule { provider: "nice", ..NICE },
    PgRule { provider: "nice_v2", ..NICE },
    PgRule { provider: "jtnet", window: Some(WindowAmount::IssueOnlyIfZero), key_in: true, ..BASE },
    PgRule { provider: "settle", key_in: true, ..BASE },
    PgRule { provider: "settle_acc", window: Some(WindowAmount::IssueOnlyIfZero), card_only: false, ..BASE },
    PgRule { provider: "daou", key_in: true, ..BASE },
    PgRule { provider: "danal_tpay", window: Some(WindowAmount::IssueOnlyIfZero), again_needs: &["name"], ..BASE },
    PgRule { provider: "danal", window: Some(WindowAmount::AlwaysCharges), card_only: false, min_amount: [301, 301], ..BASE },
    PgRule { provider: "mobilians", window: Some(WindowAmount::AlwaysCharges), card_only: false, min_amount: [301, 301], ..BASE },
    PgRule { provider: "kicc", window: DISPLAY, ..BASE },
    PgRule { provider: "payco", window: DISPLAY, card_only: false, ..BASE },
    PgRule { provider: "kakaopay", window: Some(WindowAmount::IssueOnlyIfZero), card_only: false, min_amount: [100, 1], ..BASE },
    PgRule { provider: "chai", window: DISPLAY, card_only: false, ..BASE },
    PgRule { provider: "naverpay", window: DISPLAY, card_only: false, min_amount: [10, 10], ..BASE },
    PgRule { provider: "tosspayments", window: DISPLAY, key_in: true, keeps_on_onetime: false, ..BASE },
    PgRule { provider: "smartro_v2", window: DISPLAY, again_needs: &["buyer_name", "buyer_email", "buyer_tel"], ..BASE },
    PgRule {
        provider: "welcome",
        window: DISPLAY,
        key_in: true,
        vat_amount: true,
        again_needs: &["buyer_name"],
        onetime_needs: &["buyer_name"],
        issue_needs: &["customer_name"],
        ..BASE
    },
    PgRule {
        provider: "ksnet",
        key_in: true,
        keeps_on_onetime: false,
        again_needs: &["buyer_name", "product_type"],
        onetime_needs: &["buyer_name", "product_type"],
        issue_needs: &["birth", "pwd_2digit"],
        ..BASE
    },
    PgRule { provider: "tosspay_v2", window: DISPLAY, card_only: false, vat_amount: true, ..BASE },
];

/// A billing PG that the sandbox has rules for, and how it issues keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pg {
    /// The provider word, as `pg` on the wire.
    pub provider: &'static str,
    /// Whether its window issues keys.
    pub window: bool,
    /// Whether it takes card data over REST.
    pub key_in: bool,
}

/// Every PG that the sandbox has rules for.
pub fn pgs() -> impl Iterator<Item = Pg> {
    RULES.iter().map(|rule| Pg { provider: rule.provider, window: rule.window.is_some(), key_in: rule.key_in })
}

/// The rules of a provider; none for a word that is no billing PG of V1.
pub(crate) fn rule(provider: &str) -> Option<&'static PgRule> {
    RULES.iter().find(|rule| rule.provider == provider)
}

impl PgRule {
    /// What is wrong with an order's texts for this PG. Chosen: the PG refuses them; the pages say
    /// only what is forbidden [docs nice-v2] [oa again].
    pub(crate) fn text_problem(&self, merchant_uid: &str, name: Option<&str>) -> Option<&'static str> {
        let name = name.unwrap_or_default();
        match self.provider {
            "nice_v2" if name.len() > 40 => Some("name은 40바이트를 넘을 수 없습니다."),
            "nice_v2" if name.contains(['%', '&', '|', '$', '-', '+', '=', '[', ']']) => {
                Some("name에 사용할 수 없는 문자가 있습니다.")
            }
            "smartro_v2" if !merchant_uid.bytes().all(|byte| byte.is_ascii_alphanumeric()) => {
                Some("merchant_uid는 영문과 숫자만 사용할 수 있습니다.")
            }
            _ => None,
        }
    }

    /// What a window of this PG must be told beside the order, and where its result goes (`pg-quirks.md`, section E).
    pub(crate) fn window_needs(&self) -> &'static [&'static str] {
        match self.provider {
            "smartro_v2" => &["customer_id", "m_redirect_url"],
            _ => &[],
        }
    }

    /// The longest `customer_id` of this PG's window, in characters [docs smartro-v2].
    pub(crate) fn customer_id_limit(&self) -> usize {
        if self.provider == "smartro_v2" { 20 } else { usize::MAX }
    }

    /// Whether `product_type` may say this: KSNET asks whether goods are `real` or `digital` [oa again], others do not look.
    pub(crate) fn takes_product_type(&self, kind: &str) -> bool {
        self.provider != "ksnet" || matches!(kind, "real" | "digital")
    }

    /// Whether a window of this PG, which needs the new SDK, gives back only ids and errors, and no `imp_success` in a redirect
    /// [docs payrt].
    pub(crate) fn short_result(&self) -> bool {
        matches!(self.provider, "tosspayments" | "smartro_v2" | "nice_v2" | "ksnet" | "welcome")
    }

    /// Whether a stated VAT is more than the PG takes: Welcome's limit is a tenth [oa again].
    pub(crate) fn too_much_vat(&self, vat_amount: i64, amount: i64) -> bool {
        self.provider == "welcome" && vat_amount.saturating_mul(10) > amount
    }

    /// The family's own code and words for a charge below the minimum.
    pub(crate) fn below_minimum(&self) -> &'static str {
        match self.family {
            Family::Kcp => "[9010] 카드 최소 결제금액 미만",
            Family::Inicis => "[500690] 최소 결제금액 미만",
            Family::Nice => "[A113] 최소 결제금액 미만",
            Family::Other => "최소 결제금액 미만",
        }
    }

    /// The family's own code and words where the contract lacks key-in. Chosen: the real answer
    /// without the separate agreement is not known.
    pub(crate) fn no_key_in(&self) -> &'static str {
        match self.family {
            Family::Kcp => "[CC35] KEY-IN 불가 가맹점",
            Family::Inicis => "[120009] KEY-IN 불가 가맹점",
            Family::Nice => "[A128] 키인 가맹점 아님",
            Family::Other => "키인 결제를 지원하지 않는 PG 설정",
        }
    }

    /// The family's own code and words where the MID is none for recurring payments. KCP's list has no code for it.
    pub(crate) fn no_recurring(&self) -> &'static str {
        match self.family {
            Family::Inicis => "[550433] 빌링 미사용 가맹점",
            Family::Nice => "[F117] 빌링 미사용 가맹점",
            Family::Kcp | Family::Other => "정기결제를 사용하지 않는 상점",
        }
    }

    /// The family's own code and words for an expired card.
    pub(crate) fn expired(&self) -> String {
        crate::declines::row_of(10).map(|row| row.text(self.family, crate::declines::Way::RefusedMinusOne)).unwrap_or_default()
    }

    /// The family's own code and words for a shop that does not offer instalments that small.
    pub(crate) fn bad_instalment(&self) -> &'static str {
        match self.family {
            Family::Kcp => "[CC34] 할부 불가",
            Family::Inicis => "[120005] 할부개월 오류",
            Family::Nice | Family::Other => "[3024] 할부 최소금액 미만",
        }
    }
}

/// `card_quota` of two and more needs 50,000 won [oa onetime].
pub(crate) const INSTALMENT_MINIMUM: i64 = 50_000;

/// The largest amount taken. Chosen after Welcome's 999,999,999 [help min-max]; V1 states none.
pub(crate) const MAXIMUM: i64 = 999_999_999;
