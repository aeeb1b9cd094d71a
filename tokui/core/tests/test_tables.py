import codecs
import io
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tokui.core.tables import (
    Cell,
    Confidence,
    Limits,
    NewSheet,
    TableCode,
    TableFile,
    TableRefused,
    batches,
    cell_text,
    column_letters,
    data_rows,
    find_header,
    open_table,
    propose,
    write_csv,
    write_xlsx,
)

fewer = settings(max_examples=150, deadline=None)
CUSTOMERS = '顧客番号,氏名,金額\r\n1,"山田, 太郎","1,320"\r\n2,ｻﾄｳ ﾊﾅｺ,△500\r\n'
VOCABULARY = {
    "name": ["氏名", "名前", "顧客名", "name", "customer name"],
    "kana": ["フリガナ", "カナ", "kana"],
    "phone": ["電話番号", "電話", "TEL", "phone"],
    "mail": ["メールアドレス", "メール", "email", "mail"],
}


def opened(data: bytes, **more: str) -> TableFile:
    return open_table(io.BytesIO(data), name=more.pop("name", "customers.csv"), **more)


def read(data: bytes, **more: str) -> list[list[Cell]]:
    return [list(row.cells) for sheet in opened(data, **more).sheets for row in sheet.rows()]


def refusal(data: bytes, code: TableCode, limits: Limits | None = None, **more: str) -> TableRefused:
    with pytest.raises(TableRefused) as refused:
        for sheet in open_table(io.BytesIO(data), name="t", limits=limits or Limits(), **more).sheets:
            for _ in sheet.rows():
                pass
    assert refused.value.code is code, str(refused.value)
    return refused.value


def workbook(rows: Sequence[Sequence[Cell]], name: str = "顧客") -> bytes:
    target = io.BytesIO()
    write_xlsx(target, [NewSheet(name, rows)])
    return target.getvalue()


def repacked(data: bytes, changes: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, changes.get(name, old.read(name)))
    return target.getvalue()


def sheet_xml(cells: str, *, prolog: str = "") -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{prolog}'
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f"<sheetData>{cells}</sheetData></worksheet>"
    ).encode()


SHEET = "xl/worksheets/sheet1.xml"

# Text tables


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "euc_jp", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_text_table_is_read_in_every_encoding_that_offices_send(encoding: str) -> None:
    table = opened(CUSTOMERS.encode(encoding))
    assert (table.kind, table.encoding, table.delimiter) == ("text", encoding, ",")
    assert [row.cells for row in table.sheets[0].rows()] == [
        ("顧客番号", "氏名", "金額"),
        ("1", "山田, 太郎", "1,320"),
        ("2", "ｻﾄｳ ﾊﾅｺ", "△500"),
    ]


