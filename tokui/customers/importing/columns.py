"""Which column of a file holds which field: proposed from the headings, kept per sender. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from tokui.core.tables import Vocabulary, propose
from tokui.core.tables.headers import heading_key

#: Field -> the headings by which Japanese and English workbooks call it. Our own export's headings are among them.
VOCABULARY: dict[str, tuple[str, ...]] = {
    "id": ("Tokui ID", "TokuiのID"),
    "version": ("版", "Version"),
    "code": (
        "顧客コード",
        "得意先コード",
        "取引先コード",
        "顧客番号",
        "会員番号",
        "会員ID",
        "顧客ID",
        "得意先CD",
        "コード",
        "Customer code",
        "Customer ID",
        "Customer number",
        "Member ID",
        "Code",
    ),
    "name": (
        "名前",
        "顧客名",
        "得意先名",
        "取引先名",
        "会社名",
        "氏名",
        "お名前",
        "名称",
        "会員名",
        "生徒氏名",
        "保護者氏名",
        "社名",
        "法人名",
        "Name",
        "Customer name",
        "Company",
        "Company name",
        "Full name",
    ),
    "family_name": ("姓", "苗字", "名字", "Last name", "Family name", "Surname"),
    "given_name": ("名", "First name", "Given name"),
    "kana": (
        "カナ",
        "フリガナ",
        "ふりがな",
        "氏名カナ",
        "顧客名カナ",
        "得意先名カナ",
        "名前カナ",
        "会社名カナ",
        "ヨミガナ",
        "よみがな",
        "読み",
        "Kana",
        "Furigana",
        "Phonetic name",
    ),
    "family_kana": ("セイ", "姓カナ", "姓フリガナ", "せい", "Last name kana", "Family name kana"),
    "given_kana": ("メイ", "名カナ", "名フリガナ", "めい", "First name kana", "Given name kana"),
    "kind": ("種別", "区分", "顧客区分", "個人法人", "個人・法人", "Kind", "Customer type", "Type"),
    "corporate_number": ("法人番号", "Corporate number"),
    "registration_number": (
        "登録番号",
        "インボイス番号",
        "適格請求書発行事業者登録番号",
        "T番号",
        "Registration number (T-number)",
        "Invoice registration number",
        "T-number",
    ),
    "email": ("メール", "メールアドレス", "Eメール", "E-mail", "Email", "Mail", "Mail address", "Email address"),
    "phone": (
        "電話",
        "電話番号",
        "TEL",
        "携帯",
        "携帯電話",
        "携帯番号",
        "連絡先",
        "Phone",
        "Phone number",
        "Telephone",
        "Mobile",
    ),
    "postal_code": ("郵便番号", "〒", "Postal code", "Zip", "Zip code", "Postcode"),
    "address": ("住所", "所在地", "請求先住所", "Address", "Street address"),
    "prefecture": ("都道府県", "住所1", "Prefecture", "State"),
    "city": ("市区町村", "住所2", "City"),
    "street": ("番地", "町名番地", "丁目番地", "住所3", "Street"),
    "building": ("建物名", "建物", "マンション名", "ビル名", "住所4", "Building"),
    "business": ("事業", "事業部", "部門", "Business"),
    "owner": ("担当", "担当者", "営業担当", "自社担当", "Owner", "Person in charge", "Account manager"),
    "bill_to": (
        "請求先",
        "請求先コード",
        "請求先顧客コード",
        "支払者コード",
        "Billed to",
        "Bill to",
        "Bill-to code",
        "Payer code",
    ),
    "terms": ("支払条件", "締め支払条件", "取引条件", "支払サイト", "Payment terms", "Terms"),
    "closing_day": ("締め日", "締日", "請求締日", "Closing day"),
    "due_months": ("支払月", "入金月", "Months until due", "Due months"),
    "due_day": ("支払日", "入金日", "支払期日", "Due day"),
    "due_shift": ("休業日の扱い", "休日の扱い", "Due shift", "When the due day is a bank holiday"),
    "delivery": ("請求書送付方法", "送付方法", "Delivery", "Delivery of invoices"),
    "tax_display": ("税表示", "消費税表示", "Tax display"),
    "tax_rounding": ("端数処理", "消費税端数", "Rounding", "Rounding of tax"),
    "honorific": ("敬称", "Honorific", "Form of address on documents"),
    "document_language": ("帳票の言語", "請求書の言語", "Language of documents"),
    "withholds": ("源泉徴収", "源泉徴収あり", "Withholding", "Withholds income tax from what is paid"),
    "is_active": ("有効", "取引中", "Active"),
    "tags": ("タグ", "ラベル", "分類", "Tags", "Labels"),
    "note": ("備考", "メモ", "摘要", "Note", "Notes", "Remarks", "Comment"),
}
#: Without one of these a sheet holds no customers.
IDENTIFYING = ("id", "code", "name", "family_name")


def vocabulary(custom: Mapping[str, str]) -> Vocabulary:
    """The known headings with those of an organization's own fields (key: label)."""
    return VOCABULARY | {f"custom.{key}": (label, key) for key, label in custom.items()}


def propose_columns(headings: Sequence[str], known: Vocabulary) -> dict[str, str]:
    """For each field the heading that seems to hold it."""
    found = propose(headings, known)
    return {field: proposal.heading for field, proposal in found.items()}


def signature(headings: Sequence[str]) -> str:
    """Files of one sender have the same headings: a digest of them, blind to width, case and ornament."""
    keys = "\n".join(heading_key(heading) for heading in headings if heading.strip())
    return hashlib.sha256(keys.encode()).hexdigest()


def place_columns(headings: Sequence[str], mapping: Mapping[str, str]) -> dict[str, int]:
    """Where a mapping's headings stand in a sheet; of equal headings the left one."""
    places: dict[str, int] = {}
    for index, heading in enumerate(headings):
        places.setdefault(heading_key(heading), index)
    found = {field: places.get(heading_key(heading)) for field, heading in mapping.items() if heading}
    return {field: index for field, index in found.items() if index is not None}
