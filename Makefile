# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

# README.md and CONTRIBUTING.md describe the targets.

BUILD_FLAGS := -c release --static-swift-stdlib
SERVAL ?= .build/release/serval
MICROKIT_BOARD ?= qemu_virt_aarch64
SOURCES := Package.swift Sources Tests Plugins systems dts docs/examples
# Tests misspell on purpose.
# Whether HTTPS is asked for, which needs serval-certificates.
SECURE = $(filter-out 0 no false,$(HTTPS))$(CERTIFICATE)$(findstring https=,$(GENERATE_FLAGS))
PROSE := README.md CHANGELOG.md CONTRIBUTING.md SECURITY.md docs Package.swift Sources systems dts Plugins make Makefile

.PHONY: all build run webserver test test-long test-build lint fmt bench bench-network bench-web bench-deflate bench-archiver bench-cryptography deps oracle clean help

# With an SDK, a boot image, as LionsOS builds its web server; without, the tool.
all: $(if $(MICROKIT_SDK),image,build)

help:
	@echo "make run [SITE=dir]            the web server under serval run, on http://localhost:5555; WEB_PORT=8080 for another port"
	@echo "make run HTTPS=1               the same on https://localhost:5556, too; HTTPS_PORT=8443, CERTIFICATE=.. KEY=.. for your own"
	@echo "make run SYSTEM=archiver       the upload service in the same way"
	@echo "make MICROKIT_SDK=.. MICROKIT_BOARD=.. NFS_SERVER=.. NFS_DIRECTORY=.. WEBSITE_DIR=..   its boot image"
	@echo "make webserver NFS_SERVER=.. NFS_DIRECTORY=.. WEBSITE_DIR=..   lay out the web server in out/"
	@echo "make images | image | qemu    programs, a boot image, QEMU (MICROKIT_SDK, MICROKIT_BOARD, MICROKIT_CONFIG, SYSTEM)"
	@echo "make build | test | test-long | lint | fmt | bench | bench-network | bench-web | bench-deflate | bench-archiver | bench-cryptography | deps | clean"

# Installs missing Debian packages that the build and the tests need, and a newer Unicorn.
deps:
	@./make/deps.sh
	@./make/unicorn.sh

build: deps
	@./make/checkout.sh
	swift build $(BUILD_FLAGS) --product serval
	swift build $(BUILD_FLAGS) --product serval-emulator
	$(if $(SECURE),swift build $(BUILD_FLAGS) --product serval-certificates)

run:
	@./make/run.sh
	@$(MAKE) --no-print-directory $(TOOL) images
	@./make/run.sh "$$SERVAL" "$$IMAGES"

webserver:
	@SYSTEM=webserver ./make/choices.sh
	@$(MAKE) --no-print-directory build
	secure=$$(./make/https.sh flags) && eval "set -- $$secure" && \
	$(SERVAL) generate webserver --board $(MICROKIT_BOARD) --output out "$$@"

# BoringSSL first, because fetching it would make one build wait for the other. Both builds at once, then the suites of Tests/suites.py, three at a time. Tests/README.md says what each needs.
test: deps oracle
	@./make/checkout.sh
	@./make/cryptography.sh
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=target BUILD_CHECK=./make/no-warnings.sh lint sizes test-build
	python3 Tests/suites.py

# The same with the tests that take minutes or hours, for the night; one suite after the other.
test-long: export SERVAL_LONG := 1
test-long: deps oracle
	@./make/checkout.sh
	@./make/cryptography.sh
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=target BUILD_CHECK=./make/no-warnings.sh lint sizes test-build
	python3 Tests/suites.py --jobs 1

# Without debug information, which takes less work than `swift build --build-tests`, and is another build for SwiftPM.
# The index has to be made: SwiftPM finds tests in it.
TEST_FLAGS := -Xswiftc -gnone

test-build:
	$(BUILD_CHECK) swift build --build-tests $(TEST_FLAGS)

lint: deps
	swift format lint --strict --recursive $(SOURCES)
	codespell $(PROSE)

fmt:
	swift format --in-place --recursive $(SOURCES)

# sdfgen 0.35.1 from PyPI: the generator that layouts are compared with.
oracle: .build/oracle/python

.build/oracle/python:
	mkdir -p .build/oracle
	python3 -m pip install --quiet --disable-pip-version-check --target .build/oracle/packages sdfgen==0.35.1
	printf '#!/bin/sh\nPYTHONPATH="$$(dirname "$$0")/packages" exec python3 "$$@"\n' > $@.new
	chmod +x $@.new
	mv $@.new $@

bench: build oracle
	python3 Tests/Bench/generator.py $(SERVAL) .build/oracle/python
	python3 Tests/Bench/emulator.py $(SERVAL)
	@$(MAKE) --no-print-directory images test-build
	python3 Tests/Bench/restarts.py
	@$(MAKE) --no-print-directory bench-network bench-web bench-deflate bench-archiver bench-cryptography

bench-network: build images
	python3 Tests/Bench/network.py $(SERVAL)

bench-web: build images
	swift build $(BUILD_FLAGS) --product serval-certificates
	python3 Tests/Bench/webserver.py $(SERVAL)
	python3 Tests/Bench/https_rates.py $(SERVAL)

bench-cryptography:
	@./make/cryptography.sh
	python3 Tests/Bench/cryptography.py

bench-archiver: build images
	python3 Tests/Bench/archiver.py

bench-deflate:
	python3 Tests/Bench/deflate.py

clean:
	rm -rf .build out

include make/images.mk
