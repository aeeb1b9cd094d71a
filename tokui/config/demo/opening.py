"""Opening the business: organization, people, businesses, catalog, bank accounts, customers. Real verbs only."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from tokui.access.actions import accept_invitation, actor_of, change_business, found_organization, invite_user
from tokui.access.models import Business
from tokui.banking.actions import (
    NewAccount,
    NewNumber,
    add_account,
    assign_virtual_account,
    register_virtual_accounts,
)
from tokui.banking.models import BankAccount
from tokui.catalog.actions import ProductFields, create_product, set_price
from tokui.config.demo.bankfiles import Book
from tokui.config.demo.cast import JUKU, LIBRARY, SHOP, Cast, Person
from tokui.config.demo.marks import logo, seal
from tokui.config.demo.names import corporate_number, landline
from tokui.config.demo.trade import GOODS
from tokui.core.actors import SYSTEM, Actor
from tokui.core.files import store
from tokui.core.models import Organization, StoredFile
from tokui.core.tenancy import organization_scope
from tokui.customers.actions import add_contact_person, add_relationship, create_customers
from tokui.customers.drafts import CustomerDraft
from tokui.customers.models import Customer
from tokui.invoices.issuers import change_terms

NAME, SLUG = "株式会社あおば", "aoba"
#: Documented in docs/tour.md; the demo holds nothing real.
PASSWORD = "aoba-demo-2026"  # noqa: S105
PEOPLE: tuple[tuple[str, str, str], ...] = (
    ("owner", "青葉 花", "owner@aoba.example.jp"),
    ("accountant", "佐藤 真理", "keiri@aoba.example.jp"),
    ("sales", "高橋 結衣", "eigyo@aoba.example.jp"),
    ("support", "中野 航", "support@aoba.example.jp"),
    ("viewer", "見崎 遥", "viewer@aoba.example.jp"),
)
FEE_NOTE = "恐れ入りますが、振込手数料はご負担くださいますようお願いいたします。"
#: Business, the account on its documents, and what is asked for beside it.
DOCUMENTS: tuple[tuple[str, str, str], ...] = (
    (JUKU, "midori", "お振込みの際は、生徒さまのお名前ではなく請求書の宛名でお願いいたします。"),
    (LIBRARY, "tsukimi", FEE_NOTE),
    (SHOP, "akebono", FEE_NOTE),
)
BUSINESSES: tuple[tuple[str, str], ...] = ((JUKU, "まなび舎あおば"), (LIBRARY, "灯台文庫"), (SHOP, "ひより道具店"))


@dataclass
class Company:
    """What the later months need by name."""

    organization: Organization
    people: dict[str, Actor] = field(default_factory=dict)
    user_ids: dict[str, UUID] = field(default_factory=dict)
    businesses: dict[str, UUID] = field(default_factory=dict)
    products: dict[str, UUID] = field(default_factory=dict)
    accounts: dict[str, BankAccount] = field(default_factory=dict)
    customers: dict[str, UUID] = field(default_factory=dict)

    @property
    def owner(self) -> Actor:
        return self.people["owner"]

    @property
    def accountant(self) -> Actor:
        return self.people["accountant"]


def open_company(cast: Cast, books: list[Book], *, prices_from: date) -> Company:
    """Everything that stands before the first sale. Outside of any scope; call it on the clock of the opening day."""
    company = Company(found_organization(NAME, slug=SLUG))
    with organization_scope(company.organization.pk):
        _hire(company)
        _open_businesses(company)
        _fill_catalog(company, prices_from)
        for book in books:
            company.accounts[book.code] = _account(book, company.owner)
        _word_documents(company, books)
        _enter_customers(company, cast)
        _give_out_numbers(company, cast)
    return company


def _hire(company: Company) -> None:
    """The first by the operator's invitation, the others by the owner's."""
    for role, name, email in PEOPLE:
        issued = invite_user(email, role=role, by=company.people.get("owner", SYSTEM))
        user = accept_invitation(issued.secret, name=name, password=PASSWORD)
        company.people[role] = actor_of(user, role)
        company.user_ids[role] = user.pk


def _open_businesses(company: Company) -> None:
    """The founding business becomes the school; the others are added. One merchant, one registration number."""
    first = Business.objects.get()
    for number, (code, name) in enumerate(BUSINESSES, start=1):
        business = first if number == 1 else Business(code=code)
        change_business(
            business, by=company.owner, code=code, name=name, legal_name=NAME,
            registration_number=f"T{corporate_number(20_261_120)}", postal_code="000-0001",
            address="青葉市みどり町1-2-3 あおばビル", phone=landline(9000 + number), email=f"{code}@aoba.example.jp",
            logo=_picture(logo(code, name), f"{code}-logo.png"), seal=_picture(seal(NAME), "seal.png"),
        )  # fmt: skip
        company.businesses[code] = business.pk


def _picture(content: bytes, name: str) -> StoredFile:
    return store(content, name=name, content_type="image/png")


def _word_documents(company: Company, books: list[Book]) -> None:
    """Where to transfer to, and what each business asks for; the shop's closing invoices carry the balance forward."""
    by_code = {book.code: book for book in books}
    for code, of_book, note in DOCUMENTS:
        business = Business.objects.get(pk=company.businesses[code])
        change_terms(
            business, banks=[_bank(by_code[of_book])], payment_note=note, carries_balance=code == SHOP, by=company.owner
        )


