"""What a command needs around it: a running database, Django, the organization it is about, and answers in one form."""

from __future__ import annotations

import csv
import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
import typer

from tokui.core import postgres

REFUSED, OFFENDED, BROKEN = 1, 3, 4


@contextmanager
def installation(role: str = "app") -> Iterator[None]:
    """Django, connected as a role; the embedded server is started for the command if it is not running."""
    os.environ["TOKUI_ROLE"] = role
    from django.conf import settings

    with _server(settings.CLUSTER_HOME):
        import django
        from django.db import DatabaseError, connections

        from tokui.core.errors import Refusal

        django.setup()
        _speak()
        try:
            _require_fitness(role)
            yield
        except Refusal as refusal:
            complain(refusal.message, refusal.code)
            raise typer.Exit(REFUSED) from refusal
        except (DatabaseError, psycopg.OperationalError) as trouble:
            complain(f"The database does not answer as it should: {trouble}".strip(), "database")
            raise typer.Exit(BROKEN) from trouble
        except OSError as trouble:
            complain(f"{trouble.strerror or trouble}: {trouble.filename or ''}".rstrip(": "), "file")
            raise typer.Exit(BROKEN) from trouble
        finally:
            connections.close_all()  # before the server that was started for this command stops


@contextmanager
def _server(home: Any) -> Iterator[None]:
    if home is None:
        yield
        return
    cluster = postgres.Cluster(home)
    if not (cluster.data / "PG_VERSION").exists():
        complain("There is no installation here yet. Start with `tokui up` or `tokui demo`.", "no_installation")
        raise typer.Exit(BROKEN)
    with postgres.needed(cluster):
        yield


def _require_fitness(role: str) -> None:
    """Refuse a database that would lie to us: both failures are silent otherwise."""
    from tokui.core.fitness import unfit_server, unfitness

    reasons = unfitness() if role == "app" else unfit_server()
    for reason in reasons:
        complain(reason, "unfit_database")
    if reasons:
        raise typer.Exit(BROKEN)


def _speak() -> None:
    from django.utils import translation

    wanted = os.environ.get("TOKUI_LANGUAGE") or os.environ.get("LC_ALL") or os.environ.get("LANG", "")
    translation.activate("ja" if wanted.startswith("ja") else "en")


@contextmanager
def organization() -> Iterator[Any]:
    """The organization of `--org`, or the only one there is, in one transaction."""
    from tokui.core import shared_clock
    from tokui.core.tenancy import organization_scope

    shared_clock.load()
    found = chosen_organization()
    with organization_scope(found.pk):
        yield found


def chosen_organization() -> Any:
    from tokui.core.models import Organization

    slug = os.environ.get("TOKUI_ORG", "")
    found = list(Organization.objects.filter(slug=slug) if slug else Organization.objects.order_by("slug")[:50])
    if len(found) == 1:
        return found[0]
    names = ", ".join(Organization.objects.order_by("slug").values_list("slug", flat=True)[:50])
    if slug:
        complain(f"There is no organization called {slug}. There are: {names or 'none yet'}", "unknown_organization")
    elif not found:
        complain("There is no organization yet. Create one: tokui org create NAME --owner EMAIL", "no_organization")
    else:
        complain(f"Say which organization with --org: {names}", "which_organization")
    raise typer.Exit(2)


def wants_json() -> bool:
    return bool(os.environ.get("TOKUI_JSON"))


def say(text: str = "", **facts: Any) -> None:
    """One line for a person, or with `--json` the facts for a program."""
    if wants_json():
        if facts:
            print(json.dumps(facts, ensure_ascii=False, default=str))
    else:
        print(text, flush=True)


def complain(text: str, code: str) -> None:
    if wants_json():
        print(json.dumps({"error": code, "message": text}, ensure_ascii=False), file=sys.stderr)
    else:
        print(text, file=sys.stderr)


def show(columns: Sequence[str], rows: Sequence[Sequence[Any]], form: str = "table") -> None:
    """Rows as a table for the eye, as CSV, or as JSON."""
    if wants_json() or form == "json":
        print(json.dumps([dict(zip(columns, row, strict=True)) for row in rows], ensure_ascii=False, default=str))
    elif form == "csv":
        writer = csv.writer(sys.stdout)
        writer.writerow(columns)
        writer.writerows(rows)
    else:
        _table(columns, [["" if cell is None else str(cell) for cell in row] for row in rows])


def _table(columns: Sequence[str], rows: list[list[str]]) -> None:
    widths = [max([_width(head), *(_width(row[n]) for row in rows)]) for n, head in enumerate(columns)]
    for line in [list(columns), ["─" * width for width in widths], *rows]:
        print("  ".join(cell + " " * (widths[n] - _width(cell)) for n, cell in enumerate(line)).rstrip())


def _width(text: str) -> int:
    """Columns on a terminal: Japanese characters take two."""
    import unicodedata

    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)
