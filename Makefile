# `make demo` and `make test` are the two commands; `make help` names the rest.

PYTHONS := python3 python3.14 python3.13 python3.12 python3.11 python
PYTHON ?= $(shell for p in $(PYTHONS); do command -v $$p && exit; done; echo python3)
RUN := .venv/bin/python
MAKEFLAGS += --no-print-directory --no-builtin-rules
.SILENT:
.DEFAULT_GOAL := help
.PHONY: help demo test check bench mutants oracle lock messages format thunderbird clean

help: ## Name the commands
	awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile

demo: ## Start the demo district on http://127.0.0.1:8000 (PORT, LEDIG_HOME)
	$(PYTHON) tools/environment.py
	exec $(RUN) -m tools.demo

test: ## Run every test (ARGS='-k race' goes to pytest)
	$(PYTHON) tools/environment.py --tests
	exec $(RUN) -m pytest $(ARGS)

check: ## Lint, types, layers, migrations, templates, catalogues
	$(PYTHON) tools/environment.py --tests
	exec $(RUN) -m tools.check

format: ## Put the code in its usual shape
	$(PYTHON) tools/environment.py --tests
	$(RUN) -m ruff check --quiet --fix-only .
	$(RUN) -m ruff format --quiet .

bench: ## Measure against the machine's own floors (bench.json in LEDIG_HOME)
	$(PYTHON) tools/environment.py --tests
	exec $(RUN) -m tools.bench $(ARGS)

mutants: ## Put small faults into a copy of the code; tests must catch each
	$(PYTHON) tools/environment.py --tests
	exec $(RUN) -m tools.mutants $(ARGS)

oracle: ## Hold the availability engine against plain Python in thousands of districts
	$(PYTHON) tools/environment.py --tests
	LEDIG_ORACLE=$${LEDIG_ORACLE:-10} exec $(RUN) -m pytest tests/bookings/test_availability_oracle.py $(ARGS)

thunderbird: ## Book with Debian's Thunderbird, headless (apt-get install thunderbird)
	$(PYTHON) tools/environment.py --tests
	exec $(RUN) -m pytest -n 0 tests/clients/thunderbird.py

messages: ## Collect texts into the catalogues under locale/
	$(PYTHON) tools/environment.py --tests
	exec $(RUN) -m tools.messages update

lock: ## Pin the newest packages that pyproject.toml allows, with hashes
	$(PYTHON) tools/environment.py --tests
	exec $(RUN) -m tools.lock $(ARGS)

clean: ## Remove what was made: .venv, caches, compiled texts; the demo's data stays
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	find locale -name '*.mo' -delete
