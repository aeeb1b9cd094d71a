"""A world whose rows are really committed, for tests with several connections; removed afterwards by the superuser."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db import connection

import conftest
from tokui.access.actions import found_organization
from tokui.core.tenancy import organization_scope


@contextmanager
def committed_organization(blocker: object, slug: str) -> Iterator[UUID]:
    with blocker.unblock():  # type: ignore[attr-defined]
        made = found_organization("並行", slug=slug)
        try:
            yield made.pk
        finally:
            connection.close()
            _remove(made.pk)


def at_once(count: int, organization: UUID, work: Callable[[int], None]) -> list[Exception]:
    """Run work in threads that start together, each on its own connection and in its own transaction; the failures."""
    barrier, failures = threading.Barrier(count), []

    def run(number: int) -> None:
        try:
            barrier.wait()
            with organization_scope(organization):
                work(number)
        except Exception as failure:
            failures.append(failure)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return failures


def _remove(organization: UUID) -> None:
    with conftest.CLUSTER.connect(database=conftest.DATABASE) as superuser:
        superuser.execute("SET session_replication_role = replica")
        tables = superuser.execute(
            "SELECT c.table_name FROM information_schema.columns c JOIN pg_class r ON r.relname = c.table_name "
            "WHERE c.column_name = 'organization_id' AND c.table_schema = 'public' AND r.relkind IN ('r', 'p')"
        ).fetchall()
        for (table,) in tables:
            superuser.execute(f"DELETE FROM {table} WHERE organization_id = %s", [organization])
        superuser.execute("DELETE FROM core_organization WHERE id = %s", [organization])
        superuser.execute("DELETE FROM procrastinate_jobs WHERE args->>'organization' = %s", [str(organization)])
