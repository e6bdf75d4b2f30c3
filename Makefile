# Two commands do everything: `make demo` and `make test`. The rest is for those who work on Tieline.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SECONDS ?= 30
BACKEND ?= sqlite
WORKERS ?= 2
SRC := src tests benchmarks examples

# Tests start hundreds of processes: each would compile every module anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test check soak durations lint format bench openapi regenerate changelog \
        migration-number screenshots clean

demo: $(VENV)/.runtime
	$(BIN)/tieline demo --seconds $(SECONDS) $(if $(KEEP),--keep)

test: $(VENV)/.dev
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile

# While you work: lint, types and every test that starts no process, in less than two minutes.
check: lint
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --light -q -rfE

# The long proofs, TIMES as much of them as in `make test`; SEED= makes the choices of a run again.
TIMES ?= 20
FAULT_SECONDS ?= 120
SEED := $(or $(SEED),$(shell date +%s))
PROOFS = $(shell grep -rlE 'hypothesis|tests\.soak|import soak|tests\.faults\.town' tests --include='test_*.py')
soak: export TIELINE_TEST_SOAK = $(TIMES)
soak: export TIELINE_TEST_SEED = $(SEED)
soak: export TIELINE_TEST_FAULT_SECONDS = $(FAULT_SECONDS)
soak: export HYPOTHESIS_PROFILE = soak
soak: $(VENV)/.dev
	@echo "to repeat it: make soak SEED=$(SEED) TIMES=$(TIMES) FAULT_SECONDS=$(FAULT_SECONDS)"
	$(BIN)/python -m pytest --timeout=0 --hypothesis-seed=$(SEED) $(PROOFS)

# How long each file takes here: the next runs start the longest first.
durations: export TIELINE_TEST_WRITE_DURATIONS = 1
durations: test

lint: $(VENV)/.dev
	$(BIN)/ruff format --check $(SRC)
	$(BIN)/ruff check $(SRC)
	$(BIN)/lint-imports
	$(BIN)/mypy

format: $(VENV)/.dev
	$(BIN)/ruff format $(SRC)
	$(BIN)/ruff check --fix $(SRC)

bench: $(VENV)/.dev
	$(BIN)/python -m benchmarks all --backend $(BACKEND)

# Every file that is made from the code, again; tests tell when one is not current. Never merge them by hand.
regenerate openapi: $(VENV)/.dev
	$(BIN)/python -m pytest --regenerate -q $$(grep -rlE 'regenerat(ed|ing):' --include='test_*.py' tests)

# The fragments of changelog.d: into CHANGELOG.md under VERSION, or only shown.
changelog: $(VENV)/.dev
	$(BIN)/towncrier build $(if $(VERSION),--yes --version $(VERSION),--draft --version next)

# A landing gives each migration that is still called next_<words>.sql its number, in every dialect.
migration-number: $(VENV)/.dev
	$(BIN)/python -m tests.architecture.migrations

# Each page of the console, light and dark, wide and narrow; needs Chromium.
screenshots: $(VENV)/.dev
	$(BIN)/python -m tests.console.screenshots docs/images

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

# A stamp for each lock file: an environment is made once, and again when its lock changes.
$(VENV)/.runtime: requirements/runtime.lock pyproject.toml | $(VENV)/.made
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/runtime.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/build.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements/dev.lock pyproject.toml | $(VENV)/.made
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@ $(VENV)/.runtime

$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Tieline needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1). Try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -m venv $(VENV) \
	  || { echo "Python's venv module is not complete here; on Debian: apt-get install python3-venv"; rm -rf $(VENV); exit 1; }
	@touch $@
