#!/usr/bin/env python3
"""Verifies exports and proof files of a Chancery log. Written from docs/log-format.md alone.

    verifier.py FILE [--key VKEY] [--since NOTE-FILE] [--proof COMPANION] [--policy FILE]

Prints one line of JSON, {"level": …, "problems": […], …}, and ends with 0 if nothing is wrong. Needs Python 3.9 and python3-cryptography.
"""
import argparse
import base64
import csv
import hashlib
import io
import json
import os
import re
import sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import selection  # noqa: E402


class Wrong(Exception):
    """Something does not hold."""


def need(holds, words):
    if not holds:
        raise Wrong(words)


def sha256(data):
    return hashlib.sha256(data).digest()


def leaf(entry):
    return sha256(b"\x00" + entry)


def node(left, right):
    return sha256(b"\x01" + left + right)


def unbase64(text):
    data = base64.b64decode(text, validate=True)
    need(base64.b64encode(data).decode() == text, "base64 that is not canonical")
    return data


# Canonical JSON

def number_text(value):
    if isinstance(value, int):
        return str(value) if abs(value) < 10**15 else number_text(float(value))
    need(value == value and abs(value) != float("inf"), "a number that is none")
    if value == 0:
        return "0"
    sign, text = ("-", repr(-value)) if value < 0 else ("", repr(value))
    mantissa, _, exponent = text.partition("e")
    whole, _, fraction = mantissa.partition(".")
    fraction = "" if fraction == "0" else fraction
    digits = (whole + fraction).lstrip("0")
    point = len(whole) + int(exponent or 0) - (len(whole + fraction) - len(digits))
    digits = digits.rstrip("0")
    count = len(digits)
    if count <= point <= 21:
        return sign + digits + "0" * (point - count)
    if 0 < point <= 21:
        return sign + digits[:point] + "." + digits[point:]
    if -6 < point <= 0:
        return sign + "0." + "0" * -point + digits
    power = point - 1
    return sign + digits[0] + ("." + digits[1:] if count > 1 else "") + "e" + ("+" if power >= 0 else "-") + str(abs(power))


ESCAPES = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def text_text(value):
    need(not re.search("[\ud800-\udfff]", value), "a lone surrogate")
    return '"' + re.sub(r'["\\\x00-\x1f]', lambda m: ESCAPES.get(m[0]) or "\\u%04x" % ord(m[0]), value) + '"'


def canonical(value):
    if value is None or value is True or value is False:
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, (int, float)):
        return number_text(value)
    if isinstance(value, str):
        return text_text(value)
    if isinstance(value, list):
        return "[" + ",".join(canonical(item) for item in value) + "]"
    names = sorted(value, key=lambda name: name.encode("utf-16-be"))
    return "{" + ",".join(text_text(name) + ":" + canonical(value[name]) for name in names) + "}"


def once(pairs):
    found = dict(pairs)
    need(len(found) == len(pairs), "a member twice")
    return found


def no_constant(name):
    raise Wrong("a number that is none: " + name)


def read_entry(data):
    try:
        text = data.decode("utf-8")
        value = json.loads(text, object_pairs_hook=once, parse_constant=no_constant)
    except (ValueError, RecursionError) as error:
        raise Wrong("not JSON: %s" % error)
    need(isinstance(value, dict) and canonical(value) == text, "not canonical JSON")
    need(value.get("v") == 1, "an entry of another version")
    need(isinstance(value.get("action"), str), "an entry without an action")
    return value


# Trees

class Fold:
    def __init__(self):
        self.stack, self.size = [], 0

    def add(self, level, digest):
        self.size += 1 << level
        while self.stack and self.stack[-1][0] == level:
            digest = node(self.stack.pop()[1], digest)
            level += 1
        self.stack.append((level, digest))

    def root(self):
        if not self.stack:
            return sha256(b"")
        root = self.stack[-1][1]
        for _, digest in reversed(self.stack[:-1]):
            root = node(digest, root)
        return root


def subtrees(start, end):
    at = start
    while at < end:
        level = 0
        while at % (2 << level) == 0 and at + (2 << level) <= end:
            level += 1
        yield level
        at += 1 << level


def root_from_path(digest, index, size, path):
    need(0 <= index < size, "an index past the tree")
    at, last = index, size - 1
    for sibling in path:
        need(last != 0, "a path that is too long")
        if at % 2 == 1 or at == last:
            digest = node(sibling, digest)
            while at % 2 == 0 and at != 0:
                at, last = at >> 1, last >> 1
        else:
            digest = node(digest, sibling)
        at, last = at >> 1, last >> 1
    need(last == 0, "a path that is too short")
    return digest


