"""Migration operations that put a table under row level security, and doors through it."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.migrations.operations.base import Operation

from tokui.core.tenancy import CURRENT, OwnedForeignKey


class Isolate(Operation):
    """Force row security on an owned model's table and tie its references to the organization.

    Safe to run again after a field was added: what exists already is left alone.
    `append_only` takes UPDATE and DELETE from the application and makes a trigger refuse them to everybody.
    """

    reduces_to_sql = True
    reversible = True
    elidable = False

    def __init__(self, model_name: str, append_only: bool = False) -> None:
        self.model_name = model_name
        self.append_only = append_only

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return (type(self).__name__, [self.model_name], {"append_only": self.append_only} if self.append_only else {})

    def state_forwards(self, app_label: str, state: Any) -> None:
        pass

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        for statement in isolation_sql(model, append_only=self.append_only):
            schema_editor.execute(statement)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        pass

    def describe(self) -> str:
        return f"Isolate {self.model_name} by organization"


def isolation_sql(model: type[models.Model], *, append_only: bool) -> list[str]:
    table = model._meta.db_table
    statements = [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        f"DROP POLICY IF EXISTS own_organization ON {table}",
        f"CREATE POLICY own_organization ON {table} TO tokui_app "
        f"USING (organization_id = {CURRENT}) WITH CHECK (organization_id = {CURRENT})",
        f"DROP POLICY IF EXISTS maintenance ON {table}",
        f"CREATE POLICY maintenance ON {table} TO tokui_maintenance USING (true) WITH CHECK (true)",
        _add_constraint(table, f"{table}_own", f"UNIQUE (organization_id, {model._meta.pk.column})"),
    ]
    statements += [_reference(table, field) for field in model._meta.local_fields if isinstance(field, OwnedForeignKey)]
    if append_only:
        statements += _append_only(table)
    return statements


def _reference(table: str, field: OwnedForeignKey) -> str:
    target = field.related_model._meta.db_table
    return _add_constraint(
        table,
        f"{table}_{field.column}_own"[:63],
        f"FOREIGN KEY (organization_id, {field.column}) REFERENCES {target} (organization_id, id)",
    )


def _add_constraint(table: str, name: str, definition: str) -> str:
    return (
        f"DO $do$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conrelid = '{table}'::regclass "
        f"AND conname = '{name}') THEN ALTER TABLE {table} ADD CONSTRAINT {name} {definition}; END IF; END $do$"
    )


def _append_only(table: str) -> list[str]:
    return [
        f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM tokui_app, tokui_maintenance",
        f"DROP TRIGGER IF EXISTS append_only ON {table}",
        f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION core_refuse_change()",
    ]


class Door(Operation):
    """A function that looks through row security: it belongs to `tokui_door`, which may read just the tables named.

    The body must compare the organization itself and return ids only. The catalogue test reads the allow-list from
    these operations.
    """

    reduces_to_sql = True
    reversible = True
    elidable = False

    def __init__(
        self, name: str, arguments: str, returns: str, body: str, reads: list[str], language: str = "sql"
    ) -> None:
        self.name = name
        self.arguments = arguments
        self.returns = returns
        self.body = body
        self.reads = reads
        self.language = language

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return (type(self).__name__, [self.name, self.arguments, self.returns, self.body, self.reads], {})

    def state_forwards(self, app_label: str, state: Any) -> None:
        pass

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        for table in self.reads:
            schema_editor.execute(f"GRANT SELECT ON {table} TO tokui_door")
            schema_editor.execute(f"DROP POLICY IF EXISTS door ON {table}")
            schema_editor.execute(f"CREATE POLICY door ON {table} FOR SELECT TO tokui_door USING (true)")
        schema_editor.execute(
            f"CREATE OR REPLACE FUNCTION {self.name}({self.arguments}) RETURNS {self.returns} "
            f"LANGUAGE {self.language} STABLE SECURITY DEFINER SET search_path = public, pg_temp "
            f"AS $door$ {self.body} $door$"
        )
        schema_editor.execute(f"ALTER FUNCTION {self.name} OWNER TO tokui_door")
        schema_editor.execute(f"REVOKE ALL ON FUNCTION {self.name} FROM PUBLIC")
        schema_editor.execute(f"GRANT EXECUTE ON FUNCTION {self.name} TO tokui_app")

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        schema_editor.execute(f"DROP FUNCTION IF EXISTS {self.name}")

    def describe(self) -> str:
        return f"Open the door {self.name}"
