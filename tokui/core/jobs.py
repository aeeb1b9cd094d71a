"""Work that may follow a moment later: procrastinate jobs in the caller's transaction.

Every job carries its organization. `@job` wraps a function so that `.later(...)` defers it; the wrapper opens the
transaction and sets the organization. `@daily` work runs once per organization and business day, also when the
test clock is advanced.
"""

from __future__ import annotations

import functools
import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import close_old_connections, connection, transaction
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.jobs import Job as QueuedJob
from procrastinate.manager import JobManager

from tokui.core import clock, events, shared_clock
from tokui.core.ids import uuid7_many
from tokui.core.models import Organization
from tokui.core.tenancy import organization_scope, require_organization

log = logging.getLogger(__name__)
RETRY = RetryStrategy(max_attempts=8, exponential_wait=3)
DAILY: list[Callable[[date], None]] = []
STALLED_AFTER_SECONDS = 60


@dataclass(frozen=True)
class Job:
    """A deferrable function; call `.later(**arguments)` inside an organization's transaction.

    Deferring always goes through Django's own connection, also inside the worker (whose procrastinate app has a
    connection of its own), so a job exists exactly when the transaction that wanted it has committed.
    """

    run: Callable[..., Any]
    name: str
    queue: str

    def later(self, **arguments: Any) -> None:
        self.later_many([arguments])

    def later_many(self, calls: Sequence[dict[str, Any]], *, organization: UUID | None = None) -> None:
        """Defer one job per set of arguments in one statement."""
        owner = str(organization or require_organization())
        jobs = [
            QueuedJob(
                queue=self.queue,
                lock=None,
                queueing_lock=None,
                task_name=self.name,
                task_kwargs={"organization": owner, **arguments},
            )
            for arguments in calls
        ]
        with transaction.atomic():  # a savepoint: a refused defer must not abort the verb
            JobManager(DjangoConnector()).batch_defer_jobs(jobs)

    def __call__(self, **arguments: Any) -> Any:
        return self.run(**arguments)


def job(*, queue: str = "default", atomic: bool = True, retry: bool = True) -> Callable[[Callable[..., Any]], Job]:
    """Make a function a job. With `atomic=False` it opens its own organization scopes (long work in batches) and
    receives `organization` as a UUID."""

    def wrap(function: Callable[..., Any]) -> Job:
        @functools.wraps(function)
        def run(organization: str, **arguments: Any) -> None:
            _renew_connection()
            shared_clock.load()
            if not atomic:
                function(organization=UUID(organization), **arguments)
                return
            with organization_scope(UUID(organization)):
                function(**arguments)

        name = f"{function.__module__}.{function.__name__}"
        app.task(name=name, queue=queue, retry=RETRY if retry else False)(run)
        return Job(function, name, queue)

    return wrap


def defer_global(task_name: str, **arguments: Any) -> None:
    """Defer a task that belongs to no organization (mail of accounts), in the caller's transaction."""
    with transaction.atomic():
        JobManager(DjangoConnector()).batch_defer_jobs(
            [QueuedJob(queue="default", lock=None, queueing_lock=None, task_name=task_name, task_kwargs=arguments)]
        )


def _renew_connection() -> None:
    """A worker's thread lives for days: drop a connection that the server closed meanwhile."""
    if not connection.in_atomic_block:
        close_old_connections()


def daily(function: Callable[[date], None]) -> Callable[[date], None]:
    """Run a function every morning for each organization, within its scope, with the business day."""
    DAILY.append(function)
    return function


def run_daily(day: date) -> None:
    """All daily work of one organization, in registration order; inside its scope."""
    for work in DAILY:
        work(day)


def defer_handler(name: str, ids: Sequence[UUID]) -> None:
    """One job per batch of events, all in one statement."""
    batches = [ids[start : start + events.BATCH] for start in range(0, len(ids), events.BATCH)]
    handle_events.later_many([{"handler": name, "events": [str(one) for one in batch]} for batch in batches])


