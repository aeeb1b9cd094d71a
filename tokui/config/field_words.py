"""Why a program's value does not have the shape that the description asks for, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

#: By pydantic's type of error; `%(ge)s` and its like are that error's own facts.
_WORDS: dict[str, Promise] = {
    "missing": gettext_lazy("This is missing."),
    "extra_forbidden": gettext_lazy("There is no such field."),
    "string_type": gettext_lazy("This must be text."),
    "string_too_long": gettext_lazy("Too long: at most %(max_length)s characters."),
    "string_too_short": gettext_lazy("Too short: at least %(min_length)s characters."),
    "string_pattern_mismatch": gettext_lazy("This text does not have the expected form."),
    "int_type": gettext_lazy("This must be a whole number."),
    "int_parsing": gettext_lazy("This must be a whole number."),
    "int_from_float": gettext_lazy("This must be a whole number."),
    "bool_type": gettext_lazy("This must be true or false."),
    "bool_parsing": gettext_lazy("This must be true or false."),
    "greater_than": gettext_lazy("This must be more than %(gt)s."),
    "greater_than_equal": gettext_lazy("This must be at least %(ge)s."),
    "less_than_equal": gettext_lazy("This must be at most %(le)s."),
    "literal_error": gettext_lazy("Possible here: %(expected)s."),
    "list_type": gettext_lazy("This must be a list."),
    "dict_type": gettext_lazy("This must be an object."),
    "too_long": gettext_lazy("Too many: at most %(max_length)s."),
    "too_short": gettext_lazy("Too few: at least %(min_length)s."),
}


def field_words(kind: str, english: str, facts: Mapping[str, Any]) -> str:
    """The sentence for an error. English readers get the checker's own, which knows its case best."""
    if (get_language() or "ja").startswith("en"):
        return english
    return str(_WORDS[kind]) % facts if kind in _WORDS else _("This value is not right.")
