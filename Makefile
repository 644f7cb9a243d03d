# `make` names every target. Set-up lives in .venv and is repeated only when a requirements file changed.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet
PART ?= all

.DEFAULT_GOAL := help
.PHONY: help setup run test matrix check lint types bench lock clean

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1	\2/' | expand -t 16

.venv/ready:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Herald needs Python 3.11 or newer: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv --clear .venv
	@touch $@

.venv/run: .venv/ready pyproject.toml requirements/build.txt requirements/run.txt requirements/sandbox.txt
	$(PIP) --require-hashes -r requirements/build.txt -r requirements/sandbox.txt
	$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

.venv/dev: .venv/run requirements/dev.txt
	$(PIP) --require-hashes -r requirements/dev.txt
	@touch $@

setup: .venv/dev ## everything needed to run and to develop

run: .venv/run ## the bot with the token of .env, or the sandbox where there is none
	@if [ -n "$$DISCORD_TOKEN" ] || grep -qsE "^(export )?DISCORD_TOKEN=." .env; then exec $(BIN)/python -m bot; else exec $(BIN)/python -m bot sandbox; fi

test: .venv/dev ## all tests
	$(BIN)/python -m pytest

matrix: ## all tests on every supported Python that is installed
	@for version in 3.11 3.12 3.13; do \
		if python$$version -c '' 2>/dev/null; then \
			echo "Python $$version"; \
			python$$version -m venv --clear .venv-$$version && bin=.venv-$$version/bin && \
			pip="$$bin/python -m pip --disable-pip-version-check install --quiet" && \
			$$pip --require-hashes -r requirements/build.txt -r requirements/dev.txt && \
			$$pip --no-deps --no-build-isolation --editable . && \
			$$bin/python -m pytest --quiet || exit 1; \
		else echo "Python $$version is not installed: skipped"; fi; \
	done

lint: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/dev
	$(BIN)/mypy

check: lint types test ## what CI runs: lint, types, tests

bench: .venv/dev ## measurements, side by side with a bare bot (PART=commands or daily)
	$(BIN)/python -m tests.bench $(PART)

lock: .venv/ready ## pin the requirements again, with hashes and without the names of hosts
	$(PIP) uv
	@set -e; pin="$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url"; \
	$$pin pyproject.toml --output-file requirements/run.txt; \
	$$pin pyproject.toml --extra sandbox --constraints requirements/run.txt --output-file requirements/sandbox.txt; \
	$$pin pyproject.toml --group dev --constraints requirements/sandbox.txt --output-file requirements/dev.txt; \
	sed -n 's/^requires = \["\(.*\)"\]/\1/p' pyproject.toml | $$pin - --output-file requirements/build.txt

clean: ## remove what the set-up and the tests made; data/ stays
	rm -rf .venv .venv-3.* .mypy_cache .pytest_cache .ruff_cache .hypothesis *.egg-info
