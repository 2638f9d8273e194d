# Needs Python 3.11 or newer, make and git. uv and npm are used when they are there.
# Every path is relative, so that a folder with a space in its name works.
SHELL := /bin/sh
PYTHON ?= python3
CHAPTER ?=
PORT ?= 8000
PY := .venv/bin/python
BOOK := PYTHONPATH=chapters $(PY) -m story.build
.DEFAULT_GOAL := help
.PHONY: help book serve test run bench clean

# $(call step,what it does,command): say it, do it, say how long it took.
step = @printf '\n» %s\n' '$(1)'; began=$$(date +%s); { $(2) ; } && printf '» done in %s s\n' "$$(($$(date +%s) - began))"

help: ## list what make can do
	@grep -hE '^[a-z]+:.*##' Makefile | sed -E 's/^([a-z]+):.*## (.*)/  make \1|\2/' | awk -F'|' '{printf "%-12s %s\n", $$1, $$2}'

book: .venv/ready node_modules/ready ## typeset the site into _build/html and print its address
	$(call step,typeset the book (warnings are errors),$(BOOK))
	@echo "the book: $$(pwd)/_build/html/index.html   (or: make serve)"

serve: book ## typeset, then serve the site on this machine only (PORT=8000)
	@PYTHONPATH=chapters $(PY) -m story.serve $(PORT)

test: book ## everything CI checks: style, data, claims, chapters, guards, strict nbval, the pages in a browser
	$(call step,style and spelling,$(PY) -m ruff check . && $(PY) -m ruff format --check . && $(PY) -m codespell_lib)
	$(call step,unit tests - data - claims - guards - pages,$(PY) -m pytest tests -n 2)
	$(call step,run every chapter again and compare (strict nbval),$(PY) -m pytest --nbval --nbval-current-env chapters -n 2 --dist loadfile)

run: .venv/ready ## re-execute every chapter in place and redraw its charts, or one: make run CHAPTER=farmers
	@cd chapters && ../$(PY) -m story.run $(CHAPTER)

bench: book ## measure build times, page weights and speed, into benchmarks/RESULTS.md
	$(call step,fetch Lighthouse,command -v npm >/dev/null && cd benchmarks && npm ci --silent --ignore-scripts || echo "npm is not installed: no Lighthouse scores")
	$(call step,measure,$(PY) benchmarks/measure.py)

clean: ## remove everything that make made
	rm -rf .venv node_modules _build

.venv/ready: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { echo "Python 3.11 or newer is needed; found: $$($(PYTHON) --version 2>&1). Try: make PYTHON=python3.12"; exit 1; }
	$(call step,make the environment .venv from requirements.txt,rm -rf .venv && if command -v uv >/dev/null; then uv venv -q --python "$(PYTHON)" .venv && uv pip install -q --compile-bytecode --python .venv -r requirements.txt; else $(PYTHON) -m venv .venv && $(PY) -m pip install -q --disable-pip-version-check -r requirements.txt; fi)
	@touch .venv/ready

# plotly.js: the small bundle from npm; without npm the build serves the full one of the plotly package.
node_modules/ready: package-lock.json
	$(call step,fetch the small plotly.js,if command -v npm >/dev/null; then npm ci --silent --ignore-scripts || echo "npm could not install it: the full plotly.js is served instead"; else echo "npm is not installed: the full plotly.js is served instead"; fi)
	@mkdir -p node_modules && touch node_modules/ready
