import { generateKeyPairSync, sign } from "node:crypto";
import { describe, expect, test } from "vitest";
import { nodeLogCrypto as node } from "@/lib/log/tree/node-crypto";
import { toHex, utf8 } from "./bytes";
import { parseCheckpoint, parseCheckpointBody, formatCheckpoint } from "./checkpoint";
import { cosignatureMessage, formatCosignature, parseCosignature } from "./cosignature";
import {
  formatVkey,
  keyIdOf,
  parseNote,
  parseVkey,
  readVkey,
  signatureLine,
  verifyNote,
} from "./note";
import { emptyWitnessPolicy, parseWitnessPolicy } from "./witness-policy";
import { verifyCheckpoint } from "./verify-checkpoint";
import { webLogCrypto } from "./web-crypto";

// The example of the C2SP signed-note specification.
const specVkey = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
const specNote =
  "This is an example message.\n\n\u2014 example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

// A checkpoint of a public staging log as it was published, cosigned by public witnesses.
const publicLog =
  "arche2025h1.staging.ct.transparency.dev+ba2f06c0+AU0vHmlGCS/PdN8b2OaGmKprLI8HKM+dJ472xgFYh15f";
const publicWitness = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2";
const publicNote = `arche2025h1.staging.ct.transparency.dev
1432088532
U7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=

\u2014 arche2025h1.staging.ct.transparency.dev zTM8sQAAAZ5W0WdjBAMARjBEAiBjW5IQf9pvsYLfQFX6hoGREPMHbdQ3urbllzalApkptQIgIpwtEroeW2BXaHAI4kJXFbon5Ch9MNL5zRNZ55lvGt0=
\u2014 arche2025h1.staging.ct.transparency.dev ui8GwCF1+kWqZrxGdhj4aX3gcw7XUlXQQabg/27lefwhUkzbC3NygNI75MdhL1bfTW9g8Ei59RA23oHP7Ry1k3ZFWwQ=
\u2014 transparency.dev/DEV:witness-little-garden 2AQqhwAAAABqEiEgzgFIqqhbUoDwjMWE6UP8nd8/KYTzwZ2rhIgcqoXHAwVkjZr4AscylP3v7sEodkRAErumC2q44vdgJY096st5BQ==
\u2014 remora.n621.de 2net5wAAAABqEiEgPlfF3V06o0Y+fHM+J5J9s27wgxxcOVSpZ/2g/KSiXCg9DEZI+aVCIobWX9sXTynk5XeU/zZ0WBxtqB0DrAWfBw==
`;

const keyOf = (name: string, type: 1 | 4) => {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const raw = publicKey.export({ type: "spki", format: "der" }).subarray(-32);
  return {
    name,
    type,
    raw,
    sign: (bytes: Uint8Array) => sign(null, bytes, privateKey),
    vkey: () => formatVkey(node, name, type, raw),
    id: () => keyIdOf(node, name, type, raw),
  };
};
const root = new Uint8Array(32).fill(9);
const body = formatCheckpoint({ origin: "log.example.com/log/1", size: 5, root });
async function signedBy(key: ReturnType<typeof keyOf>, text: string): Promise<string> {
  return signatureLine(key.name, await key.id(), key.sign(utf8(text)));
}
async function cosignedBy(
  key: ReturnType<typeof keyOf>,
  text: string,
  timestamp: number,
): Promise<string> {
  return signatureLine(
    key.name,
    await key.id(),
    formatCosignature({ timestamp, signature: key.sign(cosignatureMessage(timestamp, text)) }),
  );
}

describe.each([
  ["Node", node],
  ["WebCrypto", webLogCrypto],
])("with %s, a note", (_name, c) => {
  test("of the specification verifies under its key, and the key's id is the published one", async () => {
    const key = await readVkey(c, specVkey);
    expect([key.name, toHex(key.keyId), key.type]).toEqual(["example.com/foo", "530d903a", 1]);
    expect(await formatVkey(c, key.name, key.type, key.publicKey)).toBe(specVkey);
    expect(await verifyNote(c, specNote, [key])).toMatchObject({
      text: "This is an example message.\n",
      verified: ["example.com/foo"],
    });
  });

  test("of a public log verifies under the log's key and a witness's, with its time", async () => {
    const found = await verifyNote(c, publicNote, [parseVkey(publicLog), parseVkey(publicWitness)]);
    expect(found.verified).toEqual(["arche2025h1.staging.ct.transparency.dev", "remora.n621.de"]);
    expect(found.signatures.map(({ timestamp }) => timestamp)).toEqual([null, 0x6a122120]);
    expect(parseCheckpoint(publicNote)).toMatchObject({
      origin: "arche2025h1.staging.ct.transparency.dev",
      size: 1_432_088_532,
      extensions: [],
    });
  });

  test.each([
    [
      "one letter of the text",
      specNote.replace("example message", "example massage"),
      "note.signature",
    ],
    [
      "one bit of the signature",
      specNote.replace("Uw2QOkn8srV1", "Uw2QOkn8srV0"),
      "note.signature",
    ],
    ["the key's name", specNote.replace("example.com/foo", "example.com/bar"), "note.unsigned"],
    ["the key's id", specNote.replace(" Uw2QOk", " Ux2QOk"), "note.unsigned"],
  ])("with %s changed counts for nothing", async (_what, text, code) => {
    await expect(verifyNote(c, text, [parseVkey(specVkey)])).rejects.toMatchObject({ code });
  });
});

