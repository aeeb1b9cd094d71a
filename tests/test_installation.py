"""The installation itself: schema, deploy check, refusal of weak secrets, the embedded server, backup and restore."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

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
    assert result.returncode == 1
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
    assert run("tokui", "org", "list", "--org").returncode != 0


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Path:
    """A new installation, made by the same code that `tokui up` runs, with one organization in it."""
    home = tmp_path_factory.mktemp("installation")
    home.chmod(0o755)
    for folder in list(home.parents)[:2]:
        folder.chmod(0o755)
    code = (
        "from tokui.config.cli.commands import _start_database, _stop_database; from tokui.config import processes;"
        "_start_database(); processes.migrate(); _stop_database()"
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
    return home


def test_a_new_installation_passes_its_own_check(installed):
    result = run("tokui", "check", "--data-dir", str(installed))
    assert result.returncode == 0, result.stdout + result.stderr
    assert "invariants hold" in result.stdout


def test_the_same_organization_is_not_founded_twice(installed):
    result = run(
        "tokui", "org", "create", "x", "--owner", "o@example.jp", "--slug", "aoba", "--data-dir", str(installed)
    )
    assert result.returncode == 1
    assert "already an organization called aoba" in result.stderr


def test_an_unknown_organization_is_named(installed):
    result = run("tokui", "standing", "--org", "nobody", "--data-dir", str(installed))
    assert result.returncode == 2
    assert "aoba" in result.stderr


def test_the_clock_is_refused_unless_enabled(installed):
    assert run("tokui", "clock", "advance", "1", "--data-dir", str(installed)).returncode == 1
    moved = run("tokui", "clock", "set", "2026-11-30T09:00:00", "--data-dir", str(installed), TOKUI_TEST_CLOCK="1")
    assert "2026-11-30 09:00" in moved.stdout, moved.stderr


def test_a_backup_comes_back_into_an_empty_installation_and_only_there(installed, tmp_path):
    archive = tmp_path / "tokui.tar"
    assert run("tokui", "backup", str(archive), "--data-dir", str(installed)).returncode == 0
    fresh = installed.parent / "restored"
    back = run("tokui", "restore", str(archive), "--data-dir", str(fresh))
    assert back.returncode == 0, back.stdout + back.stderr
    assert "aoba" in run("tokui", "org", "list", "--data-dir", str(fresh)).stdout
    again = run("tokui", "restore", str(archive), "--data-dir", str(fresh))
    assert again.returncode == 4
    assert "already holds data" in again.stderr


def test_a_damaged_backup_is_refused_by_name(installed, tmp_path):
    broken = tmp_path / "broken.tar"
    broken.write_bytes(b"not a tar")
    result = run("tokui", "restore", str(broken), "--data-dir", str(tmp_path / "new"))
    assert result.returncode == 4
    assert "is not a backup of Tokui" in result.stderr
