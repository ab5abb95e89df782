import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { toPem } from "@/lib/pki/pem";
import type { RevocationReason } from "@/lib/pki/types";
import { type OcspFixture, openOcspFixture, rowKey } from "@/testing/status/ocsp-fixture";
import {
  type Leaf,
  makeThrowawayAuthority,
  type ThrowawayAuthority,
} from "@/testing/status/throwaway-authority";

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), "chancery-ocsp-"));
const file = (name: string) => join(folder, name);
let ours: ThrowawayAuthority,
  other: ThrowawayAuthority,
  stranger: ThrowawayAuthority,
  fixture: OcspFixture;
let good: Leaf, revoked: Leaf, held: Leaf, planned: Leaf, never: Leaf, elsewhere: Leaf;

function put(
  leaf: Leaf,
  authority: ThrowawayAuthority,
  state: string,
  reason: RevocationReason | null = null,
): void {
  const revokedAt = state === "revoked" || state === "held" ? new Date(Date.now() - 60_000) : null;
  fixture.rows.set(rowKey(authority.served.id, leaf.serial), {
    certificateId: `crt_${Buffer.from(leaf.serial).toString("hex")}`,
    state,
    revokedAt,
    reason,
    notAfter: new Date(Date.now() + 3_600_000),
  });
}
async function named(name: string, authority: ThrowawayAuthority): Promise<Leaf> {
  const leaf = await authority.leaf(`${name}.example.com`);
  writeFileSync(file(`${name}.pem`), toPem("CERTIFICATE", leaf.der));
  return leaf;
}

beforeAll(async () => {
  [ours, other, stranger] = await Promise.all([
    makeThrowawayAuthority("ours"),
    makeThrowawayAuthority("other"),
    makeThrowawayAuthority("stranger"),
  ]);
  for (const [name, authority] of Object.entries({ ours, other, stranger }))
    writeFileSync(file(`${name}.pem`), toPem("CERTIFICATE", authority.served.certificateDer));
  [good, revoked, held, planned, never] = await Promise.all([
    named("good", ours),
    named("revoked", ours),
    named("held", ours),
    named("planned", ours),
    named("never", ours),
  ]);
  await named("foreign", stranger);
  elsewhere = await named("elsewhere", other);
  fixture = await openOcspFixture([ours.served, other.served]);
  fixture.responders.set(ours.served.id, await ours.responder());
  fixture.responders.set(other.served.id, await other.responder());
});
beforeEach(() => {
  fixture.statuses.setTrusted(false);
  fixture.statuses.setTrusted(true);
  fixture.rows.clear();
  fixture.readWith(null);
  put(good, ours, "issued");
  put(revoked, ours, "revoked", "keyCompromise");
  put(held, ours, "held");
  put(planned, ours, "planned");
  put(elsewhere, other, "issued");
});
afterAll(async () => {
  await fixture.close();
  rmSync(folder, { recursive: true, force: true });
});

/**
 * What `openssl ocsp` says, standard output and error together; it exits with 0 for every verified
 * answer, and with 1 otherwise.
 */
async function ask(...args: string[]): Promise<{ text: string; verified: boolean }> {
  const all = [
    "ocsp",
    "-issuer",
    file("ours.pem"),
    "-CAfile",
    file("ours.pem"),
    "-url",
    fixture.url,
    ...args,
  ];
  const { stdout, stderr } = await run("openssl", all).catch(
    (error: { stdout: string; stderr: string }) => error,
  );
  return { text: stdout + stderr, verified: stderr.includes("Response verify OK") };
}
async function requestFor(...args: string[]): Promise<Buffer> {
  await run("openssl", [
    "ocsp",
    "-issuer",
    file("ours.pem"),
    ...args,
    "-reqout",
    file("request.der"),
  ]);
  const { readFile } = await import("node:fs/promises");
  return readFile(file("request.der"));
}
const post = (body: Uint8Array) =>
  fetch(fixture.url, {
    method: "POST",
    body: Uint8Array.from(body),
    headers: { "content-type": "application/ocsp-request" },
  });
const bytesOf = async (response: Response) => Buffer.from(await response.arrayBuffer());
const failure = { malformed: "30030a0101", tryLater: "30030a0103", unauthorized: "30030a0106" };