# Notes

def read_vkey(text):
    name, digits, material = text.strip().split("+", 2)
    data = unbase64(material)
    need(len(data) == 33 and data[0] in (1, 4), "a key of an unknown type")
    need(re.fullmatch("[0-9a-f]{8}", digits) and sha256(name.encode() + b"\n" + data)[:4].hex() == digits, "a key whose id is not its own")
    return {"name": name, "id": bytes.fromhex(digits), "type": data[0], "key": data[1:]}


def verify_note(note, keys):
    """The text, and the keys whose signatures hold."""
    need(not re.search("[\x00-\x09\x0b-\x1f]", note) and note.endswith("\n"), "not a note")
    text, found, lines = note.rpartition("\n\n")
    need(found, "a note without signatures")
    text += "\n"
    verified = []
    for line in lines.splitlines():
        match = re.fullmatch("\u2014 ([^\\s+]+) ([A-Za-z0-9+/]+={0,2})", line)
        need(match, "not a signature line")
        data = unbase64(match[2])
        for key in keys:
            if (key["name"], key["id"]) != (match[1], data[:4]):
                continue
            message, signature = text.encode(), data[4:]
            if key["type"] == 4:
                need(len(signature) == 72, "not a cosignature")
                message = b"cosignature/v1\ntime %d\n" % int.from_bytes(signature[:8], "big") + message
                signature = signature[8:]
            try:
                Ed25519PublicKey.from_public_bytes(key["key"]).verify(signature, message)
            except InvalidSignature:
                raise Wrong("a signature of %s that does not hold" % key["name"])
            if key not in verified:
                verified.append(key)
    return text, verified


def read_checkpoint(note, key, others=()):
    text, verified = verify_note(note, [key, *others])
    need(key in verified, "a checkpoint that the log's key has not signed")
    lines = text.split("\n")
    need(len(lines) >= 4 and lines[-1] == "" and "" not in lines[:-1], "not a checkpoint")
    need(re.fullmatch("0|[1-9][0-9]*", lines[1]), "a size that is none")
    root = unbase64(lines[2])
    need(len(root) == 32, "a root that is none")
    need(lines[0] == key["name"], "a checkpoint of another log than its key's")
    return {"origin": lines[0], "size": int(lines[1]), "root": root, "verified": verified}


def read_policy(text):
    logs, witnesses, groups, quorum = [], {}, {}, None
    for line in text.split("\n"):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        if words[0] == "log":
            logs.append(read_vkey(words[1]))
        elif words[0] == "witness":
            witnesses[words[1]] = read_vkey(words[2])
        elif words[0] == "group":
            members = words[3:]
            need(all(member in witnesses or member in groups for member in members), "a member that is not defined")
            groups[words[1]] = ({"all": len(members), "any": 1}.get(words[2]) or int(words[2]), members)
        else:
            need(words[0] == "quorum" and quorum is None, "not a line of a policy")
            quorum = words[1]
    return logs, witnesses, groups, quorum


def meets(policy, verified):
    _, witnesses, groups, quorum = policy

    def holds(name):
        if name in groups:
            least, members = groups[name]
            return sum(holds(member) for member in members) >= least
        return witnesses[name] in verified
    return quorum != "none" and holds(quorum)


# Numbers of sources

def ranges(text):
    for part in text.split(",") if text else []:
        first, _, last = part.partition("-")
        yield int(first), int(last or first)


class Sources:
    def __init__(self):
        self.arrived, self.voided, self.settled = {}, {}, {}

    def look(self, entry):
        if "src" in entry:
            run = (entry["src"]["id"], entry["src"]["boot"])
            numbers = self.arrived.setdefault(run, set())
            need(entry["src"]["seq"] not in numbers, "a number of a source twice")
            numbers.add(entry["src"]["seq"])
        if entry["action"] == "source.heartbeat":
            said = entry["details"]
            run = (said["source"], said["boot"])
            self.settled[run] = max(self.settled.get(run, 0), said["settled"])
            self.voided.setdefault(run, []).extend(ranges(said["voided"]))

    def missing(self):
        for run, settled in self.settled.items():
            known = set(self.arrived.get(run, set()))
            for first, last in self.voided.get(run, []):
                known.update(range(first, last + 1))
            lost = [number for number in range(1, settled + 1) if number not in known]
            if lost:
                yield "%s (run %s): %s" % (*run, lost[:20])


# Files

HEX = re.compile(rb'\{"seq":(0|[1-9][0-9]*),"leafHash":"([0-9a-f]{64})"')


