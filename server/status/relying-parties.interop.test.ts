import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { toPem } from "@/lib/pki/pem";
import { buildCrlTbs } from "@/testing/pki/build-crl";
import { readCertificate } from "@/lib/pki/certificate";
import { signPlan } from "@/lib/pki/sign";
import type { IssuerFacts, ProfileRules, RevokedEntry } from "@/lib/pki/types";
import {
  makeTestAuthority,
  makeTestKey,
  responderRules,
  serialOf,
  serverRules,
  type TestAuthority,
  type TestKey,
} from "@/testing/pki/authorities";
import { issueTestCertificate } from "@/testing/pki/issue-certificate";
import {
  isMissing,
  type Leaf,
  type Published,
  type Verdict,
} from "@/testing/relying-parties/judge";
import { judges, nssAccepts, openNssDatabase } from "@/testing/relying-parties/judges";
import { openOcspFixture, rowKey, type OcspFixture } from "@/testing/status/ocsp-fixture";

// Each relying party decides by itself about a certificate in each state, from the CRLs of the chain
// in one PEM file or from the OCSP responder.

const states = ["good", "revoked", "held", "released", "expired", "short-lived"] as const;
type State = (typeof states)[number];
const right: Readonly<Record<State, Verdict>> = {
  good: "accepted",
  revoked: "refused",
  held: "refused",
  released: "accepted",
  expired: "refused",
  "short-lived": "accepted",
};
const hour = 3_600_000;
const now = new Date(Math.floor(Date.now() / 1000) * 1000 - 5_000);
const weekAgo = new Date(now.getTime() - 7 * 24 * hour);
const bothUsages: ProfileRules = {
  ...serverRules,
  extendedKeyUsage: ["serverAuth", "clientAuth"],
};
const rulesOf: Partial<Record<State, ProfileRules>> = {
  expired: { ...bothUsages, validitySecondsDefault: 3_600 },
  "short-lived": { ...bothUsages, noRevAvail: true, validitySecondsDefault: 8 * 3_600 },
};

const folder = mkdtempSync(join(tmpdir(), "relying-parties-"));
chmodSync(folder, 0o755);
function write(name: string, content: string | Uint8Array): string {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

let authority: TestAuthority;
let ocsp: OcspFixture;
let published: Published;
const leaves = new Map<State, Leaf>();

async function issue(
  name: string,
  number: number,
  { key = makeTestKey("ecdsa-p256"), rules = bothUsages, at = now },
): Promise<Leaf> {
  const own = toPem("CERTIFICATE", await issueTestCertificate(authority, key, number, at, rules));
  const cert = own + toPem("CERTIFICATE", authority.der);
  const pem = key.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  return {
    host: "pay.example.com",
    cert,
    key: pem,
    certFile: write(`${name}.chain.pem`, cert),
    keyFile: write(`${name}.key`, pem),
    leafFile: write(`${name}.pem`, own),
  };
}

async function makeCrl(
  issuer: IssuerFacts,
  key: TestKey,
  entries: readonly RevokedEntry[],
): Promise<Uint8Array> {
  const nextUpdate = new Date(now.getTime() + 24 * hour);
  const { signatureAlgorithm } = issuer;
  const head = { issuer, crlNumber: 7n, thisUpdate: now, nextUpdate, idpUrl: null };
  return signPlan({ tbsDer: buildCrlTbs({ ...head, entries }), signatureAlgorithm }, key.signer);
}

async function openOcsp(): Promise<OcspFixture> {
  const served = {
    id: "ca_issuing",
    slug: "issuing",
    parentId: null,
    kind: "issuing",
    status: "active",
    certificateDer: authority.der,
    issuer: authority.facts,
  };
  const fixture = await openOcspFixture([served]);
  const key = makeTestKey("ecdsa-p256");
  const der = await issueTestCertificate(authority, key, 90, now, responderRules);
  const { notBefore, notAfter } = readCertificate(der);
  fixture.responders.set(served.id, {
    spkiDer: key.spkiDer,
    certificateDer: der,
    notBefore,
    notAfter,
    sign: async (bytes) => key.signer.sign(bytes),
  });
  for (const [at, state] of states.entries()) {
    const isRevoked = state === "revoked" || state === "held";
    fixture.rows.set(rowKey(served.id, serialOf(10 + at)), {
      certificateId: `crt_${state}`,
      state: isRevoked ? state : "issued",
      revokedAt: isRevoked ? now : null,
      reason: state === "revoked" ? "keyCompromise" : null,
      notAfter: new Date(now.getTime() + hour),
    });
  }
  return fixture;
}

beforeAll(async () => {
  authority = await makeTestAuthority("ecdsa-p256", weekAgo);
  for (const [at, state] of states.entries())
    leaves.set(
      state,
      await issue(state, 10 + at, {
        rules: rulesOf[state] ?? bothUsages,
        at: state === "expired" ? weekAgo : now,
      }),
    );
  const listed = { revokedAt: now, invalidityDate: null };
  const issuingCrl = await makeCrl(authority.facts, authority.key, [
    { ...listed, serial: serialOf(11), reason: "keyCompromise" },
    { ...listed, serial: serialOf(12), reason: "certificateHold" },
  ]);
  const rootCrl = await makeCrl(authority.root.facts, authority.root.key, []);
  ocsp = await openOcsp();
  published = {
    folder,
    server: await issue("server", 80, {}),
    root: write("root.pem", toPem("CERTIFICATE", authority.root.der)),
    issuing: write("issuing.pem", toPem("CERTIFICATE", authority.der)),
    trust: write(
      "trust.pem",
      toPem("CERTIFICATE", authority.root.der) + toPem("CERTIFICATE", authority.der),
    ),
    crls: write("crls.pem", toPem("X509 CRL", issuingCrl) + toPem("X509 CRL", rootCrl)),
    issuingCrl: write("issuing.crl", issuingCrl),
    rootCrl: write("root.crl", rootCrl),
    ocspUrl: ocsp.url,
  };
});
afterAll(async () => {
  await ocsp.close();
  rmSync(folder, { recursive: true, force: true });
});

describe.each(judges)("$name by $by", ({ needs, judgesTimes, judge }) => {
  test.skipIf(needs.some(isMissing))(
    "accepts a certificate that is good, released or short-lived, and refuses one that is revoked, held or expired",
    async () => {
      const verdicts = await judge(published, leaves);
      const expected = judgesTimes ? right : { ...right, expired: "accepted" };
      expect(Object.fromEntries(verdicts)).toEqual(expected);
    },
  );
});

test.skipIf(isMissing("certutil")).each(["rsa-2048", "ecdsa-p256"] as const)(
  "NSS accepts a server certificate with a key of the kind %s",
  async (algorithm) => {
    const own = { ...published, folder: mkdtempSync(join(folder, "nss-")) };
    const database = await openNssDatabase(own);
    const { leafFile } = await issue(`nss-${algorithm}`, 20, { key: makeTestKey(algorithm) });
    expect(await nssAccepts(database, "server", leafFile, "V")).toBe(true);
  },
);
