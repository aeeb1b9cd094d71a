import io
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tokui.banking.refusals import DeviationCode, FileRefused, Refused
from tokui.banking.statements import (
    ColumnMapping,
    Kind,
    ReadOptions,
    StatementAccount,
    StatementFile,
    StatementLine,
    numbered,
)
from tokui.connectors import amounts, formats
from tokui.connectors.bank_csv import PROFILES, BankCsv, Profile, encoding_of, write_bank_csv
from tokui.connectors.tests.worlds import TODAY, codes

NAMES = st.text(sorted('ヤマダタロウ 振込　ﾔﾏﾀﾞ株式会社(カ),"-゛ABC123'), max_size=20).map(
    lambda text: " ".join(text.split())
)


@st.composite
def months(draw: st.DrawFn) -> StatementAccount:
    days = sorted(draw(st.lists(st.dates(TODAY - timedelta(days=300), TODAY), max_size=6)))
    lines = tuple(
        StatementLine(
            number=at,
            booked_on=day,
            amount_minor=draw(st.integers(1, 10**12)),
            direction=draw(st.sampled_from(["in", "out"])),
            payer_name=draw(NAMES),
        )
        for at, day in enumerate(days)
    )
    return StatementAccount(opening_minor=draw(st.integers(-(10**9), 10**12)), lines=lines)


def read(content: bytes, format: str = "auto", **options: object) -> StatementFile:
    return formats.read(content, format, today=TODAY, options=ReadOptions(**options))  # type: ignore[arg-type]


def refused(content: bytes, format: str = "auto", **options: object) -> FileRefused:
    with pytest.raises(FileRefused) as refusal:
        read(content, format, **options)
    return refusal.value


def signed(file: StatementFile) -> list[tuple[date, int]]:
    return [(line.booked_on, line.signed_minor) for line in file.accounts[0].lines]


@pytest.mark.parametrize("profile", PROFILES.values(), ids=list(PROFILES))
@settings(max_examples=15)
@given(months())
def test_each_bank_reads_what_is_written_in_its_layout(profile: Profile, world: StatementAccount) -> None:
    content = write_bank_csv(profile, world, world.lines)
    assert formats.detect(content) == f"csv-{profile.code}"
    account = read(content).accounts[0]
    assert [(line.booked_on, line.signed_minor, line.payer_name) for line in account.lines] == [
        (line.booked_on, line.signed_minor, line.payer_name.strip()) for line in world.lines
    ]
    if world.lines:
        assert account.opening_minor == world.opening_minor
    if profile.day_pattern != PROFILES["ja"].day_pattern:
        assert write_bank_csv(profile, account) == content or not world.lines


@pytest.mark.parametrize("profile", PROFILES.values(), ids=list(PROFILES))
def test_a_row_missing_from_a_bank_csv_breaks_its_balance(profile: Profile) -> None:
    lines = tuple(
        StatementLine(number=at, booked_on=date(2026, 11, at), amount_minor=1_000 * at, direction="in")
        for at in (1, 2, 3)
    )
    content = write_bank_csv(profile, StatementAccount(opening_minor=0, lines=lines))
    rows = content.split(b"\r\n")
    del rows[-3]
    caught = refused(b"\r\n".join(rows))
    assert caught.code is Refused.BALANCE_BROKEN
    assert (caught.expected, caught.found) == ("6000", "4000")


def cp932(text: str) -> bytes:
    return text.replace("\n", "\r\n").encode("cp932")


def test_mufg_as_exported() -> None:
    file = read(
        cp932(
            '"日付","摘要","摘要内容","支払い金額","預かり金額","差引残高","メモ","未資金化区分","入払区分"\n'
            '"2026/11/2","振込１","カ）ヤマダシヨウジ","","1,234,567","2,234,567","","","入金"\n'
            '"2026/11/4","口座振替３","デンキ","34,567","","2,200,000","","","支払い"\n'
        )
    )
    first, second = file.accounts[0].lines
    assert (first.kind, first.payer_name, first.text, first.amount_minor) == (
        Kind.TRANSFER,
        "カ）ヤマダシヨウジ",
        "振込１",
        1_234_567,
    )
    assert (second.kind, second.direction, second.booked_on) == (Kind.DIRECT_DEBIT, "out", date(2026, 11, 4))
    assert (file.accounts[0].bank_code, file.accounts[0].opening_minor) == ("0005", 1_000_000)


def test_smbc_old_export_with_a_stray_total_row() -> None:
    file = read(
        cp932("年月日,お引出し,お預入れ,お取り扱い内容,残高\n2026/11/2,,5000,フリコミ ヤマダ,5000\n合計,0,5000,,\n")
    )
    assert signed(file) == [(date(2026, 11, 2), 5000)]
    assert DeviationCode.TOTAL_ROW in codes(file)


