import io
import struct
import zipfile
import zlib
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from tokui.core.tables import (
    UNCALCULATED,
    Limits,
    TableCode,
    TableRefused,
)
from tokui.core.tables.formulas import Formulas
from tokui.core.tests.making_tables import SAMPLE, SHEET, opened, read, refusal, repacked, sheet_xml, workbook

fewer = settings(max_examples=150, deadline=None)


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


def test_a_formula_without_a_stored_result_is_told_from_an_empty_cell() -> None:
    cells = (
        '<row r="1"><c r="A1"><f>1+1</f></c><c r="B1"/><c r="C1"><f>2+2</f><v>4</v></c>'
        '<c r="D1" t="str"><f>""</f><v></v></c></row>'
        '<row r="3"><c r="B3"><f t="shared" si="0"/></c></row><row r="4"><c r="A4"><v>1</v></c></row>'
    )
    rows = list(opened(repacked(SAMPLE, {SHEET: sheet_xml(cells)})).sheets[0].rows())
    places = {(row.number, place) for row in rows for place, cell in enumerate(row.cells) if cell is UNCALCULATED}
    assert places == {(1, 0), (3, 1)}
    assert rows[0].cells[2] == 4
    assert not rows[2].is_blank


def test_a_formula_is_found_where_the_archive_is_cut_into_pieces() -> None:
    formulas = Formulas()
    xml = b'<c r="A1"><v>1</v></c><c r="B7"><f>SUM(A1:A9)</f></c><c r="C1"/>'
    for byte in range(len(xml)):
        formulas.feed("xl/worksheets/sheet1.xml", xml[byte : byte + 1])
    formulas.feed(
        "xl/workbook.xml", '<sheets><sheet name="顧客 &amp; 会員" sheetId="1" r:id="rId3"/></sheets>'.encode()
    )
    formulas.feed("xl/_rels/workbook.xml.rels", b'<Relationship Id="rId3" Type="x" Target="worksheets/sheet1.xml"/>')
    assert formulas.by_sheet() == {"顧客 & 会員": {7: {1}}}


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


def test_cells_without_a_place_are_counted_from_their_row() -> None:
    hidden = '<row r="1"><c><v>1</v></c></row><row r="1048576">' + "<c><v>1</v></c>" * 100 + "</row>"
    refusal(repacked(SAMPLE, {SHEET: sheet_xml(hidden)}), TableCode.TOO_MANY_CELLS)
    few = '<row r="1"><c><v>1</v></c><c><v>2</v></c></row>'
    assert read(repacked(SAMPLE, {SHEET: sheet_xml(few)})) == [[1, 2]]


def ods(body: str) -> bytes:
    target = io.BytesIO()
    urn = "urn:oasis:names:tc:opendocument:xmlns"
    spaces = " ".join(f'xmlns:{name}="{urn}:{name}:1.0"' for name in ("office", "table", "text"))
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", f'<m:manifest xmlns:m="{urn}:manifest:1.0"/>')
        archive.writestr(
            "content.xml",
            f'<?xml version="1.0"?><office:document-content {spaces}><office:body><office:spreadsheet>'
            f'<table:table table:name="顧客">{body}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        )
    return target.getvalue()


def ods_row(cells: str, repeated: int = 1) -> str:
    return f'<table:table-row table:number-rows-repeated="{repeated}">{cells}</table:table-row>'


def ods_cell(text: str, repeated: int = 1) -> str:
    count = f'table:number-columns-repeated="{repeated}"'
    return f'<table:table-cell {count} office:value-type="string"><text:p>{text}</text:p></table:table-cell>'


ODS_GAP = '<table:table-cell table:number-columns-repeated="16000"/>'


def test_an_opendocument_sheet_is_read_with_its_empty_end() -> None:
    day = '<table:table-cell office:value-type="date" office:date-value="2026-11-02"/>'
    number = '<table:table-cell office:value-type="float" office:value="1320"/>'
    data = ods(ods_row(ods_cell("氏名") + day + number + ODS_GAP) + ods_row(ODS_GAP, 1_048_575))
    assert opened(data).kind == "ods"
    assert read(data) == [["氏名", date(2026, 11, 2), 1320]]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (ods_row(ods_cell("a" * 10, 1_000), 100_000), TableCode.TOO_MANY_CELLS),
        (ods_row(ods_cell("a")) + ods_row(ODS_GAP, 1_000_000) + ods_row(ods_cell("a", 100)), TableCode.TOO_MANY_CELLS),
        (ods_row(ODS_GAP + ods_cell("a")), TableCode.TOO_MANY_COLUMNS),
    ],
)
def test_repeated_cells_that_would_fill_the_memory_are_refused(body: str, code: TableCode) -> None:
    refusal(ods(body), code)


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = repacked(workbook([["a"]]), {"xl/styles.xml": b"\0" * 30_000_000})
    assert refusal(bomb, TableCode.ZIP_BOMB).sheet == "xl/styles.xml"
    refusal(workbook([["a"]]), TableCode.ZIP_BOMB, Limits(unpacked_bytes=500))
    refusal(workbook([["a"]]), TableCode.ZIP_BOMB, Limits(archive_members=3))


