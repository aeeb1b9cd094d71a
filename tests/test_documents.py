"""The documents say what is true: links lead somewhere, tests that are named exist, settings are described."""

from __future__ import annotations

import re
import subprocess
import tomllib
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
REQUIREMENTS = ROOT / "docs/requirements.md"
OPERATING = ROOT / "docs/operating.md"
#: Put together from parts, so that this file does not name it.
FORBIDDEN_PATH = "/" + "work" + "/"

NAMED_TEST = re.compile(r"`([\w/]+\.py)::(\w+)`")
LINK = re.compile(r"(?:\[[^\]]+\]\(|src=\")([^()\s\"]+)[)\"]")
FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
SETTING = re.compile(r"[\"'](TOKUI_[A-Z_]+)[\"']")
MENTIONED_SETTING = re.compile(r"\bTOKUI_[A-Z_]+\b")


@cache
def files_of_the_project() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    paths = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    return [path for path in paths if path.is_file()]


def documents() -> list[Path]:
    return [path for path in files_of_the_project() if path.suffix == ".md"]


def settings_read_by_the_code() -> set[str]:
    sources = [path for path in (ROOT / "tokui").rglob("*.py") if "tests" not in path.parts]
    assert sources
    found = {name for path in sources for name in SETTING.findall(path.read_text())}
    scripts = "".join(path.read_text() for path in (ROOT / ".ci/run", ROOT / "Makefile"))
    return found | set(MENTIONED_SETTING.findall(scripts))


def anchors_of(text: str) -> set[str]:
    """The anchors that GitHub gives to headings."""
    headings = re.findall(r"^#+\s+(.*?)\s*$", FENCE.sub("", text), re.MULTILINE)
    bare = [re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings]
    return {heading.replace(" ", "-") for heading in bare}


def broken_links(path: Path) -> list[str]:
    """Targets of a page's links, to other files or to headings, that do not exist."""
    broken = []
    for target in LINK.findall(FENCE.sub("", path.read_text())):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        led_to = (path.parent / name) if name else path
        if not led_to.exists() or (anchor and anchor not in anchors_of(led_to.read_text())):
            broken.append(target)
    return broken


def missing_tests(text: str) -> list[str]:
    return [
        f"{file}::{test}"
        for file, test in NAMED_TEST.findall(text)
        if not (ROOT / file).is_file() or not re.search(rf"def {test}\(", (ROOT / file).read_text())
    ]


def test_every_test_that_the_requirements_name_exists():
    text = REQUIREMENTS.read_text()
    assert len(NAMED_TEST.findall(text)) > 20
    assert missing_tests(text) == []


def test_a_test_that_does_not_exist_is_found_missing():
    here = "tests/test_documents.py"
    named = f"`{here}::test_that_nobody_wrote` `tests/test_nowhere.py::test_a` `{here}::documents`"
    assert missing_tests(named) == [f"{here}::test_that_nobody_wrote", "tests/test_nowhere.py::test_a"]


def test_every_requirement_that_is_listed_shows_a_test():
    rows = [line for line in REQUIREMENTS.read_text().splitlines() if re.match(r"\| [A-Z]-\d\d", line)]
    assert rows
    assert [row for row in rows if not NAMED_TEST.search(row)] == []


@pytest.mark.parametrize("path", documents(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_relative_link_leads_somewhere(path):
    assert broken_links(path) == []


def test_a_link_to_nowhere_is_found(tmp_path):
    page, other = tmp_path / "page.md", tmp_path / "other.md"
    other.write_text("# A heading")
    page.write_text(
        "[a](nowhere.md) [b](other.md) [c](other.md#a-heading) [d](other.md#none) [e](https://example.com/x)"
    )
    assert broken_links(page) == ["nowhere.md", "other.md#none"]


def test_every_setting_that_the_code_reads_is_described():
    described = set(MENTIONED_SETTING.findall(OPERATING.read_text()))
    assert settings_read_by_the_code() - described == set()


def test_no_setting_is_described_that_the_code_does_not_read():
    described = set(MENTIONED_SETTING.findall(OPERATING.read_text()))
    assert described - settings_read_by_the_code() == set()


def test_every_decision_is_listed_with_its_four_parts():
    folder = ROOT / "docs/decisions"
    index = (folder / "README.md").read_text()
    pages = sorted(folder.glob("0*.md"))
    assert [page.name for page in pages if f"({page.name})" not in index] == []
    parts = ["## Context", "## Decision", "## Consequences", "## Alternatives"]
    assert [page.name for page in pages if not all(part in page.read_text() for part in parts)] == []


def test_every_dependency_has_a_line_that_says_why():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    names = {re.match(r"[\w.-]+", line)[0] for line in wanted}
    told = (ROOT / "docs/decisions/0008-dependencies.md").read_text()
    assert {name for name in names if f"`{name}`" not in told} == set()


def test_no_file_names_a_folder_of_one_machine():
    named = [
        str(path.relative_to(ROOT)) for path in files_of_the_project() if FORBIDDEN_PATH.encode() in path.read_bytes()
    ]
    assert named == []


def test_the_licence_is_apache_2_0():
    text = (ROOT / "LICENSE").read_text()
    assert "Apache License" in text and "Version 2.0, January 2004" in text and "END OF TERMS AND CONDITIONS" in text
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert project["project"]["license"] == "Apache-2.0"