def test_mizuho_below_other_rows_with_lone_dashes_for_nothing() -> None:
    file = read(
        cp932(
            "口座情報\n普通,1234567\n\n明細通番,日付,お引出金額,お預入金額,残高,お取引内容\n"
            "1,2026.11.02,-,5000,5000,振込 ヤマダ\n"
        )
    )
    assert signed(file) == [(date(2026, 11, 2), 5000)]


def test_rakuten_signed_column_full_width_minus_and_a_mark_of_its_own() -> None:
    file = read(
        cp932(
            "取引日,入出金(円),取引後残高(円),入出金内容\n"
            "20261102,5000,5000,フリコミ　ヤマタ゛\n20261103,－1200,3800,ATM\n"
        )
    )
    assert signed(file) == [(date(2026, 11, 2), 5000), (date(2026, 11, 3), -1200)]
    assert file.accounts[0].lines[0].payer_name == "フリコミ　ヤマタ゛"
    assert file.accounts[0].lines[0].kind is Kind.TRANSFER


def test_a_detached_mark_does_not_hide_the_kind() -> None:
    file = read(cp932("取引日,入出金(円),取引後残高(円),入出金内容\n20261102,-500,4500,シ゛ト゛ウフリカエ\n"))
    assert file.accounts[0].lines[0].kind is Kind.DIRECT_DEBIT


def test_paypay_split_date_and_its_own_row_number() -> None:
    header = ",".join(f'"{column}"' for column in PROFILES["paypay"].header)
    file = read(cp932(header + '\n"2026","11","2","9","5","7","3001","振込　ヤマダ　　","","5000","5000",""\n'))
    line = file.accounts[0].lines[0]
    assert (line.booked_on, line.native_id, line.payer_name) == (date(2026, 11, 2), "3001", "振込　ヤマダ")


def test_yucho_preamble_and_trailing_comma() -> None:
    file = read(
        cp932(
            "お客さま口座情報\n記号番号,12345-1234567\n期間,令和8年11月1日\n\n\n\n"
            "取引日,入出金明細ＩＤ,受入金額（円）,払出金額（円）,詳細１,詳細２,現在（貸付）高,\n"
            "20261103,000000000000002,,1000,カード,,4000,\n"
            "20261102,000000000000001,5000,,振込,ヤマダ　タロウ,5000,\n"
        )
    )
    assert signed(file) == [(date(2026, 11, 2), 5000), (date(2026, 11, 3), -1000)]
    assert DeviationCode.NEWEST_FIRST in codes(file)
    assert file.accounts[0].lines[0].native_id == "000000000000001"


def test_ja_days_without_a_year_are_the_latest_that_can_be_meant_and_it_says_so() -> None:
    header = "番号,明細区分,取扱日付,起算日,お支払金額,お預り金額,取引区分,残高,摘要\n"
    file = read(cp932(header + '1,,12月28日,,,"\\7,000",振込,"\\7,000",ヤマダ\n2,,1月5日,,"\\500",,現金,"\\6,500",\n'))
    assert signed(file) == [(date(2025, 12, 28), 7000), (date(2026, 1, 5), -500)]
    assert DeviationCode.ASSUMED_YEAR in codes(file)


def test_anser_repeats_its_header_for_each_account() -> None:
    header = ",".join(PROFILES["anser"].header).replace("(", "（").replace(")", "）") + "\n"
    row = "{},1,2026年11月02日,2026年11月02日,,{},,{},振込,,ミズホ,トウキヨウ,ヤマダ\n"
    content = header + row.format("本店 普通 1234567", '"5,000"', '"5,000"')
    content += header + row.format("本店 当座 7654321", "1", "1")
    first, second = read(cp932(content)).accounts
    assert (first.account_type, first.account_number, first.closing_minor) == ("1", "1234567", 5000)
    assert (second.account_type, second.account_number, second.closing_minor) == ("2", "7654321", 1)
    assert first.lines[0].bank_name == "ミズホ"


def test_days_turned_round_but_not_the_rows_within_a_day_are_put_in_order_by_the_balances() -> None:
    file = read(
        cp932("日付,摘要,入金金額,出金金額,残高,メモ\n20261103,C,30,,60,\n20261102,A,10,,10,\n20261102,B,20,,30,\n")
    )
    assert [line.payer_name for line in file.accounts[0].lines] == ["A", "B", "C"]


GENERIC = ColumnMapping(date=("日",), money_in="入", money_out="出", payer="名", balance="残", native_id=None)


def generic(rows: str, header: str = "日,入,出,名,残\n") -> bytes:
    return (header + rows).encode()


