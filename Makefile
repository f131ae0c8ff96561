# Two commands do everything on a fresh Debian machine with Swift 6.3: `make run` and `make test`.
SWIFT ?= swift
PROGRAM = .build/release/lvcd-bench
SUITES = --suite similar --suite general
RUN ?= runs/default
# Table 3 colours each clip once per overlap; four clips tell the times apart.
TABLE3_CLIPS ?= 4

TRAINING ?= .training
DEVICE ?= cpu

.PHONY: run test build packages open report-check gate bench train clean

# Weights come first; without a connection the run goes on and its columns say what is missing. One set's table comes
# before the others are begun.
run: build
	@$(PROGRAM) weights get --packages || echo "make run: some weights are missing; going on without them" >&2
	@test -d $(RUN) || $(PROGRAM) run --suite similar -o $(RUN)
	@Scripts/build-open-set.sh $(PROGRAM) || true
	@$(PROGRAM) run $(SUITES) $$(test -f data/open/open.suite.json && echo --suite data/open/open.suite.json) --new-rows -o $(RUN)
	@$(PROGRAM) run --suite paper-table2 -o $(RUN)-table2
	@$(PROGRAM) run --suite paper-table3 --limit $(TABLE3_CLIPS) -o $(RUN)-table3

build: packages
	$(SWIFT) build -c release --product lvcd-bench

packages:
	@Scripts/install-packages.sh

# The tests of bad films make them with ffmpeg.
test:
	@Scripts/install-packages.sh ffmpeg
	$(SWIFT) test -c release --disable-xctest

# The set of real animation alone.
open: build
	Scripts/build-open-set.sh $(PROGRAM)

# Scores the embedded sets and compares the tables with the committed ones.
report-check: RUN =
report-check: build
	RUN="$(RUN)" Scripts/check-report.sh $(PROGRAM)

# Judges the embedded sets against the committed baseline, as Docs/ci/gate.yml does on GitHub.
gate: export BASELINE = quality/baseline.json
gate: export RULES = quality/gate.json
gate: export RUN_OPTIONS = quality/run.json
gate: build
	Scripts/gate.sh $(PROGRAM)

bench: build
	python3 Benchmarks/peers.py --program $(PROGRAM)

# Trains the embedded models anew; Training/README.md says how long it takes.
train: build
	python3 -m venv $(TRAINING)/venv
	$(TRAINING)/venv/bin/pip install --quiet -r Training/requirements.txt
	PYTHON=$(abspath $(TRAINING))/venv/bin/python DEVICE=$(DEVICE) Training/train.sh all $(TRAINING) $(PROGRAM) $(TRAINING)/weights

clean:
	rm -rf .build runs data
