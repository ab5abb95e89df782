import { createHash, randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  makeTimestampAuthority,
  type Kind,
  type TestTimestampAuthority,
} from "@/testing/pki/timestamp-authority";
import { isOpensslMissing } from "@/testing/pki/openssl-folder";
import { encodeTimestampReply, encodeTimestampRequest, verifyTimestamp } from "./timestamp";
import { readTimestampReply } from "./timestamp-info";

// The authority is openssl's: what it stamps is verified here, and what is kept here is verified by
// openssl.

const data = Buffer.from(
  "log.example.com/log/00000001\n3\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
);
const digest = new Uint8Array(createHash("sha256").update(data).digest());
const nonce = new Uint8Array(randomBytes(8));

describe.skipIf(isOpensslMissing)("RFC 3161 time stamps", () => {
  let authority: TestTimestampAuthority;
  let roots: Uint8Array[];
  let token: Uint8Array;
  beforeAll(() => {
    authority = makeTimestampAuthority();
    roots = [authority.rootDer];
    token = readTimestampReply(authority.reply(encodeTimestampRequest(digest, nonce)));
  });
  afterAll(() => authority.remove());

  test.each(["ec", "rsa"] as const)(
    "a token that openssl signs with a key of the kind %s verifies",
    async (kind) => {
      const before = Date.now();
      const made = readTimestampReply(authority.reply(encodeTimestampRequest(digest, nonce), kind));
      const found = await verifyTimestamp(made, { digest, nonce, roots });
      expect(found).toMatchObject({
        policy: "1.2.3.4.1",
        authority: expect.stringContaining(`Example Time ${kind}`) as string,
      });
      expect(Math.abs(found.stampedAt.getTime() - before)).toBeLessThan(60_000);
    },
  );

  test("openssl reads the request as it was meant", () => {
    writeFileSync(
      join(authority.folder, "own.tsq"),
      encodeTimestampRequest(digest, Uint8Array.from([0, 0x80, 1])),
    );
    const text = authority.openssl("ts", "-query", "-in", "own.tsq", "-text").toString();
    expect(text).toContain("Hash Algorithm: sha256");
    expect(text).toContain("Nonce: 0x8001");
    expect(text).toContain("Certificate required: yes");
  });

  test("openssl verifies the token that is kept, as a token and as a reply", () => {
    writeFileSync(join(authority.folder, "data"), data);
    writeFileSync(join(authority.folder, "kept.tst"), token);
    writeFileSync(join(authority.folder, "kept.tsr"), encodeTimestampReply(token));
    expect(
      authority
        .openssl(
          "ts",
          "-verify",
          "-data",
          "data",
          "-in",
          "kept.tst",
          "-token_in",
          "-CAfile",
          "root.pem",
        )
        .toString(),
    ).toContain("Verification: OK");
    expect(
      authority
        .openssl("ts", "-verify", "-data", "data", "-in", "kept.tsr", "-CAfile", "root.pem")
        .toString(),
    ).toContain("Verification: OK");
  });

  test("a token over something else is refused", async () => {
    const other = new Uint8Array(createHash("sha256").update("other").digest());
    await expect(verifyTimestamp(token, { digest: other, nonce, roots })).rejects.toThrow(
      /messageImprint/,
    );
  });

  test("a token for another nonce is refused, and one without any", async () => {
    await expect(
      verifyTimestamp(token, { digest, nonce: new Uint8Array(randomBytes(8)), roots }),
    ).rejects.toThrow(/nonce/);
    authority.openssl(
      "ts",
      "-query",
      "-digest",
      Buffer.from(digest).toString("hex"),
      "-sha256",
      "-cert",
      "-no_nonce",
      "-out",
      "bare.tsq",
    );
    const bare = readTimestampReply(authority.reply(authority.read("bare.tsq")));
    await expect(verifyTimestamp(bare, { digest, nonce, roots })).rejects.toThrow(/nonce/);
    expect((await verifyTimestamp(bare, { digest, nonce: null, roots })).policy).toBe("1.2.3.4.1");
  });

  test("a token of a foreign authority is refused", async () => {
    const foreign = makeTimestampAuthority("Foreign Time");
    try {
      const made = readTimestampReply(foreign.reply(encodeTimestampRequest(digest, nonce)));
      await expect(verifyTimestamp(made, { digest, nonce, roots })).rejects.toThrow(
        /not trusted here/,
      );
      await expect(verifyTimestamp(made, { digest, nonce, roots: [] })).rejects.toThrow(
        /not trusted here/,
      );
    } finally {
      foreign.remove();
    }
  });

  test("whatever octet of the token is changed, it never verifies as another statement", async () => {
    const genuine = await verifyTimestamp(token, { digest, nonce, roots });
    const accepted: unknown[] = [];
    for (let at = 0; at < token.length; at += Math.max(1, Math.floor(token.length / 150))) {
      const changed = Uint8Array.from(token);
      changed[at] = changed[at]! ^ 0x01;
      accepted.push(await verifyTimestamp(changed, { digest, nonce, roots }).catch(() => genuine));
    }
    expect(new Set(accepted.map((one) => JSON.stringify(one)))).toEqual(
      new Set([JSON.stringify(genuine)]),
    );
  });

  test("a token or an answer that is cut off is refused", async () => {
    const answer = authority.reply(encodeTimestampRequest(digest, nonce));
    for (const length of [0, 1, 2, 10, Math.floor(answer.length / 2), answer.length - 1])
      expect(() => readTimestampReply(answer.subarray(0, length)), String(length)).toThrow(
        /not an answer/,
      );
    expect(() => readTimestampReply(Uint8Array.from([...answer, 0]))).toThrow(/follows/);
    for (const length of [0, 5, Math.floor(token.length / 2), token.length - 1]) {
      await expect(
        verifyTimestamp(token.subarray(0, length), { digest, nonce, roots }),
        String(length),
      ).rejects.toMatchObject({ code: "cms.malformed" });
    }
  });

  test("a refusal says the authority's reason", () => {
    const sha1 = createHash("sha1").update(data).digest("hex");
    authority.openssl("ts", "-query", "-digest", sha1, "-sha1", "-cert", "-out", "weak.tsq");
    expect(() => readTimestampReply(authority.reply(authority.read("weak.tsq")))).toThrow(
      /did not stamp: rejected, .*hash algorithm/i,
    );
  });
});

