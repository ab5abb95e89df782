import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { issueCertificate } from "@/lib/issuing/issue-certificate";
import type { Deps } from "@/lib/runtime/deps";
import { adminActor } from "@/testing/actors";
import { createTestCa, createTestIdentity } from "@/testing/ca/create-test-ca";
import { makeCsr, refusalOf } from "@/testing/ca/requests";
import type { Harness } from "@/testing/harness";
import { getCertificate } from "./get-certificate";
import { listCertificates } from "./list-certificates";
import { previewRevocation } from "./preview-revocation";
import { revokeCertificate } from "./revoke-certificate";
import {
  certificateQuery,
  consoleFilters,
  type CertificateDto,
  type CertificateQueryInput,
} from "./schema";

let harness: Harness;
let deps: Deps;
let first: string;
let second: string;
let all: CertificateDto[];
const admin = adminActor();

beforeAll(async () => {
  harness = await createTestCa();
  ({ deps } = harness);
  first = await createTestIdentity(deps, "payments");
  second = await createTestIdentity(deps, "billing Zoë");
  all = [];
  for (let index = 0; index < 12; index++) {
    const csr = await makeCsr([`node-${index}.example.com`, `alias-${index}.example.com`]);
    all.push(
      (
        await issueCertificate(deps, admin, {
          profile: index % 2 ? "short-lived" : "tls-server",
          identity: index < 8 ? first : second,
          csr,
        })
      ).result,
    );
    harness.advance(10);
  }
  await revokeCertificate(deps, admin, all[0]?.id ?? "", { reason: "superseded" });
  await revokeCertificate(deps, admin, all[2]?.id ?? "", { reason: "certificateHold" });
});
afterAll(async () => {
  await harness.close();
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
  test("each narrows the list, and what is outside is left out", async () => {
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

  test.each([
    ["a part of a common name", () => "ODE-1", [11, 10, 1]],
    ["a part of another name", () => "ias-7.exam", [7]],
    ["a part of an identity's name", () => "illin", [11, 10, 9, 8]],
    ["a part of an identity's name, without its accents", () => "zoe", [11, 10, 9, 8]],
    ["each word, in whatever name", () => "ZOË node-1", [11, 10]],
    ["nothing if one word is in no name", () => "billing node-99", []],
    ["one or two letters only where a name begins", () => "od", []],
    ["one or two letters at the beginning of a name", () => "bi", [11, 10, 9, 8]],
    ["accents alone", () => "\u0301", []],
    [
      "the beginning of a serial number, as a list shows it",
      () => (all[4]?.serial ?? "").slice(0, 12).replace(/(....)(?=.)/g, "$1 "),
      [4],
    ],
    [
      "a serial number with 0x and capitals",
      () => `0x${(all[4]?.serial ?? "").toUpperCase()}`,
      [4],
    ],
    ["a serial number with colons", () => (all[4]?.serial ?? "").replace(/(..)(?=.)/g, "$1:"), [4]],
    [
      "a serial number with a space after each octet",
      () => (all[4]?.serial ?? "").replace(/(..)(?=.)/g, "$1 "),
      [4],
    ],
    ["a serial number in decimal", () => BigInt(`0x${all[4]?.serial}`).toString(), [4]],
    [
      "a serial number as openssl prints it",
      () => `${BigInt(`0x${all[4]?.serial}`)} (0x${all[4]?.serial})`,
      [4],
    ],
    [
      "no serial number by the beginning of its decimal",
      () => BigInt(`0x${all[4]?.serial}`).toString().slice(0, 20),
      [],
    ],
    ["the hash of a key", () => all[3]?.keySha256.toUpperCase() ?? "", [3]],
    [
      "a fingerprint with colons",
      () => (all[5]?.fingerprintSha256 ?? "").replace(/(..)(?=.)/g, "$1:"),
      [5],
    ],
    ["an id", () => all[6]?.id ?? "", [6]],
    ["a like pattern", () => "%_", []],
    ["quotes", () => "' or true --", []],
    ["a decimal number that is longer than any serial number", () => "9".repeat(49), []],
    ["digits with more spaces than words, of no certificate", () => "00 ".repeat(16), []],
  ])("a word finds %s", async (_name, word, expected) => {
    expect(await list({ q: word() })).toEqual(names(...expected));
  });

  test("more words than a search takes are refused, not left out", async () => {
    const q = Array.from({ length: 11 }, (_none, at) => `w${at}`).join(" ");
    await expect(list({ q })).rejects.toThrow("Search for at most 10 words.");
    await expect(list({ q: "4f ".repeat(40) })).rejects.toThrow("Search for at most 10 words.");
  });

  test("kind, owner and algorithm narrow the list", async () => {
    expect(await list({ kind: "service", owner: "TEAM@EX", algorithm: "ecdsa-p256" })).toHaveLength(
      12,
    );
    expect(await list({ kind: "person" })).toEqual([]);
    expect(await list({ owner: "nobody" })).toEqual([]);
    expect(await list({ algorithm: "rsa-3072" })).toEqual([]);
  });

  test("Chancery's own are in the list unless it leaves them out, and the rest is what it was", async () => {
    const kinds = async (query: CertificateQueryInput) => {
      const { items, total } = await listCertificates(deps, admin, { limit: 200, ...query });
      expect(total.count).toBe(items.length);
      return items.map((item) => item.identity.kind);
    };
    const everything = await kinds({});
    expect(everything).toContain("system");
    expect(await kinds({ own: "include" })).toEqual(everything);
    expect(await kinds({ own: "exclude" })).toEqual(everything.filter((one) => one !== "system"));
    expect(await kinds({ own: "exclude", kind: "system" })).toEqual([]);
  });

  test.each([
    ["nothing", {}, "exclude"],
    ["a state and a search", { state: "valid", q: "pay" }, "exclude"],
    ["a CA", { authority: "issuing" }, "exclude"],
    ["another kind", { kind: "service" }, "exclude"],
    ["Chancery's kind", { kind: "system" }, "include"],
    ["an identity", { identity: "idn_x" }, "include"],
    ["a key", { key: "0".repeat(64) }, "include"],
    ["a serial number", { serial: "01" }, "include"],
    ["certificates", { ids: "crt_x" }, "include"],
    ["that they be included", { own: "include" }, "include"],
    ["that they be left out", { own: "exclude", kind: "system" }, "exclude"],
  ] as const)("in the console, filters that name %s", (_name, query, own) => {
    expect(consoleFilters(certificateQuery.parse(query)).own).toBe(own);
  });

  test.each(["maybe", "", "true"])("own=%s is refused", (own) => {
    expect(certificateQuery.safeParse({ own }).success).toBe(false);
    expect(certificateQuery.safeParse({ use: own }).success).toBe(false);
  });

  test("counts what the filter matches, not the page", async () => {
    expect((await listCertificates(deps, admin, { limit: 2, identity: first })).total).toEqual({
      count: 8,
      capped: false,
    });
  });
});

describe("paging", () => {
  test.each(["-createdAt", "createdAt", "notAfter", "-notAfter"] as const)(
    "by %s shows each once, in order, while others are issued",
    async (sort) => {
      const seen: string[] = [];
      const before = (await listCertificates(deps, admin, { limit: 200, sort })).items.map(
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
            profile: "tls-client-service",
            identity: second,
            csr: await makeCsr(["late.example.com"]),
          });
      } while (cursor);
      expect(seen.filter((id) => before.includes(id))).toEqual(before);
      expect(new Set(seen).size).toBe(seen.length);
    },
  );

  test.each([
    "rubbish",
    Buffer.from('["createdAt","2026-01-01","x"]').toString("base64url"),
    Buffer.from("{}").toString("base64url"),
  ])("refuses the cursor %s", async (cursor) => {
    expect(await refusalOf(listCertificates(deps, admin, { cursor }))).toMatchObject({
      code: "cursor.invalid",
    });
  });

  test("refuses a cursor of another order", async () => {
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
  test.each([
    ["id", () => all[3]?.id],
    ["serial", () => all[3]?.serial.toUpperCase()],
    ["fingerprint", () => all[3]?.fingerprintSha256],
  ])("by %s", async (_name, ref) => {
    expect((await getCertificate(deps, admin, ref() ?? "")).id).toBe(all[3]?.id);
  });

  test.each([
    "",
    "zz",
    "crt_x",
    "00",
    "f".repeat(64),
    "f".repeat(500),
    "'; drop table certificate",
  ])("of which there is none (%s) is not found", async (ref) => {
    expect(await refusalOf(getCertificate(deps, admin, ref))).toMatchObject({
      code: "certificate.not-found",
      kind: "not-found",
    });
  });

  test("shows a service its own only, in lists too, and the rest as missing", async () => {
    const service = adminActor({ role: "service", identityId: second });
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

  test("previews a revocation in figures", async () => {
    expect(await previewRevocation(deps, admin, all[1]?.id ?? "")).toMatchObject({
      uses: 0,
      lastUsedAt: null,
      successor: null,
      otherCertificatesOfIdentity: 5,
    });
  });
});