@pytest.mark.parametrize("line_end", ["\r\n", "\n", "\r"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_the_delimiter_is_found_whatever_ends_the_lines(delimiter: str, line_end: str) -> None:
    lines = [delimiter.join(["氏名", "住所", "備考"]), delimiter.join(["山田", "東京都", "a, b; c"])]
    if delimiter in ",;":
        lines[1] = delimiter.join(["山田", "東京都", '"a, b; c"'])
    table = opened((line_end.join(lines) + line_end).encode())
    assert table.delimiter == delimiter
    assert [row.cells for row in table.sheets[0].rows()][1] == ("山田", "東京都", "a, b; c")


def test_the_guess_can_be_overridden_and_an_unknown_choice_is_refused() -> None:
    data = "ｼﾒｲ;ｶﾅ,x\n".encode("cp932")
    assert read(data, encoding="cp932", delimiter=";") == [["ｼﾒｲ", "ｶﾅ,x"]]
    refusal(data, TableCode.UNKNOWN_ENCODING, encoding="utf-7")


def test_the_encoding_shows_after_a_long_ascii_beginning() -> None:
    data = b"id,name\r\n" + b"1,Taro Yamada\r\n" * 6000 + "2,山田\r\n".encode("cp932")
    assert opened(data).encoding == "cp932"
    assert read(data)[-1] == ["2", "山田"]


def test_a_cell_may_hold_lines_and_quotes() -> None:
    assert read(b'a,"1\r\n2","say ""yes"""\r\n') == [["a", "1\r\n2", 'say "yes"']]


def test_bytes_of_another_encoding_are_named_with_row_and_column() -> None:
    refused = refusal(
        b"id,name,city\r\n1,a,b\r\n" + "2,山田,".encode() + "東京\r\n".encode("cp932"), TableCode.UNDECODABLE
    )
    assert (refused.row, refused.column, refused.expected) == (3, "C", "utf-8")


def test_a_nul_character_is_refused_with_its_row() -> None:
    assert refusal(b"a,b\r\n1,2\r\n3,\x004\r\n", TableCode.NUL).row == 3
    late = b"a,b\r\n" * 20000 + b"1,\x00\r\n"
    assert refusal(late, TableCode.NUL).row == 20001


def test_an_open_quote_is_refused_and_does_not_swallow_the_file() -> None:
    assert refusal(b'a,b\r\n1,"2\r\n3,4\r\n', TableCode.BROKEN_QUOTES).row == 2
    assert refusal(b'a,b\r\n"1"2,3\r\n', TableCode.BROKEN_QUOTES).row == 2
    assert refusal(b'a,b\r\n1,"2\r\n' + b"3,4\r\n" * 50000, TableCode.CELL_TOO_LONG).row == 2


def test_a_ten_megabyte_cell_is_refused_with_its_place_and_a_short_report() -> None:
    refused = refusal(b"a,b\r\n1," + b"x" * 10_000_000 + b"\r\n", TableCode.ROW_TOO_LONG)
    assert (refused.row, len(refused.found) <= 80) == (2, True)
    refused = refusal(b"a,b\r\n1," + b"x" * 120_000 + b"\r\n", TableCode.CELL_TOO_LONG)
    assert (refused.row, refused.column) == (2, "B")


def test_a_hundred_thousand_columns_are_refused() -> None:
    assert refusal(b"a,b\r\n" + b"," * 99_999 + b"\r\n", TableCode.TOO_MANY_COLUMNS).row == 2


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", TableCode.EMPTY),
        (b"%PDF-1.7 ...", TableCode.UNKNOWN_FORMAT),
        (b"<html><table><tr><td>1</td></tr></table>", TableCode.UNKNOWN_FORMAT),
        (b"\x89PNG\r\n\x1a\n", TableCode.UNKNOWN_FORMAT),
        (codecs.BOM_UTF32_LE + "a,b".encode("utf-32-le"), TableCode.UNKNOWN_ENCODING),
        (b"\xff\xfe\x00\xd8a\x00", TableCode.UNDECODABLE),
    ],
)
def test_what_is_no_table_is_refused(data: bytes, code: TableCode) -> None:
    refusal(data, code)


