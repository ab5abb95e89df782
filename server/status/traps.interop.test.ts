import { X509Certificate } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { getAuthority } from "@/lib/authorities/read-authorities";
import { octetString } from "@/lib/pki/der";
import { readCrl } from "@/lib/pki/crl-reader";
import { issuerFactsOf } from "@/lib/pki/issuer";
import { issuerCertIdHashes } from "@/lib/pki/ocsp";
import { readCertificate } from "@/lib/pki/certificate";
import { createConfirmedAuthority } from "@/testing/ca/host-operator";
import { adminActor } from "@/testing/actors";
import {
  openTestGateway,
  until,
  type Client,
  type TestGateway,
} from "@/testing/gateway/test-gateway";
import { makeCertId, makeOcspRequest } from "@/testing/pki/requests";

// What CRLs and OCSP of shipping products got wrong, asked of a whole gateway over plain HTTP.
const run = promisify(execFile);
const admin = adminActor();
let gateway: TestGateway, client: Client;
let issuing: X509Certificate, root: X509Certificate, umlaut: X509Certificate;

beforeAll(async () => {
  gateway = await openTestGateway();
  const { deps } = gateway.harness;
  const { id: parentId } = await getAuthority(deps, admin, "root");
  await createConfirmedAuthority(deps, {
    name: "Prüfstelle Zürich \u{1F512}",
    slug: "umlaut",
    parentId,
    keyAlgorithm: "ecdsa-p384",
    validityYears: 2,
  });
  client = await gateway.issue("pay");
  await until(async () => (await fetch(`${gateway.httpUrl()}/crl/umlaut.crl`)).ok);
  [issuing, root, umlaut] = await Promise.all([caOf("issuing"), caOf("root"), caOf("umlaut")]);
});
afterAll(() => gateway?.close());

const bytesAt = async (path: string): Promise<Buffer> => {
  const answer = await fetch(`${gateway.httpUrl()}${path}`, { redirect: "error" });
  expect(answer.status, path).toBe(200);
  return Buffer.from(await answer.arrayBuffer());
};
const caOf = async (slug: string) => new X509Certificate(await bytesAt(`/ca/${slug}.cer`));
const leafOf = () => new X509Certificate(client.cert);
async function textOf(certificate: X509Certificate): Promise<string> {
  const file = gateway.file("shown.pem");
  writeFileSync(file, certificate.toString());
  return (await run("openssl", ["x509", "-in", file, "-noout", "-text"])).stdout;
}

/** The DER of a request for one certificate, with a nonce of these octets. */
function requestFor(
  certificate: X509Certificate,
  issuer: X509Certificate,
  nonce: Uint8Array | null = null,
): Uint8Array {
  const [hashes] = issuerCertIdHashes(issuerFactsOf(new Uint8Array(issuer.raw)));
  const certId = makeCertId({
    serial: Buffer.from(certificate.serialNumber, "hex"),
    nameHash: hashes!.issuerNameHash,
    keyHash: hashes!.issuerKeyHash,
  });
  return makeOcspRequest([certId], nonce === null ? [] : [octetString(nonce)]);
}
const post = async (body: Uint8Array) => {
  const headers = { "content-type": "application/ocsp-request" };
  const init = { method: "POST", body: Uint8Array.from(body), headers };
  const answer = await fetch(`${gateway.httpUrl()}/ocsp`, init);
  return { status: answer.status, bytes: Buffer.from(await answer.arrayBuffer()) };
};
/** What openssl reads in an answer, whose responder it trusts through the issuer. */
async function shown(answer: Buffer, issuer: X509Certificate): Promise<string> {
  const [der, ca] = [gateway.file("answer.der"), gateway.file("answer-ca.pem")];
  writeFileSync(der, answer);
  writeFileSync(ca, `${issuer.toString()}${readFileSync(gateway.rootFile, "utf8")}`);
  const args = ["ocsp", "-respin", der, "-CAfile", ca, "-text"];
  const { stdout, stderr } = await run("openssl", args);
  expect(stderr).toContain("Response verify OK");
  return stdout;
}

describe("OCSP nonces (RFC 9654)", () => {
  test.each([1, 2, 31, 32, 127, 128])(
    "a nonce of %d octets is repeated octet for octet in an answer that is signed for it",
    async (length) => {
      const nonce = Buffer.alloc(length, 0xfb);
      const { status, bytes } = await post(requestFor(leafOf(), issuing, nonce));
      expect(status).toBe(200);
      expect(bytes.includes(Buffer.from(octetString(octetString(nonce))))).toBe(true);
      expect(await shown(bytes, issuing)).toContain("Cert Status: good");
    },
  );
  test.each([0, 129, 4096])(
    "a nonce of %d octets is malformedRequest under HTTP 200, and nothing is signed for it",
    async (length) => {
      const asked = await post(requestFor(leafOf(), issuing, new Uint8Array(length).fill(0xfb)));
      expect([asked.status, asked.bytes.toString("hex")]).toEqual([200, "30030a0101"]);
    },
  );
  test("without a nonce none is made up", async () => {
    const { bytes } = await post(requestFor(leafOf(), issuing));
    expect(await shown(bytes, issuing)).not.toContain("OCSP Nonce");
  });
});

