"""A throw-away installation to measure in, and the speed at which COPY alone fills tables with the rows they hold."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

ROOT = Path(__file__).parent.parent


def in_throwaway_installation(measure: Callable[[Path, object], None]) -> None:
    """Start a PostgreSQL of its own, migrate it, measure in it (folder, cluster), and leave nothing behind."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(
            TOKUI_DATA_DIR=folder, DJANGO_SETTINGS_MODULE="tokui.config.settings", TOKUI_UPLOAD_LIMIT_MB="2048"
        )
        os.environ.pop("TOKUI_DATABASE_URL", None)
        from tokui.core import postgres

        cluster = postgres.Cluster(postgres.home_for(Path(folder) / "postgres"))
        postgres.start(cluster)
        try:
            postgres.prepare_database(cluster, "tokui")
            migrate = [sys.executable, "-m", "django", "migrate", "-v", "0"]
            subprocess.run(migrate, check=True, cwd=ROOT, env={**os.environ, "TOKUI_ROLE": "owner"})
            measure(Path(folder), cluster)
        finally:
            postgres.stop(cluster, mode="immediate")


def copy_seconds(cluster: object, folder: Path, sources: Mapping[str, str]) -> float:
    """Fill tables with the same rows by COPY alone: out to files, truncate, in again. `sources` says which rows."""
    with cluster.connect("postgres", "tokui") as connection:  # type: ignore[attr-defined]
        for table, source in sources.items():
            with (
                (folder / table).open("wb") as target,
                connection.cursor().copy(f"COPY {source} TO STDOUT") as copy,
            ):
                for block in copy:
                    target.write(block)
        connection.execute("SET session_replication_role = replica")  # append-only triggers would refuse to truncate
        connection.execute(f"TRUNCATE {', '.join(sources)} CASCADE")
    with cluster.connect("postgres", "tokui") as connection:  # type: ignore[attr-defined]
        connection.autocommit = False
        seconds = 0.0
        for table in sources:
            started = time.perf_counter()
            with (folder / table).open("rb") as source, connection.cursor().copy(f"COPY {table} FROM STDIN") as copy:
                while block := source.read(1 << 20):
                    copy.write(block)
            seconds += time.perf_counter() - started
        started = time.perf_counter()
        connection.commit()
        return seconds + time.perf_counter() - started
