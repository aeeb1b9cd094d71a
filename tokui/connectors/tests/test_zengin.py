import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tokui.banking.refusals import DeviationCode, FileRefused, Refused
from tokui.banking.statements import Kind, ReadOptions, StatementAccount, StatementFile, StatementLine
from tokui.connectors import formats
from tokui.connectors.tests.worlds import TODAY, accounts, codes, without_traces
from tokui.connectors.zengin import Zengin01, Zengin03, to_zengin, write_01, write_03
from tokui.connectors.zengin.records import two_digit_year_day

ACCOUNT = StatementAccount(
    bank_code="0001",
    bank_name="ﾐｽﾞﾎ",
    branch_code="001",
    branch_name="ﾄｳｷﾖｳ",
    account_type="1",
    account_number="1234567",
    holder="ｶ)ﾀﾞﾐ-",
    from_on=date(2026, 11, 1),
    to_on=date(2026, 11, 20),
    opening_minor=100_000,
    lines=(
        StatementLine(
            number=2,
            booked_on=date(2026, 11, 5),
            amount_minor=11_000,
            direction="in",
            kind=Kind.TRANSFER,
            payer_name="ﾔﾏﾀﾞ ﾀﾛｳ",
            payer_code="0000012345",
            bank_name="ﾐﾂﾋﾞｼ",
            branch_name="ｼﾌﾞﾔ",
            edi="INV-42",
            reference="000001",
        ),
        StatementLine(
            number=3,
            booked_on=date(2026, 11, 6),
            amount_minor=11_000,
            direction="out",
            kind=Kind.CORRECTION,
            payer_name="ﾔﾏﾀﾞ ﾀﾛｳ",
            cancels=True,
            reference="000002",
        ),
    ),
)


def file_01(**options: object) -> bytes:
    return write_01([ACCOUNT], created_on=TODAY, **options)  # type: ignore[arg-type]


def file_03(**options: object) -> bytes:
    return write_03([ACCOUNT], created_on=TODAY, **options)  # type: ignore[arg-type]


def read_01(content: bytes, today: date = TODAY) -> StatementFile:
    return Zengin01().read(io.BytesIO(content), today=today, options=ReadOptions())


def read_03(content: bytes, today: date = TODAY) -> StatementFile:
    return Zengin03().read(io.BytesIO(content), today=today, options=ReadOptions())


def put(content: bytes, record: int, at: int, value: bytes) -> bytes:
    """The file with `value` at byte `at` (from 1) of a record (from 1)."""
    start = (record - 1) * 202 + at - 1
    return content[:start] + value + content[start + len(value) :]


def refused(read: Callable[[bytes], StatementFile], content: bytes) -> FileRefused:
    with pytest.raises(FileRefused) as refusal:
        read(content)
    return refusal.value


@settings(max_examples=60)
@given(st.lists(accounts(notice=True), min_size=1, max_size=3), st.sampled_from(["crlf", "none"]))
def test_what_01_writes_it_reads_and_writes_again(world: list[StatementAccount], end: str) -> None:
    content = write_01(world, created_on=TODAY, line_end=end)  # type: ignore[arg-type]
    file = read_01(content)
    assert [without_traces(account) for account in file.accounts] == world
    assert file.deviations == ()
    assert write_01(file.accounts, created_on=TODAY, line_end=end) == content  # type: ignore[arg-type]


@settings(max_examples=40)
@given(accounts(notice=True, most=99_999_999_999))
def test_amounts_beyond_ten_digits_travel_in_form_b(world: StatementAccount) -> None:
    file = read_01(write_01([world], created_on=TODAY))
    assert without_traces(file.accounts[0]) == world


@settings(max_examples=60)
@given(
    st.lists(accounts(notice=False), min_size=1, max_size=3, unique_by=lambda one: one.account_number),
    st.sampled_from(["crlf", "none"]),
)
def test_what_03_writes_it_reads_and_writes_again(world: list[StatementAccount], end: str) -> None:
    content = write_03(world, created_on=TODAY, line_end=end)  # type: ignore[arg-type]
    file = read_03(content)
    assert [[line.signed_minor for line in account.lines] for account in file.accounts] == [
        [line.signed_minor for line in account.lines] for account in world
    ]
    assert [account.opening_minor for account in file.accounts] == [account.opening_minor for account in world]
    assert file.deviations == ()
    assert write_03(file.accounts, created_on=TODAY, line_end=end) == content  # type: ignore[arg-type]


