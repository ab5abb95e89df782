import {
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { publishCrl } from "@/lib/authorities/publish-crl";
import { issuerFactsOf } from "@/lib/pki/issuer";
import type { Signer } from "@/lib/pki/types";
import { makeCrlSigner } from "@/server/signer/sign-crl";
import { refusalOf } from "@/testing/ca/requests";
import { openCrlFixture, type CrlFixture } from "@/testing/signer/crl-fixture";

describe("a signer that can't rely on its memory", () => {
  let own: CrlFixture;
  beforeEach(async () => {
    own = await openCrlFixture();
  });
  afterEach(async () => {
    await own.close();
  });
  const memoryFile = (): string => {
    const { witnessDir } = own.harness;
    const [name = ""] = readdirSync(witnessDir).filter((file) => file.endsWith(".crl-memory"));
    return join(witnessDir, name);
  };

  test("a signer without its folder starts from what the database says, and reports it", async () => {
    const certificate = await own.revoked();
    const before = await publishCrl(own.harness.deps, own.issuingId);
    rmSync(own.harness.witnessDir, { recursive: true });
    own.restart();
    own.notices.length = 0;
    const after = await own.sign();
    expect(after.has(Buffer.from(certificate.serial, "hex"))).toBe(true);
    expect(after.crlNumber).toBeGreaterThan(before.number);
    expect(own.notices).toEqual([
      expect.stringMatching(/^no memory of the CRLs of issuing in .*; starting from/),
    ]);
  });

  test("a folder that is removed while the signer runs is written again, with everything in it", async () => {
    const certificate = await own.revoked();
    await own.sign();
    rmSync(own.harness.witnessDir, { recursive: true });
    await own.forceUnnoticed("delete from certificate where id = $1", [certificate.id]);
    expect(await own.lists(certificate)).toBe(true);
    own.restart();
    expect(await own.lists(certificate)).toBe(true);
  });

  test("no CRL is signed while the signer can't save what it lists, and the next one lists it", async () => {
    await own.sign();
    const certificate = await own.revoked();
    const folder = own.harness.witnessDir;
    renameSync(folder, `${folder}.away`);
    writeFileSync(folder, "");
    expect((await refusalOf(own.sign())).code).toBe("signer.crl-memory-unwritable");
    rmSync(folder);
    renameSync(`${folder}.away`, folder);
    expect(await own.lists(certificate)).toBe(true);
  });

  test("no CRL is signed from a memory with a changed octet", async () => {
    const certificate = await own.revoked();
    await own.sign();
    await own.sign();
    const path = memoryFile();
    const bytes = readFileSync(path);
    const at = bytes.indexOf(Buffer.from(certificate.serial, "hex"));
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    writeFileSync(path, bytes);
    own.restart();
    expect(await refusalOf(own.sign())).toMatchObject({
      code: "signer.crl-memory-unreadable",
      message: expect.stringContaining(path) as string,
    });
  });

  test("no CRL is signed from the memory of another key", async () => {
    await own.sign();
    const path = memoryFile();
    await own.sign(own.rootId);
    const other = readdirSync(own.harness.witnessDir)
      .filter((file) => file.endsWith(".crl-memory"))
      .map((file) => join(own.harness.witnessDir, file))
      .find((file) => file !== path);
    writeFileSync(path, readFileSync(other ?? ""));
    own.restart();
    expect((await refusalOf(own.sign())).code).toBe("signer.crl-memory-unreadable");
  });

  test("a CRL that was cut off while it was saved was never handed out: the signer goes on, and reports it", async () => {
    const first = await own.revoked();
    const before = await own.sign();
    const whole = statSync(memoryFile()).size;
    const second = await own.revoked();
    await own.sign();
    for (const cut of [1, 63, 64, 65, 127]) {
      truncateSync(memoryFile(), whole + cut);
      own.restart();
      own.notices.length = 0;
      const crl = await own.sign();
      expect(crl.has(Buffer.from(first.serial, "hex"))).toBe(true);
      expect(crl.has(Buffer.from(second.serial, "hex"))).toBe(true);
      expect(crl.crlNumber).toBeGreaterThan(before.crlNumber);
      expect(own.notices).toEqual([expect.stringContaining("was never handed out")]);
    }
  });

  test("a CRL of more certificates than the limit is not signed", async () => {
    const [row] = await own.harness.asSuper(
      "select certificate_der as der from authority where id = $1",
      [own.issuingId],
    );
    const key: Signer = {
      signatureAlgorithm: "ecdsa-sha256",
      spkiDer: issuerFactsOf(row?.["der"] as Buffer).spkiDer,
      sign: () => Promise.resolve(new Uint8Array(70)),
    };
    const { signCrl } = makeCrlSigner({
      ...own.harness.deps,
      db: own.harness.signerDb,
      witnessDir: own.harness.witnessDir,
      signerOf: () => Promise.resolve(key),
      maxEntries: 1,
    });
    await own.revoked();
    await signCrl({ authorityId: own.issuingId, shard: "" });
    await own.revoked();
    const refusal = await refusalOf(signCrl({ authorityId: own.issuingId, shard: "" }));
    expect(refusal.code).toBe("signer.crl-too-large");
  });
});
