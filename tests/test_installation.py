"""The installation itself: schema, deploy check, refusal of weak secrets, the embedded server, backup and restore."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tokui.core.postgres import Cluster, home_for, needed

ROOT = Path(__file__).parents[1]


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("TOKUI_", "PYTEST_"))}
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=180,
        env={**clean, "DJANGO_SETTINGS_MODULE": "tokui.config.settings", "LANG": "C.UTF-8", **environment},
    )


def production(tmp_path: Path, **changes: str) -> dict[str, str]:
    return {
        "TOKUI_PRODUCTION": "1",
        "TOKUI_DATA_DIR": str(tmp_path),
        "TOKUI_SECRET_KEY": "q9V4nX2mL8cR7tY5wZ1bK3jH6gF0dS-aPoIuEyTr-Qxq9V4nX2mL8",
        "TOKUI_VAULT_KEY": "m3N8bV5cX2zL9kJ6hG4fD1sA7pO0iU-yTrEwQaSdFgHm3N8bV5cX2",
        "TOKUI_ALLOWED_HOSTS": "tokui.example.jp",
        **changes,
    }


def test_migrations_match_the_models():
    from tests.world import test_environment

    result = run("django", "makemigrations", "--check", "--dry-run", **test_environment(role="owner"))
    assert result.returncode == 0, result.stdout + result.stderr


def test_deploy_check_is_silent(tmp_path):
    result = run("django", "check", "--deploy", "--fail-level", "WARNING", **production(tmp_path))
    assert result.returncode == 0, result.stdout + result.stderr
    assert "no issues" in result.stdout


@pytest.mark.parametrize("secret", ["", "changeme", "a" * 60])
def test_production_refuses_a_missing_or_weak_secret(tmp_path, secret):
    result = run("django", "check", **production(tmp_path, TOKUI_SECRET_KEY=secret))
    assert result.returncode == 4
    assert "TOKUI_SECRET_KEY must be set" in result.stderr


def test_production_refuses_to_guess_its_host(tmp_path):
    result = run("django", "check", **production(tmp_path, TOKUI_ALLOWED_HOSTS=""))
    assert "TOKUI_ALLOWED_HOSTS" in result.stderr


def test_the_test_clock_cannot_run_in_production(tmp_path):
    code = "from django.conf import settings; print(settings.TOKUI_TEST_CLOCK)"
    result = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={**os.environ, **production(tmp_path, TOKUI_TEST_CLOCK="1")},
    )
    assert result.stdout.strip() == "False"


def test_a_command_without_an_installation_says_what_to_do(tmp_path):
    result = run("tokui", "org", "list", "--data-dir", str(tmp_path))
    assert result.returncode == 4
    assert "tokui up" in result.stderr


def test_an_option_without_its_value_is_wrong_usage(tmp_path):
    assert run("tokui", "org", "list", "--org").returncode == 2


@pytest.fixture(scope="module")
def installed() -> Iterator[Path]:
    """A new installation, made by the same code that `tokui up` runs, with one organization in it.

    Not in pytest's own folder, which another run of pytest closes to the account of the embedded server.
    """
    with tempfile.TemporaryDirectory(prefix="tokui-test-") as parent:
        Path(parent).chmod(0o755)
        home = Path(parent) / "installed"
        home.mkdir()
        _install(home)
        yield home


def _install(home: Path) -> None:
    code = (
        "from tokui.config.cli.commands import _database; from tokui.config import processes\n"
        "with _database(): processes.migrate()"
    )
    environment = {**os.environ, "TOKUI_DATA_DIR": str(home), "TOKUI_ROLE": "app", "TOKUI_DATABASE_NAME": "tokui"}
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, env=environment)
    assert result.returncode == 0, result.stderr
    made = run(
        "tokui",
        "org",
        "create",
        "あおば",
        "--owner",
        "o@example.jp",
        "--slug",
        "aoba",
        "--data-dir",
        str(home),
        "--json",
    )
    assert made.returncode == 0, made.stderr


def test_a_new_installation_passes_its_own_check(installed):
    result = run("tokui", "check", "--data-dir", str(installed))
    assert result.returncode == 0, result.stdout + result.stderr
    assert "invariants hold" in result.stdout


def test_commands_share_the_server_and_the_last_one_stops_it(installed):
    """A backup from cron ends while an import still works: it must not take the database from it."""
    commands = [
        subprocess.Popen(
            [sys.executable, "-m", "tokui", *words, "--data-dir", str(installed)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for words in (["check"], ["org", "list"], ["standing"], ["org", "list"])
    ]
    answers = [command.communicate(timeout=120) for command in commands]
    assert [command.returncode for command in commands] == [0, 0, 0, 0], answers
    assert not Cluster(home_for(installed / "postgres")).is_running()


@pytest.fixture(scope="module")
def running(installed: Path) -> Iterator[Path]:
    """The installation with its server kept running, so that each command takes no start of its own."""
    with needed(Cluster(home_for(installed / "postgres"))):
        yield installed


def test_the_same_organization_is_not_founded_twice(running):
    result = run("tokui", "org", "create", "x", "--owner", "o@example.jp", "--slug", "aoba", "--data-dir", str(running))
    assert result.returncode == 1
    assert "already an organization called aoba" in result.stderr


def test_an_unknown_organization_is_named(running):
    result = run("tokui", "standing", "--org", "nobody", "--data-dir", str(running))
    assert result.returncode == 2
    assert "aoba" in result.stderr


def test_the_clock_is_refused_unless_enabled(running):
    assert run("tokui", "clock", "advance", "1", "--data-dir", str(running)).returncode == 1
    moved = run("tokui", "clock", "set", "2026-11-30T09:00:00", "--data-dir", str(running), TOKUI_TEST_CLOCK="1")
    assert "2026-11-30 09:00" in moved.stdout, moved.stderr


def test_the_clock_is_set_again_from_another_process(running):
    for day in ("2026-11-30", "2026-12-07"):
        moved = run("tokui", "clock", "set", f"{day}T09:00:00", "--data-dir", str(running), TOKUI_TEST_CLOCK="1")
        assert f"{day} 09:00" in moved.stdout, moved.stderr


def test_a_backup_comes_back_into_an_empty_installation_and_only_there(running, tmp_path):
    archive = tmp_path / "tokui.tar"
    assert run("tokui", "backup", str(archive), "--data-dir", str(running)).returncode == 0
    fresh = running.parent / "restored"
    back = run("tokui", "restore", str(archive), "--data-dir", str(fresh))
    assert back.returncode == 0, back.stdout + back.stderr
    assert "aoba" in run("tokui", "org", "list", "--data-dir", str(fresh)).stdout
    again = run("tokui", "restore", str(archive), "--data-dir", str(fresh))
    assert again.returncode == 4
    assert "already holds data" in again.stderr


def test_a_damaged_backup_is_refused_by_name(running, tmp_path):
    broken = tmp_path / "broken.tar"
    broken.write_bytes(b"not a tar")
    result = run("tokui", "restore", str(broken), "--data-dir", str(tmp_path / "new"))
    assert result.returncode == 4
    assert "is not a backup of Tokui" in result.stderr


def test_an_incomplete_backup_is_refused_by_name(running, tmp_path):
    broken = tmp_path / "broken.tar"
    (tmp_path / "manifest.json").write_text('{"format": 1}')
    with tarfile.open(broken, "w") as archive:
        archive.add(tmp_path / "manifest.json", "manifest.json")
    result = run("tokui", "restore", str(broken), "--data-dir", str(tmp_path / "new"))
    assert result.returncode == 4
    assert "its list of contents is incomplete" in result.stderr


def test_a_file_that_cannot_be_written_is_named_without_a_traceback(running):
    result = run("tokui", "backup", "/nonexistent/b.tar", "--data-dir", str(running))
    assert result.returncode == 4
    assert "/nonexistent/b.tar" in result.stderr
    assert "Traceback" not in result.stderr


def test_restoring_beside_a_running_installation_leaves_it_running(running, tmp_path):
    archive = tmp_path / "tokui.tar"
    assert run("tokui", "backup", str(archive), "--data-dir", str(running)).returncode == 0
    refused = run("tokui", "restore", str(archive), "--data-dir", str(running))
    assert refused.returncode == 4
    assert "already holds data" in refused.stderr
    with Cluster(home_for(running / "postgres")).connect(database="tokui") as connection:
        assert connection.execute("SELECT count(*) FROM core_organization").fetchone() == (1,)


@pytest.mark.parametrize(
    "words",
    [
        ["--owner", "notanemail"],
        ["--owner", "o@example.jp", "--slug", "Bad Slug!"],
        ["--owner", "o@example.jp", "--language", "fr"],
    ],
)
def test_an_organization_with_bad_details_is_not_founded(running, words):
    result = run("tokui", "org", "create", "別", *words, "--data-dir", str(running))
    assert result.returncode == 1, result.stdout
    assert "別" not in run("tokui", "org", "list", "--data-dir", str(running)).stdout


def test_wrong_usage_answers_in_json_too(running):
    result = run("tokui", "standing", "--nope", "--json", "--data-dir", str(running))
    assert result.returncode == 2
    assert json.loads(result.stderr)["error"] == "usage"


def test_findings_and_none_are_one_json_answer(running):
    result = run("tokui", "check", "--json", "--data-dir", str(running))
    assert json.loads(result.stdout)["findings"] == []


def test_an_unknown_customer_is_not_an_empty_table(running):
    result = run("tokui", "standing", "--customer", "NOPE", "--data-dir", str(running))
    assert result.returncode == 2
    assert "NOPE" in result.stderr


def test_an_unknown_format_is_wrong_usage_and_leaves_nothing(running, tmp_path):
    assert run("tokui", "bank", "accounts", "add", "main", "--data-dir", str(running)).returncode == 0
    file = ROOT / "examples" / "bank-midori-2026-11.zengin01.txt"
    wrong = run(
        "tokui", "bank", "import", str(file), "--account", "main", "--format", "foo", "--data-dir", str(running)
    )
    assert wrong.returncode == 2
    assert "zengin-01" in wrong.stderr


def test_a_file_of_customers_that_was_taken_over_adds_nothing_and_says_so(running):
    file = str(ROOT / "examples" / "customers.xlsx")
    first = run("tokui", "customers", "import", file, "--data-dir", str(running), "--json")
    assert json.loads(first.stdout)["new"] > 100, first.stderr
    again = run("tokui", "customers", "import", file, "--data-dir", str(running))
    assert again.returncode == 0
    assert "was imported before; nothing was added" in again.stdout


def test_links_of_other_commands_lead_to_where_the_installation_serves(running):
    (running / "address").write_text("http://localhost:8855")
    made = run(
        "tokui", "org", "create", "港", "--owner", "m@example.jp", "--slug", "minato", "--data-dir", str(running)
    )
    (running / "address").unlink()
    assert "http://localhost:8855/join/" in made.stdout


def test_two_of_one_installation_do_not_serve_at_once(running):
    with (running / "serving").open("w") as serving:
        fcntl.flock(serving, fcntl.LOCK_EX)
        result = run("tokui", "up", "--port", "8998", "--data-dir", str(running))
    assert result.returncode == 4
    assert "already runs" in result.stderr
