import { describe, expect, test } from "vitest";
import { makeTestKey, serialOf, type TestKey } from "@/testing/pki/authorities";
import { encodeSignatureAlgorithm } from "./algorithms";
import { explicitTag, nullValue, sequence, tlv } from "./der";
import {
  authorityKeyIdentifierExtension,
  basicConstraintsExtension,
  encodeExtension,
  keyUsageExtension,
  subjectAltNameExtension,
  subjectKeyIdentifierExtension,
} from "./extensions";
import { subjectKeyIdentifier } from "./keys";
import { encodeName } from "./names";
import { extensionOids } from "./oids";
import { verifyChain } from "./path";
import { signPlan } from "./sign";
import { encodeTbs } from "./tbs";

const from = new Date("2026-01-01T00:00:00Z");
const to = new Date("2026-12-31T23:59:59Z");
const at = new Date("2026-06-01T00:00:00Z");

type Node = Readonly<{ key: TestKey; name: string; der: Uint8Array }>;
type Change = Readonly<{
  isCa?: boolean;
  pathLength?: number | null;
  usage?: boolean;
  notBefore?: Date;
  notAfter?: Date;
  extra?: readonly Uint8Array[];
  host?: string;
  key?: TestKey;
  signedBy?: TestKey;
}>;
let serial = 100;

/** A certificate with any requested fault, signed as it is. */
async function issue(name: string, by: Node | null, change: Change = {}): Promise<Node> {
  const key = change.key ?? makeTestKey("ecdsa-p256");
  const issuer = by ?? { key, name };
  const isCa = change.isCa ?? true;
  serial += 1;
  const tbsDer = encodeTbs({
    serial: serialOf(serial),
    algorithmDer: encodeSignatureAlgorithm("ecdsa-sha256"),
    issuerDer: encodeName([{ type: "CN", value: issuer.name }]),
    notBefore: change.notBefore ?? from,
    notAfter: change.notAfter ?? to,
    subjectDer: encodeName([{ type: "CN", value: name }]),
    spkiDer: key.spkiDer,
    extensions: [
      subjectKeyIdentifierExtension(subjectKeyIdentifier(key.spkiDer)),
      authorityKeyIdentifierExtension(subjectKeyIdentifier(issuer.key.spkiDer)),
      basicConstraintsExtension(isCa, change.pathLength ?? null),
      ...(change.usage === false
        ? []
        : [keyUsageExtension(isCa ? ["keyCertSign", "cRLSign"] : ["digitalSignature"])]),
      ...(change.host === undefined
        ? []
        : [subjectAltNameExtension([{ type: "dns", value: change.host }], false)]),
      ...(change.extra ?? []),
    ],
  });
  return {
    key,
    name,
    der: await signPlan(
      { tbsDer, signatureAlgorithm: "ecdsa-sha256" },
      (change.signedBy ?? issuer.key).signer,
    ),
  };
}

const root = await issue("Root", null);
const issuing = await issue("Issuing", root, { pathLength: 0 });
const leaf = await issue("leaf", issuing, { isCa: false });
const reasonOf = (result: ReturnType<typeof verifyChain>): string =>
  result.ok ? "ok" : result.reason;
const check = (
  one: Node,
  between: readonly Node[],
  when = at,
  roots: readonly Node[] = [root],
): string =>
  reasonOf(
    verifyChain(
      one.der,
      between.map(({ der }) => der),
      roots.map(({ der }) => der),
      when,
    ),
  );

describe("a path is accepted", () => {
  test("leaf to root, in any order of intermediates, with strangers and rubbish among them", async () => {
    const stranger = await issue("Stranger", null);
    const result = verifyChain(
      leaf.der,
      [Uint8Array.of(1), stranger.der, root.der, issuing.der],
      [stranger.der, root.der],
      at,
    );
    expect(result.ok && result.chain.map(({ subjectText }) => subjectText)).toEqual([
      "CN=leaf",
      "CN=Issuing",
      "CN=Root",
    ]);
  });

  test("directly below a root, and a root itself", () => {
    expect(check(issuing, [])).toBe("ok");
    expect(check(root, [])).toBe("ok");
  });

  test("at both ends of its validity, and within the last second", () => {
    for (const when of [from, to, new Date(to.getTime() + 999)])
      expect(check(leaf, [issuing], when)).toBe("ok");
  });

  test("by the other of two certificates for one issuer, when the first has expired", async () => {
    const old = await issue("Issuing", root, {
      key: issuing.key,
      notAfter: new Date("2026-05-01T00:00:00Z"),
    });
    expect(check(leaf, [old, issuing])).toBe("ok");
    expect(check(leaf, [old])).toMatch(/Issuing expired/);
  });
});

