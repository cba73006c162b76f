# Everything a newcomer runs. Needs git, make and Python 3.11 or newer with its venv module; no root, no Docker, no uv.
# `make` alone explains itself.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

VENV := .venv
PYTHON := $(VENV)/bin/python
RUNTIME := $(VENV)/.runtime-installed
DEV := $(VENV)/.dev-installed

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PYTHONUTF8 := 1

.PHONY: help install up demo test check soak bench lock clean

help:  ## Show the targets (this text)
	@echo '差评整改 haochaping'
	@echo
	@grep -hE '^[a-z]+:.*## ' Makefile | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 18

install: $(RUNTIME)  ## Make .venv and install what running needs
	@echo '环境已就绪：$(VENV)'

up: $(RUNTIME)  ## Start database, engine, counterpart and worker; Ctrl-C stops all
	@exec $(PYTHON) starter.py up

demo: $(RUNTIME)  ## The same, and run the main job on samples/
	@exec $(PYTHON) starter.py demo

test: $(DEV)  ## Run all tests; nothing has to run beforehand
	@$(PYTHON) -m pytest -q $(TESTS)

check: $(DEV)  ## Formatting, lint, strict types, import contracts, purity
	@echo '== format'  && $(PYTHON) -m ruff format --check .
	@echo '== lint'    && $(PYTHON) -m ruff check .
	@echo '== types'   && $(PYTHON) -m mypy --strict .
	@echo '== imports' && $(VENV)/bin/lint-imports
	@echo '== purity'  && $(PYTHON) -m pytest -q tests/project

soak: $(DEV)  ## The recovery run with 500 cases and every blow three times (about nine minutes)
	@RECOVERY_CASES=500 RECOVERY_ROUNDS=3 $(PYTHON) -m pytest -q tests/recovery

bench: $(DEV)  ## Side-by-side measurements (bench/); takes a while
	@$(PYTHON) -m bench

lock: $(PYTHON)  ## Pin the dependencies anew, with hashes and without any index address
	@echo '正在重新锁定依赖……'
	@rm -rf $(VENV)-lock && $(PYTHON) -m venv $(VENV)-lock
	@$(VENV)-lock/bin/python -m pip install -q pip-tools
	@compile() { $(VENV)-lock/bin/python -m piptools compile -q --generate-hashes --no-header --no-annotate \
	    --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --strip-extras --allow-unsafe "$$@" pyproject.toml; }; \
	    compile --output-file requirements.lock; \
	    compile --extra dev --constraint requirements.lock --output-file requirements-dev.lock
	@rm -rf $(VENV)-lock

clean:  ## Remove .venv and caches; the data in .haochaping stay
	rm -rf $(VENV) $(VENV)-lock .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The first Python of at least 3.11 that can make environments.
$(PYTHON):
	@found=; \
	for name in python3.11 python3.12 python3.13 python3; do \
	    if command -v "$$name" >/dev/null && "$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; \
	        then found=$$name; break; fi; \
	done; \
	if [ -z "$$found" ]; then echo '找不到 Python 3.11 或更高版本。Debian：apt install python3 python3-venv' >&2; exit 1; fi; \
	if ! "$$found" -c 'import venv, ensurepip' 2>/dev/null; then \
	    echo "$$found 缺少 venv 模块。Debian：apt install python3-venv（或 python3.11-venv）" >&2; exit 1; fi; \
	echo "正在建立 $(VENV)（$$($$found --version)）……"; \
	rm -rf $(VENV); "$$found" -m venv $(VENV)

$(RUNTIME): requirements.lock | $(PYTHON)
	@$(call install_from,requirements.lock)
	@touch $@

# The development lock contains the runtime lock, so it fulfils both.
$(DEV): requirements-dev.lock requirements.lock | $(PYTHON)
	@$(call install_from,requirements-dev.lock)
	@touch $(RUNTIME) $@

# Quiet, but never silent: one line per package. pip's own messages appear when it fails.
define install_from
	total=$$(grep -c == $(1)); echo "正在安装依赖（$(1)，$$total 个软件包，首次约需一分钟）……"; \
	$(PYTHON) -m pip install --no-input --progress-bar off --require-hashes --prefer-binary -r $(1) 2>&1 \
	| awk -v total="$$total" '/^(Collecting|Processing) / { n++; sub(".*/", "", $$2); printf "  [%d/%d] %s\n", n, total, $$2; fflush() } \
	    /^(ERROR|WARNING: Ret|  ERROR)/ { print; fflush() } \
	    /^Installing collected/ { print "  正在写入……"; fflush() }'; \
	echo '依赖已就绪。'
endef
