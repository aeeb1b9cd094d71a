from __future__ import annotations

from django.db import connections

from tokui.core import postgres
from tokui.core.fitness import unfitness


def test_the_test_database_is_fit(db):
    assert unfitness() == []


def test_a_superuser_is_refused(db, monkeypatch):
    from tokui.core import fitness

    with connections["default"].cursor() as mine:
        mine.execute("SELECT current_database()")
        (name,) = mine.fetchone()
    from conftest import CLUSTER

    with CLUSTER.connect(postgres.SUPERUSER, name) as superuser:
        monkeypatch.setattr(fitness, "connection", superuser)
        assert any("bypass row level security" in reason for reason in unfitness())