test("a bad signature of a known key makes the whole note invalid, even next to a good one", async () => {
  const log = keyOf("log.example.com/log/1", 1);
  const witness = keyOf("witness.example.com", 4);
  const keys = [parseVkey(await log.vkey()), parseVkey(await witness.vkey())];
  const good = `${body}\n${await signedBy(log, body)}`;
  expect(
    (await verifyNote(node, `${good}${await cosignedBy(witness, body, 1_700_000_000)}`, keys))
      .verified,
  ).toEqual([log.name, witness.name]);
  const later = formatCheckpoint({ origin: "log.example.com/log/1", size: 6, root });
  await expect(
    verifyNote(node, `${good}${await cosignedBy(witness, later, 1_700_000_000)}`, keys),
  ).rejects.toMatchObject({ code: "note.signature" });
});

test("signatures of strangers are ignored, whatever they hold", async () => {
  const log = keyOf("log.example.com/log/1", 1);
  const text = `${body}\n${signatureLine("stranger.example.com", Uint8Array.of(1, 2, 3, 4), new Uint8Array(2500))}${await signedBy(log, body)}`;
  expect((await verifyNote(node, text, [parseVkey(await log.vkey())])).verified).toEqual([
    log.name,
  ]);
});

test("at least 16 signatures are read", async () => {
  const log = keyOf("log.example.com/log/1", 1);
  const strangers = Array.from({ length: 60 }, (_none, at) =>
    signatureLine(`stranger${at}.example.com`, Uint8Array.of(1, 2, 3, at), new Uint8Array(64)),
  );
  expect(
    (
      await verifyNote(node, `${body}\n${strangers.join("")}${await signedBy(log, body)}`, [
        parseVkey(await log.vkey()),
      ])
    ).verified,
  ).toEqual([log.name]);
});

test("the text of a note may hold empty lines: the last one parts it from the signatures", () => {
  expect(parseNote(`a\n\nb\n\n\u2014 example.com/foo AAAAAAAA\n`).text).toBe("a\n\nb\n");
});

test.each([
  ["no signature", "text\n\n"],
  ["no empty line", "text\n\u2014 example.com/foo AAAAAAAA\n"],
  ["no last newline", specNote.slice(0, -1)],
  ["a carriage return", specNote.replace("\n", "\r\n")],
  ["a tab", specNote.replace("This is", "This\tis")],
  ["a hyphen for the dash", specNote.replace("\u2014", "-")],
  ["two spaces", specNote.replace(" Uw2", "  Uw2")],
  ["no key id", "a\n\n\u2014 example.com/foo AAAA\n"],
  ["a plus in the name", "a\n\n\u2014 example+foo AAAAAAAA\n"],
  ["a Unicode space in the name", "a\n\n\u2014 example\u00a0foo AAAAAAAA\n"],
  ["base64 that is not canonical", "a\n\n\u2014 example.com/foo AAAAAAB=\n"],
  ["something after the signatures", `${specNote}more\n`],
  ["nothing", ""],
])("a note with %s is refused", (_what, text) => {
  expect(() => parseNote(text)).toThrow(
    expect.objectContaining({
      code: expect.stringMatching(/^note\.form$|^bytes\.base64$/) as string,
    }),
  );
});

test.each([
  ["too short an id", specVkey.replace("530d903a", "530d903")],
  ["capitals in the id", specVkey.replace("530d903a", "530D903A")],
  ["no key", "example.com/foo+530d903a+"],
  ["another type", "example.com/foo+530d903a+A+kyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"],
  ["a short key", "example.com/foo+530d903a+AekyeRrm"],
  ["a space in the name", specVkey.replace("foo", "f o")],
  ["no name", specVkey.replace("example.com/foo", "")],
])("a verifier key with %s is refused", (_what, vkey) => {
  expect(() => parseVkey(vkey)).toThrow(expect.objectContaining({ code: "note.vkey" }));
});

