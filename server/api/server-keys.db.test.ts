import { createPrivateKey, createPublicKey, X509Certificate } from "node:crypto";
import { createSecureContext } from "node:tls";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import {
  type Answer,
  type Call,
  type CallOptions,
  makeCall,
  problemOf,
} from "@/testing/api/client";
import {
  codesOf,
  openServerKeys,
  type ServerKeyWorld,
  spki,
  textIn,
} from "@/testing/api/server-keys";
import { makeCsr } from "@/testing/ca/requests";
import { findSecret } from "@/testing/find-secret";
import type { Harness } from "@/testing/harness";

let world: ServerKeyWorld, harness: Harness, call: Call, admin: string;
beforeAll(async () => {
  world = await openServerKeys();
  ({ harness, call, admin } = world);
});
afterAll(async () => {
  await harness.close();
});
const issue = (over: object = {}, options: CallOptions = {}) => world.issue(over, options);

/** Every table of the database, as text, and what is in it as bytes. */
async function dumpTables(): Promise<Buffer> {
  const tables = await harness.asSuper(
    "select quote_ident(table_schema) || '.' || quote_ident(table_name) as name from information_schema.tables where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')",
  );
  const dumps: string[] = [];
  for (const { name } of tables) {
    const rows = await harness.asSuper(`select t::text as row from ${String(name)} t`);
    dumps.push(...rows.map(({ row }) => String(row)));
  }
  expect(tables.length).toBeGreaterThan(40);
  const text = dumps.join("\n");
  const bytes = [...text.matchAll(/\\x((?:[0-9a-f]{2})+)/g)].map(([, hex]) =>
    Buffer.from(hex ?? "", "hex"),
  );
  return Buffer.concat([Buffer.from(text), ...bytes]);
}

describe("a key that Chancery makes", () => {
  test.each(["ecdsa-p256", "ecdsa-p384", "rsa-3072", "ed25519"])(
    "of type %s is in the first answer, fits the certificate, and the answer is not to be cached",
    async (algorithm) => {
      const answer = await issue({ key: { algorithm } });
      expect(answer.status, answer.text).toBe(201);
      expect(answer.headers.get("cache-control")).toBe("no-store");
      const key = createPrivateKey(textIn(answer, "privateKeyPem"));
      const leaf = new X509Certificate(textIn(answer, "pem"));
      expect(spki(createPublicKey(key))).toBe(spki(leaf.publicKey));
      expect(leaf.subjectAltName).toBe("DNS:pay.e.example");
      expect(answer.body).toMatchObject({
        serverKey: true,
        keyAlgorithm: algorithm,
        keyHandedOut: true,
        ignored: [],
      });
      expect(answer.body).not.toHaveProperty("privateKeyPkcs12");
    },
  );

  test("is answered as PKCS#12 with certificate and chain where a password was sent, and never as PEM too", async () => {
    const password = "correct horse battery";
    const answer = await issue({ key: { algorithm: "ecdsa-p256", password } });
    const pfx = Buffer.from(textIn(answer, "privateKeyPkcs12"), "base64");
    expect(() => createSecureContext({ pfx, passphrase: password })).not.toThrow();
    expect(() => createSecureContext({ pfx, passphrase: "another one" })).toThrow(/mac verify/i);
    expect(answer.body).not.toHaveProperty("privateKeyPem");
    expect(answer.text).not.toContain(password);
  });

  test("is in no table, no entry and no output of the process; the same search finds the public key", async () => {
    const written: string[] = [];
    const spies = [process.stdout, process.stderr].map((stream) =>
      vi.spyOn(stream, "write").mockImplementation((text) => {
        written.push(String(text));
        return true;
      }),
    );
    const password = "a password of the file";
    const { result, entries } = await harness.during(async () => [
      await issue({}, { headers: { "idempotency-key": "kept-1" } }),
      await issue(
        { key: { algorithm: "ecdsa-p256", password } },
        { headers: { "idempotency-key": "kept-2" } },
      ),
    ]);
    for (const spy of spies) spy.mockRestore();
    const [first, second] = result as [Answer, Answer];
    const jwk = createPrivateKey(textIn(first, "privateKeyPem")).export({ format: "jwk" });
    const secret = Buffer.from(jwk.d ?? "", "base64url");
    expect(secret).toHaveLength(32);
    const everything = Buffer.concat([
      await dumpTables(),
      Buffer.from(JSON.stringify(entries)),
      Buffer.from(written.join("")),
    ]);
    expect(findSecret(everything, secret)).toEqual([]);
    expect(everything.includes(password)).toBe(false);
    const file = Buffer.from(textIn(second, "privateKeyPkcs12"), "base64");
    expect(findSecret(everything, file.subarray(64, 96))).toEqual([]);
    expect(everything.includes("PRIVATE KEY")).toBe(false);
    expect(findSecret(everything, Buffer.from(jwk.x ?? "", "base64url"))).not.toEqual([]);
  });

  test("is said in both entries of the certificate, with its algorithm and the caller who got it", async () => {
    const { body } = await issue();
    const entries = await harness.entriesOf(String(body["id"]));
    const serverKey = { algorithm: "ecdsa-p256", handedTo: "test admin" };
    expect(entries).toMatchObject([
      { action: "certificate.planned", details: { serverKey } },
      { action: "certificate.issued", details: { serverKey } },
    ]);
    const [row] = await harness.asSuper(
      "select server_key, csr_der from certificate where id = $1",
      [body["id"]],
    );
    expect(row).toEqual({ server_key: true, csr_der: null });
  });

  test("is in no answer to reading the certificate, its list, its export or its chain of custody", async () => {
    const issued = await issue();
    const id = textIn(issued, "id");
    const key = createPrivateKey(textIn(issued, "privateKeyPem")).export({ format: "jwk" });
    const paths = [`/certificates/${id}`, `/certificates?q=${id}`, `/certificates/${id}/custody`];
    for (const path of [...paths, "/certificates/export"]) {
      const answer = await call("GET", path, { token: admin });
      expect(answer.text).not.toMatch(/privateKey|PRIVATE KEY|keyHandedOut/);
      expect(findSecret(Buffer.from(answer.text), Buffer.from(key.d ?? "", "base64url"))).toEqual(
        [],
      );
    }
    const read = await call("GET", `/certificates/${id}`, { token: admin });
    expect(read.body).toMatchObject({ serverKey: true });
  });

  test("is false for a certificate from a CSR, whose answer says nothing of a key", async () => {
    const answer = await issue({ key: undefined, csr: await makeCsr(["pay.e.example"]) });
    expect(answer.body).toMatchObject({ serverKey: false });
    expect(answer.text).not.toMatch(/privateKey|keyHandedOut|keyNotice/);
  });
});

