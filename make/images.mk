# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

# The protection domains' programs, and boot images of whole systems.
#
#   make images    every program as an ELF file in .build/images; needs only the Swift toolchain
#   make image     a boot image of SYSTEM for MICROKIT_SDK, MICROKIT_BOARD and MICROKIT_CONFIG; SDK_VERSION names a version that the
#                  SDK does not call itself, such as 2.3.0-dev
#   make qemu      the same, and boots it
#
# HTTPS, CERTIFICATE and KEY are described in make/https.sh.
#
# PACKAGE names the directory of a package of your own, and PROGRAMS its programs for protection domains. They are built as
# well, and all output is below PACKAGE. SwiftPM's plugins set both. PROGRAM is the one for the system `program`, by default the
# first.

MICROKIT_CONFIG ?= debug
SYSTEM ?= $(if $(PACKAGE),program,webserver)
PROGRAM ?= $(firstword $(PROGRAMS))
IMAGES := $(if $(PACKAGE),$(PACKAGE)/.build/images,.build/images)
# The target that builds the tool; empty where SwiftPM's plugin provides one.
TOOL ?= build
OUTPUT := $(if $(PACKAGE),$(PACKAGE)/)out/$(if $(PROGRAM),$(PROGRAM),$(SYSTEM))-$(MICROKIT_BOARD)-$(MICROKIT_CONFIG)
# More options for `serval generate`, quoted as in a command.
GENERATE_FLAGS ?=
TARGET_BUILD := SERVAL_TARGET=1 SERVAL_NO_ALLOCATIONS=1 swift build --triple aarch64-none-none-elf -c release \
  --toolset Sources/Runtime/toolset.json --scratch-path .build/target \
  -Xswiftc -file-prefix-map -Xswiftc "$(CURDIR)=." -Xcc "-ffile-prefix-map=$(CURDIR)=."
# Command that runs the build: `make test` uses it to fail on warnings.
BUILD_CHECK ?=
export MICROKIT_SDK MICROKIT_BOARD MICROKIT_CONFIG SDK_VERSION SYSTEM PACKAGE PROGRAM GENERATE_FLAGS SERVAL IMAGES OUTPUT HTTPS CERTIFICATE KEY HTTPS_PORT OWN_CERTIFICATE

.PHONY: images image boot-image qemu sizes

images:
	@./make/sdk.sh board
	@./make/checkout.sh
	@./make/cryptography.sh
	@./make/relink.sh .build/target
	$(BUILD_CHECK) env $(TARGET_BUILD)
	$(BUILD_CHECK) env SERVAL_EMBEDS_FILES=1 $(TARGET_BUILD) --product archiver
	@bin=$$($(TARGET_BUILD) --show-bin-path) && \
	./make/collect-images.sh "$$bin" "$$IMAGES" Sources/Components && \
	$(if $(PACKAGE),./make/package.sh "$$PACKAGE" "$$IMAGES" $(PROGRAMS),./make/collect-images.sh "$$bin" "$$IMAGES/tests" Tests/Boot/Programs)

# Checks the SDK and the system's options before it builds anything.
image:
	@./make/sdk.sh
	@./make/choices.sh
	@$(MAKE) --no-print-directory boot-image

# With a private key, which signer.elf has, the image is its owner's alone.
boot-image: images $(TOOL)
	./make/check-abi.sh "$$SERVAL"
	@. ./make/companions.sh && secure=$$(./make/https.sh flags $(if $(OWN_CERTIFICATE),own)) && eval "set -- $$secure" && set -x && \
	"$$SERVAL" generate $(SYSTEM) $(if $(SDK_VERSION),--sdk $(SDK_VERSION)) --board $(MICROKIT_BOARD) --config $(MICROKIT_CONFIG) --images "$$IMAGES" --output "$$OUTPUT" "$$@" $(GENERATE_FLAGS)
	@if [ -e "$$OUTPUT/signer.elf" ]; then umask 077; rm -f "$$OUTPUT/loader.img"; fi; set -x; \
	"$$MICROKIT_SDK/bin/microkit" "$$OUTPUT/$(SYSTEM).system" --search-path "$$OUTPUT" \
	  --board $(MICROKIT_BOARD) --config $(MICROKIT_CONFIG) -o "$$OUTPUT/loader.img" -r "$$OUTPUT/report.txt"
	@echo "$$OUTPUT/loader.img"

qemu:
	@./make/sdk.sh
	@./make/qemu.sh
	@$(MAKE) --no-print-directory image OWN_CERTIFICATE=1
	./make/qemu.sh "$$OUTPUT/loader.img"

# Compares the section sizes of every program with Tests/Embedded/sizes.txt, and looks for array literals that the linker mixes up.
sizes: images
	python3 Tests/Embedded/sizes.py "$$IMAGES"
	python3 Tests/Embedded/literals.py "$$($(TARGET_BUILD) --show-bin-path)"
