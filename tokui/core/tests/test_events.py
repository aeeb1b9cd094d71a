from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

import pytest
from django.db import transaction

from tokui.core import events, jobs
from tokui.core.actors import SYSTEM
from tokui.core.events import emit, emit_many, event, on, within
from tokui.core.ids import uuid7
from tokui.core.models import Event, Handled

HEARD: list[object] = []


@event
@dataclass(frozen=True)
class LampLit:
    lamp_id: UUID
    on: date
    customer_id: UUID | None = None
    colours: tuple[str, ...] = ()


@on(LampLit)
def note_lamps(announced):
    if any(one.facts.colours == ("broken",) for one in announced):
        raise RuntimeError("a broken lamp")
    HEARD.extend(one.facts for one in announced)


@pytest.fixture(autouse=True)
def silence():
    HEARD.clear()


def lit(**fields) -> LampLit:
    return LampLit(lamp_id=uuid7(), on=date(2026, 11, 22), **fields)


def test_an_event_comes_back_from_its_payload_as_it_was(organization):
    facts = lit(customer_id=uuid7(), colours=("red", "green"))
    number = emit(facts, about=organization, by=SYSTEM)
    row = Event.objects.get(pk=number)
    assert events.from_payload(row.type, row.payload) == facts
    assert row.customer_id == facts.customer_id


def test_a_set_of_events_costs_one_insert_and_one_job_per_handler_and_batch(organization, django_assert_num_queries):
    many = [lit() for _ in range(1200)]
    with django_assert_num_queries(4):  # insert, savepoint, jobs, release
        emit_many(many, about=[one.lamp_id for one in many], about_type="lamp", by=SYSTEM)
    jobs.run_pending()
    assert len(HEARD) == 1200


def test_a_handler_hears_an_event_once_however_often_its_job_runs(organization):
    number = emit(lit(), about=organization, by=SYSTEM)
    jobs.run_pending()
    jobs.handle_events(organization=organization.pk, handler=f"{__name__}.note_lamps", events=[str(number)])
    assert len(HEARD) == 1
    assert Handled.objects.filter(event_id=number).count() == 1


def test_one_bad_event_does_not_hold_up_the_rest_of_its_batch(organization):
    good, bad = lit(), lit(colours=("broken",))
    ids = emit_many([good, bad], about=[good.lamp_id, bad.lamp_id], about_type="lamp", by=SYSTEM)
    with pytest.raises(RuntimeError):
        jobs.handle_events(organization=organization.pk, handler=f"{__name__}.note_lamps", events=[str(i) for i in ids])
    assert [good] == HEARD
    assert not Handled.objects.filter(event_id=ids[1]).exists()


def test_an_event_whose_transaction_fails_never_happened(organization):
    with pytest.raises(ValueError), transaction.atomic():
        emit(lit(), about=organization, by=SYSTEM)
        raise ValueError
    jobs.run_pending()
    assert HEARD == []


def test_a_listener_within_the_transaction_takes_the_whole_set(organization):
    heard = []

    def listen(facts, by):
        heard.append(len(facts))

    within(LampLit)(listen)
    try:
        many = [lit() for _ in range(3)]
        emit_many(many, about=[one.lamp_id for one in many], about_type="lamp", by=SYSTEM)
    finally:
        events.WITHIN[LampLit].remove(listen)
    assert heard == [3]
