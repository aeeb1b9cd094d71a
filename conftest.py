"""One embedded PostgreSQL for the whole run, one template database, a clone for each worker.

The server lives in `.testdb/` and its template is named after the migrations' content, so a second run starts in
a second. Tests connect as `tokui_app`, the role that owns nothing, exactly like the product.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent
HOME = ROOT / ".testdb"
os.environ["DJANGO_SETTINGS_MODULE"] = "tokui.config.settings"
os.environ["TOKUI_DATA_DIR"] = str(HOME)
os.environ["TOKUI_TEST_CLOCK"] = "1"
os.environ.pop("TOKUI_DATABASE_URL", None)

from tokui.core import postgres  # noqa: E402
from tokui.ui import catalogs  # noqa: E402

CLUSTER = postgres.Cluster(postgres.home_for(HOME / "postgres"))
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
DATABASE = f"tokui_test_{WORKER}_{os.getpid()}"


def pytest_configure(config: object) -> None:
    (HOME / "static").mkdir(parents=True, exist_ok=True)
    with (HOME / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        catalogs.compile_all()
        already = CLUSTER.is_running()
        postgres.start(CLUSTER, durable=False)
        template = _template()
        _clone(template, DATABASE)
    if WORKER == "main" and not already:
        (HOME / "started-by").write_text(str(os.getpid()))
    from django.conf import settings

    settings.DATABASES["default"].update(
        NAME=DATABASE,
        USER="tokui_app",
        PASSWORD=CLUSTER.password("tokui_app"),
        HOST=str(CLUSTER.socket),
        CONN_MAX_AGE=0,
    )


def pytest_unconfigure(config: object) -> None:
    _drop(DATABASE)
    started = HOME / "started-by"
    if WORKER == "main" and started.exists() and started.read_text() == str(os.getpid()):
        started.unlink()
        postgres.stop(CLUSTER, mode="immediate" if os.environ.get("CI") else "fast")


def _template() -> str:
    digest = hashlib.sha256()
    for path in [*sorted(ROOT.glob("tokui/**/migrations/*.py")), ROOT / "tokui/core/isolation.py"]:
        digest.update(path.read_bytes())
    name = f"tokui_template_{digest.hexdigest()[:12]}"
    with CLUSTER.connect() as connection:
        known = connection.execute("SELECT datname FROM pg_database WHERE datname LIKE 'tokui_template_%'").fetchall()
    if (name,) not in known:
        for (old,) in known:
            _drop(str(old))
        postgres.prepare_database(CLUSTER, f"{name}_new")
        subprocess.run(
            [sys.executable, "-m", "django", "migrate", "-v", "0"],
            check=True,
            cwd=ROOT,
            env={**os.environ, "TOKUI_ROLE": "owner", "TOKUI_DATABASE_NAME": f"{name}_new"},
        )
        with CLUSTER.connect() as connection:
            connection.execute(f"ALTER DATABASE {name}_new RENAME TO {name}")
    return name


def _clone(template: str, name: str) -> None:
    _drop(name)
    with CLUSTER.connect() as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} OWNER tokui_owner")


def _drop(name: str) -> None:
    with CLUSTER.connect() as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


import pytest  # noqa: E402


@pytest.fixture(scope="session")
def django_db_setup() -> None:
    """The database is ready; nothing to create."""


@pytest.fixture(autouse=True)
def _files_of_the_test(tmp_path: Path, settings: object) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"  # type: ignore[attr-defined]
    settings.EMAIL_FILE_PATH = tmp_path / "mail"  # type: ignore[attr-defined]


@pytest.fixture
def organization(db: None) -> Iterator[object]:
    """An organization whose scope is open for the whole test."""
    from tokui.access.actions import found_organization
    from tokui.core.tenancy import organization_scope

    made = found_organization("株式会社あおば", slug="aoba")
    with organization_scope(made.pk):
        yield made


@pytest.fixture
def owner(organization: object) -> object:
    """A person with the role owner, as the actor that verbs are told `by`."""
    from tokui.access.tests.world import make_member

    return make_member("owner").actor


@pytest.fixture
def accountant(organization: object) -> object:
    from tokui.access.tests.world import make_member

    return make_member("accountant").actor


@pytest.fixture
def viewer(organization: object) -> object:
    from tokui.access.tests.world import make_member

    return make_member("viewer").actor


@pytest.fixture
def page(client: object, organization: object) -> object:
    """A browserless client signed in as an owner."""
    from tokui.access.tests.world import make_member

    client.force_login(make_member("owner").user)  # type: ignore[attr-defined]
    return client
