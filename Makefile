# Everything that is built, tested and measured here. `make` alone lists it.

ADDR     ?= :8080
ARGS     ?=
FUZZTIME ?= 5s
DURATION ?= 60s
SEED     ?= 1

# A checkout without git (a tarball, a container) is version "dev".
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS := -X main.version=$(VERSION)

# Where .ci/need puts a Node.js when the machine's own is too old.
export PATH := $(CURDIR)/.cache/node/node_modules/.bin:$(PATH)

GO     ?= go
NPM    := npm --prefix web
GOFILES = find . -name '*.go' -not -path './web/node_modules/*' -not -path './.cache/*'

# What the pages are made from: everything under web/ but its Go files, its
# tests and what tools write there.
PAGES := $(shell find web -type f -not -path 'web/node_modules/*' -not -path 'web/dist/*' \
	-not -path 'web/e2e/*' -not -path 'web/test-results/*' -not -path 'web/playwright-report/*' \
	-not -name '*.go' 2>/dev/null)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run build binaries pages test lint fmt bench bench-scale bench-growth clean \
	need-go need-node need-tests check-fmt check-vet check-static check-mod \
	test-web test-go test-fuzz test-e2e test-load torture test-torture

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo
	@echo "  make run ADDR=:9000 ARGS='--redis redis://localhost:6379/0'"

run: build ## build and start a ready event (ADDR=:8080, ARGS=...)
	bin/lanyard demo --addr $(ADDR) $(ARGS)

build: pages binaries ## build bin/lanyard and the programs that test it, pages included

binaries: need-go
	@mkdir -p bin
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags '$(LDFLAGS)' -o bin/ ./cmd/lanyard ./cmd/lanyard-load ./cmd/lanyard-torture

# The pages are built when something they are made from is newer than the
# last build, of which index.html is the witness: every build writes it anew.
pages: web/dist/index.html

web/dist/index.html: web/node_modules/.installed $(PAGES)
	$(NPM) run build

web/node_modules/.installed: web/package.json web/package-lock.json | need-node
	$(NPM) ci --no-audit --no-fund
	@touch $@

need-go:
	@command -v $(GO) >/dev/null || { \
		echo "Lanyard is built with Go $$(awk '/^go /{print $$2}' go.mod) or newer, and there is no go on the PATH: https://go.dev/dl/" >&2; exit 1; }
	@$(GO) list -m >/dev/null || { \
		echo "Lanyard is built with Go $$(awk '/^go /{print $$2}' go.mod) or newer: https://go.dev/dl/" >&2; exit 1; }

need-node:
	@.ci/need node

need-tests: need-go
	@.ci/need node gcc redis chromium zbar cjk-font thai-font ext4

# One after the other, cheapest first, also under `make -j`: on two cores the
# load run must not compete with the race detector.
test: ## run everything that CI runs, installing what that needs
	@$(MAKE) --no-print-directory need-tests
	@$(MAKE) --no-print-directory check-fmt
	@$(MAKE) --no-print-directory check-vet
	@$(MAKE) --no-print-directory check-static
	@$(MAKE) --no-print-directory check-mod
	@$(MAKE) --no-print-directory build
	@$(MAKE) --no-print-directory test-web
	@$(MAKE) --no-print-directory test-go
	@$(MAKE) --no-print-directory test-fuzz
	@$(MAKE) --no-print-directory test-e2e
	@$(MAKE) --no-print-directory test-load
	@$(MAKE) --no-print-directory test-torture
	@echo "make test: all of it passed"

check-fmt:
	@files=$$($(GOFILES) -exec gofmt -l {} +); \
	if [ -n "$$files" ]; then echo "not gofmt's format, run make fmt:" >&2; echo "$$files" >&2; exit 1; fi
	@echo "gofmt: ok"

check-vet:
	$(GO) vet ./...

check-static:
	$(GO) tool staticcheck ./...

check-mod:
	$(GO) mod tidy -diff
	@$(GO) mod verify

test-web: web/node_modules/.installed
	$(NPM) run lint
	$(NPM) run typecheck
	$(NPM) test

# The race detector makes hostile spreadsheets slow and has nothing to find in
# them: of badge it watches what is shared: codes, keyrings and the secret.
test-go:
	$(GO) test -race -timeout 10m $$($(GO) list ./... | grep -v '^lanyard/badge$$')
	$(GO) test -race -run 'Codes|Concurrent|Ring|Secret' ./badge
	$(GO) test ./badge

# Every fuzz target there is gets a few seconds: enough to catch one that
# no longer holds on inputs near its seeds, not to make those smaller that
# only reach new code.
test-fuzz:
	@$(GO) test -list '^Fuzz' ./... >bin/fuzz-targets
	@awk '/^Fuzz/ {t[n++] = $$1} /^ok/ {for (i = 0; i < n; i++) print $$2, t[i]; n = 0}' bin/fuzz-targets | \
	while read -r package target; do \
		echo "fuzz $$package $$target"; \
		$(GO) test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 10x "$$package" </dev/null || exit 1; \
	done

test-e2e: build
	$(NPM) run e2e

# A hall's worth of gates against a server that each run starts itself, then an
# audit of its journal against what it answered; once more with server and Redis
# killed and started again in the middle of it.
LOAD := bin/lanyard-load --start bin/lanyard --gates 64 --attendees 2000 --capacity 200
test-load: binaries
	$(LOAD) --store bolt --rate 400 --duration 5s
	$(LOAD) --store redis --rate 400 --duration 5s
	$(LOAD) --store redis-cluster --rate 200 --duration 3s
	$(LOAD) --store bolt --rate 200 --duration 5s --crashes 2
	$(LOAD) --store redis --rate 200 --duration 5s --crashes 2

# Each part for that time and seed: servers, Redis, their connections and their
# disk killed, paused and taken away under load, and every answer held against the
# rules. Taking a disk away needs root: the long form then fails, the short one
# says so.
torture: binaries ## faults under load for DURATION=60s a part from SEED=1, checked
	@.ci/need redis ext4
	bin/lanyard-torture --start bin/lanyard --duration $(DURATION) --seed $(SEED) $(if $(JSON),--json $(JSON)) $(ARGS)

# What go test runs in a short form already (checkin/simulate, api/overload_test.go) is left out.
test-torture: binaries
	bin/lanyard-torture --start bin/lanyard --duration 3s --seed $(SEED) --where-possible \
		--part linearizability --part powercut --part failover --part attack $(ARGS)

lint: need-go web/node_modules/.installed ## format, vet, static analysis, types
	@$(MAKE) --no-print-directory check-fmt check-vet check-static check-mod
	$(NPM) run lint
	$(NPM) run typecheck

fmt: ## format the Go files
	@$(GOFILES) -exec gofmt -w {} +

bench: build ## measure on this machine (JSON=FILE also writes the numbers)
	@.ci/need redis chromium
	bin/lanyard-load bench --start bin/lanyard $(if $(JSON),--json $(JSON)) $(ARGS)

bench-scale: ## the same, and with 1,000,000 badges on record
	@$(MAKE) --no-print-directory bench ARGS="--rows scans,roster,bulk,boards,browser,scale $(ARGS)"

bench-growth: build ## latency and memory by badges and servers, into cmd/lanyard-load/growth/growth.md and cmd/lanyard-load/growth/growth.svg
	@.ci/need redis
	bin/lanyard-load bench --start bin/lanyard --rows growth $(ARGS)

clean: ## remove what was built
	rm -rf bin web/dist/* web/node_modules .cache
