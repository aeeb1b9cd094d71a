"""Web and worker as one process group around one database: what `tokui up` and `tokui demo` run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

STOP_TIMEOUT_SECONDS = 12
#: A child that ends more often than this within a minute is broken, not unlucky.
RESTARTS_A_MINUTE = 5


@dataclass
class Child:
    """A process of the group, what it was started with, and when it had to be started again."""

    name: str
    command: tuple[str, ...]
    environment: dict[str, str]
    process: subprocess.Popen[bytes]
    restarts: list[float] = field(default_factory=list)


@dataclass
class Group:
    """Child processes that serve together: one that dies is started again, one that keeps dying ends them all."""

    children: list[Child] = field(default_factory=list)
    stopping: bool = False

    def start(self, name: str, *command: str, **environment: str) -> None:
        self.children.append(Child(name, command, environment, _started(command, environment)))

    def run_until_stopped(self) -> int:
        """Wait for Ctrl-C or SIGTERM, then end the children. Returns the exit code."""
        for one in (signal.SIGINT, signal.SIGTERM):
            signal.signal(one, self._stop)
        return self.watch()

    def watch(self) -> int:
        """Keep the children alive until somebody sets `stopping`, or one keeps dying; then end them all."""
        while not self.stopping:
            for child in self.children:
                if child.process.poll() is not None and not self._revive(child):
                    self.end()
                    return child.process.returncode or 1
            time.sleep(0.2)
        self.end()
        return 0

    def _revive(self, child: Child) -> bool:
        """Start a child that died again, and say so; False when it died too often."""
        now = time.monotonic()
        child.restarts = [one for one in child.restarts if now - one < 60]
        ended = f"The {child.name} ended (code {child.process.returncode})"
        if len(child.restarts) >= RESTARTS_A_MINUTE:
            print(f"{ended} {RESTARTS_A_MINUTE + 1} times in a minute; Tokui stops.", file=sys.stderr, flush=True)
            return False
        print(f"{ended}; it is started again.", file=sys.stderr, flush=True)
        child.restarts.append(now)
        child.process = _started(child.command, child.environment)
        return True

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True

    def end(self) -> None:
        for child in self.children:
            if child.process.poll() is None:
                os.killpg(child.process.pid, signal.SIGTERM)
        deadline = time.monotonic() + STOP_TIMEOUT_SECONDS
        for child in self.children:
            try:
                child.process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(child.process.pid, signal.SIGKILL)
                child.process.wait()


def _started(command: tuple[str, ...], environment: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", *command], env={**os.environ, **environment}, start_new_session=True
    )


def migrate() -> None:
    """Bring the schema up to date, as the role that owns it, in a process of its own."""
    subprocess.run(
        [sys.executable, "-m", "django", "migrate", "-v", "0"],
        check=True,
        env={**os.environ, "TOKUI_ROLE": "owner", "DJANGO_SETTINGS_MODULE": "tokui.config.settings"},
    )


def collect_static() -> None:
    subprocess.run(
        [sys.executable, "-m", "django", "collectstatic", "--no-input", "-v", "0"],
        check=True,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "tokui.config.settings"},
    )


def web_command(port: int, host: str = "127.0.0.1", workers: int = 1) -> tuple[str, ...]:
    return (
        *("granian", "--interface", "wsgi", "--host", host, "--port", str(port), "--workers", str(workers)),
        *("--blocking-threads", "4", "--workers-kill-timeout", "10s", "--no-ws", "--log-level", "warning"),
        "tokui.config.wsgi:application",
    )


def worker_command(concurrency: int = 2) -> tuple[str, ...]:
    return ("tokui.config.worker", str(concurrency))


def wait_for_port(port: int, seconds: float = 30) -> bool:
    import socket

    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            probe.settimeout(0.3)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return True
        time.sleep(0.1)
    return False


def port_is_free(port: int) -> bool:
    import socket

    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def exec_replace(*command: str, **environment: Any) -> None:
    """Become another program: for `tokui web` and `tokui worker` under a service manager."""
    os.execve(sys.executable, [sys.executable, "-m", *command], {**os.environ, **environment})  # noqa: S606
