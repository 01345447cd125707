# The commands of this project. Building is CMake's work; this file only installs what is missing and
# strings the steps together. 'make help' lists them.
BUILD := build
INSTALL_PREFIX ?= /usr/local

.PHONY: all help demo test conformance fuzz lint bench sizes install clean packages-build packages-demo packages-test

all: packages-build ## build build/zerre
	@cmake -S . -B $(BUILD) -G Ninja -DCMAKE_INSTALL_PREFIX=$(INSTALL_PREFIX) >/dev/null
	@cmake --build $(BUILD)

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: packages-demo all ## compile the bundled models, run them on an emulated Cortex-M4: digits, a spoken word
	@$(BUILD)/zerre bench models/digits/digits_int8.tflite --target cortex-m4 \
	    --input models/digits/samples_x.npy --labels models/digits/samples_y.npy
	@echo; $(BUILD)/zerre bench models/keywords --target cortex-m4 --input models/keywords/clips/yes.flac

test: packages-test ## unit, command line, golden, generated-code, board and hostile-input tests; then again with sanitizers
	@tools/test.sh

conformance: packages-test all ## every operator and model, bit for bit against TensorFlow Lite Micro (PyPI)
	@tools/conformance.sh $(ARGS)

fuzz: packages-test ## fuzz the importers, SECONDS=60 each
	@tests/fuzz/run.sh $(or $(SECONDS),60)

lint: packages-test ## clang-format and clang-tidy
	@tools/lint.sh

bench: packages-demo all ## instruction counts and sizes of the bundled models; ARGS=--update writes bench/sizes.csv
	@bench/sizes.sh $(ARGS)

install: all ## install zerre, its man pages and zerre.pc below INSTALL_PREFIX
	@cmake --install $(BUILD)

clean: ## remove all that was built
	rm -rf build build-* out

packages-build packages-demo packages-test:
	@tools/install-packages.sh $(@:packages-%=%)
