# Each target installs what it needs on a machine that has Python >= 3.11, pip, git and make. The
# second time this is skipped, unless pyproject.toml or constraints.txt has changed.

.DEFAULT_GOAL := help
.PHONY: help bench site asv-environment test quick check readme clean
.DELETE_ON_ERROR:

# smoke: two CPU cores, minutes. cpu, gpu: the full shapes.
SPIKEBENCH_PROFILE ?= smoke
export SPIKEBENCH_PROFILE

# Without byte code every process that starts compiles torch anew, for a second or more.
unexport PYTHONDONTWRITEBYTECODE

# The first interpreter that is new enough; `make PYTHON=... bench` chooses another.
NEW_ENOUGH = -c 'import sys; sys.exit(sys.version_info < (3, 11))'
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$p $(NEW_ENOUGH) 2>/dev/null && echo $$p && break; done)
BIN = .venv/bin
ASV = .venv/asv-installed
STAMP = .venv/installed
# Byte code is compiled when a module is first imported: compiling all of torch takes half a minute.
INSTALL = $(BIN)/python -m pip install --quiet --no-compile --disable-pip-version-check \
	--constraint constraints.txt

# asv's pages first: the report links them.
SITE = { $(BIN)/asv publish >>.asv/measure.log || \
	{ echo "no pages of asv: run make bench first, or see .asv/measure.log" >&2; false; }; } && \
	$(BIN)/python -m reports build

help: ## Show this list
	@echo "make TARGET [SPIKEBENCH_PROFILE=smoke|cpu|gpu] [PYTHON=python3.12]"
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  \1\t\2/p' $(MAKEFILE_LIST)

bench: ## Measure HEAD, publish the asv site, build the report (interrupted: run again)
	@$(if $(PYTHON),$(PYTHON) -c 'from suites.profiles import profile; profile()')
	@$(MAKE) --silent --no-print-directory -j2 $(STAMP) asv-environment
	@$(BIN)/python -m ci.measure; status=$$?; \
	case $$status in 0|2) ;; *) exit $$status ;; esac; \
	for words in "findings --exact" claims "accuracy samples" dynamics; do \
		$(BIN)/python -m suites.$$words >>.asv/measure.log || status=2; done; \
	$(SITE) || exit; \
	[ $$status -eq 0 ] || { echo "make bench: some benchmarks failed, see above" >&2; exit 2; }

site: $(STAMP) ## Build html/ from what was measured: the report, and asv's pages in html/asv
	@mkdir -p .asv && $(SITE)

test: $(STAMP) ## Run the tests on all cores
	@$(BIN)/python -m pytest -n auto

quick: $(STAMP) ## Run a few cases of every test that is not slow
	@$(BIN)/python -m pytest -n auto --quick

check: $(STAMP) ## Lint, format, types, and whether asv can import every benchmark
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/asv check

readme: $(STAMP) ## Renew the tables in docs/models.md and docs/findings.md
	@$(BIN)/python -m ci.readme

clean: ## Remove environments, caches and pages; measured results in .asv/results stay
	rm -rf .venv .asv/env html build *.egg-info .mypy_cache .ruff_cache .pytest_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# `make bench` needs two environments. asv is installed first, so that it can build its own while
# pip installs the rest of .venv.
$(STAMP): $(ASV)
	@$(INSTALL) --editable '.[bench,peers,dev]'
	@touch $@

asv-environment: $(ASV)
	@$(BIN)/python -m ci.measure --environment

$(ASV): pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "no Python >= 3.11 found; install one or say PYTHON=..." >&2; exit 1; }
	@$(PYTHON) $(NEW_ENOUGH) || { echo "$(PYTHON) is older than Python 3.11; say PYTHON=..." >&2; exit 1; }
	@echo "installing torch and the other libraries: a few minutes, once"
	@$(PYTHON) -m venv .venv
	@$(INSTALL) asv platformdirs tqdm virtualenv
	@touch $@
