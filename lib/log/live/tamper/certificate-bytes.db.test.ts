import { afterAll, beforeAll, expect, test } from "vitest";
import { issueCertificate } from "@/lib/issuing/issue-certificate";
import { readCertificate } from "@/lib/pki/certificate";
import { issuerFactsOf } from "@/lib/pki/issuer";
import { issuerCertIdHashes } from "@/lib/pki/ocsp";
import { assembleSigned } from "@/lib/pki/sign";
import { makeAnswerOcsp } from "@/lib/status/answer-ocsp";
import { makeAuthorityIndex } from "@/lib/status/authority-index";
import { getStatus } from "@/lib/status/read-status";
import { makeStatusCache } from "@/lib/status/status-cache";
import { findServedAuthorities, makeStatusRowReader } from "@/lib/status/status-repository";
import { adminActor } from "@/testing/actors";
import { createTestIdentity } from "@/testing/ca/create-test-ca";
import { makeCsr } from "@/testing/ca/requests";
import { openTamperLog, type TamperLog } from "@/testing/log/tamper-fixture";
import { makeTestKey } from "@/testing/pki/authorities";
import { makeCertId, makeOcspRequest } from "@/testing/pki/requests";
import { makeThrowawayAuthority } from "@/testing/status/throwaway-authority";

// A certificate that reads as one, in the row of another: its entries and columns agree with it.
let log: TamperLog;
let der: Buffer;
let serial: string;
let other: Readonly<{ der: Buffer; serial: string }>;
beforeAll(async () => {
  log = await openTamperLog();
  const { deps } = log.harness;
  const identity = await createTestIdentity(deps);
  const wish = { profile: "tls-server", identity, csr: await makeCsr() };
  const { id } = (await issueCertificate(deps, adminActor(), wish)).result;
  await log.publish();
  [{ der, serial }, other] = [await read(log.ids.certificate), await read(id)];
}, 300_000);
afterAll(() => log.harness.close());

async function read(id: string): Promise<Readonly<{ der: Buffer; serial: string }>> {
  const [row] = await log.harness.asSuper(
    `select der, encode(serial, 'hex') as serial from certificate where id = '${id}'`,
  );
  return { der: row?.["der"] as Buffer, serial: String(row?.["serial"]) };
}

const derIs = (bytes: Uint8Array): string => {
  const hex = Buffer.from(bytes).toString("hex");
  return `der = '\\x${hex}', fingerprint_sha256 = sha256('\\x${hex}')`;
};

/** The planned bytes, signed by a key that no authority has. */
async function signedByAnother(): Promise<Uint8Array> {
  const { tbsDer, signatureAlgorithm } = readCertificate(der);
  const is384 = signatureAlgorithm === "ecdsa-sha384";
  const { signer } = makeTestKey(is384 ? "ecdsa-p384" : "ecdsa-p256");
  return assembleSigned(tbsDer, signer.signatureAlgorithm, await signer.sign(tbsDer));
}

/** What OCSP says of a serial number of the issuing CA. */
async function askOcsp(asked: string): Promise<string> {
  const { db } = log.harness.deps;
  const found = (await findServedAuthorities(db)).find(({ slug }) => slug === "issuing");
  const issuer = issuerFactsOf(new Uint8Array(found!.certificateDer));
  const throwaway = await makeThrowawayAuthority("issuing");
  const responder = await throwaway.responder();
  const index = makeAuthorityIndex([{ ...throwaway.served, ...found!, issuer }]);
  const answer = makeAnswerOcsp({
    index: () => index,
    responderOf: () => responder,
    statuses: makeStatusCache(makeStatusRowReader(db), 10),
    now: Date.now,
    onError: (error) => {
      throw error;
    },
  });
  const { issuerNameHash: nameHash, issuerKeyHash: keyHash } = issuerCertIdHashes(issuer)[0]!;
  const certId = makeCertId({ serial: Buffer.from(asked, "hex"), nameHash, keyHash });
  return (await answer(makeOcspRequest([certId]))).kind;
}

const statusOf = async (asked: string): Promise<string> =>
  (await getStatus(log.harness.deps, { authority: "issuing", serial: asked })).status;

test("the certificate as it was issued is good, and its status valid", async () => {
  expect([await askOcsp(serial), await statusOf(serial)]).toEqual(["good", "valid"]);
});

test.each([
  [
    "signed by a key that is not its issuer's",
    async () => derIs(await signedByAnother()),
    (): string => serial,
    /its certificate is not signed by its issuer/,
  ],
  [
    "that its issuer signed for another plan",
    async () => derIs(other.der),
    (): string => serial,
    /its certificate is not the one that was planned/,
  ],
  [
    "under another serial number",
    async () => String.raw`serial = '\x7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e'`,
    (): string => "7e".repeat(16),
    /its serial number is 7e7e/,
  ],
] as const)(
  "a certificate %s is named, and is neither good nor valid",
  async (_what, set, asked, finding) => {
    const { certificate: id } = log.ids;
    await log.harness.asSuper(
      `create table kept as select der, fingerprint_sha256, serial from certificate where id = '${id}'`,
    );
    await log.withoutGuards(
      // Its fingerprint is in one row only.
      `update certificate set fingerprint_sha256 = sha256('other') where fingerprint_sha256 = sha256('\\x${other.der.toString("hex")}')`,
      `update certificate set ${await set()} where id = '${id}'`,
    );
    try {
      expect((await log.problems()).join("\n")).toMatch(
        new RegExp(`^state: The certificate ${id} .*${finding.source}`, "m"),
      );
      expect([await askOcsp(asked()), await statusOf(asked())]).toEqual(["unknown", "unknown"]);
    } finally {
      await log.withoutGuards(
        `update certificate set der = k.der, fingerprint_sha256 = k.fingerprint_sha256, serial = k.serial from kept k where id = '${id}'`,
        "update certificate set fingerprint_sha256 = sha256(der) where fingerprint_sha256 = sha256('other')",
      );
      await log.harness.asSuper("drop table kept");
    }
  },
);

test("a fingerprint whose end is another one is named", async () => {
  const { certificate: id } = log.ids;
  const flip = `update certificate set fingerprint_sha256 = set_byte(fingerprint_sha256, 31, get_byte(fingerprint_sha256, 31) # 1) where id = '${id}'`;
  await log.withoutGuards(flip);
  const found = (await log.problems()).join("\n");
  await log.withoutGuards(flip);
  expect(found).toMatch(
    /^state: .*its fingerprint is [0-9a-f]{64} in the table, but [0-9a-f]{64} by its bytes/m,
  );
});
