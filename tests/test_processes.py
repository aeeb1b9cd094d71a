"""The process group behind `tokui up`: real children, killed for real."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path

import pytest

from tokui.config.processes import RESTARTS_A_MINUTE, Group


@pytest.fixture
def scripts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder from which the group's `python -m` finds the children of the test."""
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    (tmp_path / "waits.py").write_text("import time\ntime.sleep(60)\n")
    (tmp_path / "fails.py").write_text("raise SystemExit(7)\n")
    return tmp_path


def test_a_child_that_was_killed_is_started_again(scripts: Path, capfd: pytest.CaptureFixture[str]) -> None:
    group = Group()
    group.start("worker", "waits")
    first = group.children[0].process
    running = threading.Thread(target=group.watch)
    running.start()
    os.kill(first.pid, signal.SIGKILL)
    deadline = time.monotonic() + 20
    while group.children[0].process is first and time.monotonic() < deadline:
        time.sleep(0.05)
    second = group.children[0].process
    group.stopping = True
    running.join(20)

    assert second is not first
    assert second.poll() is not None, "ending the group ends the child that was started again"
    assert "The worker ended (code -9); it is started again." in capfd.readouterr().err


def test_a_child_that_keeps_dying_ends_the_group(scripts: Path, capfd: pytest.CaptureFixture[str]) -> None:
    group = Group()
    group.start("web server", "waits")
    group.start("worker", "fails")

    assert group.watch() == 7

    assert len(group.children[1].restarts) == RESTARTS_A_MINUTE
    assert group.children[0].process.poll() is not None, "nobody is left behind"
    assert "Tokui stops." in capfd.readouterr().err
