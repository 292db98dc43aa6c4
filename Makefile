# The portal's commands. `make` alone lists them.
.DEFAULT_GOAL := help
PORT ?= 8000
export PORT
python := .venv/bin/python
MAKEFLAGS += --no-print-directory

help:  ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-15s %s\n", $$1, $$2}'

setup:  ## .venv with what requirements.txt pins, if it isn't there yet
	@bin/setup

run: setup  ## set up what is missing and serve on http://localhost:$(PORT)/
	@exec $(python) manage.py serve

demo: setup  ## run, with an author, a reviewer and a publisher to try the desk with
	@$(python) manage.py migrate --verbosity 0
	@$(python) manage.py make_cast
	@exec $(python) manage.py serve

test: setup  ## the whole default suite, on SQLite
	@$(python) -m pytest -q -n 2 --dist worksteal

test-services: setup  ## what depends on the database, on a real PostgreSQL
	@DATABASE_POOL=0 bin/with-postgres $(python) -m pytest -q -n 2 --dist worksteal -m services

test-slow: setup  ## the sweeps over everything that the default suite samples
	@SWEEP=full $(python) -m pytest -q -n 2 --dist worksteal -m "slow or sampled"

walk: setup  ## every page of the desk for every role, with records of all kinds in all states (long)
	@WALK=whole $(python) -m pytest -q -s -n 2 --dist worksteal tests/admin/test_permission_walk.py

e2e: dev  ## the tests in a real browser (Debian's Chromium)
	@$(python) -m pytest -q -n 2 --dist worksteal -m e2e

test-public: setup  ## the public suite without any editorial database, on a published file made beforehand
	@rm -rf var/test-public
	@VAR_DIR=var/test-public $(python) manage.py migrate --verbosity 0
	@VAR_DIR=var/test-public $(python) manage.py load_content
	@PORTAL_ROLE=public VAR_DIR=var/test-public $(python) -m pytest -q -n 2 --dist worksteal -m "not e2e" tests/*/test_reading_*.py

contract: dev  ## the API against its own schema, and a client made from that
	@$(python) -m pytest -q -s -m contract

schema: setup  ## docs/openapi.json made again; what would break somebody is refused
	@$(python) manage.py write_schema

TURNS ?= 5
bench: dev  ## ready answers against nginx's own static files, in one run (needs wrk and nginx)
	@$(python) -m bench.warm --turns $(TURNS)

bench-cold: dev  ## answers that have to be made, against stock Django and DRF
	@$(python) -m bench.cold --turns $(TURNS)

SCALE ?= 0.01
bench-growth: dev  ## every address on the real content and on a made-up one of SCALE (1: full size)
	@$(python) -m bench.growth --scale $(SCALE)

KILLS ?= 200
kills: setup  ## kill -9 while people write: how much was acknowledged, and how much lost
	@$(python) -m bench.kills --kills $(KILLS)

drills: setup  ## disk, database, Redis, clock and schedulers taken away, and what people saw (root)
	@$(python) -m bench.drills

load: setup  ## 8 writers and 50 readers at once; slow clients (needs nginx)
	@$(python) -m bench.load crowd
	@$(python) -m bench.load slow

words: dev  ## the words of the public pages, gathered for translators
	@$(python) bin/words

pictures: dev  ## the pictures of docs/, made again
	@$(python) bin/desk-pictures
	@$(python) bin/site-pictures

check: dev  ## lint, format, types, templates, migrations, deployment settings
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/djlint templates/site --profile=jinja --lint --quiet
	@.venv/bin/mypy
	@$(python) manage.py makemigrations --check --dry-run --verbosity 0
	@SITE_ORIGIN=https://portal.example.org $(python) manage.py check --deploy --fail-level WARNING
	@$(python) manage.py spectacular --fail-on-warn --validate --file /dev/null
	@$(python) -m fixtures.converter --check
	@$(python) bin/words --check

dev:
	@bin/setup --dev

fixtures: setup  ## make fixtures/ anew from fixtures/reference/
	@$(python) -m fixtures.converter

.PHONY: help setup run demo test test-services test-slow test-public walk e2e contract schema bench bench-cold bench-growth kills drills load words pictures check dev fixtures
