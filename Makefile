# The first target is the default. Each CI job is a target.

GOLANGCI    = go run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
GOVULNCHECK = go run golang.org/x/vuln/cmd/govulncheck@v1.9.0
ACTIONLINT  = go run github.com/rhysd/actionlint/cmd/actionlint@v1.7.12
GORELEASER  = go run github.com/goreleaser/goreleaser/v2@v2.14.3
PLATFORMS   = linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64
LISTEN     ?= 127.0.0.1:8080
FUZZTIME   ?= 30000x

.PHONY: help
help: ## Show this help
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-13s %s\n", $$1, $$2}' Makefile

.PHONY: serve
serve: ## Run the mock on LISTEN (127.0.0.1:8080)
	go run ./cmd/sdecontract mock --listen $(LISTEN)

.PHONY: build
build: ## Build bin/sdecontract
	CGO_ENABLED=0 go build -trimpath -o bin/sdecontract ./cmd/sdecontract

.PHONY: test
test: ## Run the tests, but for the mutants and the twins
	go test -short ./...

.PHONY: check
check: fmt lint test ## What to run before each commit: format, lint, test

.PHONY: ci
ci: tidy lint test cross race mutants explore fuzz breaking contract clients examples browser vuln ## Everything that CI runs
	@if [ ! -e .git ]; then echo "not checked: without a repository, whether the targets above have changed a file"; \
	else git diff --exit-code || { echo "the tree has changed: commit what the targets above made"; exit 1; }; fi

.PHONY: fmt
fmt: ## Format the code
	$(GOLANGCI) fmt ./...

.PHONY: lint
lint: ## Vet and lint the code, and the workflow of GitHub
	go vet ./...
	$(GOLANGCI) run ./...
	$(ACTIONLINT) -shellcheck= -pyflakes= .github/workflows/*.yaml

# The suite asks one thing after the other: a few of its tests are enough here. The scripts run the command in
# processes of their own, which the detector makes slow; what is concurrent in it has tests beside.
.PHONY: race
race: ## Run the tests with the race detector (needs a C compiler)
	@[ "$$(go env CGO_ENABLED)" = 1 ] || { echo "the race detector needs a C compiler, such as gcc, and CGO_ENABLED=1: make test runs the tests without it"; exit 1; }
	go test -short -race -skip '^TestScripts$$' $$(go list ./... | grep -vE '/(conformance|explore|docs)$$')
	go test -race ./explore -run 'SameSeed|Corpus|OthersAre|Interrupted'
	go test -race ./conformance -run 'MockConforms|OverTheWire|AbsurdTargets|Cancel'

.PHONY: mutants
mutants: ## Show that the suite notices every mutant and fails no twin: minutes
	go test ./conformance -run 'Mutants|Twins' -timeout 30m

.PHONY: explore
explore: ## Show that exploring finds the mutants, and nothing in the twins: minutes
	go test ./explore ./conformance -run 'Latitudes|Exploration|Finding|Shrinking' -timeout 30m

.PHONY: golden
golden: ## Write the golden files of the suite anew: read the difference before you commit it
	go test ./conformance -run 'Mutants|Catalogue|Claim' -timeout 30m -update
	go test ./explore -update
	go test ./conformance/report -update

.PHONY: reference
reference: ## Write docs/reference and the JSON Schemas anew, from the program itself
	go test ./cmd/sdecontract -run '^TestReference$$' -update
	go test ./docs/reference -run '^TestReference$$' -update

# Inputs are counted: Go up to 1.26 can take the end of a time for a failure (golang/go#75804).
.PHONY: fuzz
fuzz: ## Run each fuzz target for FUZZTIME (30000x inputs; or a time, such as 20s)
	go test ./mock -run '^$$' -fuzz '^FuzzHandler$$' -fuzztime $(FUZZTIME) -fuzzminimizetime 100x
	go test ./mock -run '^$$' -fuzz '^FuzzReadWorld$$' -fuzztime $(FUZZTIME) -fuzzminimizetime 100x

.PHONY: bench
bench: ## Measure the mock beside other servers, and compare it with the kept figures: minutes
	bench/run.sh

.PHONY: bench-keep
bench-keep: ## Keep what was measured last, and show it in docs/performance.md
	cp bench/new.txt bench/baseline.txt
	go test ./bench -run Figures -update

.PHONY: contract
contract: build ## Lint the contract with Redocly and Spectral, use it in Prism and Newman (needs Node 20)
	@if command -v npm >/dev/null; then \
		cd test/contract && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error && npm test --silent; \
	else echo "skipped: the contract's linters need npm, which is not installed"; fi

.PHONY: breaking
breaking: ## Show that CHANGELOG.md names whatever breaks clients of the released contracts
	cd test/breaking && go vet ./... && go run . ../.. && go test -count=1 ./...

.PHONY: contract-keep
contract-keep: ## At a release, keep the contracts that later ones are compared with
	@awk '/^## /{n++} n==1 && /^\*/{exit 1}' CHANGELOG.md || { echo "CHANGELOG.md: move what is unreleased below the version first"; exit 1; }
	cp openapi.yaml test/breaking/accepted/openapi.yaml
	cp mock/control/openapi.yaml test/breaking/accepted/mock/control/openapi.yaml