describe.skipIf(isOpensslMissing)("who may stamp", () => {
  let authority: TestTimestampAuthority;
  beforeAll(() => {
    authority = makeTimestampAuthority();
  });
  afterAll(() => authority.remove());

  test("what openssl signs as CMS with the right certificate verifies, so the refusals below are about the certificate alone", async () => {
    expect(
      (
        await verifyTimestamp(signWith(authority, "rsa"), {
          digest,
          nonce,
          roots: [authority.rootDer],
        })
      ).authority,
    ).toContain("rsa");
  });

  test.each([["no-usage"], ["usage-not-critical"], ["second-usage"]] as const)(
    "a certificate of the kind %s is none for time stamping",
    async (kind) => {
      const made = signWith(authority, kind);
      await expect(
        verifyTimestamp(made, { digest, nonce: null, roots: [authority.rootDer] }),
      ).rejects.toThrow(/time stamping alone/);
    },
  );

  test("a certificate that had expired when it stamped is refused", async () => {
    await expect(
      verifyTimestamp(signWith(authority, "expired"), {
        digest,
        nonce: null,
        roots: [authority.rootDer],
      }),
    ).rejects.toThrow(/expired/);
  });
});

/** openssl does not stamp with a certificate that is none for it; as CMS it signs anything. */
function signWith(authority: TestTimestampAuthority, kind: Kind): Uint8Array {
  authority.make(kind);
  writeFileSync(
    join(authority.folder, "good.tst"),
    readTimestampReply(authority.reply(encodeTimestampRequest(digest, nonce))),
  );
  authority.openssl(
    "cms",
    "-verify",
    "-noverify",
    "-inform",
    "DER",
    "-in",
    "good.tst",
    "-binary",
    "-out",
    "info.der",
  );
  authority.openssl(
    "cms",
    "-sign",
    "-binary",
    "-nodetach",
    "-cades",
    "-econtent_type",
    "1.2.840.113549.1.9.16.1.4",
    "-md",
    "sha256",
    "-in",
    "info.der",
    "-signer",
    `${kind}.pem`,
    "-inkey",
    `${kind}.key`,
    "-outform",
    "DER",
    "-out",
    "made.tst",
  );
  return authority.read("made.tst");
}