test("GET takes base64 with + and / as they are, and percent-encoded", async () => {
  const der = requestFor(leafOf(), issuing, Buffer.from("fbefbefbefbefbffffff", "hex"));
  const text = Buffer.from(der).toString("base64");
  expect(text).toMatch(/\+.*\/|\/.*\+/);
  for (const path of [text, encodeURIComponent(text)])
    expect(await shown(await bytesAt(`/ocsp/${path}`), issuing)).toContain("Cert Status: good");
});

describe("serial numbers of sub-CAs", () => {
  test("OCSP answers for the certificate of a CA by the CA above it: good if it was issued, unknown if not", async () => {
    for (const ca of [issuing, umlaut]) {
      const { bytes } = await post(requestFor(ca, root));
      expect(await shown(bytes, root)).toContain("Cert Status: good");
    }
    const never = { serialNumber: `4${issuing.serialNumber.slice(1)}`.replace(/.$/, "0") };
    const { bytes } = await post(requestFor({ ...never } as X509Certificate, root));
    expect(await shown(bytes, root)).toContain("Cert Status: unknown");
  });
  test("a serial of the CA above is unknown below another CA", async () => {
    const { bytes } = await post(requestFor(issuing, umlaut));
    expect(await shown(bytes, umlaut)).toContain("Cert Status: unknown");
  });
});

describe("the issuer, byte for byte", () => {
  test("a CRL's issuer equals its CA's subject byte for byte, also with a name that libraries encode in another way", async () => {
    for (const [slug, ca] of Object.entries({ root, issuing, umlaut })) {
      const { subjectDer } = issuerFactsOf(new Uint8Array(ca.raw));
      const crl = readCrl(await bytesAt(`/crl/${slug}.crl`));
      expect(Buffer.from(crl.issuerDer).toString("hex")).toBe(
        Buffer.from(subjectDer).toString("hex"),
      );
    }
  });
  test("a certificate's issuer equals its CA's subject byte for byte", () => {
    for (const [child, ca] of [
      [leafOf(), issuing],
      [issuing, root],
      [umlaut, root],
      [root, root],
    ] as const) {
      const { issuerDer } = readCertificate(new Uint8Array(child.raw));
      const { subjectDer } = issuerFactsOf(new Uint8Array(ca.raw));
      expect(Buffer.from(issuerDer).equals(Buffer.from(subjectDer))).toBe(true);
    }
  });
});

describe("addresses in certificates", () => {
  test("the certificate of a CA has the CRL and OCSP addresses of the CA above it, and a root has none", async () => {
    for (const ca of [issuing, umlaut]) {
      const text = await textOf(ca);
      expect(text).toMatch(
        /CRL Distribution Points:\s+Full Name:\s+URI:http:\/\/ca\.example\.com\/crl\/root\.crl\n/,
      );
      expect(text).toContain("OCSP - URI:http://ca.example.com/ocsp\n");
      expect(text).toContain("CA Issuers - URI:http://ca.example.com/ca/root.cer\n");
    }
    expect(await textOf(root)).not.toMatch(/URI:/);
  });
  test("each address in a certificate is plain HTTP and answers there without a redirect, in DER", async () => {
    for (const certificate of [leafOf(), issuing]) {
      const addresses = [...(await textOf(certificate)).matchAll(/URI:(\S+)/g)].map(
        ([, url]) => url,
      );
      expect(addresses).toHaveLength(3);
      const read = addresses.map((address) => new URL(address ?? ""));
      expect(read.map(({ protocol }) => protocol)).toEqual(["http:", "http:", "http:"]);
      const files = read.map(({ pathname }) => pathname).filter((path) => path !== "/ocsp");
      expect(files).toHaveLength(2);
      for (const path of files) expect((await bytesAt(path))[0]).toBe(0x30);
    }
  });
  test("no delta CRL is announced that isn't served, and a complete CRL has no issuingDistributionPoint", async () => {
    expect(await textOf(leafOf())).not.toMatch(/Freshest|2\.5\.29\.46/i);
    for (const slug of ["root", "issuing"]) {
      const file = gateway.file(`${slug}.crl`);
      writeFileSync(file, await bytesAt(`/crl/${slug}.crl`));
      const args = ["crl", "-inform", "DER", "-in", file, "-noout", "-text"];
      const { stdout } = await run("openssl", args);
      expect(stdout).not.toMatch(/Delta|Freshest|Issuing Distribution Point/i);
      expect(stdout).toContain("X509v3 CRL Number");
      expect(stdout).toContain("X509v3 Authority Key Identifier");
    }
  });
});
