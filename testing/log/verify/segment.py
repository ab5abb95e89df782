#!/usr/bin/env python3
"""Derives a segment of a Chancery log's search index. Follows docs/log-format.md.

    segment.py LOW BEFORE < ENTRIES

Reads the entries from number LOW on, one a line in base64, and prints one line of JSON: the root of the tree over the segment's pages,
their number, and the leaf hash of each. BEFORE is the time of the entry before, in milliseconds since 1970. Needs Python 3.9.
"""
import base64
import datetime
import hashlib
import json
import re
import sys
import unicodedata

UNSEARCHED = {
    "tbsSha256", "spkiSha256", "rulesSha256", "sha256", "notBefore", "notAfter", "thisUpdate", "nextUpdate", "supersedeAt", "revokedAt",
    "invalidityDate", "expiresAt", "profileVersion",
}
PAGE_BYTES = 1890
BLOCK = 4096


def sha256(data):
    return hashlib.sha256(data).digest()


def root_of(leaves):
    """RFC 6962, section 2.1."""
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return sha256(b"\x01" + root_of(leaves[:split]) + root_of(leaves[split:]))


def varint(value):
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(out) + bytes([value])


# What an entry says

def depth(value):
    if isinstance(value, dict):
        return 1 + max(map(depth, value.values()), default=0)
    if isinstance(value, list):
        return 1 + max(map(depth, value), default=0)
    return 0


def not_json(_):
    raise ValueError("not JSON")


def parse(data):
    """The entry, or None if nothing can be indexed."""
    try:
        value = json.loads(data.decode("utf-8"), parse_constant=not_json)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) and depth(value) <= 32 else None


