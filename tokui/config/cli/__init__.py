"""The `tokui` command. Every subcommand takes `--org SLUG`, `--data-dir DIR` and `--json`, before or after its name."""

from __future__ import annotations

import json
import os
import sys
from typing import Any, NoReturn

EPILOG = """Exit codes: 0 done · 1 refused (the reason is printed) · 2 wrong usage · 3 `check` found something ·
4 the installation does not work.
Settings come from TOKUI_* environment variables; see docs/operating.md."""

#: Options that may stand anywhere on the line, with the environment variable each one sets.
ANYWHERE = {"--data-dir": "TOKUI_DATA_DIR", "--org": "TOKUI_ORG"}


def main(arguments: list[str] | None = None) -> None:
    line = _take_options(list(sys.argv[1:] if arguments is None else arguments))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tokui.config.settings")
    from tokui.config.cli.commands import app

    try:
        sys.exit(app(line, prog_name="tokui", standalone_mode=False))
    except Exception as wrong:
        if not hasattr(wrong, "format_message"):
            raise
        _tell_usage(wrong)


def _tell_usage(wrong: Any) -> NoReturn:
    """Wrong usage: what is wrong and how it is used, or with `--json` one line for a program."""
    if os.environ.get("TOKUI_JSON"):
        print(json.dumps({"error": "usage", "message": wrong.format_message()}, ensure_ascii=False), file=sys.stderr)
    else:
        wrong.show()
    sys.exit(wrong.exit_code)


def _take_options(line: list[str]) -> list[str]:
    """Move the options that every command has into the environment, wherever they stand."""
    rest: list[str] = []
    words = iter(line)
    for word in words:
        name, equals, value = word.partition("=")
        if word == "--json":
            os.environ["TOKUI_JSON"] = "1"
        elif name in ANYWHERE:
            value = value if equals else next(words, "")
            if not value:
                print(f"{name} needs a value", file=sys.stderr)
                sys.exit(2)
            os.environ[ANYWHERE[name]] = value
        else:
            rest.append(word)
    return rest
