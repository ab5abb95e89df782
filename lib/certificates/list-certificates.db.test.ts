import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  makeTestHouse,
  makeTestIdentity,
  testActor,
} from "@/server/signer/testing/make-test-house";
import type { TestHouse } from "@/server/signer/testing/make-test-house";
import { makeCsr, refusalOf } from "@/server/signer/testing/requests";
import type { Deps } from "@/lib/deps";
import { getCertificate } from "./get-certificate";
import { issueCertificate } from "./issue-certificate";
import { listCertificates } from "./list-certificates";
import { previewRevocation } from "./preview-revocation";
import { revokeCertificate } from "./revoke-certificate";
import type { CertificateDto, CertificateQueryInput } from "./schema";

let house: TestHouse, deps: Deps, first: string, second: string, all: CertificateDto[];
const admin = testActor();

beforeAll(async () => {
  house = await makeTestHouse();
  ({ deps } = house);
  first = await makeTestIdentity(deps, "payments");
  second = await makeTestIdentity(deps, "billing");
  all = [];
  for (let index = 0; index < 12; index++) {
    const csr = await makeCsr([`node-${index}.example.com`, `alias-${index}.example.com`]);
    all.push(
      await issueCertificate(deps, admin, {
        profile: index % 2 ? "short-lived" : "tls-server",
        identity: index < 8 ? first : second,
        csr,
      }),
    );
    house.advance(10);
  }
  await revokeCertificate(deps, admin, all[0]?.id ?? "", { reason: "superseded" });
  await revokeCertificate(deps, admin, all[2]?.id ?? "", { reason: "certificateHold" });
});
afterAll(async () => {
  await house.close();
});

/** Without Chancery's own. */
async function list(query: CertificateQueryInput = {}): Promise<string[]> {
  const { items } = await listCertificates(deps, admin, { limit: 200, ...query });
  return items
    .filter((item) => item.identity.kind !== "system")
    .map((item) => item.commonName.replace(/\..*/, ""));
}
const names = (...indexes: number[]) => indexes.map((index) => `node-${index}`);

describe("filters", () => {
  it("each narrows the list, and what is outside is left out", async () => {
    expect(await list({ state: "revoked" })).toEqual(names(0));
    expect(await list({ state: "held" })).toEqual(names(2));
    expect(await list({ state: "valid" })).toHaveLength(10);
    expect(await list({ state: "expired" })).toEqual([]);
    expect(await list({ identity: second })).toEqual(names(11, 10, 9, 8));
    expect(await list({ profile: "short-lived" })).toEqual(names(11, 9, 7, 5, 3, 1));
    expect(await list({ authority: "root" })).toEqual([]);
    expect(
      await list({
        serial: all[4]?.serial.toUpperCase().replace(/(..)/g, "$1:").slice(0, -1) ?? "",
      }),
    ).toEqual(names(4));
    expect(
      await list({
        expiresBefore: new Date(deps.clock.now().getTime() + 86_400_000).toISOString(),
      }),
    ).toHaveLength(6);
    expect(
      await list({
        expiresAfter: new Date(deps.clock.now().getTime() + 86_400_000).toISOString(),
        state: "valid",
      }),
    ).toEqual(names(10, 8, 6, 4));
  });

  it.each([
    ["the beginning of a common name", () => "NODE-1", [11, 10, 1]],
    ["a whole other name", () => "alias-7.example.com", [7]],
    ["the beginning of an identity", () => "bill", [11, 10, 9, 8]],
    [
      "a fingerprint with colons",
      () => (all[5]?.fingerprintSha256 ?? "").replace(/(..)(?=.)/g, "$1:"),
      [5],
    ],
    ["an id", () => all[6]?.id ?? "", [6]],
    ["a like pattern", () => "%_", []],
    ["quotes", () => "' or true --", []],
  ])("a word finds %s", async (_name, word, expected) => {
    expect(await list({ q: word() })).toEqual(names(...expected));
  });

  it("counts what the filter matches, not the page", async () => {
    expect((await listCertificates(deps, admin, { limit: 2, identity: first })).total).toEqual({
      count: 8,
      capped: false,
    });
  });
});

describe("paging", () => {
  it.each(["-createdAt", "createdAt", "notAfter", "-notAfter"] as const)(
    "by %s shows each once, in order, while others are issued",
    async (sort) => {
      const seen: string[] = [],
        before = (await listCertificates(deps, admin, { limit: 200, sort })).items.map(
          (item) => item.id,
        );
      let cursor: string | undefined;
      do {
        const page = await listCertificates(deps, admin, {
          limit: 3,
          sort,
          ...(cursor ? { cursor } : {}),
        });
        seen.push(...page.items.map((item) => item.id));
        cursor = page.nextCursor ?? undefined;
        if (seen.length === 6)
          await issueCertificate(deps, admin, {
            profile: "device",
            identity: second,
            csr: await makeCsr(["late.example.com"]),
          });
      } while (cursor);
      expect(seen.filter((id) => before.includes(id))).toEqual(before);
      expect(new Set(seen).size).toBe(seen.length);
    },
  );

  it.each([
    "rubbish",
    Buffer.from('["createdAt","2026-01-01","x"]').toString("base64url"),
    Buffer.from("{}").toString("base64url"),
  ])("refuses the cursor %s", async (cursor) => {
    expect(await refusalOf(listCertificates(deps, admin, { cursor }))).toMatchObject({
      code: "cursor.invalid",
    });
  });

  it("refuses a cursor of another order", async () => {
    const { nextCursor } = await listCertificates(deps, admin, { limit: 1 });
    expect(
      (
        await refusalOf(
          listCertificates(deps, admin, { limit: 1, sort: "notAfter", cursor: nextCursor ?? "" }),
        )
      ).code,
    ).toBe("cursor.invalid");
  });
});

describe("reading one", () => {
  it.each([
    ["id", () => all[3]?.id],
    ["serial", () => all[3]?.serial.toUpperCase()],
    ["fingerprint", () => all[3]?.fingerprintSha256],
  ])("by %s", async (_name, ref) => {
    expect((await getCertificate(deps, admin, ref() ?? "")).id).toBe(all[3]?.id);
  });

  it.each(["", "zz", "crt_x", "00", "f".repeat(64), "f".repeat(500), "'; drop table certificate"])(
    "of which there is none (%s) is not found",
    async (ref) => {
      expect(await refusalOf(getCertificate(deps, admin, ref))).toMatchObject({
        code: "certificate.not-found",
        kind: "not-found",
      });
    },
  );

  it("shows a service its own only, in lists too, and the rest as missing", async () => {
    const service = testActor({ role: "service", identityId: second });
    expect(
      (await listCertificates(deps, service, { limit: 200 })).items.every(
        (item) => item.identity.id === second,
      ),
    ).toBe(true);
    expect((await refusalOf(getCertificate(deps, service, all[0]?.id ?? ""))).code).toBe(
      "certificate.not-found",
    );
    expect((await getCertificate(deps, service, all[9]?.id ?? "")).id).toBe(all[9]?.id);
  });

  it("previews a revocation in figures", async () => {
    expect(await previewRevocation(deps, admin, all[1]?.id ?? "")).toMatchObject({
      uses: 0,
      lastUsedAt: null,
      successor: null,
      otherCertificatesOfIdentity: 5,
    });
  });
});
