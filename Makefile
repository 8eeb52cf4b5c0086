# What people type. `make help` lists it. Needs make and Python >= 3.11 with its venv module.

# Any Python 3 will do to begin with: mcs/embedded/bootstrap.py looks for one that is new enough.
PYTHON := $(firstword $(foreach name,python3 python3.13 python3.12 python3.11 python3.14 python,$(shell command -v $(name) 2>/dev/null)))
BIN := .venv/bin
export PYTHONUNBUFFERED := 1

# `exec` hands the signals that make receives on to the program itself.

.PHONY: help run test test-browser-all check lint bench translations stop clean lock python install install-dev

help: ## List what can be made
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -E 's/^([a-z-]+):.*## (.*)/make \1|\2/' | while IFS='|' read -r what does; do printf '%-12s %s\n' "$$what" "$$does"; done

run: python ## Serve the catalogue on http://localhost:8000 (PORT=8001 make run: on another port)
	@$(PYTHON) mcs/embedded/bootstrap.py --serve
	@exec $(BIN)/python -m mcs.embedded.serve --with-parent $$PPID

stop: ## Stop what `make run` or manage.py started
	@test ! -x $(BIN)/python || exec $(BIN)/python -m mcs.embedded.serve --stop

test: install-dev ## Run the tests on all processors (ARGS="-k words": some of them, on one)
	@exec $(BIN)/python -m pytest $(or $(ARGS),-n auto --dist loadgroup --no-loadscope-reorder)

test-browser-all: install-dev ## Look at every page in every way; `make test` lets the ways take turns
	@MCS_BROWSER_ALL=1 exec $(BIN)/python -m pytest -n auto --dist loadgroup --no-loadscope-reorder tests/journeys

check: lint test ## Format, lint, types, migrations, deployment settings, then the tests

lint: install-dev ## The same without the tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	find templates -name '*.html' -exec $(BIN)/djade --target-version 5.2 --check {} +
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tests.cluster manage.py makemigrations --check --dry-run
	ALLOWED_HOSTS=catalogue.example BASE_URL=https://catalogue.example \
		$(BIN)/python -m tests.cluster manage.py check --deploy --fail-level WARNING --database default

bench: install-dev ## Measure it beside hand-written SQL (SIZE=10000; SIZE=200000 takes long)
	@exec $(BIN)/python -m tests.bench $(or $(SIZE),10000) $(ARGS)

translations: install-dev ## Gather what is to be translated, and compile what is (ARGS=--check: only look)
	@exec $(BIN)/python manage.py translations $(ARGS)

lock: python ## Write requirements*.txt anew from pyproject.toml (ARGS=--upgrade for newer versions)
	@uv=$$(mktemp -d) && trap 'rm -rf "$$uv"' EXIT && set -e && \
	$(PYTHON) -m venv "$$uv" && "$$uv/bin/pip" install --quiet uv && \
	lock() { \
		"$$uv/bin/uv" pip compile pyproject.toml --output-file "$$@" --quiet --universal \
			--python-version 3.11 --generate-hashes --no-emit-index-url --no-header $(ARGS); \
		{ echo '# Every package with its hash; one file serves Python 3.11 and later.'; \
		echo '# Regenerate with `make lock` after editing the lists in pyproject.toml; never edit by hand.'; \
		cat "$$1"; } > "$$uv/lock" && cp "$$uv/lock" "$$1"; } && \
	lock requirements.txt && lock requirements-dev.txt --extra dev --constraint requirements.txt

clean: ## Remove the environment and what tools left behind; the catalogue in .mcs stays
	rm -rf .venv .venv.lock .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -not -path './.git/*' -prune -exec rm -rf {} +

install: python
	@$(PYTHON) mcs/embedded/bootstrap.py

install-dev: python
	@$(PYTHON) mcs/embedded/bootstrap.py --dev

python:
	@test -n "$(PYTHON)" || { echo 'Python is missing: install Python 3.11 or newer with its venv module.' >&2; exit 1; }
