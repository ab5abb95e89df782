import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { nodeLogCrypto } from "@/lib/log/tree/node-crypto";
import { readVkey } from "@/lib/log/pure/note";
import type { WitnessDeps } from "./add-checkpoint";
import { makeFileStore, originHash } from "./file-store";
import { serveWitness } from "./serve-witness";
import { openWitnessKey } from "./witness-key";
import { type TestLog, makeLog, random } from "@/testing/witness/grown-log";

let folder: string;
let log: TestLog;
let parts: WitnessDeps;
let now: Date;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "chancery-witness-"));
  now = new Date("2026-11-23T06:00:00.900Z");
  log = await makeLog("log.example.com/log/00000001");
  parts = await openParts([log]);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function openParts(logs: readonly TestLog[]): Promise<WitnessDeps> {
  const key = await openWitnessKey(folder, { name: null, host: "w.example.com", random });
  return {
    key,
    logs: new Map(logs.map((one) => [one.origin, [one.key]])),
    store: makeFileStore(join(folder, "logs"), random),
    clock: { now: () => now },
  };
}

describe("the key", () => {
  test("is made once, for its owner alone, in the form that signed notes have", async () => {
    const path = join(folder, "witness.key");
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readFileSync(path, "utf8")).toMatch(
      /^PRIVATE\+KEY\+w\.example\.com\/witness\/[0-9a-f]{8}\+[0-9a-f]{8}\+[A-Za-z0-9+/]{44}\n$/,
    );
    expect((await openWitnessKey(folder, { name: null, host: "elsewhere", random })).vkey).toBe(
      parts.key.vkey,
    );
    expect(await readVkey(nodeLogCrypto, parts.key.vkey)).toEqual(parts.key.key);
  });
  test("first starts at once end up with one key", async () => {
    const place = join(folder, "new");
    const keys = await Promise.all(
      Array.from({ length: 8 }, () => openWitnessKey(place, { name: null, host: "h", random })),
    );
    expect(new Set(keys.map(({ vkey }) => vkey)).size).toBe(1);
    expect(readdirSync(place)).toEqual(["witness.key"]);
  });
  test("that others can read, that is damaged or bears another name is refused with the way out", async () => {
    const path = join(folder, "witness.key");
    const text = readFileSync(path, "utf8");
    const open = (name: string | null = null) =>
      openWitnessKey(folder, { name, host: "h", random });
    chmodSync(path, 0o640);
    await expect(open()).rejects.toThrow(/chmod 600/);
    chmodSync(path, 0o600);
    await expect(open("another")).rejects.toThrow(/has the name w\.example\.com/);
    for (const damaged of [
      "",
      text.trim(),
      text.replace(/.\n$/, "\n"),
      text.replace("+w.", "+v."),
      `x${text}`,
    ]) {
      writeFileSync(path, damaged);
      await expect(open(), damaged).rejects.toMatchObject({ code: "witness.key-damaged" });
    }
    expect(existsSync(path)).toBe(true);
  });
  test.each(["with space", "with+plus", ""])("is not made under the name %j", async (name) => {
    await expect(
      openWitnessKey(join(folder, "n"), { name, host: "h", random }),
    ).rejects.toMatchObject({ code: "witness.key-name" });
  });
});

describe("over HTTP", () => {
  let url: string;
  let server: ReturnType<typeof serveWitness>;
  const errors: unknown[] = [];
  beforeEach(async () => {
    server = serveWitness({
      ...parts,
      lateAfterSeconds: 900,
      onError: (error) => errors.push(error),
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(() => {
    server.close();
    server.closeAllConnections();
  });
  const post = (body: Uint8Array | string) =>
    fetch(`${url}/add-checkpoint`, { method: "POST", body: Uint8Array.from(Buffer.from(body)) });

  test("add-checkpoint answers with the cosignature, and the checkpoint is there for monitors", async () => {
    expect((await fetch(`${url}/${originHash(log.origin)}/checkpoint`)).status).toBe(404);
    const answer = await post(log.body(0, 100));
    const line = await answer.text();
    expect([answer.status, line.startsWith("\u2014 ")]).toEqual([200, true]);
    const kept = await fetch(`${url}/${originHash(log.origin)}/checkpoint`);
    expect([kept.headers.get("content-type"), await kept.text()]).toEqual([
      "text/plain; charset=utf-8",
      log.note(100) + line,
    ]);
  });
  test("a wrong old size comes with exactly the type and body of the protocol", async () => {
    await post(log.body(0, 100));
    const answer = await post(log.body(7, 100));
    expect([answer.status, answer.headers.get("content-type"), await answer.text()]).toEqual([
      409,
      "text/x.tlog.size",
      "100\n",
    ]);
  });
  test("the state says how far each log is, and whether it is late", async () => {
    expect(await (await fetch(url)).json()).toMatchObject({
      witness: parts.key.key.name,
      vkey: parts.key.vkey,
      logs: [{ origin: log.origin, size: null, late: true }],
    });
    await post(log.body(0, 100));
    expect(await (await fetch(url)).json()).toMatchObject({
      logs: [{ size: 100, cosignedAt: "2026-11-23T06:00:00.000Z", late: false }],
    });
    now = new Date(now.getTime() + 901_000);
    expect(await (await fetch(url)).json()).toMatchObject({ logs: [{ size: 100, late: true }] });
  });
  test.each([
    ["GET", "/add-checkpoint", 405],
    ["PUT", "/add-checkpoint", 405],
    ["POST", "/", 405],
    ["GET", "/nothing", 404],
    ["GET", `/${"0".repeat(64)}/checkpoint`, 404],
    ["GET", "/../../witness.key", 404],
    ["GET", "/witness.key", 404],
    ["POST", "/sign-subtree", 405],
  ])("%s %s is %i", async (method, path, status) => {
    expect((await fetch(`${url}${path}`, { method })).status).toBe(status);
  });
  test("a body that is too long is refused, and the next request is answered", async () => {
    const answer = await post("x".repeat(70_000)).catch(() => null);
    expect(answer === null || answer.status === 413).toBe(true);
    expect((await post(log.body(0, 100))).status).toBe(200);
  });
  test("where it cannot remember it does not sign", async () => {
    await post(log.body(0, 100));
    writeFileSync(join(folder, "logs", originHash(log.origin), "1"), "rubbish");
    const answer = await post(log.body(100, 150));
    expect([answer.status, (await answer.text()).includes("\u2014")]).toEqual([500, false]);
    expect(errors.length).toBeGreaterThan(0);
  });
});
