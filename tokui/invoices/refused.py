"""Why an invoice verb refuses."""

from __future__ import annotations

from tokui.core.errors import Refusal


class InvoiceNotDraft(Refusal):
    """{number} is already issued and never changes. Correct it by a credit note, or void it."""


class InvoiceNotIssued(Refusal):
    """Only an issued invoice can do this."""


class InvoiceIsVoid(Refusal):
    """{number} is void. Send the document that reverses it instead."""


class InvoiceEmpty(Refusal):
    """An invoice needs at least one line."""


class InvoiceTotalBelowZero(Refusal):
    """The lines of this invoice sum to less than zero. Issue a credit note instead."""


class CreditNotBelowZero(Refusal):
    """A credit note gives something back: its lines must sum to less than zero."""


class InvoiceSettledBeyondTotal(Refusal):
    """More would be settled on {number} than is owed."""

    status = 409


class InvoiceStillSettled(Refusal):
    """Payments or credits are still settled on {number}. Release them first."""


class SaleAlreadyInvoiced(Refusal):
    """This sale is already on an invoice."""


class SaleOnDraft(Refusal):
    """This sale is on a draft of another payer, business or currency. Take it off the draft first."""


class WithholdingOutsideYen(Refusal):
    """Income tax is only withheld from invoices in yen."""


class CurrencyMixed(Refusal):
    """An invoice is written in one currency."""


class CustomersMixed(Refusal):
    """The sales of one invoice are paid by one customer and belong to one business."""


class BusinessUnknown(Refusal):
    """Say which business sells this: neither the customer nor the product tells it."""

    status = 422


class NumberTaken(Refusal):
    """There is already a document with the number {number}."""


class PatternUnusable(Refusal):
    """A number pattern holds {{number}} once, beside capitals, digits, hyphens and {{year}}, {{yy}} or {{month}}."""

    status = 422


class PatternTaken(Refusal):
    """Another series already numbers with this pattern."""


class NothingToCredit(Refusal):
    """{number} has been credited in full."""


class InvoiceCredited(Refusal):
    """{number} is credited in part. Credit the rest instead of voiding it."""


class NotACreditNote(Refusal):
    """Only a credit note can be used on an invoice or paid out, by an amount above zero."""


class CreditElsewhere(Refusal):
    """A credit note is used on invoices of its own customer and currency."""


class CreditUsedUp(Refusal):
    """Only {left} of {number} is left to be used."""

    status = 409


class ReceiptBeyondReceived(Refusal):
    """A receipt can only be written for what was received: {received} of {number}."""


class ReceiptIsCancelled(Refusal):
    """The receipt {number} is cancelled, because the money was taken back."""


class CustomerHasNoAddress(Refusal):
    """{name} has no mail address."""


class LinkExpired(Refusal):
    """This link is not valid any more. Ask the sender for a new one."""

    status = 404


class ClosingDayInFuture(Refusal):
    """A closing day that lies ahead cannot be closed yet."""


class ReceiptAlreadyHandedOut(Refusal):
    """The original of {number} was handed out. A further one carries the mark 再発行."""


class NothingToDispatch(Refusal):
    """No issued document fits this choice."""


class MailedMeanwhile(Refusal):
    """{number} went by mail after this was ordered. It was not sent twice."""


class SalesFileRefused(Refusal):
    """{reason}

    The file cannot be read; `reason` is already in the reader's language and names the place.
    """

    status = 422