def test_records_have_200_bytes_and_crlf() -> None:
    assert {len(record) for record in file_01().split(b"\r\n")} == {200, 0}
    assert len(file_03(line_end="none")) == 200 * 5


def test_bytes_stand_where_the_standard_puts_them() -> None:
    record = file_01().split(b"\r\n")[1]
    assert record[0:1] == b"2"
    assert record[7:13] == b"081105"
    assert record[19:29] == b"0000011000"
    assert record[39:49] == b"0000012345"
    assert record[49:58] == "ﾔﾏﾀﾞ ﾀﾛｳ ".encode("cp932")
    assert record[127:128] == b"0"
    assert record[128:134] == b"INV-42"


def test_a_cancellation_leaves_and_says_what_it_is() -> None:
    line = read_01(file_01()).accounts[0].lines[1]
    assert (line.cancels, line.direction, line.kind) == (True, "out", Kind.CORRECTION)


def test_a_correction_in_03_cancels() -> None:
    line = read_03(file_03()).accounts[0].lines[1]
    assert (line.cancels, line.direction, line.kind) == (True, "out", Kind.CORRECTION)


def test_both_formats_of_one_account_name_it_alike() -> None:
    assert read_03(file_03()).accounts[0].account_number == read_01(file_01()).accounts[0].account_number == "1234567"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda content: content.replace(b"\r\n", b"\n"), DeviationCode.LINE_END),
        (lambda content: content.replace(b"\r\n", b"\r"), DeviationCode.LINE_END),
        (lambda content: content + b"\x1a", DeviationCode.END_OF_FILE_MARK),
        (lambda content: content.removesuffix(b"\r\n") + b"\x1a\r\n", DeviationCode.END_OF_FILE_MARK),
        (lambda content: b"\r\n".join(r.rstrip() for r in content.split(b"\r\n")), DeviationCode.TRIMMED),
        (lambda content: content.replace(b"\r\n", b" " * 56 + b"\r\n"), DeviationCode.PADDED),
        (lambda content: content.decode("cp932").encode("utf-8"), DeviationCode.REENCODED),
        (lambda content: b"\xef\xbb\xbf" + content.decode("cp932").encode("utf-8"), DeviationCode.BYTE_ORDER_MARK),
        (lambda content: content.replace(b"\r\n", b"\r\n\r\n"), DeviationCode.BLANK_LINE),
        (lambda content: content[:-202], DeviationCode.MISSING_END),
        (lambda content: content.replace("ﾔﾏﾀﾞ ".encode("cp932"), b"Yama "), DeviationCode.UNUSUAL_CHARACTER),
        (
            lambda content: content.replace("ﾔﾏﾀﾞ ".encode("cp932"), "山田 ".encode("cp932")),
            DeviationCode.UNUSUAL_CHARACTER,
        ),
    ],
)
@pytest.mark.parametrize(("make", "read"), [(file_01, read_01), (file_03, read_03)])
def test_each_deviation_is_read_exactly_and_reported(
    make: Callable[[], bytes], read: Callable[[bytes], StatementFile], change: Callable[[bytes], bytes], code: str
) -> None:
    plain, changed = read(make()), read(change(make()))
    assert code in codes(changed)
    assert plain.deviations == ()
    assert [(line.booked_on, line.signed_minor) for line in changed.accounts[0].lines] == [
        (line.booked_on, line.signed_minor) for line in plain.accounts[0].lines
    ]


def test_records_without_line_ends_and_one_at_the_end_of_the_file_are_read() -> None:
    assert len(read_01(file_01(line_end="none") + b"\r\n").accounts[0].lines) == 2


@pytest.mark.parametrize("long_vowel", ["ｰ", "-"])
def test_both_spellings_of_the_long_vowel_are_read_as_they_stand(long_vowel: str) -> None:
    file = read_01(file_01().replace("ﾀﾛｳ".encode("cp932"), f"ﾀﾛ{long_vowel}".encode("cp932")))
    assert file.accounts[0].lines[0].payer_name == f"ﾔﾏﾀﾞ ﾀﾛ{long_vowel}"
    assert file.deviations == ()


def test_a_blank_code_division_and_blank_optional_numbers_are_read() -> None:
    content = put(put(put(file_01(), 1, 4, b" "), 2, 40, b" " * 10), 2, 14, b" " * 6)
    line = read_01(content).accounts[0].lines[0]
    assert (line.payer_code, line.value_on) == ("", None)


def test_form_b_is_known_even_when_its_second_amounts_are_blank() -> None:
    content = put(put(file_01(form="B"), 2, 129, b" " * 24), 2, 153, b"ORDER-7")
    assert read_01(content).accounts[0].lines[0].edi == "ORDER-7"


