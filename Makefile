# Two commands on a fresh machine: `make run` and `make test`. Each does its own set-up in .venv.
.PHONY: run test check gates setup setup-test format lint types floors config unit nightly torture bench bench-console clean
.DEFAULT_GOAL := help
VENV := .venv
BIN := $(VENV)/bin
# Without the compiled modules beside them, each of the commands that tests start would compile them anew.
unexport PYTHONDONTWRITEBYTECODE

help: ## what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

run: setup ## install, then show the sample day over real SFTP
	$(BIN)/edi-router demo

test: setup-test ## install what tests need, then everything that CI runs
	$(MAKE) check

check: lint ## all quality gates, without the set-up; beside the tests run the gates that use one core only
	$(MAKE) --no-print-directory --jobs=2 unit gates

gates: types floors config

setup: $(VENV)/.installed

setup-test: $(VENV)/.installed-test
	scripts/system-parts

$(VENV)/.installed: pyproject.toml setup.cfg constraints.txt scripts/install
	scripts/install $(VENV) .

$(VENV)/.installed-test: pyproject.toml setup.cfg constraints.txt scripts/install
	scripts/install $(VENV) '.[test]'
	@touch $@

format: ## format the code
	$(BIN)/ruff check --fix . && $(BIN)/ruff format .

lint:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types:
	$(BIN)/mypy

floors:
	$(BIN)/lint-imports

config:
	$(BIN)/edi-router lint

unit:
	$(BIN)/pytest -n auto --dist worksteal --durations=15 --cov --cov-report=term --cov-fail-under=85

nightly: setup-test ## the property tests and the mutants, twenty times as many of each as CI makes
	EDI_ROUTER_EFFORT=20 $(BIN)/pytest -n auto --dist worksteal --durations=15 tests/property tests/unit
	$(BIN)/python -m tests.mutants --count 8000 --seed 1

torture: setup-test ## kills, power cuts, full disks and the rest, in some 15 minutes on 2 idle cores; docs/reliability.md
	$(BIN)/python -m tests.torture --write

bench: setup ## ratios against named peers (installed into .bench); ROWS="--only sftp" for one row, "--large" for the long ones too
	$(BIN)/python -m tests.bench $(ROWS)

bench-console: setup ## pages, books and reports over a million messages, on SQLite and PostgreSQL; MILLION="--kept DIR --write"
	$(BIN)/python -m tests.bench.console $(MILLION)

clean: ## remove what the set-up made
	rm -rf $(VENV) .bench .torture build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage*
