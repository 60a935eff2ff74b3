#!/bin/sh
# Reports to spex from a shell script: lines into `spex record`, or onto the socket of
# `spex record --listen PATH` where socat or nc is there.
#   client.sh PATH ID
set -eu
path=$1 id=$2

report() {
    if command -v socat >/dev/null 2>&1; then socat -t 30 - "UNIX-CONNECT:$path"; else nc -N -U "$path"; fi
}

{
    # Answers are wanted: a line of JSON for each record, once it is durable.
    echo '{"op":"replies"}'
    printf '{"op":"init","spec":"Parcel","id":"%s","meta":{"by":"shell"}}\n' "$id"
    printf '{"op":"transition","id":"%s","action":"hand over","state":"on the road"}\n' "$id"
} | report