test("a verifier key whose id is not its own is refused wherever it is used", async () => {
  const damaged = specVkey.replace("530d903a", "530d903b");
  await expect(readVkey(node, damaged)).rejects.toMatchObject({ code: "note.key-id" });
  await expect(verifyNote(node, specNote, [parseVkey(damaged)])).rejects.toMatchObject({
    code: "note.key-id",
  });
});

test.each([
  ["a space", "a b"],
  ["a plus", "a+b"],
  ["nothing", ""],
  ["a newline", "a\nb"],
])("no key is called %s", (_what, name) => {
  expect(() => signatureLine(name, new Uint8Array(4), new Uint8Array(64))).toThrow(
    expect.objectContaining({ code: "note.name" }),
  );
});

test("the message of a cosignature is that of the specification", () => {
  const text =
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
  expect(Buffer.from(cosignatureMessage(1_679_315_147, text)).toString()).toBe(
    `cosignature/v1\ntime 1679315147\n${text}`,
  );
  const [, witness] = parseNote(
    `${text}\n\u2014 example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n\u2014 witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n`,
  ).signatures;
  const read = parseCosignature(witness!.signature);
  expect(read.timestamp).toBe(1_679_315_147);
  expect(formatCosignature(read)).toEqual(witness!.signature);
});

test.each([[0], [71], [73]])("a cosignature of %d bytes is none", (length) => {
  expect(() => parseCosignature(new Uint8Array(length))).toThrow(
    expect.objectContaining({ code: "cosignature.length" }),
  );
});

test("a checkpoint reads as it was written", () => {
  expect(parseCheckpointBody(body)).toEqual({
    origin: "log.example.com/log/1",
    size: 5,
    root,
    extensions: [],
  });
  expect(parseCheckpointBody(`${body}more\nlines\n`).extensions).toEqual(["more", "lines"]);
});

test.each([
  ["a leading zero", body.replace("\n5\n", "\n05\n")],
  ["a negative size", body.replace("\n5\n", "\n-5\n")],
  ["a size past what is exact", body.replace("\n5\n", "\n9007199254740993\n")],
  ["a short root", "log\n5\nCQkJ\n"],
  ["no origin", body.replace("log.example.com/log/1", "")],
  ["two lines", "log\n5\n"],
  ["no last newline", body.slice(0, -1)],
  ["an empty extension", `${body}\n`],
  ["a root that is not base64", "log\n5\n***\n"],
])("a checkpoint with %s is refused", (_what, text) => {
  expect(() => parseCheckpointBody(text)).toThrow(
    expect.objectContaining({
      code: expect.stringMatching(/^(checkpoint\.form|bytes\.base64)$/) as string,
    }),
  );
});

describe("a checkpoint reaches the level", () => {
  async function cosigned(count: number) {
    const log = keyOf("log.example.com/log/1", 1);
    const witnesses = [0, 1, 2].map((at) => keyOf(`w${at}.example.com`, 4));
    const lines = await Promise.all(
      witnesses.slice(0, count).map((witness) => cosignedBy(witness, body, 1_700_000_000)),
    );
    const policy = parseWitnessPolicy(
      `${(await Promise.all(witnesses.map(async (witness, at) => `witness W${at} ${await witness.vkey()}`))).join("\n")}\ngroup all-of-them 2 W0 W1 W2\nquorum all-of-them\n`,
    );
    return {
      note: `${body}\n${await signedBy(log, body)}${lines.join("")}`,
      key: parseVkey(await log.vkey()),
      policy,
    };
  }
  test.each([
    [0, "signed"],
    [1, "signed"],
    [2, "witnessed"],
    [3, "witnessed"],
  ])("of %d of three witnesses, two needed: %s", async (count, level) => {
    const { note, key, policy } = await cosigned(count);
    const found = await verifyCheckpoint(node, note, key, policy);
    expect([found.level, found.cosigned.length, found.checkpoint.size]).toEqual([level, count, 5]);
  });

  test("a checkpoint is signed, not witnessed, when the policy has no witness", async () => {
    const { note, key } = await cosigned(3);
    expect(await verifyCheckpoint(node, note, key, emptyWitnessPolicy)).toMatchObject({
      level: "signed",
      cosigned: [],
    });
  });

  test("none without the log's own signature, however many witnesses cosigned", async () => {
    const { note, policy } = await cosigned(3);
    const other = parseVkey(await keyOf("log.example.com/log/1", 1).vkey());
    await expect(verifyCheckpoint(node, note, other, policy)).rejects.toMatchObject({
      code: "checkpoint.unsigned",
    });
  });

  test("none in another log's name", async () => {
    const log = keyOf("other.example.com/log", 1);
    const key = parseVkey(await log.vkey());
    await expect(
      verifyCheckpoint(node, `${body}\n${await signedBy(log, body)}`, key),
    ).rejects.toMatchObject({ code: "checkpoint.origin" });
  });
});