def test_twins_on_one_day_are_two_lines_and_a_second_reading_adds_none() -> None:
    content = generic("2026/11/2,5000,,ヤマダ,\n2026/11/2,5000,,ヤマダ,\n")
    first, second = (list(numbered(read(content, mapping=GENERIC).accounts[0].lines)) for _ in range(2))
    assert [(mark, place) for mark, place, _ in first] == [(mark, place) for mark, place, _ in second]
    assert [place for _, place, _ in first] == [0, 1]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp932"])
def test_every_encoding_of_one_file_is_the_same_file(encoding: str) -> None:
    rows = "日付,摘要,入金金額,出金金額,残高\n20261102,振込 ヤマダ,5000,,5000\n"
    file = read(rows.encode(encoding))
    assert (file.format, file.accounts[0].lines[0].payer_name) == ("csv-gmo-aozora", "振込 ヤマダ")


def test_an_encoding_is_guessed_even_when_the_head_ends_inside_a_character() -> None:
    assert [encoding_of(("あ" * 30).encode()[:cut]) for cut in (60, 61, 62)] == ["utf-8"] * 3
    assert encoding_of(("あ" * 30).encode("cp932")[:-1]) == "cp932"


@pytest.mark.parametrize(
    ("rows", "code", "field", "line"),
    [
        ("2027-02-30,1,,x,\n", Refused.INVALID_DATE, "date", 2),
        ("2026/11/1,1,,x,\nyesterday,1,,x,\n", Refused.INVALID_DATE, "date", 3),
        (",100,,x,\n", Refused.MISSING_FIELD, "date", 2),
        ("2026/11/1,1,2,x,\n", Refused.AMBIGUOUS_AMOUNT, "amount", 2),
        ("2026/11/1,1.5,,x,\n", Refused.TOO_PRECISE, "money_in", 2),
        ("2026/11/1,=1+1,,x,\n", Refused.NOT_A_NUMBER, "money_in", 2),
        ("2026/11/1,1e5,,x,\n", Refused.NOT_A_NUMBER, "money_in", 2),
        ("2026/11/1,12345678901234567,,x,\n", Refused.NUMBER_TOO_LARGE, "money_in", 2),
        ("2026/11/1,1,2\n", Refused.WRONG_LENGTH, None, 2),
        ("2026/11/1,1,,x,1\n2026/11/2,1,,x,1\n", Refused.BALANCE_BROKEN, "balance_minor", 3),
        ("2026/11/1,1,,\x00,1\n", Refused.NUL_BYTE, None, 2),
        ('2026/11/1,1,,"x,1\n', Refused.MALFORMED, None, 2),
        (f"2026/11/1,1,,{'x' * 20_000},1\n", Refused.CELL_TOO_LONG, None, 2),
        (f"2026/11/1,1,,{'x' * 200_000},1\n", Refused.MALFORMED, None, 2),
        ("," * 10_000_000, Refused.CELL_TOO_LONG, None, 2),
        (f"2026/11/1,1,,{'x' * 10_000_000},1\n", Refused.CELL_TOO_LONG, None, 2),
        ("," * 100_000 + "\n", Refused.TOO_MANY_COLUMNS, None, 2),
    ],
)
def test_whatever_is_wrong_in_a_row_is_refused_by_place(rows: str, code: Refused, field: str | None, line: int) -> None:
    caught = refused(generic(rows), mapping=GENERIC)
    assert (caught.code, caught.field, caught.line) == (code, field, line)


def test_mixed_encodings_are_refused() -> None:
    content = generic("2026/11/1,1,,ヤマダ,\n") + "2026/11/2,1,,ヤマダ,\n".encode("cp932") * 3
    assert refused(content, "csv", mapping=GENERIC).code is Refused.UNDECODABLE


def test_a_csv_that_nobody_knows_asks_for_a_mapping() -> None:
    caught = refused(generic("2026/11/1,1,,x,1\n"))
    assert (caught.code, caught.found) == (Refused.MAPPING_NEEDED, "日,入,出,名,残")


def test_a_mapping_that_names_an_absent_column_says_which() -> None:
    caught = refused(generic("2026/11/1,1,,x,1\n"), mapping=replace(GENERIC, payer="お名前"))
    assert (caught.code, caught.field) == (Refused.MAPPING_WRONG, "お名前")


def test_another_banks_csv_is_refused_when_a_bank_is_named() -> None:
    assert refused(generic("2026/11/1,1,,x,1\n"), "csv-mufg").code is Refused.UNKNOWN_HEADER


def test_a_mapping_by_position_with_one_amount_and_a_direction() -> None:
    mapping = ColumnMapping(
        date=(0,), amount=1, direction=2, payer=3, has_header=False, skip_rows=1, delimiter="\t", date_format="%d.%m.%Y"
    )
    content = "anything\n02.11.2026\t1,000\t入金\tヤマダ\n03.11.2026\t300\t出金\t\n".encode()
    assert signed(read(content, mapping=mapping)) == [(date(2026, 11, 2), 1000), (date(2026, 11, 3), -300)]
    assert refused(content.replace("出金".encode(), "？".encode()), mapping=mapping).code is Refused.UNKNOWN_CODE


