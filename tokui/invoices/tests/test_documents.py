import io
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from pypdf import PdfReader

from tokui.catalog.tax import TaxKind
from tokui.invoices.documents import (
    Addressee,
    BankDetails,
    CarriedBalance,
    DocumentContent,
    DocumentKind,
    DocumentLine,
    Honorific,
    Issuer,
    PictureRefused,
    RateRow,
    ReceiptTerms,
    StatementEntry,
    Withholding,
    missing_glyphs,
    render_each,
    render_many,
    render_pdf,
    render_png,
)
from tokui.invoices.duties import withholding_tax
from tokui.invoices.tax import TaxedAmount, line_amount, tax_totals

ISSUER = Issuer(
    "株式会社あおば",
    "T7000012050002",
    "000-0000",
    ("青葉市みどり町 3-5-7",),
    "000-000-0000",
    person="小野 航",
)
ADDRESSEE = Addressee("株式会社北斗企画", Honorific.ONCHU, "000-0000", ("北斗市中央 1-2-3",))
GOODS = (
    ("灯台文庫 法人会員", 30_000, 2_000, TaxKind.STANDARD, 1_000),
    ("煎茶 100g", 36_000, 1_100, TaxKind.REDUCED, 800),
    ("送料", 1_000, 9_600, TaxKind.STANDARD, 1_000),
)


def make_lines(count: int) -> tuple[DocumentLine, ...]:
    chosen = [GOODS[place % len(GOODS)] for place in range(count)]
    return tuple(
        DocumentLine(
            name,
            line_amount(milli, price),
            kind,
            rate,
            on=date(2026, 10, 1) + timedelta(days=place % 28),
            quantity_milli=milli,
            unit_price_minor=price,
        )
        for place, (name, milli, price, kind, rate) in enumerate(chosen)
    )


def make_content(count: int = 3, **changes: object) -> DocumentContent:
    lines = make_lines(count)
    totals = tax_totals(TaxedAmount(line.kind, line.rate, line.amount_minor) for line in lines)
    content = DocumentContent(
        kind=DocumentKind.INVOICE,
        number="INV-2610-0142",
        issued_on=date(2026, 10, 31),
        issuer=ISSUER,
        addressee=ADDRESSEE,
        lines=lines,
        rates=RateRow.rows_of(totals.per_rate),
        net_minor=totals.net_minor,
        tax_minor=totals.tax_minor,
        total_minor=totals.total_minor,
        due_on=date(2026, 11, 30),
        banks=(BankDetails("みどり銀行", "青葉支店", "1234567", "カ)アオバ", "0000", "000"),),
    )
    return replace(content, **changes)  # type: ignore[arg-type]


def pages_of(pdf: bytes) -> list[str]:
    """The words of each page without spaces, since setting type moves them."""
    return ["".join((page.extract_text() or "").split()) for page in PdfReader(io.BytesIO(pdf)).pages]


def words_of(content: DocumentContent) -> str:
    return "".join(pages_of(render_pdf(content)))


def png(size: tuple[int, int] = (40, 40)) -> bytes:
    written = io.BytesIO()
    Image.new("RGBA", size, (180, 40, 30, 200)).save(written, "PNG")
    return written.getvalue()


@pytest.mark.parametrize("count", [1, 3, 12, 60])
def test_a_qualified_invoice_states_every_item_the_law_requires(count: int) -> None:
    content = make_content(count)
    words = words_of(content)
    assert "株式会社あおば" in words  # ① issuer
    assert "登録番号T7000012050002" in words
    assert "2026/10/01" in words  # ② day of supply
    assert all("".join(line.description.split()) in words for line in content.lines)  # ③ content
    for row in content.rates:  # ④ sum and rate, ⑤ tax, per rate
        assert f"{row.rate // 100}%対象" in words
        assert f"{row.base_minor:,}" in words
        assert f"{row.tax_minor:,}" in words
    assert "株式会社北斗企画御中" in words  # ⑥ receiver
    assert f"ご請求金額¥{content.total_minor:,}" in words


def test_reduced_rate_items_carry_the_mark_and_its_meaning() -> None:
    words = words_of(make_content(3))
    assert "煎茶100g※" in words
    assert "※は軽減税率(8%)の対象です。" in words
    assert "※" not in words_of(make_content(1))


