# Every developer action is a target here; `make` alone lists them.
PYTHON   ?= python3
SERVICES := ingest matcher notifier console cli
MEMBERS  := shared $(SERVICES:%=services/%)
export PATH := $(CURDIR)/.venv/bin:$(PATH)
# Tests start our processes by the dozen: compile their modules once, whatever the shell says.
export PYTHONDONTWRITEBYTECODE :=
# Fast tests run in three groups side by side: more than the usual two cores, for tests wait as much as they compute. To
# share them out one by one (pytest-xdist) takes a third more of the processors' time: each worker collects everything.
EDGES    := tests/ingest tests/console tests/contracts
TOOLS    := tests/cli tests/runtime
CORE     := $(filter-out $(EDGES) $(TOOLS),$(patsubst %/,%,$(wildcard tests/[a-z]*/)) $(wildcard tests/test_*.py))
FAST     := pytest -m 'not slow and not chaos'
# Make before 4.0, as on a Mac, cannot keep the groups' output apart.
APART    := $(if $(filter output-sync,$(.FEATURES)),--output-sync=target)

.PHONY: help up test fast groups group-edges group-tools group-core chaos bench-chain bench-delivery torture-delivery soak-delivery bench-match bench-live bench-regions containers-test check lint fix alone lock gazetteer docs

help: ## List the targets.
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

up: .venv/kernel ## Run everything on this machine: Valkey, the services, demo data.
	.venv/bin/tocsin up

test: .venv/kernel ## Run every test, save those of chaos.
	@$(MAKE) --no-print-directory groups
	pytest -m 'slow and not chaos'

fast: .venv/kernel ## Run the tests that start no process of ours, with fewer random examples.
	@$(MAKE) --no-print-directory groups FAST="$(FAST) --hypothesis-profile quick"

groups:
	@echo "Three groups of tests, side by side: each is shown when it has ended."
	@$(MAKE) --no-print-directory --jobs=3 $(APART) group-edges group-tools group-core

group-edges:
	@$(FAST) $(EDGES)

group-tools:
	@$(FAST) $(TOOLS)

group-core:
	@$(FAST) $(CORE)

chaos: .venv/kernel ## Kill everything for some minutes, and count what arrives.
	pytest -m chaos -s tests/chaos

bench-regions: .venv/peers ## Measure how well and how fast places are found.
	PYTHONPATH=tests python tests/benchmarks/bench_regions.py

bench-match: .venv/kernel ## Measure matching against 10,000 and 100,000 rules (RULES=1000000 PROFILE=storm …).
	PYTHONPATH=tests python tests/benchmarks/bench_match.py $(if $(RULES),--rules $(RULES)) $(if $(PROFILE),--profile $(PROFILE)) $(if $(SNAPSHOTS),--snapshots $(SNAPSHOTS))

bench-live: .venv/kernel ## Measure how soon a saved rule holds, and what articles notice of it (RULES=100000).
	PYTHONPATH=tests python tests/benchmarks/bench_live.py $(if $(RULES),--rules $(RULES))

bench-chain: .venv/kernel ## Measure latency and throughput of the whole chain.
	PYTHONPATH=tests python tests/benchmarks/bench_chain.py

bench-delivery: .venv/ready ## Measure how fast alerts are delivered, beside smtplib and requests.
	PYTHONPATH=tests python tests/benchmarks/bench_delivery.py

torture-delivery: .venv/ready ## Kill notifiers, store and mail server under 6,000 deliveries; SEED=1.
	PYTHONPATH=tests python tests/chaos/torture_delivery.py $(or $(SEED),1) $(or $(DELIVERIES),6000)

soak-delivery: .venv/ready ## Deliver 20 alerts a second and watch the memory; MINUTES=60.
	PYTHONPATH=tests python tests/benchmarks/soak_delivery.py $(or $(MINUTES),60)

containers-test: .venv/ready ## Build the images, run the Compose file, crash every container.
	python tests/containers/run.py

check: lint test ## All that must hold before a commit.

lint: .venv/ready ## Style, types and architecture.
	ruff format --check
	ruff check
	mypy
	lint-imports

fix: .venv/ready ## Format, and repair what ruff can.
	ruff check --fix
	ruff format

alone: $(SERVICES:%=alone-%) ## Does each service start with only the packages that it declares?

alone-%: .venv/ready
	rm -rf .alone/$* && $(PYTHON) -m venv --without-pip .alone/$*
	.venv/bin/pip --python .alone/$*/bin/python install --quiet --disable-pip-version-check --no-compile \
	    --require-hashes -r services/$*/requirements.txt
	PYTHONPATH=shared:services/$* .alone/$*/bin/python -c "import tocsin_$*.app"
	rm -rf .alone/$*

lock: .venv/ready ## Choose versions anew, and write every requirements.txt.
	uv lock --quiet --upgrade
	uv export --quiet --frozen --group dev --no-emit-workspace --no-header -o requirements.txt
	uv export --quiet --frozen --only-group gazetteer --no-emit-workspace --no-header -o shared/requirements.txt
	uv export --quiet --frozen --only-group peers --no-emit-workspace --no-header -o tests/benchmarks/requirements.txt
	for service in $(SERVICES); do \
	    uv export --quiet --frozen --no-dev --no-emit-workspace --no-header \
	        --package tocsin-$$service -o services/$$service/requirements.txt; \
	done

gazetteer: .venv/gazetteer ## Compile the gazetteer anew from its packages and our tables.
	python -m tocsin.adapters.gazetteer.build

docs: .venv/ready ## Write what of the documentation is written from the code.
	python -m tocsin.runtime.asyncapi > docs/asyncapi.yaml

# What the gazetteer is compiled from; only its build and the test that repeats it need this.
.venv/gazetteer: .venv/ready shared/requirements.txt
	.venv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r shared/requirements.txt
	touch $@

# What we are compared with; only the benchmark of regions needs it.
.venv/peers: .venv/ready tests/benchmarks/requirements.txt
	.venv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r tests/benchmarks/requirements.txt
	touch $@

# The environment: every version and hash is in requirements.txt.
.venv/ready: requirements.txt $(MEMBERS:%=%/pyproject.toml)
	$(PYTHON) -m venv .venv
	.venv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	.venv/bin/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation $(MEMBERS:%=--editable %)
	touch $@

# The matching kernel, compiled: or whatever runs first would have to, for half a minute.
.venv/kernel: .venv/ready $(shell find shared/tocsin/matching -name '*.py')
	.venv/bin/python -m tocsin.matching.presearch
	touch $@
