#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

# Prints the IPv4 address to forward ports to: that of ADDRESS or of `--set address=` in GENERATE_FLAGS, or the one that
# programs request from DHCP.
set -eu

address=$(./make/chosen.sh address "${ADDRESS:-dhcp}")
case "$address" in
  dhcp) echo 10.0.2.15 ;;
  *) echo "${address%%/*}" ;;
esac
