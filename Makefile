# Two commands: `make demo` shows the product, `make test` proves it. Needs Python 3.11+, git and make, nothing else.
PYTHON ?= python3
PORT ?= 8000
FRESH ?=
VENV := .venv
BIN := $(VENV)/bin

.PHONY: help demo tour up test lint types floors migrations deploy-check translations unit browser bench format lock clean

help:
	@echo "make demo            run Tokui with the demo's world (FRESH=1 starts over, PORT=8080 chooses the port)"
	@echo "make tour            an empty installation in data/tour, on a test clock, for docs/tour.md"
	@echo "make up              run an empty installation in ./data"
	@echo "make test            everything CI checks"
	@echo "make bench           measure, each row beside its physical limit (SCALE=full for the sizes of the goals)"
	@echo "make format lock     tidy the code; resolve requirements anew"

demo: $(VENV)/ready
	@PORT=$(PORT) $(BIN)/tokui --data-dir data/demo demo $(if $(FRESH),--fresh)

tour: $(VENV)/ready
	@mkdir -p data/tour && touch data/tour/test-clock
	@PORT=$(PORT) $(BIN)/tokui --data-dir data/tour up

up: $(VENV)/ready
	@PORT=$(PORT) $(BIN)/tokui --data-dir data up

$(VENV)/ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Tokui needs Python 3.11 or newer, this is " + sys.version.split()[0]) if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps -e .
	$(BIN)/python -m tokui.ui.catalogs compile
	@touch $@

$(VENV)/ready-dev: requirements-dev.lock $(VENV)/ready
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

test: lint types floors translations migrations deploy-check unit browser
	@echo "Everything that could run passed; skipped tests are named above."

lint: $(VENV)/ready-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/ready-dev
	$(BIN)/python -m mypy tokui

floors: $(VENV)/ready-dev
	$(BIN)/lint-imports

translations: $(VENV)/ready-dev
	$(BIN)/python -m tokui.ui.catalogs check
	$(BIN)/python -m tokui.ui.catalogs compile

migrations deploy-check: $(VENV)/ready-dev
	$(BIN)/python -m pytest -q tests/test_installation.py -k $(subst -,_,$@)

unit: $(VENV)/ready-dev
	$(BIN)/python -m pytest -q -n 2 --dist loadscope -m "not browser"

browser: $(VENV)/ready-dev
	$(BIN)/python -m pytest -q -rs -m browser tests/browser
	$(BIN)/python -m pytest -q -rs -m browser tokui/ui

bench: $(VENV)/ready-dev
	$(BIN)/python -m benchmarks $(if $(SCALE),--scale $(SCALE))

format: $(VENV)/ready-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock:
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q pyproject.toml -o requirements.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q pyproject.toml --group dev -o requirements-dev.lock

clean:
	rm -rf $(VENV) data .testdb .mypy_cache .ruff_cache .pytest_cache
