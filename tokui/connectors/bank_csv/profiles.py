"""The CSV layouts of Japanese banks, as data. Headers as exported; sources are public parsers and bank manuals.

`optional` names columns that older or newer exports lack.
"""

from dataclasses import dataclass

from tokui.banking.statements import ColumnMapping


def _columns(line: str) -> tuple[str, ...]:
    return tuple(line.split(","))


@dataclass(frozen=True)
class Profile:
    """One bank's CSV. `day_pattern` and the flags below it matter only for writing."""

    code: str
    name: str
    bank_code: str | None
    header: tuple[str, ...]
    mapping: ColumnMapping
    optional: frozenset[str] = frozenset()
    day_pattern: str = "{0:%Y%m%d}"
    encoding: str = "cp932"
    quoted: bool = False
    thousands: bool = False
    amount_prefix: str = ""
    preamble: tuple[str, ...] = ()
    fixed: tuple[tuple[str, str], ...] = ()


MUFG = Profile(
    code="mufg",
    name="三菱UFJ銀行",
    bank_code="0005",
    header=_columns("日付,摘要,摘要内容,支払い金額,預かり金額,差引残高,メモ,未資金化区分,入払区分"),
    optional=frozenset({"メモ", "未資金化区分", "入払区分"}),
    mapping=ColumnMapping(
        date=("日付",),
        money_in="預かり金額",
        money_out="支払い金額",
        payer="摘要内容",
        texts=("摘要",),
        balance="差引残高",
    ),
    day_pattern="{0.year}/{0.month}/{0.day}",
    quoted=True,
    thousands=True,
)

SMBC = Profile(
    code="smbc",
    name="三井住友銀行",
    bank_code="0009",
    header=_columns("年月日,お引出し,お預入れ,お取り扱い内容,残高,メモ,ラベル"),
    optional=frozenset({"メモ", "ラベル"}),
    mapping=ColumnMapping(
        date=("年月日",), money_in="お預入れ", money_out="お引出し", payer="お取り扱い内容", balance="残高"
    ),
    day_pattern="{0.year}/{0.month}/{0.day}",
)

# Two public importers agree on these six columns and on dates like 2026.04.01; other rows stand above the header.
MIZUHO = Profile(
    code="mizuho",
    name="みずほ銀行",
    bank_code="0001",
    header=_columns("明細通番,日付,お引出金額,お預入金額,残高,お取引内容"),
    optional=frozenset({"明細通番", "残高"}),
    mapping=ColumnMapping(
        date=("日付",),
        money_in="お預入金額",
        money_out="お引出金額",
        payer="お取引内容",
        balance="残高",
        reference="明細通番",
    ),
    day_pattern="{0:%Y.%m.%d}",
)

RAKUTEN = Profile(
    code="rakuten",
    name="楽天銀行",
    bank_code="0036",
    header=_columns("取引日,入出金(円),取引後残高(円),入出金内容"),
    mapping=ColumnMapping(date=("取引日",), amount="入出金(円)", payer="入出金内容", balance="取引後残高(円)"),
)

PAYPAY = Profile(
    code="paypay",
    name="PayPay銀行",
    bank_code="0033",
    header=_columns(
        "操作日(年),操作日(月),操作日(日),操作時刻(時),操作時刻(分),操作時刻(秒),取引順番号,摘要,"
        "お支払金額,お預り金額,残高,メモ"
    ),
    optional=frozenset({"メモ"}),
    mapping=ColumnMapping(
        date=("操作日(年)", "操作日(月)", "操作日(日)"),
        money_in="お預り金額",
        money_out="お支払金額",
        payer="摘要",
        balance="残高",
        native_id="取引順番号",
    ),
    quoted=True,
    fixed=(("操作時刻(時)", "9"), ("操作時刻(分)", "0"), ("操作時刻(秒)", "0")),
)

GMO_AOZORA = Profile(
    code="gmo-aozora",
    name="GMOあおぞらネット銀行",
    bank_code="0310",
    header=_columns("日付,摘要,入金金額,出金金額,残高,メモ"),
    optional=frozenset({"メモ"}),
    mapping=ColumnMapping(date=("日付",), money_in="入金金額", money_out="出金金額", payer="摘要", balance="残高"),
)

