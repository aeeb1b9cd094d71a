"""Row level security is forced on every business table, proven from PostgreSQL's catalogue."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction

from tokui.access.actions import found_organization
from tokui.access.models import Business
from tokui.core.errors import Refusal
from tokui.core.ids import uuid7
from tokui.core.models import Event, Handled, Organization
from tokui.core.tenancy import Owned, OwnedForeignKey, current_organization, organization_scope

#: Tables without an organization: sign-in, organizations, the framework's and the job queue's.
GLOBAL_TABLES = {
    "access_user",
    "access_membership",
    "core_organization",
    "core_setting",
    "core_throttle",
    "auth_group",
    "auth_group_permissions",
    "auth_permission",
    "django_content_type",
    "django_migrations",
    "django_session",
}
DEFINER_FUNCTIONS = {"core_door", "core_make_event_partitions", "customers_search"}


def rows(sql: str, *values: object) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


def test_every_table_is_global_by_name_or_has_forced_row_security_with_a_policy(db):
    found = rows(
        """
        SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity, c.relowner::regrole::text,
               EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid AND p.polqual IS NOT NULL AND p.polwithcheck IS NOT NULL)
          FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p')
        """
    )
    for table, forced, owner, has_policy in found:
        assert owner == "tokui_owner", table
        if table in GLOBAL_TABLES or table.startswith("procrastinate_"):
            continue
        assert forced and has_policy, f"{table} is not isolated"


def test_every_owned_table_has_a_required_organization_and_tells_ids_apart_within_it(db):
    for model in owned_models():
        table = model._meta.db_table
        nullable = rows(
            "SELECT is_nullable FROM information_schema.columns WHERE table_name = %s AND column_name = 'organization_id'",
            table,
        )
        assert nullable == [("NO",)], table


def test_every_unique_index_of_an_owned_table_starts_with_the_organization(db):
    tables = [model._meta.db_table for model in owned_models()]
    found = rows(
        """
        SELECT c.relname, i.relname, a.attname FROM pg_index x JOIN pg_class c ON c.oid = x.indrelid
          JOIN pg_class i ON i.oid = x.indexrelid
          LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = x.indkey[0]
         WHERE x.indisunique AND NOT x.indisprimary AND c.relname = ANY(%s)
        """,
        tables,
    )
    assert found
    assert [row for row in found if row[2] != "organization_id"] == []


def test_every_foreign_key_between_owned_tables_includes_the_organization(db):
    for model in owned_models():
        for field in model._meta.local_fields:
            if field.is_relation and field.many_to_one and issubclass(field.related_model, Owned):
                assert isinstance(field, OwnedForeignKey), f"{model.__name__}.{field.name}"
                keys = rows(
                    "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'f' AND conrelid = %s::regclass",
                    model._meta.db_table,
                )
                wanted = f"FOREIGN KEY (organization_id, {field.column}) REFERENCES"
                assert any(key[0].startswith(wanted) for key in keys), f"{model.__name__}.{field.name}"


def test_definer_functions_are_on_the_list(db):
    found = rows(
        "SELECT proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace "
        "WHERE prosecdef AND nspname = 'public' AND proname NOT LIKE 'procrastinate%%'"
    )
    assert {row[0] for row in found} == DEFINER_FUNCTIONS


def test_the_running_role_owns_nothing_and_cannot_bypass_row_security(db):
    assert rows("SELECT rolsuper, rolbypassrls, current_user::text FROM pg_roles WHERE rolname = current_user") == [
        (False, False, "tokui_app")
    ]


def test_japanese_trigrams_work_in_this_database(db):
    assert rows("SELECT show_trgm('東京') <> '{}'") == [(True,)]


def test_without_an_organization_every_owned_table_is_empty(db):
    with organization_scope(found_organization("A", slug="a").pk):
        assert Business.objects.count() == 1
    assert current_organization() is None
    for model in owned_models():
        assert model._default_manager.count() == 0, model


def test_an_organization_cannot_see_write_or_refer_to_the_rows_of_another(db):
    ours, theirs = found_organization("A", slug="a"), found_organization("B", slug="b")
    with organization_scope(theirs.pk):
        event = Event.objects.get()
    with organization_scope(ours.pk):
        assert not Event.objects.filter(pk=event.pk).exists()
        with pytest.raises(IntegrityError), transaction.atomic():
            Handled.objects.create(handler="x", event_id=event.pk)
        with pytest.raises(Exception, match="row-level security"), transaction.atomic():
            Business.objects.create(organization_id=theirs.pk, code="x", name="x")


def test_a_nested_scope_gives_the_outer_organization_back(db):
    ours, theirs = found_organization("A", slug="a"), found_organization("B", slug="b")
    with organization_scope(ours.pk):
        with pytest.raises(Refusal), organization_scope(theirs.pk):
            raise Refusal
        assert current_organization() == ours.pk
        with organization_scope(theirs.pk):
            assert current_organization() == theirs.pk
        assert current_organization() == ours.pk


def test_events_can_be_neither_changed_nor_deleted(organization):
    for statement in ("UPDATE core_event SET type = 'x'", "DELETE FROM core_event", "TRUNCATE core_event"):
        with pytest.raises(Exception, match="permission denied"), transaction.atomic():
            rows(statement)


def test_an_organization_cannot_be_deleted_by_the_application(organization):
    with pytest.raises(Exception, match="permission denied"), transaction.atomic():
        Organization.objects.filter(pk=uuid7()).delete()


def owned_models() -> list[type[Owned]]:
    return [model for model in apps.get_models() if issubclass(model, Owned)]