describe("openssl ocsp as the client", () => {
  test("an issued certificate is good, with and without a nonce", async () => {
    for (const extra of [[], ["-no_nonce"]]) {
      const { text, verified } = await ask("-cert", file("good.pem"), ...extra);
      expect(text).toContain("good.pem: good");
      expect(text).not.toContain("WARNING");
      expect(verified).toBe(true);
    }
  });
  test("SHA-256 CertIDs are understood", async () => {
    expect((await ask("-sha256", "-cert", file("good.pem"))).text).toContain("good.pem: good");
  });
  test("a revoked certificate is revoked, with date and reason; one on hold has certificateHold", async () => {
    const { text, verified } = await ask("-cert", file("revoked.pem"));
    expect(text).toMatch(
      /revoked\.pem: revoked[\s\S]*Reason: keyCompromise[\s\S]*Revocation Time: /,
    );
    expect(verified).toBe(true);
    expect((await ask("-cert", file("held.pem"))).text).toMatch(
      /held\.pem: revoked[\s\S]*Reason: certificateHold/,
    );
  });
  test("a serial number that was only planned, or never assigned, is unknown and not good", async () => {
    expect((await ask("-cert", file("planned.pem"))).text).toContain("planned.pem: unknown");
    expect((await ask("-cert", file("never.pem"))).text).toContain("never.pem: unknown");
    expect((await ask("-serial", "0x05")).text).toContain("0x05: unknown");
  });
  test("a certificate of another CA is answered unauthorized", async () => {
    const { text } = await ask("-issuer", file("stranger.pem"), "-cert", file("foreign.pem"));
    expect(text).toContain("unauthorized");
  });
  test("several certificates in one request each get their own answer", async () => {
    const { text, verified } = await ask(
      "-cert",
      file("good.pem"),
      "-cert",
      file("revoked.pem"),
      "-cert",
      file("never.pem"),
    );
    expect(text).toMatch(/good\.pem: good[\s\S]*revoked\.pem: revoked[\s\S]*never\.pem: unknown/);
    expect(verified).toBe(true);
  });
  test("a certificate of a second issuer in one request is never reported as good by the first issuer's responder", async () => {
    const { text } = await ask(
      "-cert",
      file("good.pem"),
      "-issuer",
      file("other.pem"),
      "-cert",
      file("elsewhere.pem"),
    );
    expect(text).toContain("good.pem: good");
    expect(text).toContain("elsewhere.pem: unknown");
  });
});

describe("HTTP", () => {
  test("GET with the OCSP request in the path, percent-encoded or not, answers as POST does and can be cached", async () => {
    const request = await requestFor("-cert", file("good.pem"), "-no_nonce"),
      text = request.toString("base64");
    const posted = await bytesOf(await post(request));
    for (const path of [encodeURIComponent(text), text, request.toString("base64url")]) {
      const response = await fetch(`${fixture.url}/${path}`);
      expect(await bytesOf(response)).toEqual(posted);
      const maxAge = Number(/max-age=(\d+)/.exec(response.headers.get("cache-control") ?? "")?.[1]);
      expect(maxAge).toBeGreaterThan(0);
      expect(maxAge).toBeLessThanOrEqual(3600);
      const again = await fetch(`${fixture.url}/${path}`, {
        headers: { "if-none-match": response.headers.get("etag") ?? "" },
      });
      expect(again.status).toBe(304);
    }
  });
  test("an OCSP response with a nonce is signed for the request and can't be cached", async () => {
    const path = (await requestFor("-cert", file("good.pem"))).toString("base64url");
    const first = await fetch(`${fixture.url}/${path}`),
      second = await fetch(`${fixture.url}/${path}`);
    expect(first.headers.get("cache-control")).toBe("no-store");
    expect(await bytesOf(first)).not.toEqual(await bytesOf(second));
  });
  test("every kind of malformed OCSP request is answered malformedRequest under HTTP 200", async () => {
    const whole = await requestFor("-cert", file("good.pem"));
    const corpus: Uint8Array[] = [
      Buffer.alloc(0),
      Buffer.from("hello"),
      Buffer.from("3080", "hex"),
      Buffer.from("30ffffffffff", "hex"),
      randomBytes(4096),
      Buffer.concat([whole, Buffer.from([0])]),
      Buffer.alloc(65_536, 0x30),
    ];
    for (let length = 1; length < whole.length; length += 1) corpus.push(whole.subarray(0, length));
    for (const body of corpus) {
      const response = await post(body);
      expect(response.status).toBe(200);
      expect((await bytesOf(response)).toString("hex")).toBe(failure.malformed);
    }
    for (const path of ["%", "%zz", "====", "<script>", "MA==", "a".repeat(5000)]) {
      const response = await fetch(`${fixture.url}/${path}`);
      expect(response.status).toBe(200);
      expect((await bytesOf(response)).toString("hex")).toBe(failure.malformed);
    }
  });
  test("a CertID with one bit changed, in either hash or the serial, is never good", async () => {
    const whole = await requestFor("-cert", file("good.pem"), "-no_nonce"),
      twoHashesAndSerial = 2 * 22 + 2 + good.serial.length;
    for (let at = whole.length - twoHashesAndSerial; at < whole.length; at += 1) {
      const bent = Buffer.from(whole);
      bent[at] = bent[at]! ^ 1;
      expect(
        (await bytesOf(await post(bent))).includes(Buffer.from([0x80, 0x00, 0x18, 0x0f])),
      ).toBe(false);
    }
  });
  test("a body of ten megabytes is refused while it is received, and the next request is answered", async () => {
    const answer = await post(Buffer.alloc(10 * 1024 * 1024, 0x30)).then(bytesOf, () => null);
    expect([undefined, failure.malformed]).toContain(answer?.toString("hex"));
    expect((await ask("-cert", file("good.pem"))).verified).toBe(true);
  });
  test("methods other than GET, HEAD and POST are 405 with Allow", async () => {
    const response = await fetch(fixture.url, { method: "PUT", body: "x" });
    expect([response.status, response.headers.get("allow")]).toEqual([405, "GET, HEAD, POST"]);
  });
  test("empty, half-open and non-HTTP connections don't stop OCSP from answering", async () => {
    const port = Number(new URL(fixture.url).port);
    const poke = (bytes: string) =>
      new Promise<void>((resolve) => {
        const socket = connect(port, "127.0.0.1", () =>
          bytes === "" ? socket.end() : socket.end(bytes),
        );
        socket.on("error", () => resolve()).on("close", () => resolve());
        socket.resume();
      });
    const abandoned = connect(port, "127.0.0.1", () =>
      abandoned.write("POST /ocsp HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\nabc"),
    );
    abandoned.on("error", () => {});
    await Promise.all(
      Array.from({ length: 50 }).flatMap(() => [
        poke(""),
        poke("\0\0\0"),
        poke("GET / HTTP/9.9\r\n\r\n"),
        poke("POST /ocsp HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n"),
      ]),
    );
    expect((await ask("-cert", file("good.pem"))).verified).toBe(true);
    abandoned.destroy();
  });
});

