"""The customer's page, its history and its form."""

from __future__ import annotations

from typing import Any, cast

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tokui.access.doors import visited
from tokui.access.models import business_numbers
from tokui.access.permissions import CUSTOMERS_EDIT, CUSTOMERS_VIEW
from tokui.core.actors import SYSTEM
from tokui.core.errors import Invalid, NotFound, Refusal
from tokui.core.files import open_file
from tokui.customers import registry
from tokui.customers.actions import (
    add_contact_person,
    add_contact_point,
    add_note,
    add_relationship,
    address_documents,
    attach_file,
    change_customer,
    create_customer,
    detach_file,
    end_relationship,
    learn_payer_name,
    remove_contact_person,
    remove_contact_point,
    remove_note,
    revoke_payer_name,
)
from tokui.customers.actions.derived import custom_values_of
from tokui.customers.drafts import CustomerDraft
from tokui.customers.forms import CustomerForm
from tokui.customers.models import (
    Attachment,
    ContactPerson,
    ContactPoint,
    Customer,
    CustomField,
    Note,
    PayerName,
    Relationship,
)
from tokui.customers.own_fields import currency, own_fields, shown_value
from tokui.customers.picking import PICKERS, choices_for, picked
from tokui.customers.queries import bonds_of, hierarchy_of, neighbours
from tokui.customers.terms import terms_of
from tokui.customers.timeline import GROUPS, history, told
from tokui.customers.views.rows import actor, row_of
from tokui.customers.words import CHOICE_WORDS, FIELD_WORDS, POINT_WORDS, RELATIONSHIP_WORDS
from tokui.ui.doors import render_page, sent_on


@visited(CUSTOMERS_VIEW)
@require_GET
def page(request: HttpRequest, key: str) -> HttpResponse:
    """Everything about one customer; further history as a fragment."""
    customer = _customer(key)
    show = request.GET.get("show", "")
    found = history(customer.pk, group=show, after=request.GET.get("after", ""))
    context: dict[str, Any] = {"customer": customer, "show": show, "days": told(found.rows), "page": found}
    if request.GET.get("after"):
        return render(request, "customers/_history.html", context)
    return render_page(
        request, "customers/customer.html", context | _around(customer), fragment="customers/_timeline.html"
    )


def _customer(key: str) -> Customer:
    row = row_of(Customer, key)
    return Customer.objects.select_related("business", "owner", "bill_to").get(pk=row.pk)


def _around(customer: Customer) -> dict[str, Any]:
    """The head and the rail of the page."""
    bonds = [(bond, RELATIONSHIP_WORDS[bond.kind][0 if bond.is_from_other else 1]) for bond in bonds_of(customer)]
    payers = [(bond, word) for bond, word in bonds if bond.other.pk == customer.bill_to_id]
    accounts = registry.accounts()
    has_group = any(bond.kind == Relationship.Kind.PARENT_COMPANY for bond, _word in bonds)
    previous, following = neighbours(customer)
    return {
        "previous": previous,
        "following": following,
        "business_number": business_numbers()[customer.business_id] if customer.business_id else "",
        "groups": GROUPS.items(),
        "kind_word": CHOICE_WORDS["kind"][customer.kind],
        "tags": list(customer.taggings.order_by("tag__name").values_list("tag__name", flat=True)),
        "bonds": bonds,
        "shows_payer": customer.bill_to is not None and not any(bond.kind == "pays_for" for bond, _w in payers),
        "branches": hierarchy_of(customer) if has_group else [],
        "points": [
            (point, POINT_WORDS[point.kind]) for point in customer.contact_points.order_by("kind", "created_at")
        ],
        "people": customer.contact_persons.order_by("created_at"),
        "billed": Customer.objects.filter(bill_to=customer).order_by("sort_kana")[:20],
        "accounts": accounts,
        "payer_names": [
            (name, accounts.get(name.bank_account_id) if name.bank_account_id else None)
            for name in customer.payer_names.filter(revoked_at=None).order_by("confirmed_at")
        ],
        "files": customer.attachments.select_related("file").order_by("-created_at")[:20],
        "custom": _own_values(customer),
        "billing": _billing(customer),
        "other": choices_for("other", "", "", by=SYSTEM) | {"id": "other"},
        "bond_choices": _bond_choices(customer),
        "point_kinds": POINT_WORDS.items(),
    }


