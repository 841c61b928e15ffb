#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

# Fails if a port of this machine that leads to the system is malformed or in use: WEB_PORT to HTTP, and with HTTPS, HTTPS_PORT.
# Prints both as PORT:GUEST, where the system has them, with - for none.
set -eu

plain=$(./make/chosen.sh port 80) secure=$(./make/https.sh port) web=- https=-
if [ "$plain" != none ]; then
  ./make/port.sh "${WEB_PORT:-5555}" WEB_PORT
  web=${WEB_PORT:-5555}:${plain:-80}
fi
if [ -n "$secure" ]; then
  ./make/port.sh "${HTTPS_PORT:-5556}" HTTPS_PORT
  if [ "$web" != - ] && [ "${WEB_PORT:-5555}" = "${HTTPS_PORT:-5556}" ]; then
    echo "serval: WEB_PORT and HTTPS_PORT are both ${HTTPS_PORT:-5556}: set HTTPS_PORT to another" >&2
    exit 1
  fi
  https=${HTTPS_PORT:-5556}:$secure
fi
echo "$web $https"
