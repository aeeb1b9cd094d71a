"""Finding customers as people type."""

from __future__ import annotations

import pytest

from tokui.core.actors import SYSTEM
from tokui.customers.actions import create_customer
from tokui.customers.drafts import CustomerDraft
from tokui.customers.queries import search


@pytest.fixture
def satoru(organization):
    create_customer(CustomerDraft(code="C-2", name="青木 勇", kana="アオキ イサム"), by=SYSTEM)
    return create_customer(
        CustomerDraft(
            code="C-1", name="青木 悟", kana="アオキ サトル", email="satoru@example.jp", phone="03-6234-5678"
        ),
        by=SYSTEM,
    )


@pytest.mark.parametrize(
    "typed",
    ["青木 悟", "アオキ サトル", "ｱｵｷ ｻﾄﾙ", "あおき さとる", "satoru@", "6234-5678", "０３６２３４", "青木 6234"],
)
def test_a_customer_is_found_by_what_people_type(satoru, typed):
    assert search(typed).ids == (satoru.pk,)


def test_words_that_do_not_all_occur_find_nobody(satoru):
    assert search("青木 翔").ids == ()
