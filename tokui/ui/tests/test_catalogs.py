from __future__ import annotations

import gettext
import io
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tokui.ui import catalogs, po
from tokui.ui.extraction import messages_of
from tokui.ui.po import Message

SOURCE = '''
from django.utils.translation import gettext as _, ngettext, pgettext

class Refusal(Exception):
    """This cannot be done."""

class InvoicePaid(Refusal):
    """Invoice {number} is already paid.

    Only void what nobody has paid.
    """

class Unrelated:
    """Not said to anyone."""

one = _("Paid")
two = ngettext("%(n)d invoice", "%(n)d invoices", 2)
three = pgettext("month", "May")
four = _(one)
'''
TEMPLATE = """<p title="{% translate 'Balance' %}">{# {% translate "No" %} #}{% translate "Due" context "day" %}</p>
{% blocktranslate count n=rows|length trimmed %}
  One row of {{ name }}.
{% plural %}
  {{ n }} rows of {{ name }}.
{% endblocktranslate %}{{ _("Open") }} isn't "odd" (at all)"""


@pytest.fixture
def room(tmp_path: Path) -> Path:
    folder = tmp_path / "tokui" / "shop"
    (folder / "templates").mkdir(parents=True)
    (folder / "tests").mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "words.py").write_text(SOURCE)
    (folder / "templates" / "page.html").write_text(TEMPLATE)
    (folder / "tests" / "test_words.py").write_text('_("Only in a test")')
    return folder


def translate(room: Path, words: dict[str, str]) -> None:
    entries = [replace(each, msgstrs=(words.get(each.msgid, "訳"),)) for each in catalogs.extract(room)]
    catalogs.catalog_path(room).write_text(po.written(entries, "ja"))


WORDS = {
    "Invoice {number} is already paid.": "請求書 {number} は入金済みです。",
    "%(n)d invoice": "請求書 %(n)d 件",
    "One row of %(name)s.": "%(name)s の %(n)s 行",
}


def test_sentences_come_from_python_templates_and_refusals(room: Path) -> None:
    said = {
        (each.context, each.msgid, each.plural) for each in messages_of(room, frozenset({"Refusal", "InvoicePaid"}))
    }
    assert said == {
        ("", "This cannot be done.", ""),
        ("", "Invoice {number} is already paid.", ""),
        ("", "Paid", ""),
        ("", "%(n)d invoice", "%(n)d invoices"),
        ("month", "May", ""),
        ("", "Balance", ""),
        ("day", "Due", ""),
        ("", "One row of %(name)s.", "%(n)s rows of %(name)s."),
        ("", "Open", ""),
    }


def test_a_complete_catalogue_passes_and_an_empty_one_does_not(room: Path) -> None:
    catalogs.extract(room)
    assert any("empty: 'Paid'" in each for each in catalogs.check(room))
    translate(room, WORDS)
    assert catalogs.check(room) == []


def test_missing_unused_fuzzy_and_other_placeholders_are_named(room: Path) -> None:
    translate(room, {**WORDS, "Invoice {number} is already paid.": "請求書 {no} は入金済みです。"})
    path = catalogs.catalog_path(room)
    entries = [each for each in po.parse(path.read_text()) if each.msgid != "Balance"]
    entries = [replace(each, fuzzy=each.msgid == "Paid") for each in entries]
    path.write_text(po.written([*entries, Message("Gone", ("去った",))], "ja"))
    complaints = "\n".join(catalogs.check(room))
    assert "missing: 'Balance'" in complaints
    assert "unused: 'Gone'" in complaints
    assert "fuzzy: 'Paid'" in complaints
    assert "{no}" in complaints
    assert len(complaints.splitlines()) == 4


def test_extracting_again_keeps_what_is_translated_and_drops_what_is_not_said(room: Path) -> None:
    translate(room, {**WORDS, "Paid": "入金済"})
    (room / "words.py").write_text('_("Paid"); _("New")')
    kept = {each.msgid: each.msgstrs[0] for each in catalogs.extract(room)}
    assert kept["Paid"] == "入金済" and kept["New"] == "" and "%(n)d invoice" not in kept


def test_pythons_own_gettext_reads_what_we_compile(room: Path) -> None:
    translate(room, {**WORDS, "Paid": "入金済", "May": "5月"})
    [compiled] = catalogs.compile_all(room.parent, ["shop"])
    with compiled.open("rb") as stream:
        read = gettext.GNUTranslations(stream)
    assert read.gettext("Paid") == "入金済"
    assert read.pgettext("month", "May") == "5月"
    assert read.ngettext("%(n)d invoice", "%(n)d invoices", 1) == read.ngettext("%(n)d invoice", "%(n)d invoices", 5)
    assert read.ngettext("%(n)d invoice", "%(n)d invoices", 5) == "請求書 %(n)d 件"


texts = st.text(st.characters(codec="utf-8", exclude_characters="\0\x04", exclude_categories=("Cs",)), min_size=1)


@given(st.dictionaries(texts, texts, max_size=6))
@settings(max_examples=100)
def test_a_catalogue_survives_writing_reading_and_compiling(pairs: dict[str, str]) -> None:
    entries = [Message(msgid, (text,)) for msgid, text in pairs.items()]
    assert {each.msgid: each.msgstrs[0] for each in po.parse(po.written(entries, "ja"))} == pairs
    read = gettext.GNUTranslations(io.BytesIO(po.compiled(entries, "ja")))
    assert all(read.gettext(msgid) == text for msgid, text in pairs.items())


def test_two_rooms_may_not_translate_a_sentence_differently(room: Path) -> None:
    other = room.parent / "yard"
    other.mkdir()
    (other / "__init__.py").write_text('_("Paid")')
    translate(room, {**WORDS, "Paid": "入金済"})
    translate(other, {"Paid": "支払済"})
    assert catalogs.conflicts([room, other]) == ["yard: translated otherwise than in shop: 'Paid'"]


def test_a_broken_line_is_refused() -> None:
    with pytest.raises(po.BrokenCatalog):
        po.parse('msgid "a"\nmsgstr unquoted\n')


def test_the_catalogue_of_this_room_is_complete() -> None:
    assert catalogs.check(catalogs.HOUSE / "ui") == []