describe("freshness", () => {
  test("a revocation shows as soon as the log reports it, and the cached status is dropped", async () => {
    const request = await requestFor("-cert", file("good.pem"), "-no_nonce"),
      before = await bytesOf(await post(request));
    put(good, ours, "revoked", "superseded");
    expect(await bytesOf(await post(request))).toEqual(before);
    fixture.statuses.invalidate(`crt_${Buffer.from(good.serial).toString("hex")}`);
    expect((await ask("-cert", file("good.pem"), "-no_nonce")).text).toContain("good.pem: revoked");
  });
  test("while log notifications are not received, every OCSP status is read again from the database", async () => {
    fixture.statuses.setTrusted(false);
    expect((await ask("-cert", file("good.pem"), "-no_nonce")).text).toContain(": good");
    put(good, ours, "revoked", "superseded");
    expect((await ask("-cert", file("good.pem"), "-no_nonce")).text).toContain(": revoked");
  });
  test("an unknown serial is good the moment it is issued", async () => {
    expect((await ask("-cert", file("never.pem"), "-no_nonce")).text).toContain(": unknown");
    put(never, ours, "issued");
    expect((await ask("-cert", file("never.pem"), "-no_nonce")).text).toContain(": good");
  });
  test("if the database does not answer, or there is no responder yet, the answer is tryLater", async () => {
    const request = await requestFor("-cert", file("good.pem"));
    fixture.readWith(async () => {
      throw new Error("gone");
    });
    expect((await bytesOf(await post(request))).toString("hex")).toBe(failure.tryLater);
    fixture.readWith(null);
    const responder = fixture.responders.get(ours.served.id)!;
    fixture.responders.delete(ours.served.id);
    expect((await bytesOf(await post(request))).toString("hex")).toBe(failure.tryLater);
    fixture.responders.set(ours.served.id, responder);
  });
  test("an OCSP response never outlives the responder's certificate", async () => {
    fixture.responders.set(ours.served.id, await ours.responder(120_000));
    const { text } = await ask("-cert", file("revoked.pem"), "-no_nonce");
    const next = Date.parse(/Next Update: (.*)/.exec(text)?.[1] ?? "");
    expect(next - Date.now()).toBeLessThanOrEqual(120_000);
    fixture.clock.offset = 121_000;
    expect(
      (await bytesOf(await post(await requestFor("-cert", file("revoked.pem"))))).toString("hex"),
    ).toBe(failure.tryLater);
    fixture.clock.offset = 0;
    fixture.responders.set(ours.served.id, await ours.responder());
  });
  test("after the clock goes back, no OCSP response from the future is sent, and none before its responder's certificate is valid", async () => {
    const request = await requestFor("-cert", file("good.pem"), "-no_nonce");
    await post(request);
    fixture.clock.offset = -600_000;
    const { text, verified } = await ask("-cert", file("good.pem"), "-no_nonce");
    const thisUpdate = Date.parse(/This Update: (.*)/.exec(text)?.[1] ?? "");
    expect([verified, text.includes("good.pem: good")]).toEqual([true, true]);
    expect(thisUpdate).toBeLessThanOrEqual(Date.now() - 590_000);
    fixture.clock.offset = -3 * 86_400_000;
    expect((await bytesOf(await post(request))).toString("hex")).toBe(failure.tryLater);
    fixture.clock.offset = 0;
  });
  test("concurrent requests for the same status cause one database read and get the same bytes", async () => {
    const request = await requestFor("-cert", file("revoked.pem"), "-no_nonce"),
      before = fixture.reads();
    const answers = await Promise.all(
      Array.from({ length: 200 }, async () => (await bytesOf(await post(request))).toString("hex")),
    );
    expect(new Set(answers).size).toBe(1);
    expect(fixture.reads() - before).toBe(1);
  });
});
