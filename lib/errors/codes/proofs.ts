import type { ErrorDefinitions } from "@/lib/errors/types";

/**
 * What is wrong with a proof, a note, a key or an export. In a separate file: browsers that verify
 * load these and no others.
 */
export const proofCodes = {
  "bytes.base64": {
    kind: "invalid",
    text: "The text isn't canonical base64 (RFC 4648, section 4).",
  },
  "bytes.hex": { kind: "invalid", text: "The text isn't lower-case hexadecimal." },
  "bytes.utf8": { kind: "invalid", text: "The bytes aren't UTF-8." },
  "checkpoint.form": {
    kind: "invalid",
    text: "The text isn't a checkpoint (C2SP tlog-checkpoint); get it from the log again.",
  },
  "checkpoint.origin": {
    kind: "invalid",
    text: "The checkpoint belongs to another log than the key; use the key of that log.",
  },
  "checkpoint.unsigned": {
    kind: "invalid",
    text: "The checkpoint has no signature by the log's key, so it proves nothing.",
  },
  "cosignature.length": {
    kind: "invalid",
    text: "The cosignature doesn't have the length of its kind (C2SP tlog-cosignature).",
  },
  "cosignature.time": {
    kind: "invalid",
    text: "The time of the cosignature isn't a plausible time in whole seconds.",
  },
  "crypto.missing": {
    kind: "invalid",
    text: "The browser offers no cryptography on this page; open it over HTTPS or on localhost.",
  },
  "crypto.no-ed25519": {
    kind: "invalid",
    text: "The browser can't verify Ed25519 signatures; use a newer one or the command line.",
  },
  "note.form": { kind: "invalid", text: "The text isn't a signed note (C2SP signed-note)." },
  "note.key-id": {
    kind: "invalid",
    text: "The key's ID isn't that of its name and key, so one of them was changed.",
  },
  "note.name": { kind: "invalid", text: "The key's name holds spaces, plus signs or nothing." },
  "note.signature": {
    kind: "invalid",
    text: "The signature by a known key doesn't match the text, so the note was changed.",
  },
  "note.unsigned": { kind: "invalid", text: "No known key has signed the note." },
  "note.vkey": {
    kind: "invalid",
    text: "The text isn't a verifier key; write it as name+id+base64.",
  },
  "policy.line": {
    kind: "invalid",
    text: "A line of the witness policy can't be read; fix the line that the message names.",
  },
  "policy.quorum": {
    kind: "invalid",
    text: "The witness policy has no quorum line; add one.",
  },
  "proof.hash-length": { kind: "invalid", text: "A hash in the proof isn't 32 bytes long." },
  "proof.index": { kind: "invalid", text: "The entry's index isn't in a tree of this size." },
  "proof.length": {
    kind: "invalid",
    text: "The proof doesn't have the number of hashes that its sizes require.",
  },
  "proof.new-root": {
    kind: "invalid",
    text: "The consistency proof doesn't lead to the newer root.",
  },
  "proof.old-root": {
    kind: "invalid",
    text: "The older tree isn't the beginning of the newer one: something in it was changed, or the log was forked.",
  },
  "proof.root": {
    kind: "invalid",
    text: "The inclusion proof leads to another root: the entry isn't part of this tree.",
  },
  "proof.sizes": { kind: "invalid", text: "The newer tree is smaller than the older one." },
  "proof.skip": {
    kind: "invalid",
    text: "The hashes don't stand for the entries that are left out.",
  },
  "proof.tile": { kind: "invalid", text: "A tile doesn't have the width that the tree requires." },
  "tile.bundle": {
    kind: "invalid",
    text: "The bundle of entries is cut off or holds too many (C2SP tlog-tiles).",
  },
  "tile.entry": { kind: "invalid", text: "The entry is too long for a bundle (C2SP tlog-tiles)." },
  "tile.index": { kind: "invalid", text: "The number isn't the index of a tile." },
  "tile.level": { kind: "invalid", text: "The number isn't the level of a tile." },
  "tile.width": { kind: "invalid", text: "A tile has 1 to 256 hashes." },
  "tlog-proof.form": { kind: "invalid", text: "The text isn't a proof file (C2SP tlog-proof)." },
  "verify.not-an-export": {
    kind: "invalid",
    text: "The file isn't an export or proof file that can be verified; the message says what it seems to be.",
  },
  "witness.request": {
    kind: "invalid",
    text: "The body isn't an add-checkpoint request (C2SP tlog-witness).",
  },
} as const satisfies ErrorDefinitions;

export type ProofCode = keyof typeof proofCodes;
