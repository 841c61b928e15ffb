#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

# Prints the IPv4 address to forward ports to: that of ADDRESS, or the one that web_server requests from DHCP.
set -eu

case "${ADDRESS:-dhcp}" in
  dhcp) echo 10.0.2.15 ;;
  *) echo "${ADDRESS%%/*}" ;;
esac
