import { X509Certificate } from "node:crypto";
import { existsSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openEstGateway, textOf, type EstGateway } from "@/testing/gateway/est-fixture";

const hasJava = existsSync("/usr/bin/keytool") || Boolean(process.env["CI"]);
let gateway: EstGateway, identity: string;
beforeAll(async () => {
  gateway = await openEstGateway();
  identity = await gateway.service("pay", ["pay.example.com", "www.pay.example.com"]);
});
afterAll(async () => {
  await gateway?.close();
});

const subject = "/CN=pay.example.com";
const san = "DNS:pay.example.com,DNS:www.pay.example.com";

describe("curl and openssl", () => {
  test("a machine that has nothing but a secret gets the CAs, enrolls, and the chain verifies", async () => {
    const { id, secret, estUrl } = await gateway.secretFor(identity);
    expect(estUrl).toMatch(/\/\.well-known\/est\/tls-server$/);
    const out = await gateway.sh(
      `curl -sSf --cacert root.pem -o cacerts.p7 "$EST/cacerts"
       openssl base64 -d -in cacerts.p7 | openssl pkcs7 -inform DER -print_certs -out cas.pem
       openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem \
         -subj ${subject} -addext "subjectAltName=${san}" -outform DER | openssl base64 -out request.b64
       curl -sSf --cacert root.pem -u "$ID:$SECRET" -H "Content-Type: application/pkcs10" \
         --data-binary @request.b64 -o cert.p7 "$EST/simpleenroll"
       openssl base64 -d -in cert.p7 | openssl pkcs7 -inform DER -print_certs -out cert.pem
       openssl verify -CAfile cas.pem cert.pem
       openssl x509 -in cert.pem -noout -pubkey > a.pub
       openssl pkey -in key.pem -pubout > b.pub
       cmp a.pub b.pub`,
      {
        EST: `${gateway.httpsUrl()}/.well-known/est/tls-server`,
        ID: id,
        SECRET: secret ?? "",
      },
    );
    expect(out).toContain("cert.pem: OK");
    const certificate = new X509Certificate(textOf(gateway.file("cert.pem")));
    expect(certificate.subjectAltName).toBe("DNS:pay.example.com, DNS:www.pay.example.com");
    expect(textOf(gateway.file("cert.pem")).match(/BEGIN CERTIFICATE/g)).toHaveLength(1);
    expect(textOf(gateway.file("cas.pem")).match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
    const [issued] = (await gateway.entries())
      .filter(({ action }) => action === "certificate.issued")
      .slice(-1);
    expect(issued).toMatchObject({
      actor: { kind: "enrollment-secret", label: "Enrollment secret of pay" },
      origin: { via: ["https"] },
    });
  });

  test("it replaces its certificate with simplereenroll: a new key, both linked, the old one revoked after the overlap", async () => {
    const client = await enrollClient();
    const csr = await gateway.csr({ subject, san });
    const { result, entries } = await gateway.during(() =>
      gateway.ask({ path: "tls-client-service/simplereenroll", client, file: csr.file }),
    );
    expect(result.status, result.body).toBe(200);
    const next = await gateway.save(result, csr.keyFile);
    const [before, after] = [client, next].map(
      ({ certFile }) => new X509Certificate(textOf(certFile)),
    );
    expect([after?.subject, after?.subjectAltName]).toEqual([
      before?.subject,
      before?.subjectAltName,
    ]);
    expect(after?.publicKey.equals(before!.publicKey)).toBe(false);
    expect(entries.map(({ action }) => action)).toContain("certificate.rotated");
    const planned = entries.find(({ action }) => action === "certificate.planned");
    expect(planned).toMatchObject({
      actor: { kind: "certificate", label: "pay" },
      details: { predecessorId: expect.stringMatching(/^crt_/), supersedeAt: expect.any(String) },
    });
    // The successor authenticates the next one.
    const third = await gateway.csr({ subject, san });
    const again = await gateway.ask({ path: "simplereenroll", client: next, file: third.file });
    expect(again.status, again.body).toBe(200);
  });

  test("a client certificate gets a further one with simpleenroll, under the label's profile or its own", async () => {
    const client = await enrollClient();
    const csr = await gateway.csr({ subject, san: "DNS:www.pay.example.com,DNS:pay.example.com" });
    for (const path of ["tls-server/simpleenroll", "simpleenroll"]) {
      const answer = await gateway.ask({ path, client, file: csr.file });
      expect(answer.status, answer.body).toBe(200);
    }
    const rows = await gateway.harness.asSuper(
      "select p.slug from certificate c join profile p on p.id = c.profile_id order by c.created_at desc, c.id desc limit 2",
    );
    expect(rows.map(({ slug }) => slug)).toEqual(["tls-client-service", "tls-server"]);
  });

  test.skipIf(!hasJava)("keytool imports what it got as a chain", async () => {
    const { id, secret } = await gateway.secretFor(identity);
    const out = await gateway.sh(
      `rm -f store.p12
       keytool -genkeypair -alias pay -keyalg EC -groupname secp256r1 -dname CN=pay.example.com -keystore store.p12 -storepass changeit
       keytool -certreq -alias pay -ext san=dns:pay.example.com -keystore store.p12 -storepass changeit | openssl req -outform DER | openssl base64 -out java.b64
       curl -sSf --cacert root.pem -u "$ID:$SECRET" -H "Content-Type: application/pkcs10" --data-binary @java.b64 -o java.p7 "$EST/simpleenroll"
       openssl base64 -d -in java.p7 | openssl pkcs7 -inform DER -print_certs -out java.pem
       curl -sSf --cacert root.pem "$EST/cacerts" | openssl base64 -d | openssl pkcs7 -inform DER -print_certs >> java.pem
       keytool -importcert -noprompt -alias pay -file java.pem -keystore store.p12 -storepass changeit 2>&1
       keytool -list -v -alias pay -keystore store.p12 -storepass changeit`,
      { EST: `${gateway.httpsUrl()}/.well-known/est/tls-server`, ID: id, SECRET: secret ?? "" },
    );
    expect(out).toContain("Certificate reply was installed in keystore");
    expect(out).toContain("Certificate chain length: 3");
  });
});

/** A certificate to connect with, enrolled by a secret. */
async function enrollClient() {
  const secret = await gateway.secretFor(identity, { profile: "tls-client-service" });
  const csr = await gateway.csr({ subject, san });
  const answer = await gateway.ask({ path: "simpleenroll", secret, file: csr.file });
  expect(answer.status, answer.body).toBe(200);
  return gateway.save(answer, csr.keyFile);
}
