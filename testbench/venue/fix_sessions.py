#!/usr/bin/env python3
"""Runs session scripts of FIX against an acceptor, over TCP.

  fix_sessions.py ACCEPTOR FOLDER [--mode echo|market] [--differs FILE] [NAME...]

A script (FOLDER/NAME.def) is lines: i[N,]CONNECT, i[N,]DISCONNECT, I[N,]message to send, E[N,]message that must come,
e[N,]DISCONNECT that must come, # comment; N is the connection. BodyLength, CheckSum and <TIME+-seconds> are filled in.
What comes must have the fields of the script in their order, and their values, but for times and the checksum, which
must be well-formed. Each script has an acceptor and a folder of its own. FILE (TOML) lists the scripts of which some lines
are known to end otherwise, why, and how: they must end so. One line a script; exit status 1 when one does not end as
it should, 77 when FOLDER is absent."""

import argparse
import concurrent.futures
import datetime
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import tomllib

PATIENCE = 20  # seconds, for whatever must come
TIME = re.compile(r"\d{8}-\d{2}:\d{2}:\d{2}(\.\d{3})?$")
# Values that are the acceptor's own.
PATTERNS = {10: re.compile(r"\d{3}$"), 52: TIME, 60: TIME, 122: TIME}


class Mismatch(Exception):
    pass


def stamp(match):
    shift = int(match.group(1) or 0)
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=shift)).strftime("%Y%m%d-%H:%M:%S")


def fields(message):
    return [(f.split("=", 1)[0], f.split("=", 1)[1]) for f in message.split("\x01") if "=" in f]


def complete(message):
    """The script's message with what it leaves to be filled in."""
    message = re.sub(r"<TIME([+-]\d+)?>", stamp, message)
    if not message.endswith("\x01"):
        message += "\x01"
    if "\x019=" not in message:
        body = message[message.index("\x01") + 1:]
        body = body[:body.rindex("\x0110=") + 1] if "\x0110=" in body else body
        message = message.replace("\x01", f"\x019={len(body)}\x01", 1)
    if "\x0110=" not in message:
        message += f"10={sum(message.encode()) % 256:03}\x01"
    return message


def readable(message):
    return message.replace("\x01", "|")


def compare(expected, found):
    e, f = fields(expected), fields(found)
    for (tag, value), (tag_found, value_found) in zip(e, f):
        if tag != tag_found:
            raise Mismatch(f"expected field {tag}, found {tag_found}: expected {readable(expected)}, found {readable(found)}")
        pattern = PATTERNS.get(int(tag))
        if not (pattern.match(value_found) if pattern else value == value_found):
            raise Mismatch(f"field {tag}: expected {value}, found {value_found}, in {readable(found)}")
    if len(e) != len(f):
        raise Mismatch(f"expected {len(e)} fields, found {len(f)}: expected {readable(expected)}, found {readable(found)}")
    body = found[found.index("\x01", found.index("\x019=") + 1) + 1:found.rindex("\x0110=") + 1]
    if dict(f)["9"] != str(len(body)):
        raise Mismatch(f"BodyLength: expected {len(body)}, in {readable(found)}")
    if dict(f)["10"] != f"{sum(found[:found.rindex('10=')].encode()) % 256:03}":
        raise Mismatch(f"wrong CheckSum in {readable(found)}")


def compare_answer(types, at, expected, found, number):
    """The message that stands where the script has another, or none (`expected` empty)."""
    e, f = dict(fields(expected)), dict(fields(found))
    wanted = {"35": types[at], "34": str(number), "43": e.get("43")}
    for tag, value in wanted.items():
        if f.get(tag) != value:
            raise Mismatch(f"field {tag}: expected {value}, as {types} is to come here, found {f.get(tag)}, in {readable(found)}")


class Connection:
    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.settimeout(PATIENCE)
        self.data = ""

    def message(self):
        """The next; empty at the end of the connection."""
        while not (m := re.search(r"\x0110=\d+\x01", self.data)):
            try:
                some = self.socket.recv(65536)
            except TimeoutError:
                raise Mismatch(f"nothing came in {PATIENCE} s") from None
            except ConnectionResetError:
                some = b""
            if not some:
                return ""
            self.data += some.decode("latin-1")
        message, self.data = self.data[:m.end()], self.data[m.end():]
        return message


