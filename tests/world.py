"""What tests that start other processes need to know about the test database."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings


def test_environment(role: str = "app") -> dict[str, str]:
    """Settings for a process that works on this test run's database."""
    return {
        "TOKUI_DATA_DIR": os.environ["TOKUI_DATA_DIR"],
        "TOKUI_DATABASE_NAME": str(settings.DATABASES["default"]["NAME"]),
        "TOKUI_ROLE": role,
        "TOKUI_TEST_CLOCK": "1",
    }


@contextmanager
def server_kept() -> Iterator[None]:
    """Need the tests' server as a command does, so that a command which ends as the last one does not stop it."""
    with (settings.CLUSTER_HOME / "needed").open("w") as needing:
        fcntl.flock(needing, fcntl.LOCK_SH)
        yield


test_environment.__test__ = False  # type: ignore[attr-defined]