@pytest.mark.parametrize(
    ("make", "read", "record", "at", "value", "code", "field"),
    [
        (file_01, read_01, 1, 4, b"1", Refused.EBCDIC, "code_kubun"),
        (file_01, read_01, 1, 2, b"21", Refused.WRONG_TYPE, "type_code"),
        (file_03, read_03, 1, 2, b"01", Refused.WRONG_TYPE, "type_code"),
        (file_01, read_01, 2, 8, b"090230", Refused.INVALID_DATE, "booked_on"),
        (file_01, read_01, 2, 8, b"      ", Refused.MISSING_FIELD, "booked_on"),
        (file_01, read_01, 2, 8, b"08110A", Refused.NOT_A_NUMBER, "booked_on"),
        (file_01, read_01, 2, 20, b"0000000000", Refused.NOT_POSITIVE, "amount"),
        (file_01, read_01, 2, 20, b"          ", Refused.MISSING_FIELD, "amount"),
        (file_01, read_01, 2, 20, b"00000-1000", Refused.NOT_A_NUMBER, "amount"),
        (file_01, read_01, 2, 128, b"7", Refused.UNKNOWN_CODE, "cancel"),
        (file_01, read_01, 2, 50, b"\xef\xbd\xb1", Refused.UNDECODABLE, "remitter_name"),
        (file_01, read_01, 2, 50, b"\x07", Refused.UNDECODABLE, "remitter_name"),
        (file_01, read_01, 2, 60, b"\x00", Refused.NUL_BYTE, None),
        (file_01, read_01, 2, 1, b"9", Refused.WRONG_ORDER, None),
        (file_01, read_01, 2, 1, b"5", Refused.WRONG_ORDER, None),
        (file_01, read_01, 4, 2, b"000002", Refused.COUNT_DIFFERS, "in_count"),
        (file_01, read_01, 4, 8, b"000000011001", Refused.TOTAL_DIFFERS, "in_minor"),
        (file_01, read_01, 4, 20, b"000000", Refused.COUNT_DIFFERS, "out_count"),
        (file_01, read_01, 4, 26, b"000000000001", Refused.TOTAL_DIFFERS, "out_minor"),
        (file_03, read_03, 2, 22, b"3", Refused.UNKNOWN_CODE, "in_out"),
        (file_03, read_03, 2, 22, b" ", Refused.UNKNOWN_CODE, "in_out"),
        (file_03, read_03, 2, 23, b"77", Refused.UNKNOWN_CODE, "kind"),
        (file_03, read_03, 1, 116, b"00000000099999", Refused.BALANCE_DIFFERS, "closing_minor"),
        (file_03, read_03, 4, 40, b"2", Refused.BALANCE_DIFFERS, "closing_minor"),
        (file_03, read_03, 4, 55, b"0000003", Refused.COUNT_DIFFERS, "data_count"),
    ],
)
def test_whatever_is_wrong_is_refused_by_place_and_reason(
    make: Callable[[], bytes],
    read: Callable[[bytes], StatementFile],
    record: int,
    at: int,
    value: bytes,
    code: Refused,
    field: str | None,
) -> None:
    caught = refused(read, put(make(), record, at, value))
    assert (caught.code, caught.field) == (code, field)


def test_a_wrong_total_names_both_amounts() -> None:
    caught = refused(read_01, put(file_01(), 4, 8, b"000000011001"))
    assert (caught.expected, caught.found) == ("11001", "11000")


def test_ebcdic_is_refused_by_name_not_decoded() -> None:
    caught = refused(read_01, file_01(line_end="none").decode("cp932").encode("cp037", "replace"))
    assert caught.code is Refused.EBCDIC


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", Refused.EMPTY),
        (b"\r\n\x1a", Refused.EMPTY),
        (file_01()[: 202 * 2], Refused.TRUNCATED),
        (file_01()[202:], Refused.WRONG_ORDER),
        (file_01() + file_01(), Refused.AFTER_END),
        (file_01().replace(b"\r\n", b"X\r\n"), Refused.WRONG_LENGTH),
        (file_01(line_end="none")[:-300], Refused.WRONG_LENGTH),
    ],
)
def test_a_cut_or_doubled_file_is_refused(content: bytes, code: Refused) -> None:
    assert refused(read_01, content).code is code