def test_each_rate_has_its_own_row_and_no_row_for_an_unused_rate() -> None:
    assert "8%対象" not in words_of(make_content(1))
    words = words_of(make_content(3))
    assert "10%対象69,6006,960" in words
    assert "8%対象※39,6003,168" in words


def test_prices_with_tax_say_so_in_lines_and_rates() -> None:
    line = DocumentLine("月謝", 110_000, tax_included=True, on=date(2026, 10, 1))
    totals = tax_totals([TaxedAmount(TaxKind.STANDARD, 1_000, 110_000, tax_included=True)])
    words = words_of(make_content(1, lines=(line,), rates=RateRow.rows_of(totals.per_rate), total_minor=110_000))
    assert "金額(税込)" in words
    assert "10%対象(税込)110,00010,000" in words


def test_a_person_is_addressed_with_sama_and_a_company_with_onchu() -> None:
    assert "佐藤花子様" in words_of(make_content(addressee=Addressee("佐藤 花子", Honorific.SAMA)))
    named = words_of(make_content(addressee=replace(ADDRESSEE, department="総務部", person="佐藤 花子")))
    assert "総務部佐藤花子様" in named
    assert "御中" not in named


def test_bank_details_and_due_day_are_printed() -> None:
    words = words_of(make_content())
    assert "みどり銀行(0000)青葉支店(000)普通1234567" in words
    assert "お支払期限2026年11月30日" in words


def test_a_carried_balance_asks_for_what_is_open_in_all() -> None:
    content = make_content(1, carried=CarriedBalance(50_000, 20_000))
    words = words_of(content)
    assert content.payable_minor == 66_000 + 30_000
    assert "ご請求金額¥96,000" in words
    for label, amount in (("前回ご請求額", 50_000), ("ご入金額", 20_000), ("繰越金額", 30_000)):
        assert label in words
        assert f"¥{amount:,}" in words


def test_withholding_is_shown_and_taken_off() -> None:
    content = make_content(1, withholding=Withholding(60_000, withholding_tax(60_000)))
    words = words_of(content)
    assert "源泉徴収税額−¥6,126" in words
    assert "お支払額¥59,874" in words
    assert "ご請求金額¥59,874" in words


def test_a_credit_note_names_its_invoice_and_prints_what_goes_back_without_a_minus() -> None:
    lines = tuple(replace(each, amount_minor=-each.amount_minor, quantity_milli=-30_000) for each in make_lines(1))
    totals = tax_totals(TaxedAmount(each.kind, each.rate, each.amount_minor) for each in lines)
    content = make_content(
        1,
        kind=DocumentKind.CREDIT_NOTE,
        lines=lines,
        rates=RateRow.rows_of(totals.per_rate),
        net_minor=totals.net_minor,
        tax_minor=totals.tax_minor,
        total_minor=totals.total_minor,
        original_number="INV-2609-0001",
        original_period=(date(2026, 9, 30), date(2026, 9, 30)),
    )
    words = words_of(content)
    assert "適格返還請求書" in words
    assert "返還金額¥66,000" in words
    assert "−" not in words
    assert "INV-2609-0001" in words
    assert "2026年9月30日" in words
    unregistered = words_of(replace(content, issuer=replace(ISSUER, registration_number="")))
    assert "適格" not in unregistered


def make_receipt(**terms: object) -> DocumentContent:
    receipt = replace(ReceiptTerms(date(2026, 11, 20), "書籍代", "銀行振込"), **terms)  # type: ignore[arg-type]
    return make_content(1, kind=DocumentKind.RECEIPT, receipt=receipt, due_on=None, banks=())


def test_a_receipt_says_what_for_and_that_a_mailed_one_needs_no_stamp() -> None:
    words = words_of(make_receipt())
    assert "領収金額¥66,000-" in words
    assert "但し書籍代として" in words
    assert "正に領収いたしました" in words
    assert "印紙不要" in words
    assert "再発行" not in words


def test_a_paper_receipt_has_a_box_for_its_stamp_and_a_second_copy_is_marked() -> None:
    words = words_of(make_receipt(on_paper=True, stamp_duty_minor=200, reissued=True))
    assert "収入印紙200円" in words
    assert "印紙不要" not in words
    assert "再発行" in words
    assert "収入印紙" not in words_of(make_receipt(on_paper=True))