def with_shared_texts(texts: Sequence[str], sheet: bytes) -> bytes:
    table = "".join(f"<si><t>{text}</t></si>" for text in texts)
    data = repacked(SAMPLE, {SHEET: sheet})
    target = io.BytesIO(data)
    with zipfile.ZipFile(target) as archive:
        links = archive.read("xl/_rels/workbook.xml.rels").decode()
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
    link = f'<Relationship Id="rId99" Type="{kind}" Target="sharedStrings.xml"/></Relationships>'
    data = repacked(data, {"xl/_rels/workbook.xml.rels": links.replace("</Relationships>", link).encode()})
    target = io.BytesIO(data)
    with zipfile.ZipFile(target, "a", zipfile.ZIP_DEFLATED) as archive:
        space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        archive.writestr("xl/sharedStrings.xml", f'<?xml version="1.0"?><sst xmlns="{space}">{table}</sst>')
    return target.getvalue()


def test_one_long_text_repeated_by_many_cells_is_refused() -> None:
    texts = ["短い", "x" * 32_000]
    row = '<row r="{0}">' + '<c t="s"><v>1</v></c>' * 20 + "</row>"
    bomb = with_shared_texts(texts, sheet_xml("".join(row.format(number) for number in range(1, 1001))))
    refusal(bomb, TableCode.TOO_MANY_CELLS)
    fine = with_shared_texts(texts, sheet_xml('<row r="1"><c t="s"><v>0</v></c><c t="s"><v>1</v></c></row>'))
    assert read(fine) == [texts]


def test_an_archive_that_lies_about_a_size_is_refused() -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(b"x" * 3_000_000) + packer.flush()
    data = bytearray(repacked(workbook([["a"]]), {SHEET: b"x" * 3_000_000}))
    assert packed[:20] in bytes(data)
    place = bytes(data).rindex(b"PK\x01\x02", 0, bytes(data).rindex(SHEET.encode()))
    struct.pack_into("<L", data, place + 24, 1000)
    refusal(bytes(data), TableCode.ZIP_BOMB)


def test_an_archive_that_is_two_workbooks_is_refused() -> None:
    target = io.BytesIO(SAMPLE)
    with zipfile.ZipFile(target, "a") as archive:
        archive.writestr("content.xml", "<x/>")
    refusal(target.getvalue(), TableCode.DAMAGED)


def test_an_archive_whose_members_begin_before_it_is_refused() -> None:
    data = bytearray(SAMPLE)
    end = data.rindex(b"PK\x05\x06")
    size, start = struct.unpack_from("<LL", data, end + 12)
    struct.pack_into("<LL", data, end + 12, size, start + 1)
    refusal(bytes(data), TableCode.DAMAGED)


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
