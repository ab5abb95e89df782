import { X509Certificate } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { issueCertificate } from "@/lib/issuing/issue-certificate";
import { bitString, integer, sequence, tags } from "@/lib/pki/der";
import { enter, readDer, takeBitOctets, takeInteger, takeRaw } from "@/lib/pki/der-reader";
import { adminActor } from "@/testing/actors";
import { createTestCa, createTestIdentity } from "@/testing/ca/create-test-ca";
import type { Harness } from "@/testing/harness";
import { makeCsr } from "@/testing/ca/requests";
import { verifyCertificateDer } from "./verify-certificate";

let harness: Harness, der: Uint8Array, authorities: { id: string; certificateDer: Uint8Array }[];
beforeAll(async () => {
  harness = await createTestCa();
  const identity = await createTestIdentity(harness.deps),
    { pem } = (
      await issueCertificate(harness.deps, adminActor(), {
        profile: "tls-client-service",
        identity,
        csr: await makeCsr(),
      })
    ).result;
  der = new Uint8Array(new X509Certificate(pem ?? "").raw);
  authorities = (await harness.asSuper("select id, certificate_der from authority")).map((row) => ({
    id: String(row["id"]),
    certificateDer: new Uint8Array(row["certificate_der"] as Buffer),
  }));
});
afterAll(async () => {
  await harness.close();
});

/**
 * The order of P-256's base point: with (r, s) also (r, n - s) is a signature of the same bytes by
 * the same key.
 */
const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const numberOf = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).toString("hex")}`);

/** The same certificate with the other signature. */
function turned(certificate: Uint8Array): Uint8Array {
  const reader = readDer(certificate);
  enter(reader, tags.sequence, "certificate");
  const [tbs, algorithm] = [takeRaw(reader, "tbs"), takeRaw(reader, "algorithm")],
    signature = readDer(takeBitOctets(reader, "signature"));
  enter(signature, tags.sequence, "signature");
  const r = takeInteger(signature, "r"),
    s = takeInteger(signature, "s");
  return sequence(
    tbs,
    algorithm,
    bitString(sequence(integer(numberOf(r)), integer(order - numberOf(s)))),
  );
}

test("the copy of a certificate with its signature turned is an altered one, and no sign that an authority's key was stolen", async () => {
  const copy = turned(der),
    issuer = authorities
      .map(({ certificateDer }) => new X509Certificate(certificateDer))
      .find(({ subject }) => subject === new X509Certificate(der).issuer);
  expect(new X509Certificate(copy).verify(issuer!.publicKey)).toBe(true);
  expect(
    await verifyCertificateDer(harness.deps, () => authorities, der, "10.0.0.7"),
  ).toMatchObject({
    accepted: true,
  });
  expect(
    await verifyCertificateDer(harness.deps, () => authorities, copy, "10.0.0.7"),
  ).toMatchObject({
    accepted: false,
    code: "certificate.forged",
    certificate: null,
  });
});
test("a certificate that the CA's key signed and no one planned is a sign of a stolen key, even under a known serial number", async () => {
  await harness.asSuper("alter table certificate disable trigger user");
  await harness.asSuper("update certificate set tbs_der = tbs_der || '\\x00' where der = $1", [
    Buffer.from(der),
  ]);
  expect(
    await verifyCertificateDer(harness.deps, () => authorities, turned(der), "10.0.0.7"),
  ).toMatchObject({ accepted: false, code: "certificate.not-issued" });
});