def test_a_statement_runs_from_the_opening_to_the_closing_balance() -> None:
    entries = (
        StatementEntry(date(2026, 10, 5), "売上", 150_000, "INV-1", charged_minor=50_000),
        StatementEntry(date(2026, 10, 20), "ご入金", 30_000, received_minor=120_000),
    )
    content = make_content(kind=DocumentKind.STATEMENT, lines=(), rates=(), opening_minor=100_000, entries=entries)
    words = words_of(content)
    assert "残高明細書" in words
    assert "繰越残高100,000" in words
    assert "残高¥30,000" in words
    assert words_of(replace(content, entries=())).count("¥100,000") == 2


def test_a_delivery_note_is_titled_and_totalled_as_one() -> None:
    words = words_of(make_content(kind=DocumentKind.DELIVERY_NOTE, due_on=None, banks=()))
    assert "納品書" in words
    assert "納品金額¥119,328" in words


@pytest.mark.parametrize("kind", DocumentKind)
def test_every_document_exists_in_english_without_a_japanese_word_of_ours(kind: DocumentKind) -> None:
    content = make_content(
        kind=kind,
        lang="en",
        issuer=Issuer("Aoba Co., Ltd.", "T7000012050002", "000-0000", ("3-5-7 Midori",), "0", person="Ono"),
        addressee=Addressee("Hokuto Inc.", Honorific.ONCHU, person="Sarah Miles"),
        lines=(DocumentLine("Tea", 1_000, TaxKind.REDUCED, 800, on=date(2026, 10, 1), quantity_milli=1_000),),
        banks=(BankDetails("Midori Bank", "Aoba", "1", "AOBA"),),
        receipt=ReceiptTerms(date(2026, 11, 20), "books", "card") if kind is DocumentKind.RECEIPT else None,
        carried=CarriedBalance(1, 1),
        withholding=Withholding(1, 0),
        rounding_note="",
    )
    words = words_of(content).replace("※", "")
    assert not [each for each in words if "\u3000" <= each <= "\u9fff"]
    assert "AttnSarahMiles" in words.replace(".", "")


def test_long_invoices_repeat_their_head_and_count_their_pages() -> None:
    pages = pages_of(render_pdf(make_content(90)))
    assert len(pages) == 3
    assert all(f"{place + 1}/{len(pages)}" in page for place, page in enumerate(pages))
    assert "請求書INV-2610-0142株式会社北斗企画御中" in pages[1]
    assert "内容数量単価税率" in pages[1]


def test_many_documents_print_in_one_file_each_with_its_own_page_numbers() -> None:
    pages = pages_of(render_many([make_content(1), make_content(90), make_content(2, number="INV-2610-0143")]))
    counts = [(page.endswith("1/1") or "1/1" in page, "INV-2610-0143" in page) for page in pages]
    assert counts[0] == (True, False)
    assert "1/3" in pages[1]
    assert "3/3" in pages[3]
    assert counts[4] == (True, True)


def test_the_same_content_gives_the_same_bytes_whatever_was_printed_before() -> None:
    first = render_pdf(make_content())
    render_pdf(make_content(12, number="X"))
    assert render_pdf(make_content()) == first
    assert list(render_each([make_content(number="X"), make_content()]))[1] == first
    assert render_pdf(make_content(number="INV-2610-0143")) != first


def test_the_file_is_archival_tagged_and_titled() -> None:
    reader = PdfReader(io.BytesIO(render_pdf(make_content())))
    metadata = reader.trailer["/Root"]["/Metadata"].get_object().get_data()
    assert b"<pdfaid:part>3</pdfaid:part>" in metadata
    assert b"<pdfaid:conformance>A</pdfaid:conformance>" in metadata
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert reader.trailer["/Root"]["/Lang"] == "ja-JP"
    assert reader.metadata is not None
    assert reader.metadata.title == "請求書"


HOSTILE = '#import "x"; #panic() *b* _i_ $x^2$ @ref <label> [a] \\ // /* `raw` = - + #{1+1}'


def test_markup_in_any_field_is_printed_as_text() -> None:
    content = make_content(
        1,
        issuer=replace(ISSUER, name=HOSTILE, address=(HOSTILE,), person=HOSTILE),
        addressee=Addressee(HOSTILE, Honorific.SAMA, HOSTILE, (HOSTILE,), HOSTILE, HOSTILE),
        lines=(DocumentLine(HOSTILE, 1, unit=HOSTILE, quantity_milli=1),),
        number=HOSTILE,
        subject=HOSTILE,
        remarks=HOSTILE,
        payment_note=HOSTILE,
    )
    words = words_of(content)
    assert words.count("#panic()*b*_i_$x^2$@ref<label>[a]") >= 8
    assert "{1+1}" in words


