"""Backup and restore: pg_dump's custom format and the stored files, in one tar with a manifest of checksums."""

from __future__ import annotations

import hashlib
import io
import json
import os
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import Any, NoReturn

import typer
from django.conf import settings

from tokui.config.cli.installation import BROKEN, complain
from tokui.core import clock, postgres

FORMAT = 1


def write_backup(target: Path) -> dict[str, Any]:
    """A consistent snapshot of the database, and every stored file (files are only ever added)."""
    with tempfile.TemporaryDirectory() as scratch, tarfile.open(f"{target}.part", "w") as archive:
        dump = Path(scratch) / "database.dump"
        _postgres("pg_dump", "--format=custom", "--compress=6", "--file", str(dump), settings.DATABASE_NAME)
        sums = {"database.dump": _sum(dump)}
        archive.add(dump, "database.dump")
        for path in sorted(Path(settings.MEDIA_ROOT).rglob("*")):
            if path.is_file():
                name = f"files/{path.relative_to(settings.MEDIA_ROOT)}"
                sums[name] = _sum(path)
                archive.add(path, name)
        manifest = {"format": FORMAT, "made_at": clock.now().isoformat(), "sha256": sums}
        content = json.dumps(manifest, indent=1).encode()
        entry = tarfile.TarInfo("manifest.json")
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))
    Path(f"{target}.part").replace(target)
    return {"file": str(target), "bytes": target.stat().st_size, "files": len(sums) - 1}


def read_backup(source: Path) -> dict[str, Any]:
    """Unpack, prove every checksum, then restore into the empty database."""
    if not source.exists():
        _refuse(f"There is no file {source}.")
    _require_empty()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        try:
            with tarfile.open(source) as archive:
                archive.extractall(folder, filter="data")
            manifest = _manifest(folder / "manifest.json")
        except (tarfile.TarError, OSError, ValueError) as trouble:
            _refuse(f"{source} is not a backup of Tokui: {trouble}")
        for name, wanted in manifest["sha256"].items():
            if not (folder / name).is_file() or _sum(folder / name) != wanted:
                _refuse(f"{source} is damaged: {name} is missing or was changed.")
        _postgres(
            *("pg_restore", "--exit-on-error", "--single-transaction", "--dbname", settings.DATABASE_NAME),
            str(folder / "database.dump"),
        )
        _bring_files(folder / "files")
    return {"made_at": manifest["made_at"], "files": len(manifest["sha256"]) - 1, "organizations": _count()}


def _manifest(path: Path) -> dict[str, Any]:
    """The list of what a backup holds. Raises ValueError for one that this version cannot read."""
    manifest = json.loads(path.read_text())
    if not isinstance(manifest, dict) or not isinstance(manifest.get("sha256"), dict) or "made_at" not in manifest:
        raise ValueError("its list of contents is incomplete")
    if manifest.get("format") != FORMAT:
        raise ValueError(f"its format is {manifest.get('format')}, this version reads {FORMAT}")
    return manifest


def _bring_files(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            target = Path(settings.MEDIA_ROOT) / path.relative_to(folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            path.replace(target) if path.stat().st_dev == target.parent.stat().st_dev else target.write_bytes(
                path.read_bytes()
            )


def _require_empty() -> None:
    with _cluster().connect(database=settings.DATABASE_NAME) as connection:
        row = connection.execute("SELECT to_regclass('core_organization')").fetchone()
    if row and row[0]:
        _refuse("This installation already holds data. Restore into an empty one: --data-dir NEW_FOLDER")


def _count() -> int:
    with _cluster().connect(database=settings.DATABASE_NAME) as connection:
        row = connection.execute("SELECT count(*) FROM core_organization").fetchone()
    return int(str(row[0])) if row else 0


def _cluster() -> postgres.Cluster:
    if settings.CLUSTER_HOME is None:
        _refuse(
            "The database is yours (TOKUI_DATABASE_URL): back it up with pg_dump as its superuser (docs/operating.md)."
        )
    return postgres.Cluster(settings.CLUSTER_HOME)


def _postgres(program: str, *arguments: str) -> None:
    cluster = _cluster()
    result = subprocess.run(  # noqa: S603
        [
            str(postgres.binaries() / program),
            "--host",
            str(cluster.socket),
            "--username",
            postgres.SUPERUSER,
            *arguments,
        ],
        env={**os.environ, "PGPASSWORD": cluster.password(postgres.SUPERUSER), "PGPORT": str(postgres.PORT)},
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode != 0:
        _refuse(f"{program} failed: {result.stderr.strip()}")


def _sum(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _refuse(reason: str) -> NoReturn:
    complain(reason, "archive")
    raise typer.Exit(BROKEN)