def test_a_negative_amount_in_a_one_way_column_is_a_correction() -> None:
    line = read(generic("2026/11/1,-500,,x,\n"), mapping=GENERIC).accounts[0].lines[0]
    assert (line.direction, line.amount_minor, line.kind, line.cancels) == ("out", 500, Kind.CORRECTION, True)


def test_rows_without_money_are_no_lines_and_are_reported() -> None:
    file = read(generic("2026/11/1,0,,利息,100\n"), mapping=GENERIC)
    assert (file.accounts[0].lines, codes(file)) == ((), {DeviationCode.ZERO_ROW})


@pytest.mark.parametrize(
    ("written", "minor"),
    [
        ("1,234", 1234),
        ("\\7,000", 7000),
        ("￥１，２３４", 1234),
        ("¥ 5 円", 5),
        ("－500", -500),
        ("▲500", -500),
        ("(500)", -500),
        ("−1", -1),
        ("", None),
        ("-", None),
        ("100.00", 100),
    ],
)
def test_amounts_are_understood_as_people_write_them(written: str, minor: int | None) -> None:
    assert amounts.minor_amount(written, "JPY") == minor


@pytest.mark.parametrize(("currency", "minor"), [("JPY", None), ("USD", 123450), ("KWD", 1234500), ("CLF", 12345000)])
def test_an_amount_has_the_decimals_of_its_currency(currency: str, minor: int | None) -> None:
    if minor is None:
        with pytest.raises(FileRefused):
            amounts.minor_amount("1234.50", currency)
    else:
        assert amounts.minor_amount("1234.50", currency) == minor


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("20261102", date(2026, 11, 2)),
        ("2026/1/2", date(2026, 1, 2)),
        ("2026-01-02", date(2026, 1, 2)),
        ("2026年11月02日", date(2026, 11, 2)),
        ("令和8年11月2日", date(2026, 11, 2)),
        ("令和元年5月1日", date(2019, 5, 1)),
        ("R8.11.2", date(2026, 11, 2)),
        ("2026/11/02 10:15", date(2026, 11, 2)),
        ("4月30日", date(2026, 4, 30)),
        ("2月29日", date(2024, 2, 29)),
        ("11/29", date(2026, 11, 29)),
        ("11/30", date(2025, 11, 30)),
    ],
)
def test_days_are_understood_as_banks_write_them(written: str, meant: date) -> None:
    found = amounts.day(written, TODAY)
    assert found is not None
    assert found[0] == meant


@pytest.mark.parametrize("written", ["2027-02-30", "20261301", "13月1日", "x", "2026/11", "令和99年13月1日"])
def test_days_that_do_not_exist_are_none(written: str) -> None:
    assert amounts.day(written, TODAY) is None


def test_a_hundred_thousand_rows_are_read() -> None:
    rows = "".join(f"2026/11/2,1,,ヤマダ,{at}\n" for at in range(1, 100_001))
    account = read(generic(rows), mapping=GENERIC).accounts[0]
    assert (len(account.lines), account.closing_minor) == (100_000, 100_000)
    assert refused(generic(rows), mapping=GENERIC, max_lines=50_000).code is Refused.TOO_MANY_LINES


def test_the_writer_refuses_a_character_that_the_banks_code_lacks() -> None:
    line = StatementLine(number=1, booked_on=TODAY, amount_minor=1, direction="in", payer_name="😀")
    with pytest.raises(FileRefused) as refusal:
        write_bank_csv(PROFILES["mufg"], StatementAccount(opening_minor=0, lines=(line,)))
    assert (refusal.value.code, refusal.value.found) == (Refused.UNDECODABLE, "😀")


def test_a_profile_can_be_read_from_a_stream() -> None:
    content = write_bank_csv(PROFILES["rakuten"], StatementAccount(opening_minor=5, lines=()))
    file = BankCsv(PROFILES["rakuten"]).read(io.BytesIO(content), today=TODAY, options=ReadOptions())
    assert file.accounts[0].lines == ()


def test_a_mapped_csv_says_into_which_virtual_account_a_payment_came() -> None:
    mapping = ColumnMapping(date=("日付",), amount="金額", virtual_account="専用口座")
    content = "日付,金額,専用口座\n2026/11/18,500,101-5000001\n".encode()
    [line] = formats.read(content, "csv", today=TODAY, options=ReadOptions(mapping=mapping)).accounts[0].lines
    assert line.virtual_account == "101-5000001"
