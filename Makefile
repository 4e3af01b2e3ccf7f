# Every command of the project. `make` alone lists them; each sets up what it needs by itself.

SHELL := /bin/sh
PORT ?= 8000
PYTHONPATH := .:functions
export PORT PYTHONPATH

VENV := .venv
RUN := $(VENV)/bin/python
READY := $(VENV)/ready
# Tests run in two processes, each with its own portal and browser; crowds have the machine to themselves.
SIDE_BY_SIDE = tests/journeys tests/infra tests/doors tests/site tests/agreement tests/rules
ALONE = tests/races
LOCK = $(VENV)/bin/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-header

.DEFAULT_GOAL := help
.PHONY: help run test check lint types template engines bench build deploy screenshots lock clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(READY): infra/setup.sh requirements-dev.txt
	@sh infra/setup.sh $(VENV)

run: $(READY) ## the whole portal at http://127.0.0.1:8000 (PORT=8080 for another port)
	@DEMO=yes $(RUN) -m infra.run

test: $(READY) ## every test, the browser journeys included
	@unset AWS_PROFILE AWS_DEFAULT_PROFILE AWS_SESSION_TOKEN; CHROMIUM="$$($(RUN) -m infra.browser)" && export CHROMIUM && $(RUN) -m infra.freshness && $(RUN) -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(SIDE_BY_SIDE) && $(RUN) -m pytest $(ALONE)

check: lint types template engines test ## all that CI runs: lint, types, template, both site builds, every test

lint: $(READY)
	$(RUN) -m ruff check .

types: $(READY)
	$(RUN) -m mypy

template: $(READY)
	$(RUN) -m infra.template_check

engines: $(READY)
	@$(RUN) -m infra.freshness
	$(RUN) -m infra.engines

bench: $(READY) ## the figures of the design as a table and as build/bench.json
	@CHROMIUM="$$($(RUN) -m infra.browser)" && export CHROMIUM && $(RUN) -m infra.bench

build: $(READY) ## the site (build/site) and the functions' bundle (build/function.zip)
	@$(RUN) -m infra.freshness
	@$(RUN) -m infra.functions_bundle

deploy: $(READY) ## build, deploy with sam, upload the site, publish the catalogue (infra/runbook.md)
	@$(RUN) -m infra.deploy

screenshots: $(READY) ## the pictures of the README
	@CHROMIUM="$$($(RUN) -m infra.browser)" && export CHROMIUM && $(RUN) -m infra.screenshots

lock: $(READY) ## write requirements*.txt anew from requirements*.in
	@$(LOCK) --upgrade requirements-dev.in -o requirements-dev.txt
	@$(LOCK) --upgrade --constraint requirements-dev.txt requirements.in -o requirements.txt # so that tests run what functions run
	@$(LOCK) --upgrade requirements-bench.in -o requirements-bench.txt

clean: ## remove everything generated, the environment too
	rm -rf build $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
