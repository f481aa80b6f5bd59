# The commands of a developer, and of CI. tools/bootstrap.py has the steps.
#   make up       the product with its demo shop        make up ARGS="--ui 127.0.0.1:9000"
#   make test     lint, types and all tests             make test CHROMIUM=/path/to/chromium
#   make coverage all tests, and the lines that none reached
#   make lint     style, types and import rules only
#   make bench    the benchmarks
#   make setup    install everything and stop there
#   make clean    remove all that these made

# The first Python that is new enough; name another with make PYTHON=...
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && exit; \
	done; echo python3)
BOOTSTRAP = $(PYTHON) -m tools.bootstrap
ARGS ?=

.PHONY: up test coverage lint bench setup clean

up test coverage lint bench setup:
	@$(BOOTSTRAP) $@ $(ARGS)

clean:
	rm -rf .venv .tools build dist sdk-js/dist sdk-js/node_modules \
		tests/js/dist tests/js/node_modules ui/otel_replay_ui/web/node_modules ui/otel_replay_ui/static/dist otel_replay/browser/dist \
		.mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage .coverage.*
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
