#!/usr/bin/env python3
"""A language server with one fault: stands between a client and a server and spoils one method.

    fault.py METHOD -- SERVER [ARGUMENT...]

Tests of clients use it to show that they can fail. A client that can only be told the path of a program sets
MC_FAULT to the method and MC_FAULT_SERVER to the server; all arguments are the server's then.

`@FILE` stands for the methods in that file, one a line. It is read anew for each message, so that one session can have
one fault after the other; what was spoiled is appended to FILE.log.

What is spoiled:
- a request of the client gets an answer without content: `null`, no capabilities for `initialize`, and an error
  where `null` is the right answer (`shutdown`);
- a notification, of either side, never arrives;
- a request of the server is answered with `null` and never arrives.

`METHOD:lines` spoils less: all lines in what the server says are one too high.
"""

import json
import os
import subprocess
import sys
import threading


def read(stream):
    """The next message, or None at the end of the stream."""
    length = None
    while line := stream.readline():
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            length = int(value)
        elif not line.strip() and length is not None:
            body = stream.read(length)
            return json.loads(body) if len(body) == length else None
    return None


class Pipe:
    """Writes messages whole; both directions may write to the server."""

    def __init__(self, stream):
        self.stream = stream
        self.lock = threading.Lock()

    def send(self, message):
        body = json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()
        with self.lock:
            try:
                self.stream.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
                self.stream.flush()
            except (BrokenPipeError, ValueError):
                pass  # The other end is gone; the reader of its output will see it.


class Faults:
    """The methods that are spoiled now."""

    def __init__(self, text):
        self.file = text[1:] if text.startswith("@") else None
        self.fixed = [text]

    def of(self, method):
        """The fault of a method: itself, or with `:lines` behind it; None if it is not spoiled."""
        if method is None:
            return None
        planted = self.fixed
        if self.file is not None:
            with open(self.file, encoding="utf-8") as lines:
                planted = lines.read().split()
        fault = next((one for one in planted if one in (method, method + ":lines")), None)
        if fault and self.file is not None:
            with open(self.file + ".log", "a", encoding="utf-8") as log:
                log.write(fault + "\n")
        return fault


def moved(value):
    """The value with all lines one too high."""
    if isinstance(value, list):
        return [moved(one) for one in value]
    if isinstance(value, dict):
        return {key: one + 1 if key == "line" else moved(one) for key, one in value.items()}
    return value


def spoiled(fault, response):
    """The response without what it should say."""
    if fault.endswith(":lines"):
        return moved(response)
    method = fault
    if response.get("result", response) is None:
        error = {"code": -32603, "message": f"a fault is planted in {method}"}
        return {"jsonrpc": "2.0", "id": response["id"], "error": error}
    result = {"capabilities": {}} if method == "initialize" else None
    return {"jsonrpc": "2.0", "id": response["id"], "result": result}


def main():
    if "MC_FAULT_SERVER" in os.environ:
        method, command = os.environ["MC_FAULT"], [os.environ["MC_FAULT_SERVER"], *sys.argv[1:]]
    elif len(sys.argv) > 3 and sys.argv[2] == "--":
        method, command = sys.argv[1], sys.argv[3:]
    else:
        sys.exit(__doc__)
    faults = Faults(method)
    server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    to_server, to_client = Pipe(server.stdin), Pipe(sys.stdout.buffer)
    asked = {}

    def from_client():
        while (message := read(sys.stdin.buffer)) is not None:
            if fault := faults.of(message.get("method")):
                if "id" not in message:
                    continue
                asked[message["id"]] = fault
            to_server.send(message)
        server.stdin.close()

    threading.Thread(target=from_client, daemon=True).start()
    while (message := read(server.stdout)) is not None:
        if "method" not in message and message.get("id") in asked:
            message = spoiled(asked.pop(message["id"]), message)
        elif fault := faults.of(message.get("method")):
            if fault.endswith(":lines"):
                message = moved(message)
            elif "id" in message:
                to_server.send({"jsonrpc": "2.0", "id": message["id"], "result": None})
                continue
            else:
                continue
        to_client.send(message)
    code = server.wait()
    sys.stdout.flush()
    # Without the interpreter's own end, which would wait for the thread that reads the input.
    os._exit(code if code >= 0 else 128 - code)


main()