describe("a repeated request", () => {
  test("gets the certificate without the key, and what to do if the key never arrived", async () => {
    const headers = { "idempotency-key": "again-1" };
    const first = await issue({}, { headers });
    const before = await world.countCertificates();
    const second = await issue({}, { headers });
    expect(second.status).toBe(201);
    expect(second.headers.get("idempotency-replayed")).toBe("true");
    expect(second.body).toEqual({ ...first.body, privateKeyPem: null });
    expect(second.body).toMatchObject({
      keyHandedOut: true,
      keyNotice: expect.stringContaining("Revoke this certificate and issue another one") as string,
    });
    expect(await world.countCertificates()).toBe(before);
  });

  test("for a PKCS#12 file gets no file, with the same or another password", async () => {
    const headers = { "idempotency-key": "again-2" };
    const key = { algorithm: "ecdsa-p256", password: "the first password" };
    const first = await issue({ key }, { headers });
    expect(textIn(first, "privateKeyPkcs12").length).toBeGreaterThan(1000);
    for (const password of [key.password, "some other password"]) {
      const again = await issue({ key: { ...key, password } }, { headers });
      expect(again.body).toMatchObject({ id: first.body["id"], privateKeyPkcs12: null });
    }
  });

  test("with another algorithm under the same Idempotency-Key is another request", async () => {
    const headers = { "idempotency-key": "again-3" };
    await issue({}, { headers });
    const other = await issue({ key: { algorithm: "ecdsa-p384" } }, { headers });
    expect(problemOf(other)).toMatchObject({ status: 422, code: "idempotency.mismatch" });
  });

  test("whose first run was gone between plan and signature gets another certificate with its key, and the planned serial number is revoked", async () => {
    const headers = { "idempotency-key": "gone-1" };
    const gone = makeCall({
      ...harness.deps,
      signer: { ...harness.deps.signer, signCertificate: () => new Promise(() => undefined) },
    });
    void gone("POST", "/certificates", { token: admin, body: world.bodyOf(), headers });
    await vi.waitFor(async () => {
      const rows = await harness.asSuper(
        "select 1 from idempotency_key where key = 'gone-1' and target_id is not null",
      );
      expect(rows).toHaveLength(1);
    });
    await harness.asSuper("update idempotency_key set backend = 0 where key = 'gone-1'");
    const answer = await issue({}, { headers });
    expect(answer.status, answer.text).toBe(201);
    const key = createPrivateKey(textIn(answer, "privateKeyPem"));
    const leaf = new X509Certificate(textIn(answer, "pem"));
    expect(spki(createPublicKey(key))).toBe(spki(leaf.publicKey));
    const states = await harness.asSuper(
      "select state from certificate where server_key order by created_at desc, id desc limit 2",
    );
    expect(new Set(states.map(({ state }) => state))).toEqual(new Set(["issued", "revoked"]));
  });
});

describe("an identity for itself", () => {
  test("gets a key for names that it holds, and for no other", async () => {
    const token = await harness.tokenFor("service", world.identity);
    const answer = await issue({}, { token });
    expect(answer.status, answer.text).toBe(201);
    expect(textIn(answer, "privateKeyPem")).toContain("PRIVATE KEY");
    const other = await issue({ sans: [{ type: "dns", value: "free.e.example" }] }, { token });
    expect(codesOf(other)).toEqual(["name.not-held"]);
  });
});
