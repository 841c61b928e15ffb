#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

# Reports in one line, before anything is built, which settings of SYSTEM are missing or malformed. The tool checks the rest.
set -eu

stop() {
  echo "serval: $1" >&2
  exit 1
}

./make/https.sh check ${OWN_CERTIFICATE:+own}
# Systems of your own are the tool's to know.
[ -z "${PACKAGE:-}" ] || exit 0
[ -d "systems/$SYSTEM" ] ||
  stop "there is no SYSTEM '$SYSTEM': set it to one of: $(cd systems && echo */ | tr -d /)"

for name in ADDRESS NFS_ADDRESS; do
  eval "value=\${$name:-dhcp}"
  printf %s "$value" | grep -Eqx 'dhcp|([0-9]{1,3}\.){3}[0-9]{1,3}/[0-9]{1,2}(,(router|dns)=([0-9]{1,3}\.){3}[0-9]{1,3})*' ||
    stop "$name '$value' is neither dhcp nor an address such as 10.0.2.80/24,router=10.0.2.2,dns=10.0.2.3"
done
[ "$SYSTEM" = webserver ] || exit 0

missing=""
for name in NFS_SERVER NFS_DIRECTORY WEBSITE_DIR; do
  eval "[ -n \"\${$name:-}\" ]" || missing="$missing $name"
done
[ -z "$missing" ] ||
  stop "set$missing, as in: make ... NFS_SERVER=10.0.2.2 NFS_DIRECTORY=/export WEBSITE_DIR=www (the server's address, what it exports, the site in it)"
printf %s "$NFS_SERVER" | grep -Eqx '([0-9]{1,3}\.){3}[0-9]{1,3}|[A-Za-z0-9.-]*[A-Za-z][A-Za-z0-9-]*' ||
  stop "NFS_SERVER '$NFS_SERVER' is neither an IPv4 address such as 10.0.2.2 nor a host name; NFS_PORTS is for ports"