def _billing(customer: Customer) -> list[tuple[Any, Any]]:
    """Every setting that an invoice follows, with its name."""
    terms = terms_of(customer) or _("Due before it is closed: %(day)d of the same month") % {"day": customer.due_day}
    chosen = ("due_shift", "delivery", "tax_display", "tax_rounding")
    return [
        (FIELD_WORDS["bill_to_id"], customer.bill_to.name if customer.bill_to else PICKERS["bill_to"]),
        (FIELD_WORDS["terms"], terms),
        *((FIELD_WORDS[name], CHOICE_WORDS[name][getattr(customer, name)]) for name in chosen),
    ]


def _bond_choices(customer: Customer) -> list[tuple[str, str]]:
    """What the other can be to this customer: (kind and side, a sentence with its word)."""
    said = _("To %(name)s, the other is: %(word)s")
    found: dict[str, str] = {}
    for kind, (upper, lower) in RELATIONSHIP_WORDS.items():
        for side, word in (("to", upper), ("from", lower)):
            found.setdefault(said % {"name": customer.name, "word": word}, f"{kind}.{side}")
    return [(value, sentence) for sentence, value in found.items()]


def _own_values(customer: Customer) -> list[tuple[CustomField, str]]:
    """The organization's own fields with this customer's values, as people read them."""
    values = custom_values_of([customer.pk])[customer.pk]
    in_currency = currency() if values else ""
    return [(one, shown_value(one, values[one.pk], in_currency)) for one in own_fields() if one.pk in values]