@job(queue="events", atomic=False)
def handle_events(organization: UUID, handler: str, events: list[str]) -> None:
    """Give a batch of events to one handler; on failure each event alone, so that one bad event holds up no other."""
    ids = [UUID(one) for one in events]
    try:
        _handle(organization, handler, ids)
    except Exception:
        if len(ids) == 1:
            raise
        log.exception("handler %s failed on a batch of %s; trying one by one", handler, len(ids))
        _handle_singly(organization, handler, ids)


def _handle_singly(organization: UUID, handler: str, ids: list[UUID]) -> None:
    failure: Exception | None = None
    for one in ids:
        try:
            _handle(organization, handler, [one])
        except Exception as trouble:
            failure = trouble
    if failure:
        raise failure


def _handle(organization: UUID, name: str, ids: list[UUID]) -> None:
    with organization_scope(organization):
        fresh = _claim(name, ids)
        if fresh:
            _handler(name).run(events.read_events(fresh))


def _claim(name: str, ids: list[UUID]) -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_handled (id, organization_id, handler, event_id) "
            "SELECT id, %s, %s, event_id FROM unnest(%s::uuid[], %s::uuid[]) AS row (id, event_id) "
            "ON CONFLICT DO NOTHING RETURNING event_id",
            [require_organization(), name, uuid7_many(len(ids)), ids],
        )
        return [row[0] for row in cursor.fetchall()]


def _handler(name: str) -> events.Handler:
    for handlers in events.LATER.values():
        for handler in handlers:
            if handler.name == name:
                return handler
    raise LookupError(f"No handler is called {name}")


@app.periodic(cron="* * * * *")
@app.task(name="tokui.core.rescue", queue="rescue", pass_context=True)
async def rescue_stalled(context: Any, timestamp: int) -> None:
    """Give jobs of workers that died back to the queue. Holds no lock itself."""
    manager = context.app.job_manager
    for stalled in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER_SECONDS):
        await manager.retry_job(stalled)


@app.periodic(cron="10 20 * * *")  # 05:10 in Japan
@app.task(name="tokui.core.daily", queue="default")
def defer_daily(timestamp: int) -> None:
    """One job that defers one job per organization."""
    for organization in Organization.objects.values_list("pk", flat=True):
        daily_of_organization.later_many([{}], organization=organization)


@job()
def daily_of_organization() -> None:
    run_daily(clock.today())


def run_pending(limit: int = 100_000, *, organization: UUID | None = None, goes_on: bool = False) -> int:
    """Work off what is queued, here and now, in order: for commands, the test clock, the demo's seeding and tests.

    With `organization` only its jobs. A job that fails is marked so and its trouble raised; with `goes_on` it is
    logged and left to the worker, a minute later, so that one bad job holds up no other.
    """
    done = 0
    while done < limit and _run_one(organization, goes_on):
        done += 1
    return done


def _run_one(organization: UUID | None, goes_on: bool) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'doing' WHERE id = (SELECT id FROM procrastinate_jobs "
            "WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now()) "
            "AND (%(organization)s::text IS NULL OR args->>'organization' = %(organization)s) "
            "ORDER BY priority DESC, id LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING id, task_name, args",
            {"organization": str(organization) if organization else None},
        )
        row = cursor.fetchone()
    if row is None:
        return False
    number, name, arguments = row
    arguments = json.loads(arguments) if isinstance(arguments, str) else arguments
    try:
        app.tasks[name].func(**arguments)
    except Exception:
        if connection.needs_rollback:  # inside a transaction of the caller, which cannot go on
            raise
        if not goes_on:
            _mark(number, "status = 'failed'")
            raise
        log.exception("job %s (%s) failed; the worker will try it again", number, name)
        _mark(number, "status = 'todo', attempts = attempts + 1, scheduled_at = now() + interval '1 minute'")
    else:
        _mark(number, "status = 'succeeded'")
    return True


def _mark(number: int, change: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE procrastinate_jobs SET {change} WHERE id = %s", [number])


@daily
def make_event_partitions(day: date) -> None:
    """Keep the next months' partitions of the event log ready; asking again makes none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT core_make_event_partitions(3)")