def test_a_file_of_nothing_but_line_ends_between_records_is_refused() -> None:
    head, _, rest = file_01().partition(b"\r\n")
    with pytest.raises(FileRefused) as refusal:
        Zengin01().read(io.BytesIO(head + b"\n" * 5_000 + rest), today=TODAY, options=ReadOptions(max_lines=1_000))
    assert refusal.value.code is Refused.TOO_MANY_LINES


def test_a_file_over_the_limit_is_refused_before_it_is_read() -> None:
    for options, code in ((ReadOptions(max_bytes=100), "too_large"), (ReadOptions(max_lines=3), "too_many_lines")):
        with pytest.raises(FileRefused) as refusal:
            Zengin01().read(io.BytesIO(file_01()), today=TODAY, options=options)
        assert refusal.value.code == code


@pytest.mark.parametrize(
    ("field", "value", "code", "column"),
    [
        ("payer_name", "ﾔﾏﾀﾞ,ﾀﾛｳ", Refused.DISALLOWED_CHARACTER, 5),
        ("payer_name", "山田", Refused.DISALLOWED_CHARACTER, 1),
        ("payer_name", "ｷｬﾝﾃﾞｨ", Refused.DISALLOWED_CHARACTER, 2),
        ("payer_name", "ﾐﾔｰ", Refused.DISALLOWED_CHARACTER, 3),
        ("payer_name", "ｦ", Refused.DISALLOWED_CHARACTER, 1),
        ("payer_name", "yamada", Refused.DISALLOWED_CHARACTER, 1),
        ("bank_name", "A.B", Refused.DISALLOWED_CHARACTER, 2),
        ("payer_name", "A" * 49, Refused.TOO_LONG, None),
        ("payer_code", "12345678901", Refused.NUMBER_TOO_LARGE, None),
        ("payer_code", "12-3", Refused.NOT_A_NUMBER, None),
        ("booked_on", date(1980, 1, 1), Refused.INVALID_DATE, None),
    ],
)
def test_the_writer_refuses_what_the_standard_forbids(
    field: str, value: object, code: Refused, column: int | None
) -> None:
    line = replace(ACCOUNT.lines[0], **{field: value})  # type: ignore[arg-type]
    with pytest.raises(FileRefused) as refusal:
        write_01([replace(ACCOUNT, lines=(line,))], created_on=TODAY)
    assert (refusal.value.code, refusal.value.line, refusal.value.column) == (code, 2, column)


def test_edi_may_hold_what_names_may_not() -> None:
    line = replace(ACCOUNT.lines[0], edi="ｦ\\｢A｣/1.")
    assert read_01(write_01([replace(ACCOUNT, lines=(line,))], created_on=TODAY)).accounts[0].lines[0].edi == line.edi


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("株", "株"),
        ("カ）ヤマダショウジ", "ｶ)ﾔﾏﾀﾞｼﾖｳｼﾞ"),
        ("やまだ　はなこ", "ﾔﾏﾀﾞ ﾊﾅｺ"),
        ("サービス", "ｻ-ﾋﾞｽ"),
        ("Gmo ペイ", "GMO ﾍﾟｲ"),
    ],
)
def test_names_are_spelled_as_banks_do(text: str, spelled: str) -> None:
    assert to_zengin(text) == spelled


@pytest.mark.parametrize(
    ("digits", "today", "meant"),
    [
        ("081105", TODAY, date(2026, 11, 5)),
        ("310401", TODAY, date(2019, 4, 1)),
        ("010501", TODAY, date(2019, 5, 1)),
        ("261105", TODAY, date(2026, 11, 5)),
        ("200229", TODAY, date(2008, 2, 29)),
        ("090105", TODAY, date(2027, 1, 5)),
        ("090230", TODAY, None),
        ("310430", date(2019, 5, 10), date(2019, 4, 30)),
    ],
)
def test_a_year_of_two_digits_is_understood_from_today(digits: str, today: date, meant: date | None) -> None:
    assert two_digit_year_day(digits, today) == meant


def test_a_western_year_is_reported() -> None:
    file = read_01(put(file_01(), 2, 8, b"261105"))
    assert file.accounts[0].lines[0].booked_on == date(2026, 11, 5)
    assert DeviationCode.WESTERN_YEAR in codes(file)


def test_a_line_outside_the_header_period_is_reported() -> None:
    assert DeviationCode.OUTSIDE_PERIOD in codes(read_01(put(file_01(), 2, 8, b"081130")))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_a_file_saved_as_utf_16_is_refused_by_name(encoding: str) -> None:
    content = file_03().decode("cp932").encode(encoding)
    with pytest.raises(FileRefused) as refusal:
        formats.read(content, today=TODAY)
    assert refusal.value.code is Refused.REENCODED
