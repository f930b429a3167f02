# Huicun. Needs Go, make and, for the tests, a Debian with apt. No Node.
#
# `make help` lists the targets.

SHELL := /bin/bash
.DEFAULT_GOAL := help

# Go's own installer does not touch PATH.
export PATH := $(PATH):/usr/local/go/bin

BIN     := bin/huicun
LDFLAGS := -s -w

.PHONY: help build demo test race bench lint fmt generate clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

build: ## build bin/huicun: one static binary
	CGO_ENABLED=0 go build -trimpath -ldflags "$(LDFLAGS)" -o $(BIN) ./cmd/huicun

demo: build ## build, then run a township with sample villages
	./$(BIN) demo

test: ## every check and every test, on a private PostgreSQL and Chromium
	@scripts/test.sh

race: ## the kit tests under the race detector (needs a C compiler)
	@HUICUN_TEST_CGO=1 scripts/test.sh go test -race -timeout 20m -p 2 ./internal/kit/...

bench: ## benchmarks, on the same private PostgreSQL
	@scripts/test.sh go test -run '^$$' -bench . -benchmem -timeout 30m -p 1 ./...

lint: ## formatting, go vet, generated code up to date
	@scripts/check.sh

fmt: ## format Go and templ sources
	go tool templ fmt .
	go tool gofumpt -l -w .

generate: ## regenerate Go code from the .templ files
	go tool templ generate

clean: ## remove what the build made
	rm -rf bin
