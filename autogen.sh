#!/bin/sh
# Makes ./configure from configure.ac.
set -e
cd "$(dirname "$0")"
autoreconf --install --force --warnings=all
# configure tidies up crash dumps called "core"; here that is a folder.
sed -i.bak 's/rm -f core /rm -f /' configure
rm -f configure.bak
