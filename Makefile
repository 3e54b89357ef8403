# Two commands do everything on a fresh Debian 12 with Python 3.11, git and make: `make demo` and `make test`.
# `make` alone explains the rest.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
TRAIN_VENV := .venv-train
MODELS_VENV := .venv-models
OUT ?= demo-results
# Tests run side by side, whole files each; most of them wait for a peer or a process now and then. In the order of the
# tree, where quick files come last: by default files with few tests do, and those run whole nodes, one while none waits.
TEST_PROCESSES ?= 2
SIDE_BY_SIDE := -n $(TEST_PROCESSES) --dist loadfile --no-loadscope-reorder

# A lock names every package with its hash, so nothing is left to be resolved; -qq keeps pip to errors.
INSTALL := -m pip install -qq --disable-pip-version-check --no-deps --require-hashes
EDITABLE := -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation --editable .

##@ Use it
.PHONY: demo
demo: $(VENV)/.node ## run the node on shipped sample studies, answers in demo-results/ (OUT=folder for another)
	@$(BIN)/osteonode demo --out $(OUT)

.PHONY: serve
serve: $(VENV)/.node ## run the node: make serve CONFIG=site.toml
	@$(BIN)/osteonode serve $(if $(CONFIG),--config $(CONFIG))

##@ Work on it
.PHONY: test
test: $(VENV)/.dev peers ohif ## install what tests need, run every check and every test
	@$(MAKE) check
	$(BIN)/pytest $(SIDE_BY_SIDE) $(ARGS)
	@$(MAKE) test-models

.PHONY: test-models
test-models: $(MODELS_VENV)/.models ## the tests of training and import, in .venv-models
	$(MODELS_VENV)/bin/python -m pytest $(SIDE_BY_SIDE) tests/models

.PHONY: check
check: $(VENV)/.dev ## format, lint, types and import contracts; changes nothing
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy .
	$(BIN)/lint-imports

.PHONY: lint
lint: $(VENV)/.dev ## format, and fix what ruff can fix
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

.PHONY: torture
torture: $(VENV)/.dev ## kill -9 a hundred times over two hundred studies, and count: a quarter of an hour (ARGS="--kills 20 --studies 40")
	$(BIN)/pytest -q -s tests/system/test_kill.py $(or $(ARGS),--kills 100 --studies 200)

.PHONY: fuzz
fuzz: $(VENV)/.dev ## spoil what comes from outside, guided by coverage, ten minutes a target (BUDGET=60 FUZZ=header)
	for target in $(or $(FUZZ),acknowledgement association header multipart order radiograph); do \
	  $(BIN)/python -m tests.fuzz.run $$target --seconds $(or $(BUDGET),600); done

.PHONY: soak
soak: $(VENV)/.node ## two thousand studies through one node: memory, handles, rows, disk, latency (ARGS="--studies 200")
	@$(BIN)/osteonode bench soak $(ARGS)

.PHONY: bench
bench: $(VENV)/.node ## measure this machine: make bench ARGS=ingest (or read, study, compose)
	@$(BIN)/osteonode bench $(or $(ARGS),study)

.PHONY: peers
peers: ## install the programs of others that tests talk to (Debian, root), or say what is missing
	@tools/peers.sh

.PHONY: ohif
ohif: .viewers/ohif/.fetched ## fetch the viewer OHIF (npm), which tests look at documents in, or say that it is left out

.PHONY: screenshots
screenshots: $(VENV)/.dev peers ohif ## look at the documents in every viewer, and at the console; the pictures of README and docs come from it
	CI=true $(BIN)/pytest -q tests/system/test_viewers.py --screenshots docs/pictures
	$(BIN)/python tools/sample_pictures.py docs/pictures
	$(BIN)/python -m tests.system.console_pictures docs/pictures

##@ Train it
.PHONY: train
train: $(TRAIN_VENV)/.train ## what training needs, in .venv-train: torch, scikit-learn
	@echo "now: $(TRAIN_VENV)/bin/osteonode models train --help"

.PHONY: models
models: $(MODELS_VENV)/.models ## the frameworks of models trained elsewhere, in .venv-models (AGPL code among them)

##@ Keep it
.PHONY: lock
lock: ## resolve pyproject.toml anew into locks/ (needs uv; ARGS=--upgrade)
	@tools/lock.sh $(ARGS)

.PHONY: clean
clean: ## remove environments, caches and demo results
	rm -rf $(VENV) $(TRAIN_VENV) $(MODELS_VENV) .viewers build dist *.egg-info demo-results .benchmarks .coverage htmlcov
	rm -rf .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: help
help: ## this list
	@awk 'BEGIN { FS = ":.*## "; print "Osteonode reads radiographs for fractures inside a hospital.\n" } \
	  /^##@/ { printf "%s%s\n", sep, substr($$0, 5); sep = "\n" } \
	  /^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile
	@echo; echo "New here: make demo, then README.md."

# Environments. A stamp is newer than the lock it was made from; a second run finds it and asks no network.

$(BIN)/python:
	@PYTHON=$(PYTHON) tools/venv.sh $(VENV)

$(VENV)/.serve: locks/build.txt locks/serve.txt | $(BIN)/python
	@echo "installing what serving needs (670 MB on disk, once)..."
	@$(BIN)/python $(INSTALL) -r locks/build.txt -r locks/serve.txt
	@touch $@

$(VENV)/.node: pyproject.toml $(VENV)/.serve
	@$(BIN)/python $(EDITABLE)
	@touch $@

$(VENV)/.dev: locks/dev.txt $(VENV)/.node
	@echo "installing what tests need (another 270 MB, once)..."
	@$(BIN)/python $(INSTALL) -r locks/dev.txt
	@touch $@

# Stays undone where npm or a registry is missing: the tests that want it skip, or fail with CI=true.
.viewers/ohif/.fetched: locks/ohif.txt tools/fetch_ohif.py
	@$(PYTHON) tools/fetch_ohif.py .viewers/ohif

# pip would add what openvino asks for and no lock holds, see pyproject.toml.
QUIET_OPENVINO := -m pip uninstall -qq --yes openvino-telemetry

# torch comes from wherever pip is told to look: with a CPU build in sight the whole is 1 GB smaller. So no hashes here,
# and pip may add what that build of torch itself asks for.
$(TRAIN_VENV)/.train: locks/build.txt locks/train.txt pyproject.toml
	@PYTHON=$(PYTHON) tools/venv.sh $(TRAIN_VENV)
	@echo "installing what training needs (2 to 5 GB on disk, once)..."
	@$(TRAIN_VENV)/bin/python $(INSTALL) -r locks/build.txt
	@$(TRAIN_VENV)/bin/python -m pip install -qq --disable-pip-version-check -r locks/train.txt
	@$(TRAIN_VENV)/bin/python $(QUIET_OPENVINO)
	@$(TRAIN_VENV)/bin/python $(EDITABLE)
	@touch $@

$(MODELS_VENV)/.models: locks/build.txt locks/models.txt pyproject.toml tools/models.sh
	@echo "installing the frameworks of other models (4 GB on disk, once)..."
	@PYTHON=$(PYTHON) tools/models.sh $(MODELS_VENV)
	@touch $@
