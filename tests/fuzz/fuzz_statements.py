"""Coverage-guided fuzzing of the statement readers. Atheris is not a dependency: `pip install atheris`, then

    python tests/fuzz/fuzz_statements.py zengin-01 -max_total_time=300

The first argument is a format code or "auto"; the rest goes to libFuzzer. Anything but `FileRefused` is a finding.
"""

import sys
import tempfile
from datetime import date
from pathlib import Path

import atheris

with atheris.instrument_imports():
    from tokui.banking.refusals import FileRefused
    from tokui.banking.statements import ColumnMapping, ReadOptions, prove
    from tokui.connectors import formats

    for known in formats.STATEMENT_FORMATS:
        formats.format_named(known)  # formats are imported late; now, so that they are instrumented

TODAY = date(2026, 11, 22)
MAPPING = ColumnMapping(date=(0,), amount=1, payer=2, balance=3, has_header=False)


def try_bytes(code: str, content: bytes) -> None:
    options = ReadOptions(mapping=MAPPING if code == "csv" else None)
    try:
        file = formats.read(content, code, today=TODAY, options=options)
    except FileRefused:
        return
    prove(file)
    assert all(line.amount_minor > 0 for account in file.accounts for line in account.lines)


def main() -> None:
    from tokui.connectors.tests.samples import SAMPLES

    code = sys.argv.pop(1) if len(sys.argv) > 1 else "auto"
    seeds = Path(tempfile.mkdtemp(prefix="tokui-fuzz-"))
    for name, content in SAMPLES.items():
        if code in ("auto", name):
            (seeds / name).write_bytes(content)
    atheris.Setup([*sys.argv, str(seeds)], lambda content: try_bytes(code, content))
    atheris.Fuzz()


if __name__ == "__main__":
    main()
