"""What the search index has for the filter of an export. Follows docs/log-format.md, "The selection"."""
import base64
import datetime
import hashlib
import ipaddress
import json
import re

from segment import BLOCK, value_bytes, words

SIGNS = {"action": 1, "outcome": 2, "target": 6, "certificate": 7}


def sha256(data):
    return hashlib.sha256(data).digest()


def exactly(token):
    return token, None


def beginning_with(token):
    return token, token[:-1] + bytes([token[-1] + 1])


def fact(sign, value, turned=False):
    data = value_bytes(value)
    return bytes([sign]) + (data[::-1] if turned else data)


def serials(text):
    text = text.strip().lower()
    digits = re.sub(r"[\s:-]", "", re.sub("^0x", "", text))
    forms = {digits} | ({"%x" % int(text)} if text.isdigit() else set())
    for form in sorted(forms):
        bare = form.lstrip("0") or "0"
        forms |= {bare if len(bare) % 2 == 0 else "0" + bare}
    return [exactly(fact(8, form)) for form in forms if len(form) <= 64]


def network(text):
    net = ipaddress.ip_network(text.strip(), strict=False)
    data, bits = net.network_address.packed, net.prefixlen
    widths = (8, 16, 24, 32) if len(data) == 4 else (32, 48, 64, 128)
    level = next(n for n, width in enumerate(widths) if bits <= width)
    size, head = widths[level] // 8, bytes([9 + level, len(data)])
    low = int.from_bytes(data[:size], "big")
    if bits == widths[level]:
        return exactly(head + data[:size])
    above = low + (1 << widths[level] - bits)
    end = head + above.to_bytes(size, "big") if above >> widths[level] == 0 else bytes([head[0], head[1] + 1])
    return head + data[:size], end


def moment(text, end):
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        at = datetime.datetime.fromisoformat(text + "T00:00:00+00:00")
        return round(at.timestamp() * 1000) + (86_400_000 if end else 0)
    at = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    return int(at.timestamp() * 1000) + (1 if end else 0)


def conditions(query):
    """Lists of runs, and the range of time."""
    found = []
    for name, value in query.items():
        if name == "action" and value.endswith("."):
            found.append([beginning_with(fact(1, value))])
        elif name in SIGNS:
            found.append([exactly(fact(SIGNS[name], value.strip(), name in ("target", "certificate")))])
        elif name == "actor":
            is_id = re.match("(usr|tok|crt|idn)_", value)
            found.append([exactly(fact(4 if is_id else 5, value.strip(), bool(is_id)))])
        elif name == "serial":
            found.append(serials(value))
        elif name == "ip":
            found.append([network(value)])
        elif name == "reads" and value != "include":
            found.append([exactly(b"\x03" + (b"r" if value == "only" else b"a"))])
        elif name == "q":
            joined = re.sub(r"\b[0-9a-f]{2}(?::[0-9a-f]{2}){3,}\b", lambda m: m[0].replace(":", ""), value, flags=re.I)
            for word in words(joined):
                found.append([exactly(word) if re.fullmatch(rb"[0-9a-z]", word) else beginning_with(word)])
        elif name not in ("from", "to", "reads"):
            raise ValueError("a filter of an unknown kind: " + name)
    return found, moment(query["from"], False) if "from" in query else None, moment(query["to"], True) if "to" in query else None


def varint(page, at):
    value = shift = 0
    while True:
        byte = page[at]
        value, shift, at = value | (byte & 0x7F) << shift, shift + 7, at + 1
        if byte < 0x80:
            return value, at


