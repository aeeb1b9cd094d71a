"""Organizations are kept apart by PostgreSQL itself.

`Owned` rows carry their organization. `Isolate` (a migration operation) forces row level security on the table and
ties every reference to the organization. `organization_scope` sets the organization for one transaction; without it
every owned table is empty. Measured reasons: docs/decisions/0002-tenancy.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, ClassVar
from uuid import UUID

from django.db import connection, models, transaction

from tokui.core.ids import public_id, uuid7

#: The organization of the innermost scope, so that asking for it costs no statement.
_scope: ContextVar[UUID | None] = ContextVar("tokui_organization", default=None)

CURRENT = "(SELECT nullif(current_setting('tokui.organization', true), '')::uuid)"


@contextmanager
def organization_scope(organization_id: UUID) -> Iterator[None]:
    """One transaction that sees and writes the rows of one organization.

    Inside another scope it is a savepoint, and the outer organization comes back afterwards. The setting of the
    outermost scope ends with its transaction, so a request pays one statement for it.
    """
    is_nested = connection.in_atomic_block
    with transaction.atomic():
        before = _scope.get()
        _set(organization_id)
        token = _scope.set(organization_id)
        try:
            yield
        finally:
            _scope.reset(token)
            if is_nested and not connection.needs_rollback:
                _set(before)


def current_organization() -> UUID | None:
    """The organization of the running transaction, or None."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nullif(current_setting('tokui.organization', true), '')")
        row = cursor.fetchone()
    return UUID(row[0]) if row and row[0] else None


def require_organization() -> UUID:
    """The organization of the scope we are in; a programming error outside of one."""
    organization = _scope.get()
    if organization is None:
        raise RuntimeError("No organization is set: wrap the work in organization_scope(...)")
    return organization


def _set(organization_id: UUID | None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('tokui.organization', %s, true)", [str(organization_id) if organization_id else ""]
        )


class OwnedForeignKey(models.ForeignKey):  # type: ignore[type-arg]
    """A reference between rows of one organization.

    Django's own constraint is off; `Isolate` adds the composite one `(organization_id, x_id)`, so that a row of
    another organization can never be referred to.
    """

    def __init__(self, to: Any, on_delete: Any = models.DO_NOTHING, **kwargs: Any) -> None:
        kwargs["db_constraint"] = False
        super().__init__(to, on_delete, **kwargs)


class Owned(models.Model):
    """A row that belongs to an organization; its key is a UUIDv7 made here."""

    #: Prefix of the public id: `cus` gives `cus_…`.
    PREFIX: ClassVar[str] = ""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    #: No constraint of its own: the policy admits only the scope's organization, organizations are never deleted,
    #: and a foreign key would cost 6 µs for each row of each table (docs/decisions/0002-tenancy.md).
    organization = models.ForeignKey(
        "core.Organization",
        on_delete=models.DO_NOTHING,
        related_name="+",
        editable=False,
        db_index=False,
        db_constraint=False,
    )

    class Meta:
        abstract = True

    @property
    def public_id(self) -> str:
        return public_id(self.PREFIX, self.id)

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.organization_id is None:
            self.organization_id = require_organization()
        super().save(*args, **kwargs)
