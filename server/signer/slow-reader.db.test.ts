import { mkdtempSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { issuerFactsOf } from "@/lib/pki/issuer";
import { atOnce } from "@/lib/pki/steps";
import type { Crl } from "@/lib/pki/crl-reader";
import type { IssuerFacts } from "@/lib/pki/types";
import { verifyCrl } from "@/lib/pki/verify-crl";
import { connectSigner } from "@/lib/signers/client";
import { makeAnswerReader, writeLine } from "@/lib/signers/wire";
import { openCrlFixture, type CrlFixture } from "@/testing/signer/crl-fixture";
import { revokeMany } from "@/testing/signer/revoke-many";
import { listenForSigning } from "./listen";

const folder = mkdtempSync(join(tmpdir(), "chancery-slow-"));
const path = join(folder, "socket");
let fixture: CrlFixture;
let facts: IssuerFacts;
let server: Awaited<ReturnType<typeof listenForSigning>>;
let client: ReturnType<typeof connectSigner>;

beforeAll(async () => {
  fixture = await openCrlFixture();
  const { id } = await fixture.issue();
  await revokeMany(fixture, id, 1, 20_000);
  const { certificateDer } = await fixture.harness.deps.db.prisma.authority.findUniqueOrThrow({
    where: { id: fixture.issuingId },
  });
  facts = issuerFactsOf(certificateDer ?? new Uint8Array());
  server = await listenForSigning(path, fixture.restart(), () => {});
  client = connectSigner(path);
}, 120_000);
afterAll(async () => {
  client.close();
  await server.close();
  await fixture.close();
  rmSync(folder, { recursive: true, force: true });
});

const verified = (der: Uint8Array): Crl => atOnce(verifyCrl(der, facts));
const askFor = () => ({ method: "signCrl", authorityId: fixture.issuingId, shard: "" }) as const;
const signed = async (): Promise<Crl> => verified((await client.signCrl(askFor())).der);

/** Asks for a CRL and reads nothing of the answer. */
async function askAndWait(id: number, asked?: Socket): Promise<Socket> {
  const socket = asked ?? connect(path);
  if (asked === undefined) await new Promise((done) => socket.once("connect", done));
  socket.pause();
  socket.write(writeLine(id, askFor()));
  return socket;
}

async function readAll(socket: Socket, count: number): Promise<Crl[]> {
  const raws: Uint8Array[] = [];
  const all = Promise.withResolvers<void>();
  const read = makeAnswerReader(1 << 26, (_, { raw }) => {
    raws.push(raw ?? new Uint8Array());
    if (raws.length === count) all.resolve();
  });
  socket.on("data", (chunk) => {
    read(Buffer.from(chunk));
  });
  socket.resume();
  await all.promise;
  return raws.map(verified);
}

test("a client that reads late gets the CRLs that were signed for it, whatever was signed meanwhile", async () => {
  const first = await signed();
  const slow = await askAndWait(1);
  const numbers: bigint[] = [];
  for (let n = 0; n < 6; n++) {
    await fixture.revoked();
    numbers.push((await signed()).crlNumber);
    if (n === 2) await askAndWait(2, slow);
  }
  const late = await readAll(slow, 2);
  slow.destroy();
  expect(numbers.every((number, n) => n === 0 || number > (numbers[n - 1] ?? 0n))).toBe(true);
  expect(late.map(({ crlNumber }) => numbers.includes(crlNumber))).toEqual([false, false]);
  expect(late.every(({ crlNumber }) => crlNumber > first.crlNumber)).toBe(true);
  expect(late.every(({ der }) => der.length > 900_000)).toBe(true);
});

test("connections that end before or within an answer leave the next CRL as it should be", async () => {
  let last = (await signed()).crlNumber;
  for (let n = 0; n < 8; n++) {
    const socket = await askAndWait(1);
    await new Promise((done) => setTimeout(done, 15 * n));
    socket.destroy();
    const { serial } = await fixture.revoked();
    const crl = await signed();
    expect(crl.has(Buffer.from(serial, "hex"))).toBe(true);
    expect(crl.crlNumber).toBeGreaterThan(last);
    last = crl.crlNumber;
  }
});
