from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.urls import clear_url_caches
from django.utils import translation

from tokui.ui import catalogs, navigation, palette, panels, today

# At collection, before any test loads Django's translations, which are then kept for the whole process.
catalogs.compile_all(names=["ui"])


@pytest.fixture(autouse=True)
def japanese() -> Iterator[None]:
    with translation.override("ja"):
        yield


@pytest.fixture
def registries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Empty registries, so that the rooms of the installation do not take part."""
    clear_url_caches()
    monkeypatch.setattr(navigation, "_entries", {})
    monkeypatch.setattr(palette, "_providers", {})
    monkeypatch.setattr(palette, "_commands", {})
    monkeypatch.setattr(panels, "_panels", {})
    monkeypatch.setattr(today, "_sources", {})
