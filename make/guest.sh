#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

# Prints the IPv4 address to forward ports to: that of ADDRESS or of `--set address=` in GENERATE_FLAGS, or the one that
# programs request from DHCP.
set -eu

address=${ADDRESS:-dhcp}
eval "set -- ${GENERATE_FLAGS:-}"
option=
for word; do
  case "$option$word" in
    --set=address=* | --setaddress=*) address=${word##*address=} ;;
  esac
  option=
  [ "$word" != --set ] || option=--set
done
case "$address" in
  dhcp) echo 10.0.2.15 ;;
  *) echo "${address%%/*}" ;;
esac
