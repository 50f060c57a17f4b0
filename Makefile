# Everything sets itself up: `make run`, `make test`. Python 3.11 or newer is all that must be there.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help setup run test explore lint fmt bench screenshots soak big portrait proof dictionary lock clean

# Where it is set, every start compiles thousands of modules anew: seconds that nobody needs.
unexport PYTHONDONTWRITEBYTECODE

VENV := .venv
BIN := $(VENV)/bin
LOCKED := $(VENV)/.locked
READY := $(VENV)/.ready
# What takes a command the longest to load, and most of all the first time.
LOADED := rapport.customers.showing, rapport.doctoring.examining, rapport.mending, rapport.tailing, rapport.up, replay.run, \
    streams.texts.listening, numba
ROOMS := bench console deploy examples producers rapport replay schemas sinks streams tests
DATA ?= example

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 16

setup: $(READY) ## a .venv from requirements.lock (nothing to do the second time)

$(LOCKED): requirements.lock
	@python=$${PYTHON:-}; \
	for each in $$python python3.13 python3.12 python3.11 python3; do \
	    if "$$each" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null; then python=$$each; break; fi; \
	    python=; \
	done; \
	if [ -z "$$python" ]; then echo 'Rapport needs Python 3.11, 3.12 or 3.13: install one, or name it: make PYTHON=/path/to/python' >&2; exit 1; fi; \
	echo "setting up $(VENV) with $$("$$python" --version): 2 GB, one to three minutes"; \
	rm -rf $(VENV); \
	"$$python" -m venv $(VENV) || { echo 'venv failed (Debian: apt-get install python3-venv)' >&2; exit 1; }
	@$(BIN)/pip install --no-compile --disable-pip-version-check --progress-bar off --require-hashes -r requirements.lock \
	    | awk -v all="$$(grep -c '==' requirements.lock)" -v tty="$$(test -t 1 && echo 1)" \
	        '/^Collecting/ {n++; if (tty) printf "\r  package %d of %d at most: %-40.40s", n, all, $$2; \
	                        else if (n % 50 == 0) printf "  package %d of %d at most\n", n, all; fflush()} \
	         /^Installing/ {printf "%s  installing %d packages, the longest part%*s\n", tty ? "\r" : "", n, tty ? 30 : 0, ""; fflush()}'
	@touch $@

$(READY): $(LOCKED) pyproject.toml
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@echo '  compiling what commands load, so that they answer at once'
	@$(BIN)/python -c 'import $(LOADED)'
	@touch $@

run: setup ## start Rapport here on an example, Ctrl-C ends it (DATA=file: your touchpoints; DATA=none: only listen)
	@exec $(BIN)/rapport up --feed '$(DATA)'

test: setup ## all tests, two modules at a time; says at the end which groups ran (ARGS=... goes to pytest)
	@$(BIN)/python -m pytest -n 2 --dist loadgroup --no-loadscope-reorder --durations=25 $(ARGS)

explore: setup ## property tests on many new random examples (not in CI: what it finds becomes a test)
	@RAPPORT_EXAMPLES=explore $(BIN)/python -m pytest -q -m 'not kafka and not clickhouse and not slow' $(ARGS)

lint: setup ## ruff (rules and format), mypy, and schemas against the releases
	@$(BIN)/ruff check $(ROOMS)
	@$(BIN)/ruff format --check --quiet $(ROOMS)
	@$(BIN)/mypy
	@$(BIN)/rapport schema check

fmt: setup ## format and sort imports
	@$(BIN)/ruff check --fix --quiet $(ROOMS) || true
	@$(BIN)/ruff format $(ROOMS)

screenshots: setup ## pictures of the console for the README, from the Rapport that runs here
	@$(BIN)/python -m examples.screenshots

bench: setup ## what it costs (ARGS=... chooses)
	@$(BIN)/python -m bench $(ARGS)

soak: setup ## half an hour of steady load: does anything grow? (ARGS=... chooses)
	@$(BIN)/python -m bench soak $(ARGS)

big: setup ## a touchpoint among a million customers against ten thousand, and their memory: 5 GB (ARGS=... chooses)
	@$(BIN)/python -m bench million $(ARGS)

portrait: setup ## what the engine makes of Online Retail, as docs/relationships-online-retail.md (RAPPORT_SHARED_DATA)
	@$(BIN)/python -m bench portrait $(ARGS)

proof: setup ## live by force through Kafka, then replay from Kafka, archive and files, as docs/replay-proof.md: half an hour (ARGS=...)
	@$(BIN)/python -m bench proof --into docs/replay-proof.md $(ARGS)

dictionary: setup ## what every table and column of the archive means, as docs/data-dictionary.md
	@$(BIN)/python -m sinks.clickhouse.dictionary

lock: ## write requirements.lock anew from requirements.in (needs uv)
	uv pip compile requirements.in -o requirements.lock --universal --generate-hashes --python-version 3.11 \
	    --no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' --quiet

clean: ## remove .venv and caches; what Rapport has stored (.rapport) stays
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis build *.egg-info
	find . -name __pycache__ -not -path './.git/*' -prune -exec rm -rf {} +