def rows(page):
    shared, at = varint(page, 0)
    start, at = page[at : at + shared], at + shared
    while at < len(page):
        length, at = varint(page, at)
        token, at = start + page[at : at + length], at + length
        count, at = varint(page, at)
        if count == 1:
            number, at = varint(page, at)
            yield token, {number}
            continue
        size, at = varint(page, at)
        body, at = page[at : at + size // 2], at + size // 2
        if size % 2 == 1:
            yield token, {8 * n + bit for n, byte in enumerate(body) for bit in range(8) if byte >> bit & 1}
            continue
        numbers, place, number = set(), 0, 0
        while place < len(body):
            gap, place = varint(body, place)
            number += gap
            numbers.add(number)
        yield token, numbers


def has_run(pages, start, end, run):
    """The entries of a run, or None if a page is missing."""
    low, above = run
    first = lambda n: next(rows(pages[n]))[0]
    beyond = lambda token: token > low if above is None else token >= above
    at = max([start, *(n for n in pages if start < n < end and first(n) <= low)])
    found = set()
    for n in range(at, end):
        if n not in pages:
            return None
        if beyond(first(n)):
            break
        for token, numbers in rows(pages[n]):
            if token >= low and not beyond(token):
                found |= numbers
    return found


def times(page):
    width = page[8]
    for at in range(9, len(page), width):
        yield int.from_bytes(page[:8], "big") + int.from_bytes(page[at : at + width], "little")


def matches(pages, low, high, count, query):
    """The numbers of the entries of a segment that match, by its proven pages. Raises ValueError."""
    head = pages.get(0)
    fields = head and [int.from_bytes(head[at : at + 8], "big") for at in (1, 9, 17, 25)]
    if not head or head[0] != 1 or fields[:2] != [low, high]:
        raise ValueError("no head of the entries %d to %d" % (low, high - 1))
    found, begin, until = conditions(query)
    earliest, latest = fields[2:]
    outside = lambda time: begin is not None and time < begin or until is not None and time >= until
    if begin is not None and latest < begin or until is not None and earliest >= until:
        return set()
    start = 1 + -(-(high - low) // BLOCK)
    all_of = set(range(high - low))
    for runs in found:
        parts = [has_run(pages, start, count, run) for run in runs]
        if None in parts:
            raise ValueError("pages of the entries %d to %d are missing" % (low, high - 1))
        all_of &= set().union(*parts)
    if outside(earliest) or outside(latest):
        if any(n not in pages for n in range(1, start)):
            raise ValueError("times of the entries %d to %d are missing" % (low, high - 1))
        known = [time for n in range(1, start) for time in times(pages[n])]
        all_of = {n for n in all_of if not outside(known[n])}
    return {low + n for n in all_of}


def shown_value(value):
    if value and all(one.isalnum() or one in "._:/@*+-" for one in value):
        return value
    text = json.dumps(value, ensure_ascii=False)
    return "".join(one if " " <= one <= "~" or one.isalnum() else "\\u{%x}" % ord(one) for one in text)


def filter_text(query):
    """The filter as it is shown: one text for each query."""
    return " ".join("%s=%s" % (name, shown_value(value)) for name, value in query.items())


def check(lines, header, root, root_from_path, held):
    """How far the entries of a file are shown to be those of the index, and what is wrong."""
    shown, problems = 0, []
    unbase64 = lambda text: base64.b64decode(text, validate=True)
    for line in lines:
        seal, pages = line["seal"], {}
        entry = unbase64(seal["entry"])
        if root_from_path(sha256(b"\x00" + entry), seal["seq"], header["size"], [unbase64(one) for one in seal["path"]]) != root:
            problems.append("selection: entry %d with a digest is not in the log" % seal["seq"])
            continue
        said = json.loads(entry)
        details = said["details"]
        if (said["action"], said["outcome"], details["format"]) != ("index.sealed", "success", 1):
            problems.append("selection: entry %d has no digest" % seal["seq"])
            continue
        if not 0 <= details["low"] < details["high"] <= seal["seq"]:
            problems.append("selection: entry %d has a digest of entries that are not before it" % seal["seq"])
            continue
        for page in line["pages"]:
            body = unbase64(page["body"])
            found = root_from_path(sha256(b"\x00" + body), page["n"], details["pages"], [unbase64(one) for one in page["path"]])
            if found.hex() != details["root"]:
                problems.append("selection: page %d is none of the segment" % page["n"])
            pages[page["n"]] = body
        try:
            should = matches(pages, details["low"], details["high"], details["pages"], header["query"])
        except ValueError as error:
            problems.append("selection: %s" % error)
            continue
        are = {seq for seq in held if details["low"] <= seq < details["high"]}
        problems.extend("selection: entry %d is missing" % seq for seq in sorted(should - are))
        problems.extend("selection: entry %d does not match" % seq for seq in sorted(are - should))
        if details["low"] == shown:
            shown = details["high"]
    return shown, problems