.PHONY: clients
clients: ## Generate two clients from the contract and run them against the mock
	cd test/clients && go generate ./... && go vet ./... && go test ./...

# Each client is tested by its own tool, with a mock of its own that judges it: it must keep to the contract, and
# cover as much of it as it does today, about.
EXAMPLE = ../../../bin/sdecontract mock --min-coverage operations=50
.PHONY: examples
examples: build ## Test three small clients, in Go, Python and Node, against the mock; reports in bin/
	cd examples/clients/go && go generate ./... && go vet ./... && \
		$(EXAMPLE) --min-coverage 20 --report junit=../../../bin/go.xml --report html=../../../bin/go.html -- go test -count=1 ./...
	@if command -v python3 >/dev/null; then cd examples/clients/python && \
		$(EXAMPLE) --min-coverage 20 --report junit=../../../bin/python.xml --report html=../../../bin/python.html -- python3 -B -m unittest; \
	else echo "skipped: the client in Python needs python3, which is not installed"; fi
	@if command -v npm >/dev/null; then cd examples/clients/node && \
		$(EXAMPLE) --min-coverage 25 --report junit=../../../bin/node.xml --report html=../../../bin/node.html -- npm test --silent; \
	else echo "skipped: the client in Node needs npm, which is not installed"; fi

# A module of its own: nobody who imports this one shall see what drives the browser.
.PHONY: browser
browser: test/browser/node_modules ## Open the HTML report and the inspector in Chromium (needs Chromium, Node 20)
	cd test/browser && go vet ./... && go test -count=1 ./...

.PHONY: screenshots
screenshots: ## Draw the pictures of the README anew (needs Chromium)
	cd test/browser && SCREENSHOTS=$(CURDIR)/docs/images go test -count=1 -run Screenshots ./...

test/browser/node_modules: test/browser/package-lock.json
	@if command -v npm >/dev/null; then cd test/browser && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error; \
	else echo "skipped: the rules of accessibility need npm, which is not installed"; fi

.PHONY: cross
cross: ## Compile for each platform of a release
	@for platform in $(PLATFORMS); do echo "$$platform"; \
		CGO_ENABLED=0 GOOS=$${platform%/*} GOARCH=$${platform#*/} go build -trimpath -o /dev/null ./cmd/sdecontract || exit; \
	done
	CGO_ENABLED=0 GOOS=windows go vet -trimpath ./... # the tests compile there as well; with those flags, little is compiled again
	go test ./cmd/sdecontract -run TestActionBuilds

# The second build has nothing in common with the first but the commit: not the directory, not the cache.
.PHONY: reproducible
reproducible: ## Build the last commit twice, in two places, and compare: minutes
	@set -e; dir=$$(mktemp -d); trap 'chmod -R u+w $$dir; rm -rf $$dir' EXIT; \
	git clone --quiet . $$dir/one; git clone --quiet $$dir/one $$dir/a/second; \
	for place in one a/second; do \
		(cd $$dir/$$place && CGO_ENABLED=0 GOCACHE=$$dir/cache-$${place#*/} go build -trimpath -buildvcs=true -ldflags='-s -w' -o sdecontract ./cmd/sdecontract); \
		sha256sum $$dir/$$place/sdecontract; \
	done; $$dir/one/sdecontract version; \
	cmp $$dir/one/sdecontract $$dir/a/second/sdecontract && echo "the builds are the same"

# goreleaser wants a remote, and a clone has one.
.PHONY: release-check
release-check: ## Check .goreleaser.yaml as it was committed, and build a snapshot of all that is released: minutes
	@set -e; dir=$$(mktemp -d); trap 'rm -rf $$dir' EXIT; git clone --quiet . $$dir/clone; \
	$(GORELEASER) --version >/dev/null; cd $$dir/clone; git remote set-url origin https://github.com/sdecontract/sdecontract.git; \
	$(GORELEASER) check && $(GORELEASER) release --snapshot --skip=publish,sbom && cat dist/checksums.txt

# MODULES: a module cache to use, such as that of go env GOMODCACHE; without it, what is needed is downloaded.
.PHONY: fresh
fresh: ## Show that a clone of the last commit works where there is only Go, git, make and POSIX: minutes
	test/fresh.sh $(MODULES)

.PHONY: pages
pages: ## Write shell completions and manual pages to build/, for a release
	@rm -rf build && mkdir -p build/completions
	go run ./cmd/sdecontract man build/man
	@for shell in bash zsh fish powershell; do go run ./cmd/sdecontract completion $$shell > build/completions/sdecontract.$$shell || exit; done

.PHONY: image
image: ## Build the container image sdecontract (needs Docker)
	docker build --build-arg VERSION=$$(git describe --tags --always --dirty || echo '(devel)') --build-arg REVISION=$$(git rev-parse HEAD || echo unknown) -t sdecontract .

.PHONY: vuln
vuln: ## Look for known vulnerabilities
	@out=$$($(GOVULNCHECK) ./... 2>&1); status=$$?; echo "$$out"; \
	case "$$out" in *"fetching vulnerabilities"*) echo "not checked: the vulnerability database can't be reached";; *) exit $$status;; esac

.PHONY: tidy
tidy: ## Check that go.mod and go.sum are tidy
	go mod tidy -diff
