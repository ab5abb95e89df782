import { once } from "node:events";
import { createServer } from "node:https";
import type { Server } from "node:https";
import { request as openRequest } from "node:https";
import type { TLSSocket } from "node:tls";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Deps } from "@/lib/deps";
import { toPem } from "@/lib/pki/pem";
import { makeStatusCache } from "@/lib/status/status-cache";
import type { StatusCache } from "@/lib/status/status-cache";
import type { StatusRow } from "@/lib/status/types";
import { listen } from "@/server/listeners/listen";
import { makeThrowawayAuthority } from "@/server/status/testing/throwaway-authority";
import type { Leaf, ThrowawayAuthority } from "@/server/status/testing/throwaway-authority";
import { makePeerOf } from "@/server/tls/peer";

let ours: ThrowawayAuthority, rogue: ThrowawayAuthority, client: Leaf, serverLeaf: Leaf, forged: Leaf, server: Server, port: number, statuses: StatusCache;
let state = "issued", now = new Date(), lookUps = 0, failing = false;

/** The database's answer to a fingerprint, as far as the door asks it: only what was issued here is in the table. */
function fakeDb(known: readonly Leaf[]): Deps["db"] {
  const findUnique = async ({ where }: { where: { fingerprintSha256: Uint8Array } }) => {
    lookUps += 1;
    if (failing) throw new Error("gone");
    const { createHash } = await import("node:crypto");
    const leaf = known.find((one) => createHash("sha256").update(one.der).digest().equals(where.fingerprintSha256));
    return leaf === undefined ? null : { id: "crt_1", issuerId: "ca_ours", serial: leaf.serial, notBefore: new Date(Date.now() - 3_600_000), notAfter: new Date(Date.now() + 3_600_000) };
  };
  return { prisma: { certificate: { findUnique } } } as unknown as Deps["db"];
}

beforeAll(async () => {
  [ours, rogue] = await Promise.all([makeThrowawayAuthority("ours"), makeThrowawayAuthority("ours")]);
  [client, serverLeaf, forged] = await Promise.all([ours.leaf("client.example.com", ["clientAuth"]), ours.leaf("server.example.com", ["serverAuth"]), rogue.leaf("client.example.com", ["clientAuth"])]);
  const own = await ours.leaf("localhost");
  statuses = makeStatusCache(async () => ({ certificateId: "crt_1", state, revokedAt: state === "issued" ? null : new Date(), reason: null, notAfter: new Date() }) satisfies StatusRow, 10);
  const peerOf = makePeerOf({ db: fakeDb([client, serverLeaf]), clock: { now: () => now } }, statuses);
  server = createServer({ key: pem(own), cert: toPem("CERTIFICATE", own.der), ca: [toPem("CERTIFICATE", ours.served.certificateDer)], requestCert: true, rejectUnauthorized: false }, (request, response) => {
    peerOf(request.socket as TLSSocket).then((der) => response.end(der === null ? "nobody" : Buffer.from(der).toString("base64")), () => response.writeHead(503).end("failed"));
  });
  port = await listen(server, { host: "127.0.0.1", port: 0, variable: "none" });
});
beforeEach(() => {
  [state, now, failing] = ["issued", new Date(), false];
  statuses.setTrusted(false);
  statuses.setTrusted(true);
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
const pem = (leaf: Leaf) => leaf.key.privateKey.export({ type: "pkcs8", format: "pem" });

async function as(leaf: Leaf | null): Promise<string> {
  const request = openRequest({ port, host: "127.0.0.1", rejectUnauthorized: false, agent: false, ...(leaf === null ? {} : { cert: toPem("CERTIFICATE", leaf.der), key: pem(leaf) }) });
  request.end();
  const [response] = (await once(request, "response")) as [NodeJS.ReadableStream];
  let text = "";
  for await (const piece of response) text += String(piece);
  return text;
}

describe("a client certificate speaks for its owner", () => {
  test("if its very bytes were issued here, it is meant for clients, in time and in force", async () => {
    expect(await as(client)).toBe(Buffer.from(client.der).toString("base64"));
  });
  test("and otherwise not: none shown, another authority of the same name, a server's certificate", async () => {
    expect(await as(null)).toBe("nobody");
    expect(await as(forged)).toBe("nobody");
    expect(await as(serverLeaf)).toBe("nobody");
  });
  test.each(["revoked", "held", "planned", "failed"])("and not while it is %s", async (other) => {
    state = other;
    expect(await as(client)).toBe("nobody");
  });
  test("and not before or after its time", async () => {
    for (const hours of [-2, 2]) {
      now = new Date(Date.now() + hours * 3_600_000);
      expect(await as(client)).toBe("nobody");
    }
  });
  test("a database that is away is a failure, not a stranger, and is asked again", async () => {
    failing = true;
    expect(await as(client)).toBe("failed");
    failing = false;
    expect(await as(client)).not.toBe("nobody");
  });
  test("a revocation in the middle of a connection ends it for the next request, with one look at the certificate", async () => {
    const { Agent } = await import("node:https");
    const agent = new Agent({ keepAlive: true, maxSockets: 1 }), before = lookUps;
    const ask = async (): Promise<string> => {
      const request = openRequest({ port, host: "127.0.0.1", rejectUnauthorized: false, agent, cert: toPem("CERTIFICATE", client.der), key: pem(client) });
      request.end();
      const [response] = (await once(request, "response")) as [NodeJS.ReadableStream];
      let text = "";
      for await (const piece of response) text += String(piece);
      return text;
    };
    expect(await ask()).not.toBe("nobody");
    state = "revoked";
    statuses.drop("crt_1");
    expect(await ask()).toBe("nobody");
    expect(lookUps - before).toBe(1);
    agent.destroy();
  });
});
