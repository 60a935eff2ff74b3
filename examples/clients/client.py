#!/usr/bin/env python3
"""Reports to `spex record --listen PATH`.   client.py PATH ID"""
import json
import socket
import sys


class Spex:
    """One connection; one thread at a time. Raises SpexError where a report was refused."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.connect(path)
        self.lines = self.socket.makefile("r", encoding="utf-8")
        self.send({"op": "replies"})

    def send(self, record):
        self.socket.sendall(json.dumps(record).encode() + b"\n")

    def report(self, **record):
        self.send(record)
        line = self.lines.readline()
        if not line:
            raise ConnectionError("spex is gone; it is not known whether this was recorded")
        reply = json.loads(line)
        if not reply["ok"]:
            raise SpexError(reply["reason"], reply["error"])
        return reply

    def init(self, spec, id, **more):
        return self.report(op="init", spec=spec, id=id, **more)

    def transition(self, id, action, state, **more):
        return self.report(op="transition", id=id, action=action, state=state, **more)


class SpexError(Exception):
    pass


if __name__ == "__main__":
    spex = Spex(sys.argv[1])
    print(json.dumps(spex.init("Parcel", sys.argv[2], meta={"by": "python"})))
    print(json.dumps(spex.transition(sys.argv[2], "hand over", "on the road")))
