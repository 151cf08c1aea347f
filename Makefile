# The only runner. `make install` makes .venv; every other target installs what it needs first.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
PIP = $(BIN)/python -m pip --disable-pip-version-check install --quiet

.DEFAULT_GOAL := help
.PHONY: help install run test lint bench bench-full prove mutants docs messages lock clean

help:                           ## say what there is
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

# Two steps, so that `make run` needs only the runtime parts.
$(VENV)/.runtime: requirements/build.txt requirements/runtime.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(PIP) --require-hashes -r requirements/build.txt -r requirements/runtime.txt
	$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime requirements/dev.txt
	$(PIP) --require-hashes -r requirements/dev.txt
	@touch $@

install: $(VENV)/.dev           ## make .venv with the project, editable, and its dev tools

run: $(VENV)/.runtime           ## a demonstration mall at http://127.0.0.1:8000
	$(BIN)/patronage serve --demo

test: $(VENV)/.dev              ## the whole suite
	$(BIN)/python -m pytest -q -n 2 tests

lint: $(VENV)/.dev              ## format, style, types, floors
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.dev             ## measured speed, as a table (under 5 minutes)
	$(BIN)/python -m tests.bench

bench-full: bench               ## the long rows too: a million members (about a quarter of an hour)
	$(BIN)/python -m tests.bench full

prove: $(VENV)/.dev             ## the long proofs: 20,000 examples a property, and the mutants
	PATRONAGE_EXAMPLES=20000 $(BIN)/python -m pytest -q -n 2 tests/properties \
		tests/integration/test_streams.py tests/integration/test_restarts.py
	$(MAKE) mutants

mutants: $(VENV)/.dev           ## change rules and proofs one place at a time; the suite must notice
	$(BIN)/python -m tests.mutants

docs: $(VENV)/.dev              ## write docs/cli.md from the command's own help
	$(BIN)/python -m tests.docs

messages: $(VENV)/.dev          ## write the web's catalogue of sentences, and say what is untranslated
	$(BIN)/python -m tests.messages

lock:                           ## refresh requirements/*.txt (needs uv)
	uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-header --group build -o requirements/build.txt
	uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-header pyproject.toml -o requirements/runtime.txt
	uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-header -c requirements/runtime.txt --group dev -o requirements/dev.txt

clean:                          ## remove what was made
	rm -rf $(VENV) build dist .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
