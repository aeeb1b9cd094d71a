"""Deviations as a reader meets them."""

from tokui.banking.refusals import DeviationCode
from tokui.banking.statements import Deviation

MAX_DEVIATIONS = 1_000  # enough to see the pattern; 100,000 times the same remark helps nobody


class Remarks:
    """Deviations as they are met, in file order and bounded."""

    def __init__(self) -> None:
        self.found: list[Deviation] = []

    def add(self, code: DeviationCode, where: str, found: str = "", meaning: str = "") -> None:
        if len(self.found) < MAX_DEVIATIONS:
            self.found.append(Deviation(code.value, where, found[:200], meaning))