@fewer
@given(st.binary(max_size=300))
@example(b"PK\x03\x04" + b"\0" * 40)
@example(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\xff" * 600)
def test_any_bytes_are_a_table_or_refused_and_nothing_else(data: bytes) -> None:
    try:
        for sheet in open_table(io.BytesIO(data), name="x.csv").sheets:
            for row in sheet.rows():
                assert all("\0" not in cell for cell in row.cells if isinstance(cell, str))
    except TableRefused as refused:
        assert refused.code in TableCode
        assert len(refused.found) <= 80


# Workbooks


def test_every_sheet_of_a_workbook_is_read_with_places_as_in_the_file() -> None:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        first, second = book.add_worksheet("法人"), book.add_worksheet("個人")
        book.add_chartsheet("図")
        first.write_string(2, 1, "電話")
        first.write_number(3, 1, 9012345678.0)
        first.write_formula(4, 1, "=1+1", None, 2)
        second.write_number(0, 0, 0.1 + 0.2)
        second.hide()
    table = opened(target.getvalue())
    assert (table.kind, [sheet.name for sheet in table.sheets]) == ("xlsx", ["法人", "個人"])
    rows = list(table.sheet("法人").rows())
    assert [row.number for row in rows] == [1, 2, 3, 4, 5]
    assert [row.cells for row in rows[2:]] == [("", "電話"), ("", 9012345678), ("", 2)]
    assert [row.cells for row in table.sheet("個人").rows()] == [(Decimal("0.3"),)]
    with pytest.raises(TableRefused) as refused:
        table.sheet("法")
    assert (refused.value.code, refused.value.expected) == (TableCode.NO_SUCH_SHEET, "法人, 個人")


@pytest.mark.parametrize(
    "prolog",
    [
        '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>',
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
    ],
)
def test_entities_in_a_workbook_are_refused(prolog: str) -> None:
    cells = '<row r="1"><c r="A1" t="inlineStr"><is><t>&a;</t></is></c></row>'
    data = repacked(workbook([["a"]]), {SHEET: sheet_xml(cells, prolog=prolog)})
    assert refusal(data, TableCode.XML_ENTITIES).sheet == SHEET


def test_two_far_cells_do_not_make_a_sheet_of_billions() -> None:
    far = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="CV1048576"><v>1</v></c></row>'
    refusal(repacked(workbook([["a"]]), {SHEET: sheet_xml(far)}), TableCode.TOO_MANY_CELLS)
    wide = '<row r="1"><c r="XFD1"><v>1</v></c></row>'
    refusal(repacked(workbook([["a"]]), {SHEET: sheet_xml(wide)}), TableCode.TOO_MANY_COLUMNS)


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = repacked(workbook([["a"]]), {"xl/styles.xml": b"\0" * 30_000_000})
    assert refusal(bomb, TableCode.ZIP_BOMB).sheet == "xl/styles.xml"
    refusal(workbook([["a"]]), TableCode.ZIP_BOMB, Limits(unpacked_bytes=500))
    refusal(workbook([["a"]]), TableCode.ZIP_BOMB, Limits(archive_members=3))


def test_an_archive_that_lies_about_a_size_is_refused() -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(b"x" * 3_000_000) + packer.flush()
    data = bytearray(repacked(workbook([["a"]]), {SHEET: b"x" * 3_000_000}))
    assert packed[:20] in bytes(data)
    place = bytes(data).rindex(b"PK\x01\x02", 0, bytes(data).rindex(SHEET.encode()))
    struct.pack_into("<L", data, place + 24, 1000)
    refusal(bytes(data), TableCode.ZIP_BOMB)


def test_an_archive_without_a_workbook_is_refused() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("readme.txt", "hello")
    refusal(target.getvalue(), TableCode.UNKNOWN_FORMAT)


@fewer
@given(st.data())
def test_a_damaged_workbook_is_read_or_refused_and_nothing_else(data: st.DataObject) -> None:
    whole = bytearray(SAMPLE)
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(len(whole) // 2, len(whole)))
    try:
        read(bytes(whole[:cut]))
    except TableRefused as refused:
        assert refused.code in TableCode


@fewer
@given(st.text(alphabet='<>/c rowvist="A1Z09&;:xml!-[]', max_size=120))
def test_a_sheet_of_broken_xml_is_read_or_refused_and_nothing_else(xml: str) -> None:
    try:
        read(repacked(SAMPLE, {SHEET: sheet_xml(xml)}))
    except TableRefused as refused:
        assert refused.code in TableCode


SAMPLE = workbook([["氏名", "金額"], ["山田", 1320], ["佐藤", Decimal("0.5")]])


# Writing

texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20) | st.sampled_from(
    [
        "=1+1",
        "'=1",
        "''+x",
        "@SUM(A1)",
        "-1+2",
        "-500",
        "+819012345678",
        "＝A1",
        "\tx",
        '"',
        ",",
        "a\r\nb",
        "'",
        "000123",
    ]
)


@fewer
@given(st.lists(st.lists(texts, min_size=1, max_size=5), min_size=1, max_size=8))
def test_csv_reads_back_as_it_was_written(rows: list[list[str]]) -> None:
    target = io.BytesIO()
    assert write_csv(target, rows) == len(rows)
    assert read(target.getvalue(), delimiter=",") == rows


def test_cp932_reads_back_and_refuses_what_it_lacks_by_place() -> None:
    target = io.BytesIO()
    write_csv(target, [["髙橋", "①㈱", "ｱ"]], encoding="cp932")
    assert read(target.getvalue(), encoding="cp932") == [["髙橋", "①㈱", "ｱ"]]
    for character in ("𠮷", "¥", "−", "〜", "\U0001f600"):
        with pytest.raises(TableRefused) as refused:
            write_csv(io.BytesIO(), [["a"], ["b", f"x{character}"]], encoding="cp932")
        assert (refused.value.code, refused.value.row, refused.value.column) == (TableCode.UNDECODABLE, 2, "B")
    with pytest.raises(TableRefused):
        write_csv(io.BytesIO(), [["\0"]])


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("=1+1", "'=1+1"),
        ("@cmd", "'@cmd"),
        ("＝A1", "'＝A1"),
        ("-1+2", "'-1+2"),
        ("'=1", "''=1"),
        ("-500", "-500"),
        ("'98", "'98"),
    ],
)
def test_text_that_looks_like_a_formula_is_written_as_text(text: str, written: str) -> None:
    target = io.BytesIO()
    write_csv(target, [[text, "x"]], encoding="utf-8")
    assert target.getvalue().decode() == f"{written},x\r\n"
    assert read(target.getvalue()) == [[text, "x"]]