def _bank(book: Book) -> dict[str, str]:
    bank, branch, kind = book.name.split(" ")
    return {
        "bank_name": bank, "bank_code": book.bank_code, "branch_name": branch, "branch_code": book.branch_code,
        "account_type": kind, "account_number": book.number, "holder": book.holder,
    }  # fmt: skip


def _fill_catalog(company: Company, prices_from: date) -> None:
    for goods in GOODS.values():
        product = create_product(
            ProductFields(
                code=goods.code, name=goods.name, name_en=goods.name_en, unit=goods.unit, revenue_account=goods.revenue,
                tax_kind=goods.tax_kind, business_id=company.businesses[goods.business],
            ),
            by=company.owner,
        )  # fmt: skip
        set_price(product, unit_minor=goods.unit_minor, from_on=prices_from, by=company.owner)
        company.products[goods.code] = product.pk


def _account(book: Book, by: Actor) -> BankAccount:
    return add_account(
        NewAccount(
            code=book.code, name=book.name, bank_code=book.bank_code, branch_code=book.branch_code, number=book.number,
            holder=book.holder,
        ),
        by=by,
    )  # fmt: skip


def _enter_customers(company: Company, cast: Cast) -> None:
    """Payers first, because those they pay for refer to them."""
    payers = [person for person in cast.people if not person.bill_to]
    others = [person for person in cast.people if person.bill_to]
    for people in (payers, others):
        ids = create_customers([_draft(person, company) for person in people], by=company.people["owner"])
        company.customers |= {person.code: key for person, key in zip(people, ids, strict=True)}
    for person in payers:
        if person.contact:
            customer = Customer.objects.get(pk=company.customers[person.code])
            add_contact_person(
                customer, name=person.contact[0], department="経理部", takes_documents=True, by=company.people["sales"]
            )
    rows = Customer.objects.in_bulk(list(company.customers.values()))
    for guardian, pupil in cast.pays_for:
        pair = rows[company.customers[guardian]], rows[company.customers[pupil]]
        add_relationship(*pair, "guardian", by=company.people["owner"])


def _give_out_numbers(company: Company, cast: Cast) -> None:
    """A small pool of virtual accounts before the first bank account; two companies have theirs."""
    account = next(iter(company.accounts.values()))
    pool = [NewNumber(number=f"{number:07}", branch_code="901") for number in range(5_000_001, 5_000_013)]
    numbers = register_virtual_accounts(account, pool, by=company.owner)
    holders = [person for person in cast.people if person.contact][:2]
    for number, person in zip(numbers, holders, strict=False):
        assign_virtual_account(number, Customer.objects.get(pk=company.customers[person.code]), by=company.owner)


def _draft(person: Person, company: Company) -> CustomerDraft:
    return CustomerDraft(
        code=person.code,
        name=person.name,
        kana=person.kana,
        kind=person.kind,
        corporate_number=person.corporate_number,
        registration_number=person.registration_number,
        email=person.email,
        phone=person.phone,
        postal_code=person.postal_code,
        address=person.address,
        business_id=company.businesses[person.business],
        owner_id=company.user_ids["sales"] if person.kind != "person" or person.business == JUKU else None,
        bill_to_id=company.customers.get(person.bill_to),
        closing_day=person.terms.closing_day,
        due_months=person.terms.due_months,
        due_day=person.terms.due_day,
        due_shift=person.terms.shift,
        delivery=person.delivery,
        is_active=person.left_on is None,
        tags=person.tags,
    )
