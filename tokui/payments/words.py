"""Reasons, grades, states and kinds in the reader's language. Rules and matcher know none of these words."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tokui.payments.models import Allocation, Suggestion

GRADES: dict[str, Any] = {
    "certain": gettext_lazy("Certain"),
    "likely": gettext_lazy("Likely"),
    "unknown": gettext_lazy("Check this"),
}
STATES: dict[str, Any] = {
    "in_credit": gettext_lazy("In credit"),
    "paid": gettext_lazy("Paid"),
    "written_off": gettext_lazy("Written off"),
    "in_flight": gettext_lazy("On its way"),
    "partly_paid": gettext_lazy("Partly paid"),
    "not_due": gettext_lazy("Not due yet"),
    "disputed": gettext_lazy("Disputed"),
    "due": gettext_lazy("Due today"),
    "grace": gettext_lazy("In grace"),
    "overdue": gettext_lazy("Overdue"),
    "void": gettext_lazy("Void"),
}
#: The disc of the design language for each state.
DISCS = {
    "in_credit": "paid",
    "paid": "paid",
    "written_off": "ended",
    "in_flight": "wait",
    "partly_paid": "partial",
    "not_due": "open",
    "disputed": "failed",
    "due": "open",
    "grace": "partial",
    "overdue": "overdue",
    "void": "ended",
}
KINDS: dict[str, Any] = {
    Allocation.Kind.PAYMENT: gettext_lazy("Payment"),
    Allocation.Kind.FEE: gettext_lazy("Transfer fee"),
    Allocation.Kind.DISCOUNT: gettext_lazy("Discount"),
    Allocation.Kind.WRITE_OFF: gettext_lazy("Write-off"),
    Allocation.Kind.WITHHOLDING: gettext_lazy("Withholding tax"),
    Allocation.Kind.ADVANCE: gettext_lazy("Advance"),
    Allocation.Kind.REFUND: gettext_lazy("Refund"),
}
RELATIONS = {
    "name": gettext_lazy("customer's name"),
    "contact": gettext_lazy("contact person"),
    "guardian": gettext_lazy("guardian"),
    "parent_company": gettext_lazy("parent company"),
    "pays_for": gettext_lazy("payer"),
    "partner": gettext_lazy("partner"),
    "employee": gettext_lazy("employee"),
    "billed": gettext_lazy("billed together"),
}

#: From so many points on a candidate is drawn as strong: where the policy starts to call one certain.
STRONG = 75
#: Reasons that hold an answer back.
DOUBTS = frozenset(
    {
        "virtual_account_closed",
        "virtual_account_reused",
        "other_payer_fits",
        "other_set_fits",
        "search_limited",
        "legal_form_differs",
        "reference_disagrees",
        "paid_twice",
    }
    | {"invoice_contested", "declined_before", "amount_partial", "amount_over", "nothing_open", "same_amount_only"}
    | {"set_aside"}
)


def sentence(reason: Mapping[str, Any]) -> str:
    """One reason as a sentence; an unknown code of a later version shows itself."""
    word = _SENTENCES.get(reason["code"])
    return word(reason.get("fields", {})) if word else str(reason["code"])


def strength_tone(grade: str, score: int) -> str:
    """The colour of a candidate's bar: 松葉 where little doubt is left, 山吹 for what needs a look, 朱 for what is weak."""
    if grade == "unknown":
        return "shu"
    return "matsu" if grade == "certain" or score >= STRONG else "yama"


def reason_name(code: str) -> Any:
    """What a proposal rested on, in a word or two for tables."""
    return _REASON_NAMES.get(code, code)


_REASON_NAMES: dict[str, Any] = {
    "virtual_account": gettext_lazy("Virtual account"),
    "remitter_code": gettext_lazy("Remitter code"),
    "learned_name": gettext_lazy("Learned name"),
    "reference": gettext_lazy("Invoice number in the text"),
    "name_equal": gettext_lazy("Same name"),
    "name_alike": gettext_lazy("Same name, spelt otherwise"),
    "name_cut": gettext_lazy("Name cut by the bank"),
    "name_similar": gettext_lazy("Similar name"),
    "same_amount_only": gettext_lazy("Amount only"),
}


def headline(best: Suggestion | None) -> str:
    """What is special about a deposit, in a few words for the list."""
    codes = {reason["code"] for reason in best.reasons} if best else set()
    if "paid_twice" in codes:
        return _("Paid twice?")
    if best is None or not best.allocations:
        return _("No candidate")
    if "same_amount_only" in codes:
        return _("Only the amount agrees")
    if best.fee_minor:
        return _("Fee %(amount)s") % {"amount": f"{best.fee_minor:,}"}
    if best.short_minor:
        return _("Short by %(amount)s") % {"amount": f"{best.short_minor:,}"}
    if best.over_minor:
        return _("Over by %(amount)s") % {"amount": f"{best.over_minor:,}"}
    if best.rivals:
        return ngettext("%(n)d other answer", "%(n)d other answers", best.rivals) % {"n": best.rivals}
    if len(best.allocations) > 1:
        return ngettext("%(n)d invoice together", "%(n)d invoices together", len(best.allocations)) % {
            "n": len(best.allocations)
        }
    return _("Amount agrees")