describe("a path is refused, with the reason", () => {
  test.each([
    [new Date(from.getTime() - 1), /not valid before/],
    [new Date(to.getTime() + 1000), /expired at/],
  ])("at %s", (when, reason) => {
    expect(check(leaf, [issuing], when)).toMatch(reason);
  });

  test("unknown issuer, no root, unreadable leaf", () => {
    expect(check(leaf, [])).toMatch(/issuer is unknown/);
    expect(check(leaf, [issuing], at, [])).toMatch(/issuer is unknown/);
    expect(reasonOf(verifyChain(Uint8Array.of(0x30, 0), [], [root.der], at))).toMatch(
      /cannot be read/,
    );
  });

  test("a signature by another key under the right name", async () => {
    const forged = await issue("leaf", issuing, {
      isCa: false,
      signedBy: makeTestKey("ecdsa-p256"),
    });
    expect(check(forged, [issuing])).toMatch(/signature on CN=leaf/);
  });

  test("a root's namesake that is not trusted", async () => {
    const namesake = await issue("Root", null);
    const below = await issue("leaf", namesake, { isCa: false });
    expect(check(below, [namesake])).toMatch(/issuer is unknown/);
  });

  test("an issuer that is no authority, or may not sign certificates", async () => {
    const notCa = await issue("Not CA", root, { isCa: false });
    expect(check(await issue("x", notCa, { isCa: false }), [notCa])).toMatch(/not an authority/);
    const mute = await issue("Mute", root, {
      usage: false,
      extra: [keyUsageExtension(["cRLSign"])],
    });
    expect(check(await issue("x", mute, { isCa: false }), [mute])).toMatch(/may not sign/);
    const free = await issue("Free", root, { usage: false });
    expect(check(await issue("x", free, { isCa: false }), [free])).toBe("ok");
  });

  test("an authority below pathLenConstraint 0", async () => {
    const below = await issue("Below", issuing);
    expect(check(await issue("x", below, { isCa: false }), [below, issuing])).toMatch(
      /allows 0 authorities/,
    );
  });

  test("a critical extension that is not understood", async () => {
    const strange = await issue("x", issuing, {
      isCa: false,
      extra: [encodeExtension("1.2.3.4", true, nullValue())],
    });
    expect(check(strange, [issuing])).toMatch(/1\.2\.3\.4.*not understood/);
    const policies = await issue("Policy", root, {
      extra: [
        encodeExtension(
          extensionOids.policyConstraints,
          true,
          sequence(tlv(0x80, Uint8Array.of(0))),
        ),
      ],
    });
    expect(check(await issue("x", policies, { isCa: false }), [policies])).toMatch(
      /policyConstraints/,
    );
  });

  test("names outside the constraints of an authority above", async () => {
    const permitted = encodeExtension(
      extensionOids.nameConstraints,
      true,
      sequence(explicitTag(0, sequence(tlv(0x82, Buffer.from("example.com"))))),
    );
    const limited = await issue("Limited", root, { extra: [permitted] });
    expect(
      check(await issue("x", limited, { isCa: false, host: "pay.example.com" }), [limited]),
    ).toBe("ok");
    expect(
      check(await issue("x", limited, { isCa: false, host: "pay.example.net" }), [limited]),
    ).toMatch(/pay\.example\.net is not among/);
    const garbled = await issue("Garbled", root, {
      extra: [encodeExtension(extensionOids.nameConstraints, true, sequence())],
    });
    expect(
      check(await issue("x", garbled, { isCa: false, host: "pay.example.com" }), [garbled]),
    ).toMatch(/cannot be read/);
  });

  test("a circle, a long ladder and a crowd of namesakes end", async () => {
    let top = root;
    const ladder: Node[] = [];
    for (let step = 0; step < 9; step += 1) ladder.push((top = await issue(`Step ${step}`, top)));
    expect(check(await issue("x", top, { isCa: false }), ladder)).toMatch(/longer than/);
    const [a, b] = [makeTestKey("ecdsa-p256"), makeTestKey("ecdsa-p256")];
    const circleA = await issue("A", { key: b, name: "B", der: root.der }, { key: a });
    const circleB = await issue("B", { key: a, name: "A", der: root.der }, { key: b });
    expect(check(await issue("x", circleA, { isCa: false }), [circleA, circleB])).toMatch(
      /unknown|no path/,
    );
  });
});