class Script:
    def __init__(self, port, differs):
        self.port = port
        self.differs = differs  # by line: types of the messages that come instead
        self.connections = {}
        self.next = 1  # MsgSeqNum that the acceptor has not used
        self.shift = 0  # by which its numbers are ahead of the script's

    def run_line(self, number, line):
        kind, rest = line[0], line[1:]
        name = "1"
        if m := re.match(r"(\d+),", rest):
            name, rest = m.group(1), rest[m.end():]
        types = self.differs.get(number, "")
        if kind == "i" and rest == "CONNECT":
            self.connections[name] = Connection(self.port)
            self.next = 1
        elif kind == "i" and rest == "DISCONNECT":
            self.connections.pop(name).socket.close()
        elif kind == "I":
            self.connections[name].socket.sendall(complete(rest).encode("latin-1"))
            self.answers(self.connections[name], types, "")
        elif kind == "E" and types:
            self.answers(self.connections[name], types, rest)
        elif kind == "E":
            self.expect(self.connections[name], complete(rest))
        elif kind == "e" and rest == "DISCONNECT":
            found = self.connections[name].message()
            if found:
                raise Mismatch(f"expected the end of the connection, found {readable(found)}")
            self.connections.pop(name).socket.close()
        else:
            raise Mismatch("no line of a script")

    def answers(self, connection, types, expected):
        resent = "\x0143=Y" in expected
        first = int(dict(fields(expected))["34"]) + self.shift if expected else self.next
        for at in range(len(types)):
            found = connection.message()
            if not found:
                raise Mismatch(f"expected a message of type {types[at]}, found the end of the connection")
            compare_answer(types, at, expected, found, first + at)
        if not resent and types:
            self.next = first + len(types)
            self.shift += len(types) - bool(expected)

    def expect(self, connection, expected):
        found = connection.message()
        if not found:
            raise Mismatch(f"expected {readable(expected)}, found the end of the connection")
        number = int(dict(fields(expected))["34"])
        if "\x0143=Y" not in expected:
            self.next = number + self.shift + 1
            expected = expected.replace(f"\x0134={number}\x01", f"\x0134={number + self.shift}\x01", 1)
        compare(expected, found)


def run(acceptor, mode, script, differs):
    """Empty when it ends as it should, else why it does not."""
    with tempfile.TemporaryDirectory(prefix="fix_session_") as folder:
        command = [acceptor, folder, "--mode", mode, "--session", "FIX.4.2,ISLD,TW42", "--reset-on-logon"]
        program = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            state = Script(int(program.stdout.readline()), differs)
            for number, line in enumerate(script.read_text("latin-1").splitlines(), 1):
                line = line.strip(" \r\n")
                if not line or line.startswith("#"):
                    continue
                try:
                    state.run_line(number, line)
                except (Mismatch, OSError) as e:
                    return f"{script.name}:{number}: {e}"
            return ""
        finally:
            program.stdin.close()
            try:
                status = program.wait(10)
            except subprocess.TimeoutExpired:
                program.kill()
                program.wait()
                status = "none in 10 s"
            program.stdout.close()
            if status != 0:
                return f"{script.name}: exit status of the acceptor: expected 0, found {status}"  # noqa: B012


def read_differs(file, scripts):
    """By name: why, and lines to types. Every entry must be of a script and say how it differs."""
    differs = {}
    for entry in tomllib.loads(file.read_text())["script"]:
        name = entry["name"]
        if name not in {s.stem for s in scripts} or name in differs or not entry["why"] or not entry["lines"]:
            sys.exit(f"{file}: {name}: expected a script, once, with a reason and lines")
        differs[name] = entry["why"], {int(line): types for line, types in entry["lines"].items()}
    return differs


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("acceptor")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--mode", choices=["echo", "market"], default="echo")
    parser.add_argument("--differs", type=pathlib.Path)
    options = parser.parse_args()
    if not options.folder.is_dir():
        print(f"skipped: {options.folder} is absent")
        return 77
    scripts = sorted(options.folder.glob("*.def"))
    if not scripts:
        print(f"{options.folder}: expected scripts (*.def), found none", file=sys.stderr)
        return 1
    differs = read_differs(options.differs, scripts) if options.differs else {}
    if options.names:
        scripts = [s for s in scripts if s.stem in options.names]
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        results = list(pool.map(
            lambda s: run(options.acceptor, options.mode, s, differs.get(s.stem, ("", {}))[1]), scripts))
    failed = 0
    for script, result in zip(scripts, results):
        if result:
            failed += 1
            print(f"failed {script.stem}: {result}")
        elif script.stem in differs:
            print(f"differs {script.stem}, as it should: {differs[script.stem][0]}")
        else:
            print(f"passed {script.stem}")
    known = sum(s.stem in differs and not r for s, r in zip(scripts, results))
    print(f"{len(scripts) - failed - known} of {len(scripts)} passed, {known} differ as stated, {failed} failed ({options.mode})")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
