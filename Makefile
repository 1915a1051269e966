# `make run` and `make test` need python3.11, its venv module, make and a package index. Nothing else.
PYTHON ?= $(shell command -v python3.11 || command -v python3 || echo python3)
# A line of the shell, before the first use of Python in a rule.
HAS_PYTHON = command -v "$(PYTHON)" >/dev/null || { echo "$(PYTHON) is missing: Python 3.11 is needed (on Debian, apt-get install python3.11 python3-venv), or say which: make PYTHON=python3.11"; exit 1; }
BIN := .venv/bin
TEMPLATES := templates

.DEFAULT_GOAL := help
.PHONY: help run test bench venv token lock check format messages clean

help: ## Show this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile

run: ## Start everything: database, portal and worker (PORT, HOST, DATA_DIR, DATABASE_URL, DEMO=0)
	@$(HAS_PYTHON)
	@$(PYTHON) tools/environment.py run
	@$(BIN)/python -m portal.supervisor

test: ## Run the whole suite; the last line has the counts
	@$(HAS_PYTHON)
	@$(PYTHON) tools/environment.py dev
	@$(BIN)/python tools/run_tests.py

bench: ## Measure gateway, workers and pages (ROUNDS=5, SECONDS=3, WORKERS=1, LISTS=5000000; 0 leaves out; needs wrk)
	@command -v wrk >/dev/null || { echo "wrk is missing: on Debian, apt-get install wrk"; exit 1; }
	@$(HAS_PYTHON)
	@$(PYTHON) tools/environment.py run
	@$(PYTHON) tools/environment.py bench
	@$(BIN)/python -m tests.bench

venv: ## Make .venv with everything for development
	@$(HAS_PYTHON)
	@$(PYTHON) tools/environment.py dev

token: ## Make new demo tokens and show a command that sends a message with one
	@$(HAS_PYTHON)
	@$(PYTHON) tools/environment.py run
	@$(BIN)/python -m portal.supervisor.new_token

check: venv ## Lint, types, import contracts, migrations, settings, translations
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/djlint --lint --quiet $(TEMPLATES)
	@$(BIN)/mypy .
	@$(BIN)/lint-imports
	@$(BIN)/python -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
	@PRODUCTION=1 SECRET_KEY=$$($(BIN)/python -c "import secrets; print(secrets.token_urlsafe(60))") \
	ALLOWED_HOSTS=portal.example DATABASE_URL=postgresql://database.example/portal \
	$(BIN)/python manage.py check --deploy --fail-level WARNING
	@$(BIN)/python tools/messages.py

format: venv ## Bring Python files and templates into form
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

messages: venv ## Collect the texts of the screen into the catalogue, and compile it (needs gettext)
	@$(BIN)/python tools/messages.py --update

lock: ## Choose new versions of all packages (needs uv)
	@command -v uv >/dev/null || { echo "uv is missing: see docs.astral.sh/uv"; exit 1; }
	@for set in run dev bench; do \
	uv pip compile --quiet --upgrade --no-header --generate-hashes --python-version 3.11 \
	$$(test $$set != run && echo "-c requirements/run.txt") requirements/$$set.in -o requirements/$$set.txt || exit 1; done

clean: ## Remove the environment and the caches; the data folder stays
	@rm -rf .venv .venv-bench .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis test-results
