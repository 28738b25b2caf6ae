# `make` lists what there is. Everything installs what it needs first; an unchanged lock installs nothing.
.DEFAULT_GOAL := help
SHELL := /bin/sh
BIN := .venv/bin
CHECK := deploy/local/check.sh
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header

.PHONY: help install up down status demo test test-all lint compose alerts crash model fuzz bench example game generate lock

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: ## install the Python packages and the servers (nothing while the locks are unchanged)
	@deploy/local/install.sh

up: install ## start everything and run the demo; SECURE=1: Kafka with TLS, users and ACLs
	@$(BIN)/headrace up $(if $(filter-out 0 false no,$(SECURE)),--secure)

down: install ## end every process; the data stays
	@$(BIN)/headrace down

status: install ## show each process
	@$(BIN)/headrace status

demo: install ## publish the demo's events, unless that is done
	@$(BIN)/headrace demo

lint: install ## ruff, mypy, import boundaries
	@$(CHECK) lint

test: install ## lint, unit and contract tests, integration tests, the short crash tests
	@$(CHECK) test

test-all: install ## the same, the compose file, the alerts, every crash test, thousands of histories, the fuzz
	@$(CHECK) test compose alerts crash model fuzz

compose: install ## whether Docker Compose reads docker-compose.kafka.yml (builds Compose with go)
	@$(CHECK) compose

alerts: install ## promtool over the alert rules and the dashboard's queries (builds promtool with go)
	@$(CHECK) alerts

crash: install ## every crash test: minutes
	@$(CHECK) crash

model: install ## the runtime in random histories of faults (HEADRACE_MODEL_HISTORIES, 5000)
	@$(CHECK) model

fuzz: install ## both decoders over mutilated batches (HEADRACE_FUZZ_BATCHES, 5000)
	@$(CHECK) fuzz

bench: install ## measure throughput and latency on this machine, about 15 minutes
	@$(BIN)/python -m benchmarks

example: install ## the seven example services at work on the local stack (STAY=1: until ^C, with the web page)
	@$(BIN)/python -m examples.dreamscape $(if $(STAY),--stay)

game: install ## a game of many players on the local event store, and whether its histories hold
	@$(BIN)/python -m examples.game

generate: install ## write what follows from the catalog: typed events, AsyncAPI, topic page, Strimzi, metrics
	@$(BIN)/headrace schemas generate --out headrace/events
	@$(BIN)/headrace topics export asyncapi --out docs/asyncapi.yaml
	@$(BIN)/headrace topics export reference --out docs/topics.md
	@$(BIN)/headrace metrics --page docs/metrics.md
	@$(BIN)/python -m deploy.grafana
	@$(BIN)/headrace topics export kafka-topics --out deploy/k8s/kafka/topics.yaml
	@$(BIN)/headrace topics export kafka-users --out deploy/k8s/kafka/users.yaml

lock: install ## write the locks anew after a change to the dependencies
	@$(COMPILE) pyproject.toml --extra files --group dev -o requirements.lock
	@for peer in benchmarks/locks/*.in; do $(COMPILE) "$$peer" -o "$${peer%.in}.lock"; done
