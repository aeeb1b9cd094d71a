import codecs
import io
import tempfile
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tokui.core.tables import (
    Limits,
    TableCode,
    TableRefused,
    batches,
    cell_text,
    column_letters,
    open_table,
    write_csv,
)
from tokui.core.tests.making_tables import opened, read, refusal

fewer = settings(max_examples=150, deadline=None)
CUSTOMERS = '顧客番号,氏名,金額\r\n1,"山田, 太郎","1,320"\r\n2,ｻﾄｳ ﾊﾅｺ,△500\r\n'


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


def test_a_long_cell_of_short_lines_and_a_guarded_cell_of_several_lines_are_seen() -> None:
    limits = Limits(cell_characters=100)
    refused = refusal(b'a,b\r\n1,"' + b"x\r\n" * 50 + b'"\r\n', TableCode.CELL_TOO_LONG, limits)
    assert (refused.row, refused.column) == (2, "B")
    assert read(b"\"'=1\r\n2\",x\r\ny,'z\r\n") == [["=1\r\n2", "x"], ["y", "'z"]]


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
        (b"a,b\x1b$B$\x1b\x1b\x1b\x1b\x1b\x1b\x1b\x1b\x1b\x1b\r\n", TableCode.UNDECODABLE),
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
