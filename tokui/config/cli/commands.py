"""The commands of operators: start, stop nothing by hand, migrate, check, organizations, clock, backup."""

from __future__ import annotations

import dataclasses
import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from tokui.config import processes
from tokui.config.cli import EPILOG, installation
from tokui.config.cli.business import bank_app, customers_app, invoices_app, sales_app, standing
from tokui.config.cli.installation import OFFENDED, complain, say, show, wants_json
from tokui.ui import catalogs

app = typer.Typer(
    name="tokui",
    help="Tokui: the customer ledger that knows who has paid, and why.",
    epilog=EPILOG,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
org_app = typer.Typer(help="Organizations: the merchants that live in this installation.", no_args_is_help=True)
clock_app = typer.Typer(
    help="The test clock (TOKUI_TEST_CLOCK=1): the whole product on another day.", no_args_is_help=True
)
app.add_typer(org_app, name="org")
app.add_typer(customers_app, name="customers")
app.add_typer(sales_app, name="sales")
app.add_typer(invoices_app, name="invoices")
app.add_typer(bank_app, name="bank")
app.add_typer(clock_app, name="clock")
app.command()(standing)

Port = Annotated[int, typer.Option(help="Port of the web pages.", envvar="PORT")]
Host = Annotated[str, typer.Option(help="Address to listen on.")]


@app.callback()
def everywhere(
    org: Annotated[
        str, typer.Option("--org", help="Organization (its slug); not needed while there is only one.")
    ] = "",
    data_dir: Annotated[str, typer.Option("--data-dir", help="Where database, files and secrets live.")] = "data",
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON, for programs.")] = False,
) -> None:
    """Options of every command; they may also stand after the command's name."""


@app.command()
def up(port: Port = 8000, host: Host = "127.0.0.1") -> None:
    """Start everything for an installation of your own: database, web and worker in one process group."""
    _serve(port, host, before=None)


@app.command()
def demo(
    port: Port = 8000,
    fresh: Annotated[bool, typer.Option("--fresh", help="Throw the demo's data away and start over.")] = False,
    host: Host = "127.0.0.1",
) -> None:
    """Start with the demo's world: one organization, three businesses, 1,200 customers, 14 months of trade."""
    from tokui.config.cli.demo import print_welcome, seed_if_empty

    os.environ["TOKUI_TEST_CLOCK"] = "1"
    if fresh:
        _forget_data()
    _mark_test_clock()
    _serve(port, host, before=seed_if_empty, welcome=print_welcome)


def _mark_test_clock() -> None:
    from django.conf import settings

    settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
    settings.TEST_CLOCK_MARK.touch()


def _forget_data() -> None:
    from django.conf import settings

    from tokui.core import postgres

    if settings.CLUSTER_HOME is None:
        complain("--fresh only throws away an embedded database; TOKUI_DATABASE_URL is set.", "not_embedded")
        raise typer.Exit(1)
    cluster = postgres.Cluster(settings.CLUSTER_HOME)
    if cluster.is_running():
        complain("Tokui still runs on this data. Stop it first (Ctrl-C in its terminal).", "still_running")
        raise typer.Exit(installation.BROKEN)
    for folder in (settings.CLUSTER_HOME, settings.MEDIA_ROOT, settings.EMAIL_FILE_PATH):
        shutil.rmtree(folder, ignore_errors=True)


def _serve(port: int, host: str, before: object, welcome: object = None) -> None:
    """Database, schema, seed; then web and worker until Ctrl-C."""
    if not processes.port_is_free(port):
        complain(f"Port {port} is in use. Choose another: PORT={port + 1}", "port_in_use")
        raise typer.Exit(installation.BROKEN)
    catalogs.compile_all()
    group = processes.Group()
    with _serving_alone(port), _database():
        processes.migrate()
        _prepare_serving()
        if callable(before):
            before()
        try:
            group.start("web server", *processes.web_command(port, host), TOKUI_ROLE="app")
            group.start("worker", *processes.worker_command(), TOKUI_ROLE="app")
            if processes.wait_for_port(port):
                _greet(port, welcome)
            code = group.run_until_stopped()
        finally:
            group.end()
    raise typer.Exit(code)


@contextmanager
def _serving_alone(port: int) -> Iterator[None]:
    """One `tokui up` for each data folder; others read from it where this one serves."""
    from django.conf import settings

    settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
    with (settings.DATA_DIR / "serving").open("w") as serving:
        try:
            fcntl.flock(serving, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as taken:
            complain(f"Tokui already runs on this data at {settings.TOKUI_BASE_URL}", "already_running")
            raise typer.Exit(installation.BROKEN) from taken
        settings.ADDRESS_FILE.write_text(f"http://localhost:{port}")
        yield


@contextmanager
def _database() -> Iterator[None]:
    """The embedded server with its database, made the first time; nothing when there is a database by URL."""
    from django.conf import settings

    from tokui.core import postgres

    if settings.CLUSTER_HOME is None:
        yield
        return
    cluster = postgres.Cluster(settings.CLUSTER_HOME)
    with postgres.needed(cluster):
        postgres.prepare_database(cluster, settings.DATABASE_NAME)
        settings.DATABASES["default"]["PASSWORD"] = cluster.password("tokui_app")
        yield


def _prepare_serving() -> None:
    """Refuse a database that would lie to us; in production, gather the static files under their hashed names."""
    from django.conf import settings

    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    with installation.installation("app"):
        pass
    if settings.PRODUCTION:
        processes.collect_static()


def _greet(port: int, welcome: object) -> None:
    if callable(welcome):
        welcome(port)
    else:
        say(f"Tokui runs at http://localhost:{port}/  (Ctrl-C stops it)")
        say("First time here? In a second terminal: tokui org create 'Your company' --owner you@example.com")


@app.command()
def web(port: Port = 8000, host: Host = "0.0.0.0", workers: int = 2) -> None:  # noqa: S104
    """Only the web pages, under a service manager; needs a running database."""
    _prepare_serving()
    processes.exec_replace(*processes.web_command(port, host, workers), TOKUI_ROLE="app")


@app.command()
def worker(concurrency: Annotated[int, typer.Option(help="Jobs at the same time.")] = 2) -> None:
    """Only the worker, under a service manager; needs a running database."""
    _prepare_serving()
    processes.exec_replace(*processes.worker_command(concurrency), TOKUI_ROLE="app")


@app.command()
def migrate() -> None:
    """Bring the database's schema up to this version. `tokui check` looks at what must never be false."""
    with installation.installation("owner"):
        processes.migrate()
    say("The schema is up to date.", migrated=True)


@app.command()
def check() -> None:
    """Run every invariant over all organizations, read-only. Exit code 3 when one is broken."""
    _tell_findings()


def _tell_findings(**facts: Any) -> None:
    """Run the invariants and say what they found, as one answer together with what the command did before."""
    with installation.installation("maintenance"):
        from tokui.core.invariants import INVARIANTS, find_offences

        found = find_offences()
    findings = [
        {
            "name": one.invariant.name,
            "sentence": one.invariant.sentence,
            "rows": [dict(zip(one.columns, row, strict=True)) for row in one.rows],
        }
        for one in found
    ]
    say("" if found else f"{len(INVARIANTS)} invariants hold.", **facts, invariants=len(INVARIANTS), findings=findings)
    if not found:
        return
    if not wants_json():
        for one in found:
            say(f"✗ {one.invariant.name}: {one.invariant.sentence}")
            show(one.columns, one.rows)
    raise typer.Exit(OFFENDED)


@app.command()
def explain(
    what: Annotated[str, typer.Argument(help="events: every event, its fields and who listens.")] = "events",
) -> None:
    """Show how the house is wired."""
    with installation.installation():
        from tokui.core.events import EVENTS, LATER, WITHIN

        rows = [
            (
                name,
                ", ".join(field.name for field in dataclasses.fields(cls)),
                ", ".join(handler.name for handler in LATER[cls]),
                ", ".join(f"{one.__module__}.{one.__name__}" for one in WITHIN[cls]),
            )
            for name, cls in sorted(EVENTS.items())
        ]
    show(("event", "fields", "later", "within"), rows)


@org_app.command("create")
def org_create(
    name: Annotated[str, typer.Argument(help="The organization's name as customers know it.")],
    owner: Annotated[str, typer.Option(help="Mail address of the first owner.")],
    slug: Annotated[str, typer.Option(help="Short name for addresses and --org; made from the name if empty.")] = "",
    language: Annotated[str, typer.Option(help="ja or en.")] = "ja",
) -> None:
    """Found an organization; prints the owner's sign-in link and an API key, once."""
    with installation.installation():
        from django.conf import settings
        from django.db import transaction

        from tokui.access.actions import create_api_key, found_organization, invite_user
        from tokui.access.permissions import ALL
        from tokui.core.actors import SYSTEM
        from tokui.core.tenancy import organization_scope

        with transaction.atomic():
            made = found_organization(name, slug=slug, language=language)
            with organization_scope(made.pk):
                link = f"{settings.TOKUI_BASE_URL}/join/{invite_user(owner, role='owner', by=SYSTEM).secret}"
                key = create_api_key("tokui org create", scopes=ALL, by=SYSTEM).secret
    told = (
        f"{made.name} ({made.slug}) is ready.\n\nSign-in link for {owner} (7 days): {link}\nAPI key (shown once): {key}"
    )
    say(told, organization=made.slug, sign_in_link=link, api_key=key)


@org_app.command("list")
def org_list() -> None:
    """All organizations of this installation."""
    with installation.installation():
        from tokui.core.models import Organization

        rows = list(Organization.objects.order_by("slug").values_list("slug", "name", "language", "created_at"))
    show(("slug", "name", "language", "created"), rows)


@clock_app.command("show")
def clock_show() -> None:
    """What time the product believes it is."""
    with installation.installation():
        from tokui.core import clock, shared_clock

        shared_clock.load()
        say(f"{clock.now().astimezone(clock.TOKYO):%Y-%m-%d %H:%M:%S} (Asia/Tokyo)", now=clock.now().isoformat())


@clock_app.command("set")
def clock_set(
    instant: Annotated[datetime, typer.Argument(help="2026-11-30 or 2026-11-30T09:00:00, in Japan's time.")],
) -> None:
    """Move the product to an instant, without doing the work of the days between."""
    with installation.installation():
        from tokui.core import clock, shared_clock

        shared_clock.set_to(instant.replace(tzinfo=clock.TOKYO))
    clock_show()


@clock_app.command("advance")
def clock_advance(days: Annotated[int, typer.Argument(min=1, max=4000, help="How many days to go forward.")]) -> None:
    """Go forward day by day, doing each day's due work on the way."""
    with installation.installation():
        from tokui.core import clock, jobs, shared_clock
        from tokui.core.models import Organization
        from tokui.core.tenancy import organization_scope

        for _ in range(days):
            shared_clock.advance(timedelta(days=1))
            for organization in Organization.objects.values_list("pk", flat=True):
                with organization_scope(organization):
                    jobs.run_daily(clock.today())
            jobs.run_pending(goes_on=True)
    clock_show()


@app.command()
def backup(file: Annotated[Path, typer.Argument(help="The archive to write (.tar).")]) -> None:
    """Write database and files into one archive while everything runs. Secrets are not in it: keep data/secrets too."""
    from tokui.config.cli.archive import write_backup

    with installation.installation():
        facts = write_backup(file)
    warning = "Keep the folder of secrets in another place: without it, API keys and encrypted values cannot be used."
    say(f"{file}: {facts['bytes']:,} bytes. {warning}", **facts)


@app.command()
def restore(file: Annotated[Path, typer.Argument(help="An archive that `tokui backup` wrote.")]) -> None:
    """Bring an archive back into an empty installation, then check it."""
    from tokui.config.cli.archive import read_backup

    with _database():
        facts = read_backup(file)
        if not wants_json():
            say(f"{facts['organizations']} organizations are back. API keys need the secrets of the old installation.")
        _tell_findings(**facts)
