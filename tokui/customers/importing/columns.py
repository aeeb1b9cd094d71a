"""Which column of a file holds which field: proposed from the headings, kept per sender. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tokui.core.tables import Vocabulary, place_columns, propose_columns
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
        "お客様名",
        "お客さま名",
        "御社名",
        "貴社名",
        "企業名",
        "団体名",
        "屋号",
        "顧客氏名",
        "ご氏名",
        "得意先名称",
        "取引先名称",
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
    "legal_form": ("法人格", "法人種別", "会社種別", "組織形態", "Legal form"),
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
    "phone2": (
        "電話番号2",
        "電話2",
        "TEL2",
        "予備電話番号",
        "電話",
        "電話番号",
        "TEL",
        "Second phone",
        "Phone 2",
        "Phone",
        "Phone number",
    ),
    "mobile": ("携帯電話", "携帯", "携帯番号", "携帯電話番号", "Mobile phone", "Mobile"),
    "fax": ("FAX番号", "FAX", "ファックス", "ファクス", "Fax number", "Fax"),
    "email2": (
        "メールアドレス2",
        "メール2",
        "予備メールアドレス",
        "メールアドレス",
        "メール",
        "Second mail address",
        "Email 2",
        "E-mail 2",
        "Email",
        "Mail address",
    ),
    "contact_name": (
        "担当者名",
        "担当者氏名",
        "ご担当者",
        "ご担当者名",
        "御担当者",
        "先方担当者",
        "窓口担当者",
        "連絡担当者",
        "保護者氏名",
        "保護者名",
        "氏名",
        "お名前",
        "Contact person",
        "Contact name",
        "Contact",
    ),
    "contact_kana": (
        "担当者フリガナ",
        "担当者カナ",
        "担当者名カナ",
        "ご担当者フリガナ",
        "保護者フリガナ",
        "保護者カナ",
        "Kana of the contact person",
        "Contact kana",
    ),
    "contact_department": (
        "担当者部署",
        "部署",
        "部署名",
        "所属部署",
        "Department of the contact person",
        "Department",
    ),
    "contact_title": ("担当者役職", "役職", "役職名", "肩書", "Title of the contact person", "Job title"),
    "contact_email": (
        "担当者メール",
        "担当者メールアドレス",
        "ご担当者メール",
        "保護者メール",
        "保護者メールアドレス",
        "Mail address of the contact person",
        "Contact email",
    ),
    "contact_phone": (
        "担当者電話",
        "担当者電話番号",
        "担当者TEL",
        "担当者携帯",
        "ご担当者電話",
        "保護者電話",
        "保護者電話番号",
        "Phone of the contact person",
        "Contact phone",
    ),
    "payer_names": (
        "振込名義",
        "振込人名",
        "振込依頼人名",
        "振込名義人",
        "振込依頼人",
        "振込人",
        "口座名義",
        "口座名義人",
        "Payer names",
        "Payer name",
        "Transfer name",
    ),
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
    "guardian": ("保護者コード", "保護者の顧客コード", "保護者番号", "Code of the guardian", "Guardian code"),
    "parent_company": (
        "親会社コード",
        "親会社の顧客コード",
        "本社コード",
        "Code of the parent company",
        "Parent company code",
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
#: The column that we put beside rows that could not be taken over; it is none of the sender's.
REASON_HEADINGS = ("取り込めない理由", "Why it was not taken over")
#: Without one of these a sheet holds no customers.
IDENTIFYING = ("id", "code", "name", "family_name")


def vocabulary(custom: Mapping[str, str]) -> Vocabulary:
    """The known headings with those of an organization's own fields (key: label)."""
    return VOCABULARY | {f"custom.{key}": (label, key) for key, label in custom.items()}


@dataclass(frozen=True)
class SavedColumns:
    """A choice that a person made: field -> heading, and the headings and fields that were there to choose from."""

    columns: Mapping[str, str]
    headings: Sequence[str]
    fields: Sequence[str]


def recall_columns(saved: SavedColumns, headings: Sequence[str], known: Vocabulary) -> dict[str, str]:
    """A saved choice for these headings. What a person ignored stays ignored; a heading or a field that was not there
    to be chosen is proposed."""
    places = place_columns(headings, {field: heading for field, heading in saved.columns.items() if field in known})
    chosen = {field: headings[index] for field, index in places.items()}
    before = {heading_key(heading) for heading in saved.headings}
    free = [heading for heading in headings if heading not in chosen.values()]
    fresh = [heading for heading in free if heading_key(heading) not in before]
    open_fields = {field: names for field, names in known.items() if field not in chosen}
    proposed = propose_columns(fresh, open_fields)
    ignored = [heading for heading in free if heading not in proposed.values()]
    new_fields = {f: names for f, names in open_fields.items() if f not in saved.fields and f not in proposed}
    return chosen | proposed | propose_columns(ignored, new_fields)
