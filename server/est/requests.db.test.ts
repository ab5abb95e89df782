import { writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { retireProfile } from "@/lib/profiles/update-profile";
import { adminActor } from "@/testing/actors";
import {
  openEstGateway,
  refusalOf,
  textOf,
  type Ask,
  type Asked,
  type EstGateway,
} from "@/testing/gateway/est-fixture";
import type { Client } from "@/testing/gateway/test-gateway";

let gateway: EstGateway, identity: string, client: Client;
const subject = "/CN=pay.example.com";
const san = "DNS:pay.example.com";
beforeAll(async () => {
  gateway = await openEstGateway();
  identity = await gateway.service("pay", [san.slice(4)]);
  client = await gateway.issue("pay", { identityId: identity });
});
afterAll(async () => {
  await gateway?.close();
});

const ask = (one: Ask): Promise<Asked> => gateway.asked(one);
const goodCsr = () => gateway.csr({ subject, san });
const file = (name: string, text: string): string => {
  writeFileSync(gateway.file(name), text);
  return gateway.file(name);
};

describe("bodies", () => {
  const send = async (body: string, over: Partial<Ask> = {}): Promise<Asked> =>
    ask({ path: "simpleenroll", client, file: file("body", body), ...over });
  test.each([
    ["application/json"],
    ["text/plain"],
    ["application/pkcs10x"],
    ["application/x-pem-file"],
  ])("Content-Type %s is refused", async (type) => {
    const { file: csr } = await goodCsr();
    expect(refusalOf(await ask({ path: "simpleenroll", client, file: csr, type }))).toBe(
      "415 request.content-type",
    );
  });
  test("PEM is refused and the answer says what to send instead, because RFC 8951 has base64 alone", async () => {
    const { pemFile } = await goodCsr();
    const asked = await ask({ path: "simpleenroll", client, file: pemFile });
    expect(refusalOf(asked)).toBe("400 est.bad-request");
    expect(asked.result.body).toContain("openssl req -outform DER | openssl base64");
  });
  test.each([
    ["nothing", ""],
    ["white space", " \r\n\t "],
    ["no base64", "this is not base64!"],
    ["base64url", "MIIB-_8="],
    ["base64 without its padding", "MIIBAQ"],
  ])("%s is refused as no base64", async (_what, body) => {
    expect(refusalOf(await send(body))).toBe("400 est.bad-request");
  });
  test("DER that is not in base64 is refused", async () => {
    const { pemFile } = await goodCsr();
    await gateway.sh('openssl req -in "$F" -outform DER -out raw.der', { F: pemFile });
    expect(
      refusalOf(await ask({ path: "simpleenroll", client, file: gateway.file("raw.der") })),
    ).toBe("400 est.bad-request");
  });
  test("a body beyond the limit is refused, and the connection survives it", async () => {
    expect(refusalOf(await send("A".repeat(200_000)))).toBe("413 request.too-large");
  });
  test("base64 in one line, with CRLF and with spaces is accepted (RFC 8951 section 3)", async () => {
    for (const change of [
      (text: string) => text.replaceAll("\n", ""),
      (text: string) => text.replaceAll("\n", "\r\n"),
      (text: string) => ` ${text}\t\r\n`,
    ]) {
      const { file: csr } = await goodCsr();
      const { result } = await send(change(textOf(csr)), { type: "Application/PKCS10; charset=x" });
      expect(result.status, result.body).toBe(200);
    }
  });
  test.each([
    ["bytes that are no CSR", "AAAA", "csr.not-a-csr"],
    ["a sequence of nothing", "MAA=", "csr."],
  ])("%s: refused by the decision", async (_what, body, code) => {
    const { result, entries } = await send(body);
    expect([result.status, result.body]).toEqual([
      422,
      expect.stringContaining("Code: certificate.refused"),
    ]);
    expect(entries).toMatchObject([{ action: "certificate.refused", outcome: "denied" }]);
    expect(entries[0]?.reason).toContain(code);
  });
});

describe("what the CSR asks for", () => {
  const enroll = async (options: Parameters<EstGateway["csr"]>[0]): Promise<Asked> => {
    const secret = await gateway.secretFor(identity);
    const { file: csr } = await gateway.csr(options);
    return ask({ path: "simpleenroll", secret, file: csr });
  };
  /** The codes for which the decision refused, as the one entry has them. */
  function reasonsOf({ result, entries }: Asked): readonly string[] {
    const [entry, ...more] = entries.filter(({ outcome }) => outcome !== "success");
    const isDecided = entry?.action === "certificate.refused" && more.length === 0;
    return isDecided && result.status === 422 ? (entry.reason ?? "").split(" ") : [];
  }
  test("a name that the identity doesn't hold is refused by name, and no name is added", async () => {
    const asked = await enroll({ subject, san: "DNS:pay.example.com,DNS:bank.example.com" });
    expect(reasonsOf(asked)).toContain("name.not-held");
    expect(asked.result.body).toContain("bank.example.com");
    const held = await gateway.harness.asSuper(
      "select count(*) from identity_name where value = 'bank.example.com'",
    );
    expect(held).toEqual([{ count: "0" }]);
  });
  test("a name in the common name alone counts like any other", async () => {
    const { result } = await enroll({ subject: "/CN=bank.example.com", san });
    expect(result.status).toBe(422);
  });
  test("names of other types are not left out silently", async () => {
    const asked = await enroll({ subject, san: `${san},email:root@example.com` });
    expect(asked.result.status).toBe(422);
    expect(asked.result.body).toContain("root@example.com");
  });
  test("an RSA key of 1024 bits is refused", async () => {
    expect(reasonsOf(await enroll({ subject, san, newKey: ["rsa:1024"] }))).toContain(
      "key.rsa-too-short",
    );
  });
  test("a CSR whose signature is wrong proves no possession of the key", async () => {
    const { file: csr } = await goodCsr();
    const der = Buffer.from(textOf(csr), "base64");
    der[der.length - 5] = (der[der.length - 5] ?? 0) ^ 1;
    const secret = await gateway.secretFor(identity);
    const forged = file("forged", der.toString("base64"));
    expect(reasonsOf(await ask({ path: "simpleenroll", secret, file: forged }))).toContain(
      "csr.bad-signature",
    );
  });
  test("the key of another identity is refused", async () => {
    const other = await gateway.service("other", ["other.example.com"]);
    const secret = await gateway.secretFor(other);
    const { file: csr } = await gateway.csr({
      subject: "/CN=other.example.com",
      san: "DNS:other.example.com",
      keyFile: client.keyFile,
    });
    expect(reasonsOf(await ask({ path: "simpleenroll", secret, file: csr }))).toContain(
      "key.other-identity",
    );
  });
  test("a challengePassword is ignored: TLS 1.3 has no tls-unique that it could be bound to", async () => {
    const { result } = await enroll({
      subject,
      san,
      attributes: ["challengePassword = a secret of mine"],
    });
    expect(result.status, result.body).toBe(200);
  });
  test("an empty subject is enough where the profile needs no common name", async () => {
    expect((await enroll({ san })).result.status).toBe(200);
  });
});

describe("re-enrollment", () => {
  const reenroll = async (options: Parameters<EstGateway["csr"]>[0], path = "simplereenroll") => {
    const { file: csr } = await gateway.csr(options);
    return ask({ path, client, file: csr });
  };
  test.each([
    ["another subject", { subject: "/CN=www.example.com", san }],
    ["no subject", { san }],
    ["a name more", { subject, san: `${san},DNS:www.example.com` }],
    ["a name of another type more", { subject, san: `${san},IP:10.0.0.1` }],
    ["no names", { subject }],
  ])("%s than in the certificate is refused, and the answer has both", async (_what, options) => {
    const asked = await reenroll(options);
    expect(refusalOf(asked)).toBe("422 est.names-differ");
    expect(asked.result.body).toContain("subject CN=pay.example.com, dns:pay.example.com");
    expect(asked.entries[0]).toMatchObject({
      actor: { kind: "certificate", id: client.certificate.id },
    });
  });
  test("the label of another profile is refused", async () => {
    expect(refusalOf(await reenroll({ subject, san }, "tls-server/simplereenroll"))).toBe(
      "403 est.other-profile",
    );
  });
  test("the same key is refused: a rotation needs a new one", async () => {
    const asked = await reenroll({ subject, san, keyFile: client.keyFile });
    expect(asked.result.status).toBe(422);
    expect(asked.entries).toMatchObject([{ action: "certificate.refused" }]);
    expect(asked.entries[0]?.reason).toContain("key.not-new");
  });
  test("a certificate has one successor", async () => {
    const old = await gateway.issue("twice", {
      identityId: await gateway.service("twice", ["twice.example.com"]),
    });
    const options = { subject: "/CN=twice.example.com", san: "DNS:twice.example.com" };
    const [first, second] = [await gateway.csr(options), await gateway.csr(options)];
    expect(
      (await gateway.ask({ path: "simplereenroll", client: old, file: first.file })).status,
    ).toBe(200);
    const { result } = await ask({ path: "simplereenroll", client: old, file: second.file });
    expect(result.status).toBe(422);
    expect(result.body).toContain("already rotated");
  });
});

test("a retired profile enrolls no one, and the answer differs from that for a missing one", async () => {
  await retireProfile(gateway.harness.deps, adminActor(), "tls-server");
  const { file: csr } = await goodCsr();
  const { result } = await ask({ path: "tls-server/simpleenroll", client, file: csr });
  expect(result.status).toBe(422);
});