SBI_SHINSEI = Profile(
    code="sbi-shinsei",
    name="SBI新生銀行",
    bank_code="0397",
    header=_columns("取引日,摘要,出金金額,入金金額,残高,メモ"),
    optional=frozenset({"メモ"}),
    mapping=ColumnMapping(date=("取引日",), money_in="入金金額", money_out="出金金額", payer="摘要", balance="残高"),
    day_pattern="{0:%Y/%m/%d}",
    encoding="utf-8-sig",
)

SBI_SUMISHIN = Profile(
    code="sbi-sumishin",
    name="住信SBIネット銀行",
    bank_code="0038",
    header=_columns("日付,内容,出金金額(円),入金金額(円),残高(円),メモ"),
    optional=frozenset({"メモ"}),
    mapping=ColumnMapping(
        date=("日付",), money_in="入金金額(円)", money_out="出金金額(円)", payer="内容", balance="残高(円)"
    ),
    day_pattern="{0:%Y/%m/%d}",
    quoted=True,
    thousands=True,
)

# The trailing comma makes a phantom eighth column.
YUCHO = Profile(
    code="yucho",
    name="ゆうちょ銀行",
    bank_code="9900",
    header=_columns("取引日,入出金明細ＩＤ,受入金額（円）,払出金額（円）,詳細１,詳細２,現在（貸付）高,"),
    mapping=ColumnMapping(
        date=("取引日",),
        money_in="受入金額（円）",
        money_out="払出金額（円）",
        payer="詳細２",
        texts=("詳細１",),
        balance="現在（貸付）高",
        native_id="入出金明細ＩＤ",
    ),
    preamble=("お客さま口座情報", "照会結果", "", "", "", ""),
)

JA = Profile(
    code="ja",
    name="JAネットバンク",
    bank_code=None,
    header=_columns("番号,明細区分,取扱日付,起算日,お支払金額,お預り金額,取引区分,残高,摘要"),
    mapping=ColumnMapping(
        date=("取扱日付",),
        value_date="起算日",
        money_in="お預り金額",
        money_out="お支払金額",
        payer="摘要",
        texts=("取引区分",),
        balance="残高",
        reference="番号",
    ),
    day_pattern="{0.month}月{0.day}日",
    quoted=True,
    thousands=True,
    amount_prefix="\\",
)

IWATE = Profile(
    code="iwate",
    name="岩手銀行",
    bank_code="0123",
    header=_columns("年月日,お支払金額,お預かり金額,取引内容,差引残(高)"),
    mapping=ColumnMapping(
        date=("年月日",), money_in="お預かり金額", money_out="お支払金額", payer="取引内容", balance="差引残(高)"
    ),
    day_pattern="{0:%Y/%m/%d}",
)

# The common service of regional banks; 京都銀行's manual and exports. みずほ's long form says 出金(円), 入金(円).
ANSER = Profile(
    code="anser",
    name="ANSER (地方銀行 法人向け)",
    bank_code=None,
    header=_columns(
        "照会口座,番号,勘定日,(起算日),出金金額(円),入金金額(円),小切手区分,残高(円),取引区分,明細区分,"
        "金融機関名,支店名,摘要"
    ),
    mapping=ColumnMapping(
        date=("勘定日",),
        value_date="(起算日)",
        money_in="入金金額(円)",
        money_out="出金金額(円)",
        payer="摘要",
        texts=("取引区分",),
        balance="残高(円)",
        reference="番号",
        bank_name="金融機関名",
        branch_name="支店名",
        account="照会口座",
    ),
    day_pattern="{0:%Y年%m月%d日}",
    quoted=True,
    thousands=True,
)

PROFILES: dict[str, Profile] = {
    profile.code: profile
    for profile in (
        MUFG,
        SMBC,
        MIZUHO,
        RAKUTEN,
        PAYPAY,
        GMO_AOZORA,
        SBI_SHINSEI,
        SBI_SUMISHIN,
        YUCHO,
        JA,
        IWATE,
        ANSER,
    )
}
