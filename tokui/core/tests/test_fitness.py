from __future__ import annotations

import pytest
from django.db import connections
from psycopg import sql

from conftest import CLUSTER
from tokui.core import fitness, postgres
from tokui.core.fitness import unfitness


def test_the_test_database_is_fit(db):
    assert unfitness() == []


@pytest.mark.parametrize("powerful", ["tokui_maintenance", "tokui_owner", "tokui_door"])
def test_a_role_that_may_become_a_powerful_one_is_refused(db, monkeypatch, powerful):
    with connections["default"].cursor() as mine:
        mine.execute("SELECT current_database()")
        (name,) = mine.fetchone()
    with CLUSTER.connect(postgres.SUPERUSER, name) as superuser, superuser.transaction(force_rollback=True):
        superuser.execute(sql.SQL("GRANT {} TO tokui_app").format(sql.Identifier(powerful)))
        superuser.execute("SET LOCAL ROLE tokui_app")
        monkeypatch.setattr(fitness, "connection", superuser)

        assert any("bypass row level security" in reason for reason in unfitness())


def test_a_database_that_does_not_know_japanese_letters_is_refused(db, monkeypatch):
    with CLUSTER.connect() as superuser:
        superuser.execute(
            "CREATE DATABASE tokui_deaf TEMPLATE template0 LOCALE_PROVIDER libc LC_COLLATE 'C' LC_CTYPE 'C'"
        )
    try:
        with CLUSTER.connect(postgres.SUPERUSER, "tokui_deaf") as superuser:
            superuser.execute("CREATE EXTENSION pg_trgm")
            monkeypatch.setattr(fitness, "connection", superuser)

            assert any("Japanese letters" in reason for reason in fitness.unfit_server())
    finally:
        with CLUSTER.connect() as superuser:
            superuser.execute("DROP DATABASE tokui_deaf WITH (FORCE)")


def test_a_superuser_is_refused(db, monkeypatch):
    with connections["default"].cursor() as mine:
        mine.execute("SELECT current_database()")
        (name,) = mine.fetchone()
    with CLUSTER.connect(postgres.SUPERUSER, name) as superuser:
        monkeypatch.setattr(fitness, "connection", superuser)
        assert any("bypass row level security" in reason for reason in unfitness())