@visited(CUSTOMERS_EDIT)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Enter a customer."""
    form = CustomerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            customer = create_customer(CustomerDraft(**form.values()), by=actor(request))
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            told_ = _("%(name)s is entered.") % {"name": customer.name}
            return sent_on(request, _url(customer), told_)
    return render(request, "customers/form.html", {"form": form}, status=422 if form.errors else 200)


@visited(CUSTOMERS_EDIT)
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, key: str) -> HttpResponse:
    """Change a customer; refused when somebody else did in the meantime."""
    customer = _customer(key)
    form = CustomerForm(request.POST or None, customer=customer)
    if request.method == "POST" and form.is_valid():
        try:
            change_customer(customer, by=actor(request), version=form.cleaned_data["version"], **form.values())
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return sent_on(request, _url(customer), _("Saved."))
    context = {"form": form, "customer": customer}
    return render(request, "customers/form.html", context, status=422 if form.errors else 200)


@visited(CUSTOMERS_EDIT)
@require_POST
def notes(request: HttpRequest, key: str) -> HttpResponse:
    """Write a note, with a file if one is chosen."""
    customer = row_of(Customer, key)
    upload = request.FILES.get("file")
    text = request.POST.get("text", "")
    if text.strip() or upload is None:
        add_note(customer, text, by=actor(request))
    if upload is not None:
        attach_file(
            customer,
            upload.read(),
            name=upload.name or "file",
            content_type=upload.content_type or "application/octet-stream",
            by=actor(request),
        )
    return sent_on(request, _url(customer), _("Kept."))


@visited(CUSTOMERS_EDIT)
@require_POST
def note_removal(request: HttpRequest, key: str, note: str) -> HttpResponse:
    """Take a note off the customer."""
    customer = row_of(Customer, key)
    remove_note(row_of(Note, note, customer=customer), by=actor(request))
    return sent_on(request, _url(customer), _("The note is removed."))


@visited(CUSTOMERS_EDIT)
@require_POST
def file_removal(request: HttpRequest, key: str, attachment: str) -> HttpResponse:
    """Take a file off the customer."""
    customer = row_of(Customer, key)
    detach_file(row_of(Attachment, attachment, customer=customer), by=actor(request))
    return sent_on(request, _url(customer), _("The file is removed."))


@visited(CUSTOMERS_VIEW)
@require_GET
def file(request: HttpRequest, key: str, attachment: str) -> HttpResponse:
    """A file of the customer, always as a download: nothing that was uploaded is shown under our address."""
    row = row_of(Attachment, attachment, customer=row_of(Customer, key))
    response = FileResponse(open_file(row.file), as_attachment=True, filename=row.file.name)
    response.headers["Content-Type"] = "application/octet-stream"
    return cast("HttpResponse", response)


@visited(CUSTOMERS_EDIT)
@require_POST
def relationships(request: HttpRequest, key: str) -> HttpResponse:
    """Record a relationship with the customer that was chosen."""
    customer = row_of(Customer, key)
    other = Customer.objects.filter(code=picked(request.POST, "other")).first()
    if other is None:
        raise Invalid(field="other", reason=_("Choose the other customer."))
    kind, _dot, side = request.POST.get("bond", "").partition(".")
    pair = (customer, other) if side == "from" else (other, customer)
    add_relationship(*pair, kind, by=actor(request), note=request.POST.get("note", ""))
    return sent_on(request, _url(customer), _("Recorded."))


@visited(CUSTOMERS_EDIT)
@require_POST
def relationship_end(request: HttpRequest, key: str, relationship: str) -> HttpResponse:
    """Take a relationship back."""
    customer, row = row_of(Customer, key), row_of(Relationship, relationship)
    if customer.pk not in (row.from_customer_id, row.to_customer_id):
        raise NotFound
    end_relationship(row, by=actor(request))
    return sent_on(request, _url(customer), _("Removed."))


@visited(CUSTOMERS_EDIT)
@require_POST
def contacts(request: HttpRequest, key: str) -> HttpResponse:
    """Add a contact point or a person."""
    customer, values = row_of(Customer, key), request.POST
    if values.get("kind") == "person":
        given = {name: values.get(name, "") for name in ("kana", "department", "title", "email", "phone")}
        takes = values.get("takes_documents") == "on"
        add_contact_person(customer, values.get("name", ""), takes_documents=takes, by=actor(request), **given)
    else:
        extra = {name: values.get(name, "") for name in ("label", "postal_code")}
        add_contact_point(customer, values.get("kind", ""), values.get("value", ""), by=actor(request), **extra)
    return sent_on(request, _url(customer), _("Recorded."))


@visited(CUSTOMERS_EDIT)
@require_POST
def contact_documents(request: HttpRequest, key: str, contact: str) -> HttpResponse:
    """Address documents to this person from now on."""
    customer = row_of(Customer, key)
    address_documents(row_of(ContactPerson, contact, customer=customer), by=actor(request))
    return sent_on(request, _url(customer), _("Recorded."))


@visited(CUSTOMERS_EDIT)
@require_POST
def contact_removal(request: HttpRequest, key: str, contact: str) -> HttpResponse:
    """Forget a contact point or a person."""
    customer = row_of(Customer, key)
    if contact.startswith(ContactPerson.PREFIX):
        remove_contact_person(row_of(ContactPerson, contact, customer=customer), by=actor(request))
    else:
        remove_contact_point(row_of(ContactPoint, contact, customer=customer), by=actor(request))
    return sent_on(request, _url(customer), _("Removed."))


@visited()
@require_POST
def payer_names(request: HttpRequest, key: str) -> HttpResponse:
    """Remember a payer's name that somebody knows, on one account of ours or on all."""
    customer, wanted = row_of(Customer, key), request.POST.get("account", "")
    account = registry.account_of(wanted) if wanted else None
    learn_payer_name(
        customer, request.POST.get("raw", ""), by=actor(request), bank_account_id=account.id if account else None
    )
    return sent_on(request, _url(customer), _("The payer's name is remembered."))


@visited()
@require_POST
def payer_name_revocation(request: HttpRequest, key: str, payer_name: str) -> HttpResponse:
    """Forget a payer's name."""
    customer = row_of(Customer, key)
    revoke_payer_name(row_of(PayerName, payer_name, customer=customer), by=actor(request))
    return sent_on(request, _url(customer), _("The payer's name is no longer remembered."))


def _url(customer: Customer) -> str:
    return reverse("customers:customer", args=[customer.public_id])
