# Type `make` to see what there is. PEOPLE, DAYS and SEED choose the town of `make run`, TOWN and OUT its folders; SERVE=1 shows it in a browser.
PYTHON ?= python3
PEOPLE ?= 8000
DAYS   ?= 60
SEED   ?= 1
TOWN   ?= town
OUT    ?= out
BIN    := .venv/bin
STAMP  := .venv/.ready
CONSOLE = $(BIN)/duanka console $(OUT) --data $(TOWN) --demo
# One thread a worker: two test processes with a thread pool each only wait for one another.
CALM   := OMP_NUM_THREADS=1 POLARS_MAX_THREADS=1 NUMBA_NUM_THREADS=1

.DEFAULT_GOAL := help
.PHONY: help setup run check fmt lint type test docs bench bench-quality

help:
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' Makefile

setup: $(STAMP) ## make .venv and install exactly what requirements.lock names

run: $(STAMP) ## simulate a town, judge its cards, write out/report.html; SERVE=1 opens the console on it
	@test ! -e $(TOWN)/transfer.parquet || echo "$(TOWN)/ is there already; remove it to get another town"
	@test -e $(TOWN)/transfer.parquet || $(BIN)/duanka simulate --out $(TOWN) --people $(PEOPLE) --days $(DAYS) --seed $(SEED)
	$(BIN)/duanka run $(TOWN) --out $(OUT)
	@$(if $(SERVE),,echo "to look at it in a browser: $(CONSOLE)")
	$(if $(SERVE),$(CONSOLE))

check: lint type test ## everything .ci/run asks for: lint, types, house rules, tests

fmt: $(STAMP) ## rewrite the code in the house's form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix-only --quiet .

lint: $(STAMP) ## form, lint and floors; changes nothing
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports

type: $(STAMP) ## mypy, strict
	$(BIN)/mypy

test: $(STAMP) ## the whole suite, house rules included
	$(CALM) $(BIN)/pytest -q -n 2

docs: $(STAMP) ## write the generated pages of docs/ anew
	$(BIN)/python docs/generate.py

bench: $(STAMP) ## speed, beside the peers
	$(BIN)/python bench/speed.py

bench-quality: $(STAMP) ## quality on towns whose habits the model never saw
	$(BIN)/python bench/quality.py

# uv is quick; where it finds no packages (it does not read pip's configuration), pip does the same, slowly.
# The last line but one leaves bytecode behind: where none may be written later, every run would begin five seconds later.
$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "duanka needs Python 3.11 or newer; name one: make setup PYTHON=python3.12"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv \
	  || { echo "python3 cannot make a venv; on Debian: apt-get install python3-venv"; exit 1; }
	@echo "installing what requirements.lock names into .venv (once)"
	@( $(BIN)/python -m pip install -q uv \
	  && $(BIN)/uv pip install -q --python $(BIN)/python -r requirements.lock \
	  && $(BIN)/uv pip install -q --python $(BIN)/python --no-deps -e . ) \
	|| ( $(BIN)/python -m pip install -q -r requirements.lock \
	  && $(BIN)/python -m pip install -q --no-deps -e . )
	@env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -c 'import duanka.cli, duanka.jobs.run'
	@touch $@
