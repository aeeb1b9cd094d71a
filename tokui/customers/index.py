"""What a customer is found by: text for people's search, keys for payers' names on bank statements. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tokui.customers.names import name_key, search_bigrams, search_key

SEPARATOR = "\n"
LONGEST_KEY = 120


@dataclass(frozen=True, slots=True)
class SearchText:
    """Normalised text, one field a line, and its bigrams, one a line (no bigram spans two fields)."""

    text: str
    grams: str


def search_text(values: Iterable[str], phones: Iterable[str] = ()) -> SearchText:
    """The entry of a customer from its names, codes, mail addresses and phone numbers (E.164)."""
    lines = [squeezed for value in values if value and (squeezed := search_key(value).replace(" ", ""))]
    lines += [national(phone) for phone in phones if phone]
    unique = list(dict.fromkeys(lines))
    grams = dict.fromkeys(line[at : at + 2] for line in unique for at in range(max(len(line) - 1, 1)))
    return SearchText(SEPARATOR.join(unique), SEPARATOR.join(grams))


@dataclass(frozen=True)
class Wanted:
    """What was typed: words that must all occur, and the bigrams that find them."""

    words: tuple[str, ...]
    grams: tuple[str, ...]

    @property
    def is_searchable(self) -> bool:
        """One word of two characters is enough; a single letter alone has no bigram."""
        return any(len(word) > 1 for word in self.words)


def wanted(typed: str) -> Wanted:
    """A typed search. Words are sought each by itself: 山田 090 finds the Yamada with that number."""
    words = tuple(dict.fromkeys(word for word in search_key(typed[:200]).split(" ") if word))
    long = [word for word in words if len(word) > 1]  # a single letter is only looked for in what the others find
    return Wanted(words, tuple(dict.fromkeys(gram for word in long for gram in search_bigrams(word))))


def national(phone: str) -> str:
    """The digits as people dial them: +81312345678 is 0312345678."""
    return f"0{phone[3:]}" if phone.startswith("+81") else phone.lstrip("+")


def name_keys(name: str, source: str) -> Iterator[tuple[str, str, str]]:
    """(kind, source, key) under which a payer of that name is looked for; nothing for a name too short to mean one."""
    found = name_key(name)
    if not found.is_usable:
        return
    yield "strict", source, found.strict[:LONGEST_KEY]
    yield "loose", source, found.loose[:LONGEST_KEY]
