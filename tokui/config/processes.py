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


@dataclass
class Group:
    """Child processes that live and die together."""

    children: list[subprocess.Popen[bytes]] = field(default_factory=list)
    stopping: bool = False

    def start(self, *command: str, **environment: str) -> None:
        self.children.append(
            subprocess.Popen(  # noqa: S603
                [sys.executable, "-m", *command], env={**os.environ, **environment}, start_new_session=True
            )
        )

    def run_until_stopped(self) -> int:
        """Wait for Ctrl-C, SIGTERM or the end of any child; then end the others. Returns the exit code."""
        for one in (signal.SIGINT, signal.SIGTERM):
            signal.signal(one, self._stop)
        while not self.stopping:
            for child in self.children:
                if child.poll() is not None:
                    self.end()
                    return child.returncode or 1
            time.sleep(0.2)
        self.end()
        return 0

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True

    def end(self) -> None:
        for child in self.children:
            if child.poll() is None:
                os.killpg(child.pid, signal.SIGTERM)
        deadline = time.monotonic() + STOP_TIMEOUT_SECONDS
        for child in self.children:
            try:
                child.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()


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