def time_of(entry):
    ts = (entry or {}).get("ts")
    found = isinstance(ts, str) and re.fullmatch(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z", ts, re.ASCII)
    if not found:
        return None
    try:
        at = datetime.datetime.fromisoformat(found[1] + "+00:00")
    except ValueError:
        return None
    milliseconds = round(at.timestamp()) * 1000 + int((found[2] or "").ljust(3, "0")[:3])
    return milliseconds if milliseconds >= 0 else None


def fold(character):
    upper = character.upper()
    return (upper if len(upper) == 1 else character).lower()


def words(text):
    text = unicodedata.normalize("NFC", "".join(map(fold, unicodedata.normalize("NFC", text))))
    word = []
    for character in text + " ":
        if unicodedata.category(character)[0] in "LMN":
            word.append(character)
        elif word:
            yield cut("".join(word))
            word = []


def cut(word):
    data = b""
    for character in word:
        more = character.encode("utf-8")
        if len(data) + len(more) > 255:
            break
        data += more
    return data


def value_bytes(value):
    data = unicodedata.normalize("NFC", value).encode("utf-8")
    return data if len(data) <= 800 else data[:800] + b"\xff"


def number_text(value):
    """As ECMAScript writes it; entries hold whole numbers."""
    return str(value) if isinstance(value, int) else repr(value).removesuffix(".0")


def nested_words(value):
    if isinstance(value, str):
        yield from words(value)
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield from words(number_text(value))
    elif isinstance(value, (dict, list)):
        for member in value.values() if isinstance(value, dict) else value:
            yield from nested_words(member)


def address_of(text):
    """4 or 16 bytes of an address as entries hold it."""
    if re.fullmatch(r"\d{1,3}(\.\d{1,3}){3}", text, re.ASCII):
        parts = [int(part) for part in text.split(".")]
        return bytes(parts) if max(parts) <= 255 else None
    halves = [half.split(":") if half else [] for half in text.split("::")]
    if len(halves) == 2:
        missing = 8 - len(halves[0]) - len(halves[1])
        groups = halves[0] + ["0"] * missing + halves[1] if missing > 0 else []
    else:
        groups = halves[0] if len(halves) == 1 else []
    if len(groups) != 8 or not all(re.fullmatch(r"[0-9a-fA-F]{1,4}", group, re.ASCII) for group in groups):
        return None
    return b"".join(int(group, 16).to_bytes(2, "big") for group in groups)


def tokens_of(entry):
    if entry is None:
        return {b"\x03a"}
    found = set()

    def at(*names):
        value = entry
        for name in names:
            value = value.get(name) if isinstance(value, dict) else None
        return value if isinstance(value, str) else None

    def fact(sign, value, turned=False):
        if value is not None:
            data = value_bytes(value)
            found.add(bytes([sign]) + (data[::-1] if turned else data))

    action = at("action")
    is_read = action is not None and (action.endswith(".read") or action in ("source.heartbeat", "request.authorized"))
    certificate = at("credential", "certificateId")
    fact(1, action)
    fact(2, at("outcome"))
    fact(3, "r" if is_read else "a")
    fact(4, at("actor", "id"), True)
    fact(5, at("actor", "label"))
    fact(6, at("target", "id"), True)
    fact(7, certificate, True)
    for serial in (at("credential", "serial"), at("details", "serial")):
        fact(8, serial and serial[:64])
    ip = at("origin", "ip")
    address = address_of(ip) if ip is not None else None
    if address is not None:
        widths = (8, 16, 24, 32) if len(address) == 4 else (32, 48, 64, 128)
        for level, width in enumerate(widths):
            found.add(bytes([9 + level, len(address)]) + address[: width // 8])
        if certificate is not None:
            found.add(b"\x0d" + value_bytes(certificate) + b"\x00" + address)
    for names in (
        ("action",), ("outcome",), ("reason",), ("requestId",), ("actor", "id"), ("actor", "label"), ("target", "id"), ("target", "label"),
        ("credential", "serial"), ("credential", "fingerprintSha256"), ("origin", "ip"), ("origin", "userAgent"),
    ):
        found.update(words(at(*names) or ""))
    details = entry.get("details")
    if isinstance(details, dict):
        for name, value in details.items():
            if name not in UNSEARCHED:
                found.update(nested_words(value))
    return found


# The pages of a segment

def time_pages(times):
    for start in range(0, len(times), BLOCK):
        block = times[start : start + BLOCK]
        least = min(block)
        width = max(1, ((max(block) - least).bit_length() + 7) // 8)
        offsets = b"".join((time - least).to_bytes(width, "little") for time in block)
        yield least.to_bytes(8, "big") + bytes([width]) + offsets


def numbers_of(numbers, entries):
    """The entries of a token, and how many bytes they count for."""
    if len(numbers) == 1:
        one = varint(numbers[0])
        return varint(1) + one, len(one)
    gaps = b"".join(varint(number - before) for before, number in zip([0] + numbers, numbers))
    body, is_bitmap = gaps, 0
    if len(gaps) > (entries + 7) // 8:
        bits = bytearray((entries + 7) // 8)
        for number in numbers:
            bits[number >> 3] |= 1 << (number & 7)
        body, is_bitmap = bytes(bits), 1
    return varint(len(numbers)) + varint(2 * len(body) + is_bitmap) + body, len(body) + 2


def common(left, right):
    n = 0
    while n < min(len(left), len(right)) and left[n] == right[n]:
        n += 1
    return n


def dictionary_pages(postings, entries):
    page = []

    def close():
        shared = common(page[0][0], page[-1][0])
        rows = (varint(len(token) - shared) + token[shared:] + data for token, data, _ in page)
        return varint(shared) + page[0][0][:shared] + b"".join(rows)

    for token in sorted(postings):
        data, size = numbers_of(postings[token], entries)
        shared = common(page[0][0], token) if page else 0
        total = sum(len(one) - shared + 2 + own for one, _, own in page) + len(token) + 2 + size
        if page and total > PAGE_BYTES:
            yield close()
            page = []
        page.append((token, data, size))
    if page:
        yield close()


def known_times(times, before):
    for time in times:
        before = before if time is None else time
        yield before


def segment(low, before, lines):
    entries = [parse(line) for line in lines]
    times = list(known_times([time_of(entry) for entry in entries], before))
    postings = {}
    for number, entry in enumerate(entries):
        for token in tokens_of(entry):
            postings.setdefault(token, []).append(number)
    others = [*time_pages(times), *dictionary_pages(postings, len(entries))]
    blank = sum(entry is None for entry in entries)
    fields = ((1, 1), (low, 8), (low + len(entries), 8), (min(times), 8), (max(times), 8), (blank, 4), (len(others) + 1, 4))
    blocks = [times[start : start + BLOCK] for start in range(0, len(times), BLOCK)]
    spans = [(time, 8) for block in blocks for time in (min(block), max(block))]
    return [b"".join(value.to_bytes(size, "big") for value, size in (*fields, *spans)), *others]


if __name__ == "__main__":
    pages = segment(int(sys.argv[1]), int(sys.argv[2]), [base64.b64decode(line) for line in sys.stdin])
    leaves = [sha256(b"\x00" + page) for page in pages]
    print(json.dumps({"root": root_of(leaves).hex(), "pages": len(pages), "leaves": [leaf.hex() for leaf in leaves]}))
