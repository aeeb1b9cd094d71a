"""The contract that every statement format keeps."""

import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tokui.banking.refusals import FileRefused, Refused
from tokui.banking.statements import ReadOptions, StatementFile, StatementFormat, numbered, prove
from tokui.connectors import formats
from tokui.connectors.tests.samples import OPTIONS, SAMPLES
from tokui.connectors.tests.worlds import TODAY

every_format = pytest.mark.parametrize("code", formats.STATEMENT_FORMATS)
few = settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow], deadline=None)


def read(code: str, content: bytes) -> StatementFile:
    return formats.format_named(code).read(io.BytesIO(content), today=TODAY, options=OPTIONS[code])


def read_or_refused(code: str, content: bytes) -> StatementFile | None:
    """Anything but an understood file or a structured refusal is a defect and escapes."""
    try:
        file = read(code, content)
    except FileRefused as refusal:
        assert isinstance(refusal.code, Refused)
        return None
    prove(file)
    return file


def test_every_format_has_a_sample() -> None:
    assert set(SAMPLES) == set(formats.STATEMENT_FORMATS)


@every_format
def test_it_names_itself_by_its_code(code: str) -> None:
    found: StatementFormat = formats.format_named(code)
    assert found.code == code
    assert found.name


@every_format
def test_its_sample_is_recognised_and_read(code: str) -> None:
    content = SAMPLES[code]
    assert formats.detect(content[: formats.HEAD_BYTES], "") == code
    file = formats.read(content, today=TODAY, options=OPTIONS[code])
    assert file.format == code
    assert sum(len(account.lines) for account in file.accounts) >= 1
    assert file == formats.read(io.BytesIO(content), code, today=TODAY, options=OPTIONS[code])


@every_format
def test_every_line_is_positive_numbered_and_keeps_its_raw_text(code: str) -> None:
    for account in read(code, SAMPLES[code]).accounts:
        days = [line.booked_on for line in account.lines]
        assert days == sorted(days)
        assert all(line.amount_minor > 0 and line.number > 0 and line.raw for line in account.lines)


@every_format
def test_reading_twice_names_every_line_alike_and_no_two_lines_share_a_name(code: str) -> None:
    first, second = (
        [(mark, place) for account in read(code, SAMPLES[code]).accounts for mark, place, _ in numbered(account.lines)]
        for _ in range(2)
    )
    assert first == second
    assert len(set(first)) == len(first)


@every_format
def test_it_refuses_what_is_empty_or_too_large(code: str) -> None:
    assert refusal_of(code, b"") is Refused.EMPTY
    with pytest.raises(FileRefused) as refusal:
        formats.format_named(code).read(
            io.BytesIO(SAMPLES[code]), today=TODAY, options=ReadOptions(max_bytes=50, mapping=OPTIONS[code].mapping)
        )
    assert refusal.value.code is Refused.TOO_LARGE


@every_format
def test_it_refuses_nul_bytes_inside_its_text(code: str) -> None:
    content = SAMPLES[code]
    with pytest.raises(FileRefused):
        read(code, content[:-60] + b"\x00" + content[-60:])


@every_format
def test_a_file_cut_in_its_last_third_is_refused_or_lacks_nothing(code: str) -> None:
    """Formats without trailer or closing balance cannot know; the others must never yield a part."""
    whole = read(code, SAMPLES[code])
    knows = not code.startswith("csv")
    for cut in range(len(SAMPLES[code]) * 2 // 3, len(SAMPLES[code]), 7):
        file = read_or_refused(code, SAMPLES[code][:cut])
        if file is not None and knows:
            assert [account.lines for account in file.accounts] == [account.lines for account in whole.accounts]


@every_format
@few
@given(st.binary(max_size=600))
def test_arbitrary_bytes_are_refused_with_a_reason(code: str, content: bytes) -> None:
    read_or_refused(code, content)
    assert 0.0 <= formats.format_named(code).sniff(content, "x.csv") <= 1.0


@every_format
@few
@given(st.data())
def test_a_damaged_file_is_refused_with_a_reason_or_still_proves_itself(code: str, data: st.DataObject) -> None:
    content = bytearray(SAMPLES[code])
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(content) - 1))
        change = data.draw(st.sampled_from(["put", "cut", "insert", "double"]))
        piece = data.draw(st.binary(min_size=1, max_size=4))
        if change == "put":
            content[at : at + len(piece)] = piece
        elif change == "cut":
            del content[at : at + data.draw(st.integers(1, 30))]
        elif change == "insert":
            content[at:at] = piece
        else:
            content[at:at] = content[at : at + data.draw(st.integers(1, 300))]
        content = content or bytearray(b"x")
    read_or_refused(code, bytes(content))
    formats.detect(bytes(content), "")


def refusal_of(code: str, content: bytes) -> Refused:
    with pytest.raises(FileRefused) as refusal:
        read(code, content)
    return refusal.value.code


@given(st.binary(max_size=300))
def test_nothing_but_a_refusal_leaves_the_door(content: bytes) -> None:
    try:
        formats.read(content, today=TODAY)
    except FileRefused as refusal:
        assert isinstance(refusal.code, Refused)


def test_an_unknown_format_is_refused_by_name() -> None:
    with pytest.raises(FileRefused) as refusal:
        formats.read(b"x", "zengin-99", today=TODAY)
    assert (refusal.value.code, refusal.value.found) == (Refused.UNKNOWN_FORMAT, "zengin-99")


@pytest.mark.parametrize("content", [b"hello", b"%PDF-1.7\n...", b"PK\x03\x04xxxx", "ただの文章です。".encode()])
def test_what_is_no_statement_is_refused_as_unknown(content: bytes) -> None:
    with pytest.raises(FileRefused) as refusal:
        formats.read(content, today=TODAY)
    assert refusal.value.code is Refused.UNKNOWN_FORMAT


def test_a_table_whose_first_number_looks_like_a_zengin_header_is_a_table() -> None:
    assert formats.detect(b"101\tYamada\t5000\n102\tDummy\t700\n", "x.tsv") == "csv"


def test_another_kind_of_zengin_file_is_refused_by_its_kind() -> None:
    record = (b"1210" + b"0" * 116).ljust(120) + b"\r\n"
    with pytest.raises(FileRefused) as refusal:
        formats.read(record * 2, today=TODAY)
    assert refusal.value.code in (Refused.WRONG_TYPE, Refused.WRONG_LENGTH)
    assert refusal.value.found == "21"


def test_an_ebcdic_file_is_recognised_to_be_refused_by_name() -> None:
    content = SAMPLES["zengin-03"].decode("cp932").encode("cp037", "replace")
    with pytest.raises(FileRefused) as refusal:
        formats.read(content, today=TODAY)
    assert refusal.value.code is Refused.EBCDIC


@pytest.mark.parametrize("code", list(Refused))
def test_refusal_codes_are_stable_words(code: Refused) -> None:
    assert code.value == code.name.lower()