def test_rare_kanji_are_kept_and_missing_characters_become_a_geta() -> None:
    assert missing_glyphs("髙﨑 𠮷野 福 😀 ﷺ") == ("😀", "ﷺ")
    words = words_of(make_content(addressee=Addressee("髙﨑𠮷野😀", Honorific.SAMA)))
    assert "髙﨑𠮷野〓様" in words


def test_invisible_and_control_characters_do_not_reach_the_page() -> None:
    words = words_of(make_content(subject="前\u202e後\x00\x07中\u200d末\ud800終"))
    assert "前後中末〓終" in words


def test_only_the_addressee_shows_through_the_window_of_an_envelope() -> None:
    """A 90 x 45 mm window 22 mm from the left and 12 mm from the top of 120 x 235 mm, the sheet lying 0-21 mm lower and
    0-25 mm further right in it: what may show is left of 112 mm and above 57 mm, what must show is 22-87 and 12-36 mm.
    """
    places: list[tuple[str, float, float]] = []

    def note(text: str, matrix: list[float], _text_matrix: object, _font: object, _size: object) -> None:
        if text.strip():
            places.append((text.strip(), matrix[4] / 72 * 25.4, 297 - matrix[5] / 72 * 25.4))

    content = make_content(
        addressee=replace(ADDRESSEE, address=("北斗市中央 1-2-3", "北斗ビル 4F"), department="総務部")
    )
    PdfReader(io.BytesIO(render_pdf(content))).pages[0].extract_text(visitor_text=note)
    shown = [(text, left, base) for text, left, base in places if left < 112 and base < 57]
    assert "".join("".join(text.split()) for text, _, _ in shown) == (
        "〒000-0000北斗市中央1-2-3北斗ビル4F株式会社北斗企画御中総務部"
    )
    assert all(21.9 <= left <= 87 and 12 + 3 <= base <= 36 for _, left, base in shown)


def test_endless_words_break_and_endless_remarks_flow_over_pages() -> None:
    pages = pages_of(render_pdf(make_content(subject="W" * 400, remarks="長い備考です。" * 1_500)))
    assert "".join(pages).count("W") == 400
    assert "".join(pages).count("長い備考です。") > 1_400
    assert len(pages) >= 3


def test_an_address_too_long_for_the_window_is_still_printed_whole() -> None:
    words = words_of(make_content(addressee=Addressee("あ" * 900, Honorific.SAMA, "1", ("い" * 900,) * 2)))
    assert words.count("あ") >= 900
    assert words.count("い") >= 1_800


any_text = st.text(st.characters(codec=None), max_size=40)


@settings(max_examples=60, deadline=None)
@given(any_text, any_text, any_text, any_text)
def test_no_text_makes_a_document_fail(name: str, line: str, remarks: str, number: str) -> None:
    content = make_content(
        lines=(DocumentLine(line, 1),), addressee=Addressee(name, person=number), remarks=remarks, number=number
    )
    assert render_pdf(content).startswith(b"%PDF-")


def test_logo_and_seal_are_printed_and_anything_but_a_picture_is_refused() -> None:
    decorated = render_pdf(make_content(issuer=replace(ISSUER, logo=png((400, 100)), seal=png())))
    assert len(PdfReader(io.BytesIO(decorated)).pages[0].images) == 2
    for refused in (b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"\x89PNG\r\n\x1a\nbroken", b"%PDF-1.7"):
        with pytest.raises(PictureRefused):
            render_pdf(make_content(issuer=replace(ISSUER, logo=refused)))


def test_other_currencies_keep_their_decimals() -> None:
    line = DocumentLine("Consulting", 123_456, TaxKind.EXPORT, 0, unit_price_minor=123_456)
    content = make_content(lines=(line,), rates=(), total_minor=123_456, currency="USD", currency_decimals=2)
    words = words_of(content)
    assert "USD1,234.56" in words
    assert "輸出免税" in words


def test_a_preview_is_one_picture_per_page() -> None:
    pictures = render_png(make_content(90), ppi=40)
    assert len(pictures) == 3
    assert all(picture.startswith(b"\x89PNG") for picture in pictures)


def test_nothing_to_print_is_said_and_not_printed() -> None:
    with pytest.raises(ValueError, match="no document"):
        render_many([])
