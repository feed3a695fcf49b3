PYTHON ?= python3
BIN := .venv/bin
PORT ?= 8000

.PHONY: help setup run test check lint types imports config bench evaluate simulate crash docs demo new-form clean

help:  ## This list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 14

setup: .venv/.ready  ## Make .venv with everything in it, the daybook command too

.venv/.ready: uv.lock pyproject.toml
	@test -d .venv || $(PYTHON) -m venv .venv
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv sync --frozen --quiet --compile-bytecode
	@touch $@

run: setup  ## Start the office on http://localhost:8000; an empty home gets the demo company
	$(BIN)/daybook up --demo --port $(PORT)

test: setup  ## The whole suite, in a browser too where a Chromium is found
	$(BIN)/python -m pytest

check: lint types imports config  ## Lint, types, directions of imports, configuration

lint: setup
	$(BIN)/ruff check .

types: setup
	$(BIN)/mypy

imports: setup
	$(BIN)/lint-imports --no-logo

config: setup
	$(BIN)/daybook check

bench: setup  ## Measure the promised figures, write bench/RESULTS.md and bench/results.json
	$(BIN)/python -m bench.run

evaluate: setup  ## Ask the assistant its sets of questions; how many it answered right, asked back, answered wrong
	$(BIN)/python -m assistant.evaluation.run

simulate: setup  ## make simulate SEED=7 DAYS=30: random days of purchasing, every promise checked after each act
	SEED="$(SEED)" DAYS="$(DAYS)" DATABASE="$(DATABASE)" $(BIN)/python -m tests.simulation

crash: setup  ## make crash TIMES=100: kill servers and workers in the midst of their work, and see that nothing is lost or doubled
	SEED="$(SEED)" TIMES="$(TIMES)" ONLY="$(ONLY)" DATABASE="$(DATABASE)" $(BIN)/python -m tests.crashes

docs: setup  ## Write docs/reference anew from the code
	$(BIN)/python -m docs.build

demo: setup  ## Fill an empty home with the demo company
	$(BIN)/daybook demo

new-form: setup  ## make new-form NAME=visit: a form to begin with, in site/forms
	$(BIN)/daybook new-form $(NAME)
