# The two that matter: `make demo` shows the gateway at work, `make test` proves that it works.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help demo test screenshots bench fuzz lint docs bless clean

# Statement files of banks, against which the readers of payments are tested. They are others' and
# not part of the project; without them those tests are waived, and `make test` says so.
CEI_PAYMENTS_CORPUS ?= $(abspath $(wildcard ../shared/corpus/payments))
ifneq ($(CEI_PAYMENTS_CORPUS),)
export CEI_PAYMENTS_CORPUS
endif

help: ## Say what there is.
	@sed -n 's/^\([a-z]*\):.*## /make \1\t/p' Makefile | expand -t 14

demo: ## Build and run the main job from end to end; ARGS are passed on.
	@scripts/setup build
	cargo build --release
	@cargo run --release --quiet -- demo $(ARGS)

test: ## Test everything, on SQLite and on a PostgreSQL cluster of its own.
	@scripts/setup test
	@scripts/with-postgres scripts/run-tests $(ARGS)

screenshots: ## Take pictures of the console's pages, light, dark and on a telephone, into target/screenshots.
	@scripts/screenshots

bench: ## Measure signed XML (ARGS such as --large), a day of the country (NATIONAL such as --past 0,1000000), and what offices ask (OFFICES such as --quick).
	@scripts/setup bench
	cargo bench --quiet --bench signed_xml -- $(ARGS)
	scripts/with-postgres cargo bench --quiet --bench national -- $(NATIONAL)
	CEI_DURABLE=1 scripts/with-postgres cargo bench --quiet --bench offices -- $(OFFICES)

fuzz: ## Look for documents that break a promise, FUZZ_SECONDS=30 for each target; FUZZ_TARGETS names some.
	@scripts/setup fuzz
	@scripts/run-fuzz

lint: ## Check format, lints, documentation links and dependencies.
	@scripts/setup lint
	cargo fmt --check
	cargo clippy --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --document-private-items
	@scripts/check-dependencies

docs: ## Write again the documents that are derived from the code.
	CEI_BLESS=1 cargo test --quiet --test it generated::

bless: ## Accept what the code says now as expected, then look at `git diff`.
	CEI_BLESS=1 UPDATE_EXPECT=1 scripts/with-postgres scripts/run-tests $(ARGS)

clean: ## Remove what was built.
	cargo clean