def _yen(value: Any) -> str:
    return f"{int(value):,}" if value is not None else ""


def payer_name(text: str) -> str:
    """A payer as people read it: half-width kana, as banks print them, in full width; spaces as the bank put them."""
    return unicodedata.normalize("NFKC", text).strip()


def _named(fields: Mapping[str, Any]) -> dict[str, Any]:
    whose = RELATIONS.get(str(fields.get("whose", "name")), fields.get("whose", ""))
    return {"known": fields.get("known", ""), "seen": fields.get("seen", ""), "whose": whose}


def _known_payer(fields: Mapping[str, Any]) -> str:
    if str(fields.get("value", "")).startswith("customer:"):
        return _("The payer is known from where it was recorded")
    return _("Virtual account %(value)s") % {"value": fields.get("value", "")}


def _numbers(fields: Mapping[str, Any]) -> str:
    return ", ".join(str(one) for one in fields.get("numbers", ()))


def _less_fee(fields: Mapping[str, Any]) -> str:
    values = {"total": _yen(fields.get("total_minor")), "fee": _yen(fields.get("fee_minor"))}
    if fields.get("withheld_minor"):
        values["tax"] = _yen(fields["withheld_minor"])
        return (
            _(
                "The amount is what is open (%(total)s) less the withholding tax of %(tax)s and a transfer fee of %(fee)s"
            )
            % values
        )
    return _("The amount is what is open (%(total)s) less a transfer fee of %(fee)s") % values


_SENTENCES: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "virtual_account": _known_payer,
    "virtual_account_closed": lambda f: _("The virtual account was nobody's on that day"),
    "virtual_account_reused": lambda f: _("The virtual account was another customer's before"),
    "remitter_code": lambda f: _("Remitter code %(value)s is this customer's") % {"value": f.get("value", "")},
    "learned_name": lambda f: _("“%(value)s” was confirmed for this customer before") % {"value": f.get("value", "")},
    "reference": lambda f: _("The text names %(numbers)s") % {"numbers": _numbers(f)},
    "name_equal": lambda f: _("The name agrees (%(seen)s, %(whose)s)") % _named(f),
    "name_alike": lambda f: _("The name agrees apart from its spelling (%(seen)s = %(known)s, %(whose)s)") % _named(f),
    "name_cut": lambda f: _("The name agrees as far as the bank prints it (%(seen)s… = %(known)s)") % _named(f),
    "name_similar": lambda f: _("The name is similar (%(seen)s, known as %(known)s)") % _named(f),
    "amount_exact": lambda f: _("The amount is exactly what is open"),
    "amount_sum": lambda f: _("The amount is the sum of %(count)s invoices") % {"count": f.get("count", "")},
    "amount_less_withholding": lambda f: (
        _("The amount is what is open (%(total)s) less the withholding tax of %(tax)s")
        % {"total": _yen(f.get("total_minor")), "tax": _yen(f.get("withheld_minor"))}
    ),
    "amount_less_fee": _less_fee,
    "amount_together": lambda f: (
        _("Together with other deposits it makes %(total)s") % {"total": _yen(f.get("total_minor"))}
    ),
    "amount_partial": lambda f: (
        _("%(missing)s less than what is open")
        % {"missing": _yen(int(f.get("total_minor") or 0) - int(f.get("amount_minor") or 0))}
    ),
    "amount_over": lambda f: (
        _("%(rest)s more than what is open")
        % {"rest": _yen(int(f.get("amount_minor") or 0) - int(f.get("total_minor") or 0))}
    ),
    "nothing_open": lambda f: _("Nothing is open for this customer"),
    "set_aside": lambda f: _("Their invoices were set aside for this deposit"),
    "same_amount_only": lambda f: _("Only the amount agrees, nothing else points at this customer"),
    "other_payer_fits": lambda f: (
        ngettext(
            "%(count)d other customer fits as well", "%(count)d other customers fit as well", int(f.get("count", 1))
        )
        % {"count": int(f.get("count", 1))}
    ),
    "other_set_fits": lambda f: (
        ngettext(
            "%(count)d other combination fits as well",
            "%(count)d other combinations fit as well",
            int(f.get("count", 1)),
        )
        % {"count": int(f.get("count", 1))}
    ),
    "search_limited": lambda f: _("So many invoices are open that not every combination was tried"),
    "legal_form_differs": lambda f: _("The legal form differs"),
    "reference_disagrees": lambda f: (
        _("The text names %(numbers)s, but the amount does not fit") % {"numbers": _numbers(f)}
    ),
    "paid_twice": lambda f: _("The same payment came before: perhaps paid twice"),
    "invoice_contested": lambda f: _("Another deposit wants the same invoice"),
    "declined_before": lambda f: _("Somebody declined or undid an answer for this deposit"),
    "oldest_first": lambda f: _("Of several equal invoices the oldest was taken"),
}