class Lines:
    """An export in JSON Lines, or a companion, from its header on."""

    def __init__(self, source, kind, trust, problems):
        self.source, self.kind, self.problems, self.sources = source, kind, problems, Sources()
        self.fold, self.seen, self.unsealed, self.skipped, self.since, self.level, self.next = Fold(), 0, 0, 0, None, "unsealed", 0
        self.index, self.held = [], set()
        header = json.loads(source.readline().decode())[kind]
        need(header["v"] == 1 and header["order"] == "asc", "an export of another version or order")
        self.header, self.size, self.root = header, header["size"], None
        if header["checkpoint"] is not None:
            self.trust(trust)
        else:
            need(self.size == 0, "a size without a checkpoint")
        middle = '","log":%s,"checkpoint":%s,"entry":'
        log = text_text(header["log"]) if header["log"] is not None else "null"
        self.sealed, self.open = (middle % (log, what) for what in (self.size, "null"))

    def trust(self, trust):
        policy = trust["policy"] or ([], {}, {}, "none")
        own = read_vkey(self.header["vkey"])
        given = [read_vkey(trust["key"])] if trust["key"] else policy[0]
        if given and own not in given:
            self.problems.append("signature: another key than the one that was given")
            return
        try:
            found = read_checkpoint(self.header["checkpoint"], own, policy[1].values())
            need((found["origin"], found["size"]) == (self.header["log"], self.size), "a header that contradicts its checkpoint")
            self.root, self.level = found["root"], "witnessed" if meets(policy, found["verified"]) else "signed"
        except Wrong as error:
            self.problems.append("signature: %s" % error)
        if trust["since"]:
            try:
                self.since = read_checkpoint(trust["since"], own)
            except Wrong as error:
                self.problems.append("since: %s" % error)

    def add(self, level, digest):
        self.fold.add(level, digest)
        if self.since and self.fold.size == self.since["size"] and self.fold.root() != self.since["root"]:
            self.problems.append("since: the log was rewritten")

    def order(self, seq):
        if seq != self.next and not (self.next >= self.size and seq > self.next):
            self.problems.append("order: %d where %d was to come" % (seq, self.next))

    def entries(self):
        """Every entry's number and hash, and whatever is wrong into problems."""
        ended = False
        for line in self.source:
            if ended or not line.endswith(b"\n"):
                self.problems.append("complete: a line after the last, or half a line")
                continue
            try:
                match = HEX.match(line)
                if match:
                    yield self.entry(line, match)
                elif line.startswith(b'{"skip":['):
                    self.skip(line)
                elif line.startswith(b'{"index":{'):
                    self.index.append(json.loads(line)["index"])
                else:
                    end = json.loads(line)["end"]
                    need(line == b'{"end":{"count":%d,"entries":%d}}\n' % (end["count"], end["entries"]), "a last line in another form")
                    need(end["count"] == end["entries"] == self.seen == self.header["count"], "counts that do not fit")
                    ended = True
            except (Wrong, ValueError, KeyError, TypeError) as error:
                self.problems.append("format: %r in %r" % (error, line[:60]))
        if not ended:
            self.problems.append("complete: the last line is missing")
        if self.fold.size != self.size:
            self.problems.append("complete: %d of %d entries" % (self.fold.size, self.size))
        elif self.root is not None and self.fold.root() != self.root:
            self.problems.append("tree: another root")
        if self.skipped and self.header["filter"] == "":
            self.problems.append("complete: an export of everything with only the hashes of %d entries" % self.skipped)
        self.shown = 0
        query = self.header.get("query")
        if query is not None and selection.filter_text(query) != self.header["filter"]:
            self.problems.append("selection: the header states two filters")
        if self.index and self.header["filter"] != "":
            try:
                self.shown, problems = selection.check(self.index, self.header, self.root, root_from_path, self.held)
                self.problems.extend(problems)
            except (Wrong, ValueError, KeyError, TypeError, IndexError) as error:
                self.problems.append("selection: %r" % error)
        self.partial = self.header["filter"] != "" or self.root is None
        if self.skipped == 0 and self.header["filter"] == "":
            self.problems.extend("gaps: " + words for words in self.sources.missing())

    def entry(self, line, match):
        seq, digest, self.seen = int(match[1]), bytes.fromhex(match[2].decode()), self.seen + 1
        self.order(seq)
        self.held.add(seq)
        self.next = seq + 1
        rest = line[match.end() - 1:-1]
        if self.kind == "proof":
            need(rest == b'"}' and seq < self.size, "an entry in another form")
        else:
            before = (self.sealed if seq < self.size else self.open).encode()
            need(rest.startswith(before) and rest.endswith(b"}"), "an entry in another form")
            self.check(seq, rest[len(before):-1], digest)
        if seq < self.size:
            self.add(0, digest)
        else:
            self.unsealed += 1
        return seq, digest

    def check(self, seq, data, digest):
        if leaf(data) != digest:
            self.problems.append("leaf: entry %d was changed" % seq)
        try:
            entry = read_entry(data)
            self.sources.look(entry)
            if entry["action"] in ("log.opened", "log.continued") and entry["details"].get("origin") == self.header["log"]:
                need(entry["details"].get("vkey") == self.header["vkey"], "the log was opened with another key")
        except (Wrong, KeyError, TypeError, AttributeError) as error:
            self.problems.append("format: entry %d: %r" % (seq, error))

    def skip(self, line):
        said = json.loads(line)
        start, end = said["skip"]
        need(line == (json.dumps(said, separators=(",", ":")) + "\n").encode() and list(said) == ["skip", "hashes"], "a skip in another form")
        self.order(start)
        levels, hashes = list(subtrees(start, end)), [unbase64(text) for text in said["hashes"]]
        need(start == self.fold.size and end <= self.size and len(levels) == len(hashes) > 0 and all(len(digest) == 32 for digest in hashes), "a skip with other hashes than its range has")
        for level, digest in zip(levels, hashes):
            self.add(level, digest)
        self.next, self.skipped = end, self.skipped + end - start


