"""What tests that start other processes need to know about the test database."""

from __future__ import annotations

import os

from django.conf import settings


def test_environment(role: str = "app") -> dict[str, str]:
    """Settings for a process that works on this test run's database."""
    return {
        "TOKUI_DATA_DIR": os.environ["TOKUI_DATA_DIR"],
        "TOKUI_DATABASE_NAME": str(settings.DATABASES["default"]["NAME"]),
        "TOKUI_ROLE": role,
        "TOKUI_TEST_CLOCK": "1",
    }


test_environment.__test__ = False  # type: ignore[attr-defined]
