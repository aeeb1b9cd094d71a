"""The words of the mail with a document, in the language of the customer's documents or in the sender's own words."""

from __future__ import annotations

from django.utils import translation
from django.utils.translation import gettext as _

from tokui.core.money import EXPONENTS
from tokui.invoices.documents import Addressee, Language
from tokui.invoices.documents import words as say
from tokui.invoices.issuers import terms_of
from tokui.invoices.models import Invoice
from tokui.invoices.papers import addressee, language


def letter_of(invoice: Invoice, link: str) -> tuple[str, str]:
    """Subject and text, in which {number}, {total}, {due} … are filled in. A credit note has words of its own."""
    lang = language_of(invoice)
    with translation.override(lang):
        if invoice.kind == Invoice.Kind.CREDIT_NOTE:
            subject, text = _about_credit(invoice)
        else:
            terms = terms_of(invoice.business)
            subject = terms.mail_subject or _("Invoice {number} from {sender}")
            text = terms.mail_text or _(
                "{addressee}\n\nThank you for your business. Please find our invoice {number} over {total} attached.\n\n"
                "It is due on {due}. You can also read it here: {link}\n\n{signature}"
            )
    words = _words(invoice, link, lang)
    return _filled(subject, words), _filled(text, words)


def language_of(invoice: Invoice) -> Language:
    return language(invoice.snapshot or {})


def _about_credit(note: Invoice) -> tuple[str, str]:
    if note.corrects and note.corrects.state == Invoice.State.VOID:
        return _("Invoice {original} from {sender} is void"), _(
            "{addressee}\n\nOur invoice {original} is void. Please discard it; the attached {number} over {total} reverses "
            "it.\n\nYou can also read it here: {link}\n\n{signature}"
        )
    return _("Credit note {number} from {sender}"), _(
        "{addressee}\n\nPlease find attached our credit note {number} over {total} for the invoice {original}.\n\n"
        "You can also read it here: {link}\n\n{signature}"
    )


def _words(invoice: Invoice, link: str, lang: Language) -> dict[str, str]:
    to = addressee(invoice.snapshot or {})
    asked = abs(invoice.payable_minor)
    return {
        "number": invoice.number or "",
        "name": to.name,
        "addressee": _greeted(to, lang),
        "sender": invoice.business.legal_name or invoice.business.name,
        "total": say.money(asked, invoice.currency, EXPONENTS[invoice.currency]),
        "due": say.long_day(invoice.due_on, lang),
        "link": link,
        "original": (invoice.corrects.number or "") if invoice.corrects else "",
        "signature": _signature(invoice),
    }


def _greeted(to: Addressee, lang: Language) -> str:
    """株式会社 北斗企画 御中; with a person, the company above and the person with 様."""
    if lang == "en":
        return f"Dear {to.person or to.name},"
    if not to.person:
        return f"{to.name} {to.honorific.value}".rstrip()
    return f"{to.name}\n{' '.join(part for part in (to.department, to.person) if part)} 様"


def _signature(invoice: Invoice) -> str:
    business = invoice.business
    name = business.legal_name or business.name
    postal = business.postal_code
    postal = f"〒{postal[:3]}-{postal[3:]}" if len(postal) == 7 and postal.isdecimal() else postal
    lines = [
        name,
        business.name if business.name != name else "",
        f"{postal} {business.address}".strip(),
        business.phone,
        business.email,
    ]
    return "\n".join(["-- ", *(line for line in lines if line)])


def _filled(text: str, words: dict[str, str]) -> str:
    """Only the names above are replaced: text that people write is never a format string."""
    for name, value in words.items():
        text = text.replace("{" + name + "}", value)
    return text
