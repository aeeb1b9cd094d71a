"""Refusals: what a verb answers when it will not do what was asked.

A refusal's docstring is its message, in English, with `{fields}` filled from the keyword arguments; the
catalogue holds the Japanese. Doors map every refusal once: a toast on a page, a problem+json answer in REST,
exit code 1 in the `tokui` command.
"""

from __future__ import annotations

import inspect
import re
from typing import Any

from django.utils.translation import gettext


class Refusal(Exception):
    """This cannot be done."""

    #: HTTP status of the answer. 409 because most refusals say that the state forbids it.
    status = 409

    def __init__(self, *, field: str | None = None, **fields: Any) -> None:
        self.field = field
        self.fields = fields
        super().__init__(type(self).__name__)

    @property
    def code(self) -> str:
        """Stable machine-readable code: `InvoiceAlreadyPaid` -> `invoice_already_paid`."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", type(self).__name__).lower()

    @property
    def message(self) -> str:
        """The sentence for a person, in the active language."""
        return gettext(message_id(type(self))).format(**self.fields)

    def __str__(self) -> str:
        return self.message


def message_id(refusal: type[Refusal]) -> str:
    """The first paragraph of a refusal's docstring on one line: the catalogue's key."""
    paragraph = inspect.cleandoc(refusal.__doc__ or "").split("\n\n")[0]
    return " ".join(paragraph.split())


class NotPermitted(Refusal):
    """Your role does not allow this. Ask an owner of the organization."""

    status = 403


class NotFound(Refusal):
    """There is no such record here."""

    status = 404


class Invalid(Refusal):
    """{reason}

    Input that breaks a rule of its field; `field` names it, `reason` is already in the reader's language.
    """

    status = 422


class StateChanged(Refusal):
    """Someone else changed this in the meantime. Reload and look again."""


class IdempotencyKeyReused(Refusal):
    """This Idempotency-Key was used before with another request."""

    status = 422


class UnusableIdempotencyKey(Refusal):
    """An Idempotency-Key is 1 to 120 letters, digits and signs of ASCII."""

    status = 422