numbers = st.integers(-(10**14), 10**14) | st.decimals(-(10**6), 10**6, places=4)
moments = st.datetimes(datetime(1900, 3, 1), datetime(2200, 1, 1)).map(lambda at: at.replace(microsecond=0))
values = st.one_of(texts.filter(lambda text: "\r" not in text), numbers, st.booleans(), moments)


def exact(cell: Cell) -> tuple[str, Cell]:
    """Numbers compare by value, an instant at midnight is its day, everything else compares by type too."""
    if isinstance(cell, datetime) and cell.time() == time():
        cell = cell.date()
    if isinstance(cell, int | Decimal) and not isinstance(cell, bool):
        return ("number", Decimal(cell))
    return (type(cell).__name__, cell)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(values, min_size=1, max_size=4), min_size=1, max_size=6))
def test_a_workbook_reads_back_as_it_was_written(rows: list[list[Cell]]) -> None:
    back = read(workbook([["見出し"], *rows]))[1:]
    width = max([1, *(len(row) for row in rows)])
    back += [[""] * width] * (len(rows) - len(back))
    for found, row in zip(back, rows, strict=True):
        padded = [*row, *[""] * (len(found) - len(row))]
        assert [exact(cell) for cell in found] == [exact(cell) for cell in padded[: len(found)]]
        assert not any(padded[len(found) :])


def test_what_excel_cannot_hold_is_written_as_text() -> None:
    row = ["=1+1", "http://example.jp/", "0312345678", 4011001098993, 10**20, date(1899, 5, 1), date(2026, 11, 2)]
    assert read(workbook([row])) == [
        ["=1+1", "http://example.jp/", "0312345678", 4011001098993, "1" + "0" * 20, "1899-05-01", date(2026, 11, 2)]
    ]
    assert read(workbook([[time(9, 30), None, "x"]])) == [[time(9, 30), "", "x"]]
    with pytest.raises(TableRefused) as refused:
        workbook([["a"], ["b", "x" * 40_000]])
    assert (refused.value.code, refused.value.row, refused.value.column) == (TableCode.CELL_TOO_LONG, 2, "B")
    with pytest.raises(TableRefused):
        workbook([["\x01"]])


def test_sheet_names_are_made_fit_and_different() -> None:
    target = io.BytesIO()
    write_xlsx(target, [NewSheet("a/b:c", [["x"]]), NewSheet("A b c", []), NewSheet("", [], heading=["氏名"])])
    assert [sheet.name for sheet in opened(target.getvalue()).sheets] == ["a b c", "A b c (2)", "Sheet"]


# Headings


def table_of(rows: Sequence[Sequence[Cell]]) -> TableFile:
    return opened(workbook(rows))


