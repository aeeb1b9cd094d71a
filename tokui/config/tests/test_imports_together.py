"""The ways in for files stand together, whichever room takes them."""

from __future__ import annotations

import pytest
from django.test import Client

from tokui.access.tests.world import make_member

DOORS = ("/imports", "/sales/import", "/invoices/openings", "/statements", "/deposits/results", "/products/import")


@pytest.mark.parametrize("path", DOORS)
def test_every_page_for_files_leads_to_all_others(page, path):
    shown = page.get(path).content.decode()
    for other in DOORS:
        assert f'<a href="{other}"' in shown, other
    assert f'<a href="{path}" aria-current="page">' in shown


def test_a_marketer_sees_the_doors_of_a_marketer(organization):
    client = Client()
    client.force_login(make_member("marketer").user)
    shown = client.get("/imports").content.decode()
    assert '<a href="/imports" aria-current="page">' in shown
    assert "/deposits/results" not in shown