def csv_records(data):
    rows = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True)
    names = next(rows)
    need(names[:4] == ["seq", "leafHash", "log", "checkpoint"] and names[-1] == "entry", "other columns")
    for row in rows:
        yield int(row[0]), bytes.fromhex(row[1]), row[-1].encode()


def verify_csv(data, companion, trust, problems):
    lines, records = Lines(companion, "proof", trust, problems), csv_records(data)
    for seq, digest in lines.entries():
        record = next(records, None)
        if record is None or record[:2] != (seq, digest):
            problems.append("order: entry %d is not the next row" % seq)
            break
        lines.check(seq, record[2], digest)
    for seq, digest, text in records:
        if seq < lines.size:
            problems.append("order: row %d is not in the companion" % seq)
        lines.check(seq, text, digest)
        lines.unsealed += 1
    return lines


def verify_proof_file(text, trust):
    head, _, checkpoint = text.partition("\n\n")
    lines = head.split("\n")
    need(lines.pop(0) == "c2sp.org/tlog-proof@v1", "not a proof file")
    need(lines[0].startswith("extra "), "a proof file without its entry")
    entry, index = unbase64(lines.pop(0)[6:]), re.fullmatch("index (0|[1-9][0-9]*)", lines.pop(0))
    need(index and trust["key"], "no index, or no key was given")
    found = read_checkpoint(checkpoint, read_vkey(trust["key"]))
    need(root_from_path(leaf(entry), int(index[1]), found["size"], [unbase64(line) for line in lines]) == found["root"], "tree: the path leads to another root")
    return {"level": "signed", "entries": 1, "size": found["size"], "unsealed": 0}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("file")
    for name in ("--key", "--since", "--proof", "--policy"):
        parser.add_argument(name)
    args, problems = parser.parse_args(), []
    report = {"level": "failed"}
    try:
        read = lambda path: open(path, encoding="utf-8", newline="").read() if path else None
        trust = {"key": args.key, "since": read(args.since), "policy": read_policy(read(args.policy)) if args.policy else None}
        with open(args.file, "rb") as source:
            start = source.read(10)
            source.seek(0)
            if start == b'{"export":':
                lines = Lines(source, "export", trust, problems)
                for _ in lines.entries():
                    pass
            elif start == b"c2sp.org/t":
                lines = None
                report = verify_proof_file(source.read().decode(), trust)
            else:
                with open(args.proof, "rb") as companion:
                    lines = verify_csv(source.read(), companion, trust, problems)
        if lines:
            report = {"complete": not lines.partial and not problems, "level": lines.level, "entries": lines.seen, "size": lines.size, "unsealed": lines.unsealed, "shown": lines.shown}
    except (Wrong, ValueError, KeyError, TypeError, AttributeError, IndexError, csv.Error) as error:
        problems.append("format: %r" % error)
    if any(not problem.startswith("gaps") for problem in problems):
        report["level"] = "failed"
    print(json.dumps({**report, "problems": problems[:20]}))
    return 1 if problems else 0


sys.exit(main())