def test_headings_are_found_below_titles_and_notes() -> None:
    rows = [
        ["顧客一覧"],
        ["2026年11月2日現在"],
        [],
        ["氏名", "電話番号", "金額"],
        ["山田", "03-1234-5678", 5],
        [],
        ["佐藤", "", 6],
    ]
    sheet = table_of(rows).sheets[0]
    for vocabulary in (None, VOCABULARY):
        header = find_header(sheet, vocabulary)
        assert (header.row, header.first_row, header.names) == (4, 5, ("氏名", "電話番号", "金額"))
        assert [row.number for row in data_rows(sheet, header)] == [5, 7]


def test_merged_headings_of_two_lines_are_one() -> None:
    rows = [["氏名", "連絡先", "", "備考"], ["", "電話", "メール", ""], ["山田", "03-1234-5678", "y@example.jp", "x"]]
    for vocabulary in (None, VOCABULARY):
        header = find_header(table_of(rows).sheets[0], vocabulary)
        assert (header.row, header.first_row, header.names) == (1, 3, ("氏名", "電話", "メール", "備考"))


def test_a_sheet_without_headings_or_rows_is_refused() -> None:
    with pytest.raises(TableRefused) as refused:
        find_header(table_of([["1", "2"], ["3", "4"]]).sheets[0])
    assert (refused.value.code, refused.value.row) == (TableCode.NO_HEADER, 1)
    with pytest.raises(TableRefused) as refused:
        find_header(table_of([]).sheets[0])
    assert refused.value.code is TableCode.EMPTY


def test_columns_are_proposed_from_japanese_and_english_headings() -> None:
    found = propose(["No", "＊お客様の氏名（必須）", "ﾌﾘｶﾞﾅ", "E-Mail", "ＴＥＬ"], VOCABULARY)
    assert {field: (one.column, one.confidence) for field, one in found.items()} == {
        "name": ("B", Confidence.LIKELY),
        "kana": ("C", Confidence.CERTAIN),
        "mail": ("D", Confidence.CERTAIN),
        "phone": ("E", Confidence.CERTAIN),
    }
    assert (found["name"].matched, found["name"].index) == ("氏名", 1)


def test_a_column_serves_one_field_and_the_better_match_wins() -> None:
    found = propose(["顧客名カナ", "顧客名", "電話", "電話番号2"], VOCABULARY)
    assert {field: one.index for field, one in found.items()} == {"kana": 0, "name": 1, "phone": 2}
    assert propose(["xyz", "", "  "], VOCABULARY) == {}


# Streaming


def test_memory_does_not_grow_with_the_rows() -> None:
    import tracemalloc

    def peak(count: int) -> int:
        with tempfile.TemporaryFile() as file:
            write_csv(file, ((str(n), "山田 太郎", "東京都千代田区") for n in range(count)))
            tracemalloc.start()
            rows = sum(len(batch) for batch in batches(open_table(file, name="x").sheets[0].rows(), 500))
            top = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
        assert rows == count
        return top

    assert peak(20_000) < peak(2_000) * 1.5 + 100_000


def test_a_path_is_read_and_read_again(tmp_path: Path) -> None:
    path = tmp_path / "顧客.tsv"
    path.write_bytes("氏名\t電話\n山田\t03\n".encode("cp932"))
    sheet = open_table(path).sheets[0]
    assert (sheet.name, sheet.head(1)[0].cells, len(list(sheet.rows())), len(list(sheet.rows()))) == (
        "顧客.tsv",
        ("氏名", "電話"),
        2,
        2,
    )


@pytest.mark.parametrize(("index", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")])
def test_columns_have_the_letters_of_a_spreadsheet(index: int, letters: str) -> None:
    assert column_letters(index) == letters


def test_a_cell_is_shown_as_people_type_it() -> None:
    shown = [cell_text(cell) for cell in ("x", True, 5, Decimal("1E+2"), date(2026, 11, 2), datetime(2026, 11, 2, 9))]
    assert shown == ["x", "TRUE", "5", "100", "2026-11-02", "2026-11-02 09:00:00"]
