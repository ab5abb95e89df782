import { execFileSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { revokeCertificate } from "@/lib/certificates/revoke-certificate";
import { createAuthority } from "@/lib/issuing/create-authority";
import { issueCertificate } from "@/lib/issuing/issue-certificate";
import { readCrl } from "@/lib/pki/crl-reader";
import type { Deps } from "@/lib/runtime/deps";
import { adminActor } from "@/testing/actors";
import { createTestCa, createTestIdentity } from "@/testing/ca/create-test-ca";
import { makeCsr, refusalOf } from "@/testing/ca/requests";
import { confirmAuthorities } from "@/testing/ca/host-operator";
import type { Harness } from "@/testing/harness";
import { publishCrl } from "./publish-crl";
import { getAuthority } from "./read-authorities";
import { authorityInput } from "./schema";

let harness: Harness;
let deps: Deps;
let authorityId: string;
let tamper: ((der: Uint8Array) => Uint8Array) | null = null;
const admin = adminActor();

beforeAll(async () => {
  harness = await createTestCa({
    signer: (own) => ({
      ...own,
      signCrl: async (input) => {
        const signed = await own.signCrl(input);
        return tamper ? { ...signed, der: tamper(signed.der) } : signed;
      },
    }),
  });
  ({ deps } = harness);
  authorityId = (await getAuthority(deps, admin, "issuing")).id;
});
afterAll(async () => {
  await harness.close();
});

describe("a CRL", () => {
  test("lists what is revoked, and openssl reads it", async () => {
    const dto = await issueCertificate(deps, admin, {
      profile: "tls-server",
      identity: await createTestIdentity(deps),
      csr: await makeCsr(),
    });
    await revokeCertificate(deps, admin, dto.result.id, {
      reason: "keyCompromise",
      invalidityDate: "2026-01-02T03:04:05Z",
    });
    const crl = await publishCrl(deps, authorityId);
    expect(crl.entryCount).toBe(1);
    const text = execFileSync("openssl", ["crl", "-inform", "DER", "-noout", "-text"], {
      input: crl.der,
    }).toString();
    expect(text).toContain(dto.result.serial.toUpperCase());
    expect(text).toMatch(/Key Compromise/);
    expect(text).not.toContain("Issuing Distribution Point");
  });

  test("is stored with an entry that names its bytes", async () => {
    const crl = await publishCrl(deps, authorityId);
    const [entry] = await harness.entriesOf(crl.id);
    expect(entry).toMatchObject({
      action: "crl.issued",
      actor: { kind: "system", id: "crl" },
      details: { authorityId, number: String(crl.number) },
    });
    expect((await getAuthority(deps, admin, "issuing")).crl?.number).toBe(String(crl.number));
  });

  test("lets go of the bytes of those that it replaced, and keeps their rows and the newest bytes", async () => {
    for (let i = 0; i < 5; i++) await publishCrl(deps, authorityId);
    const kept = await deps.db.prisma.crl.findMany({
      where: { authorityId },
      orderBy: { number: "desc" },
      select: { id: true, der: true },
    });
    expect(kept.length).toBeGreaterThan(5);
    expect(kept.map(({ der }) => der !== null)).toEqual(kept.map((_, at) => at < 3));
  });

  test.each([
    "der = '\\x00'",
    "number = number + 1",
    "next_update = next_update + interval '1 day'",
    "entry_count = 0, der = null",
  ])("is never rewritten: %s", async (change) => {
    const { id } = await publishCrl(deps, authorityId);
    await publishCrl(deps, authorityId);
    await expect(
      harness.asSuper(`update crl set ${change} where id = $1`, [id]),
    ).rejects.toMatchObject({
      constraint: expect.stringMatching(/^(crl_only_lets_go|never_changes)$/),
    });
  });

  test("every caller gets the same bytes of the newest CRL", async () => {
    const { id } = await publishCrl(deps, authorityId);
    await expect(
      harness.asSuper("update crl set der = null where id = $1", [id]),
    ).rejects.toMatchObject({ constraint: "crl_only_lets_go" });
  });

  test("has a number above the last one, whatever the clock says", async () => {
    const before = await publishCrl(deps, authorityId);
    harness.advance(-86_400_000);
    const after = await publishCrl(deps, authorityId);
    harness.advance(86_400_000);
    expect(after.number).toBe(before.number + 1n);
  });

  test("has a number by the clock when a restored database has forgotten the last ones", async () => {
    const { number } = await publishCrl(deps, authorityId);
    await harness.asSuper("alter table crl disable trigger all");
    await harness.asSuper("delete from crl where authority_id = $1", [authorityId]);
    await harness.asSuper("alter table crl enable trigger all");
    harness.advance(1000);
    expect((await publishCrl(deps, authorityId)).number).toBeGreaterThan(number);
  });

  test("is one at a time: twenty callers share few, each number once, and none is older than its call", async () => {
    const dto = await issueCertificate(deps, admin, {
      profile: "tls-server",
      identity: await createTestIdentity(deps),
      csr: await makeCsr(),
    });
    const running = publishCrl(deps, authorityId);
    await revokeCertificate(deps, admin, dto.result.id, { reason: "superseded" });
    const all = await Promise.all(Array.from({ length: 20 }, () => publishCrl(deps, authorityId)));
    await running;
    expect(new Set(all.map((crl) => crl.number)).size).toBeLessThanOrEqual(2);
    expect(all.every((crl) => readCrl(crl.der).has(Buffer.from(dto.result.serial, "hex")))).toBe(
      true,
    );
  });
});

describe("what comes back from the signer", () => {
  test.each([
    [
      "one bit off",
      (der: Uint8Array) => Buffer.from(der).fill((der.at(-1) ?? 0) ^ 1, der.length - 1),
    ],
    ["cut short", (der: Uint8Array) => der.subarray(0, -1)],
    ["nothing", () => new Uint8Array()],
  ])("%s never replaces what is served", async (_name, change) => {
    const before = await publishCrl(deps, authorityId);
    tamper = change;
    await refusalOf(publishCrl(deps, authorityId));
    tamper = null;
    expect((await getAuthority(deps, admin, "issuing")).crl?.number).toBe(String(before.number));
    expect((await publishCrl(deps, authorityId)).number).toBeGreaterThan(before.number);
  });

  test("from an old CRL is refused", async () => {
    const old = await publishCrl(deps, authorityId);
    tamper = () => old.der;
    expect((await refusalOf(publishCrl(deps, authorityId))).code).toBe("crl.unverified");
    tamper = null;
  });
});

describe("an authority", () => {
  const make = (over: object) =>
    createAuthority(
      deps,
      admin,
      authorityInput.parse({ name: "Team CA", parentId: null, validityYears: 5, ...over }),
    );

  test.each(["ecdsa-p384", "rsa-3072", "ed25519"] as const)(
    "of %s waits for the operator of the host, then it is certified and has a CRL at once",
    async (keyAlgorithm) => {
      const { id: parentId } = await getAuthority(deps, admin, "root");
      const created = await make({ name: `Team ${keyAlgorithm}`, parentId, keyAlgorithm });
      expect(created.result).toMatchObject({
        status: "pending",
        confirmation: { command: "npx chancery confirm" },
        ceiling: null,
      });
      await confirmAuthorities(deps);
      const dto = await getAuthority(deps, admin, created.result.id);
      expect(dto).toMatchObject({
        slug: `team-${keyAlgorithm}`,
        status: "active",
        kind: "issuing",
        keyAlgorithm,
        crl: { entryCount: 0 },
      });
      expect((await harness.entriesOf(dto.id)).map((entry) => entry.action)).toEqual([
        "authority.created",
        "authority.confirmed",
        "authority.activated",
      ]);
    },
  );

  test.each([
    [
      "below an authority that may have none",
      async () => make({ parentId: authorityId }),
      "authority.refused",
    ],
    [
      "that outlives its parent",
      async () =>
        make({ parentId: (await getAuthority(deps, admin, "root")).id, validityYears: 40 }),
      "authority.refused",
    ],
    ["below nothing", () => make({ parentId: "ca_nothing" }), "authority.parent"],
    ["with a slug that is taken", () => make({ slug: "root" }), "authority.exists"],
    [
      "with the subject of another, in other letters,",
      () => make({ name: "example ROOT CA", slug: "other" }),
      "authority.subject-taken",
    ],
    ["without a name that makes an address", () => make({ name: "認証局" }), "authority.slug"],
  ])("%s is refused", async (_name, act, code) => {
    expect((await refusalOf(act())).code).toBe(code);
  });

  test("the name that a refusal proposes is free when it is followed", async () => {
    const { name } = await getAuthority(deps, admin, "root");
    const refusal = await refusalOf(make({ name, slug: "second" }));
    const proposed = /for example (.*)\.$/.exec(refusal.message)?.[1] ?? "";
    expect(proposed).toBe(`${name} G2`);
    expect((await make({ name: proposed, slug: "second" })).result.status).toBe("pending");
    const third = await refusalOf(make({ name: proposed, slug: "third" }));
    expect(third.message).toContain(`${name} G3`);
  });

  test("of two requests for one subject at the same time, one is refused", async () => {
    const name = "Two At Once";
    const both = await Promise.allSettled([
      make({ name, slug: "one" }),
      make({ name, slug: "two" }),
    ]);
    expect(both.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
  });

  test("is made by administrators alone", async () => {
    expect(
      (
        await refusalOf(
          createAuthority(
            deps,
            adminActor({ role: "operator" }),
            authorityInput.parse({ name: "X", parentId: null, validityYears: 1 }),
          ),
        )
      ).code,
    ).toBe("forbidden");
  });
});
