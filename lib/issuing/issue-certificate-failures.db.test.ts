import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AppError } from "@/lib/errors/app-error";
import type { Deps } from "@/lib/runtime/deps";
import { adminActor } from "@/testing/actors";
import { createTestCa, createTestIdentity } from "@/testing/ca/create-test-ca";
import { makeCsr, manyCsrs, refusalOf } from "@/testing/ca/requests";
import type { Harness } from "@/testing/harness";
import { makeTestKey } from "@/testing/pki/authorities";
import { issueCertificate } from "./issue-certificate";
import { previewCertificate } from "./preview-certificate";

let harness: Harness;
let deps: Deps;
let signerFails: AppError | null = null;
const admin = adminActor();

beforeAll(async () => {
  harness = await createTestCa({
    signer: (own) => ({
      ...own,
      signCertificate: async (id) => {
        if (signerFails) throw signerFails;
        return own.signCertificate(id);
      },
    }),
  });
  ({ deps } = harness);
});
afterAll(async () => {
  await harness.close();
});

const count = async (sql: string, ...values: unknown[]): Promise<number> =>
  Number((await harness.asSuper(`select count(*)::int as n from ${sql}`, values))[0]?.["n"]);

describe("under concurrency", () => {
  test("50 requests for one key by two identities leave one owner", async () => {
    const key = makeTestKey("ecdsa-p256");
    const csrs = [await makeCsr(["one.example.com"], key), await makeCsr(["two.example.com"], key)];
    const pair = [await createTestIdentity(deps), await createTestIdentity(deps)];
    const outcomes = await Promise.allSettled(
      Array.from({ length: 50 }, (_, index) =>
        issueCertificate(deps, admin, {
          profile: "tls-server",
          identity: pair[index % 2] ?? "",
          csr: csrs[index % 2] ?? "",
        }),
      ),
    );
    const issued = outcomes.flatMap((outcome) =>
      outcome.status === "fulfilled" ? [outcome.value.result.identity.id] : [],
    );
    const refused = outcomes.flatMap((outcome) =>
      outcome.status === "rejected"
        ? [(outcome.reason as AppError).findings.map((finding) => finding.code)]
        : [],
    );
    expect(new Set(issued).size).toBe(1);
    expect([issued.length, refused.length]).toEqual([25, 25]);
    expect(refused.every((codes) => codes.join() === "key.other-identity")).toBe(true);
    const [owner] = await harness.asSuper(
      "select count(*)::int as n, min(identity_id) as id from public_key where spki_sha256 = sha256($1)",
      [Buffer.from(key.spkiDer)],
    );
    expect(owner).toEqual({ n: 1, id: issued[0] });
  });

  test("one serial is one certificate", async () => {
    const identity = await createTestIdentity(deps);
    const fixed = deps.random.bytes(16);
    const stuck: Deps = {
      ...deps,
      random: { bytes: (n) => (n === 16 ? fixed : deps.random.bytes(n)) },
    };
    const outcomes = await Promise.allSettled(
      (await manyCsrs(10)).map((csr) =>
        issueCertificate(stuck, admin, { profile: "tls-server", identity, csr }),
      ),
    );
    expect(outcomes.filter((outcome) => outcome.status === "fulfilled")).toHaveLength(1);
    expect(await count("certificate where identity_id = $1", identity)).toBe(1);
  });
});

describe("when something breaks", () => {
  test("leaves no certificate, key or entry if the entry cannot be written", async () => {
    const identity = await createTestIdentity(deps);
    const key = makeTestKey("ecdsa-p256");
    await harness.asSuper(
      "create function tlog.break_it() returns trigger language plpgsql as $$ begin raise exception 'disk full'; end $$",
    );
    await harness.asSuper(
      "create trigger break_it before insert on tlog.inbox for each row execute function tlog.break_it()",
    );
    const refusal = await refusalOf(
      issueCertificate(deps, admin, {
        profile: "tls-server",
        identity,
        csr: await makeCsr(["x.example.com"], key),
      }),
    );
    await harness.asSuper("drop trigger break_it on tlog.inbox");
    expect(refusal).toMatchObject({ code: "record.unavailable", kind: "unavailable" });
    expect(await count("certificate where identity_id = $1", identity)).toBe(0);
    expect(await count("public_key where spki_sha256 = sha256($1)", Buffer.from(key.spkiDer))).toBe(
      0,
    );
  });

  test("fails only the one request of a batch whose entry is refused", async () => {
    const identity = await createTestIdentity(deps);
    const csrs = await manyCsrs(20, "batch");
    await harness.asSuper(
      "create function tlog.break_one() returns trigger language plpgsql as $$ begin if convert_from(new.entry, 'UTF8') like '%batch-7.example.com%' then raise exception 'no'; end if; return new; end $$",
    );
    await harness.asSuper(
      "create trigger break_one before insert on tlog.inbox for each row execute function tlog.break_one()",
    );
    const outcomes = await Promise.allSettled(
      csrs.map((csr) => issueCertificate(deps, admin, { profile: "tls-server", identity, csr })),
    );
    await harness.asSuper("drop trigger break_one on tlog.inbox");
    expect(
      outcomes.flatMap((outcome, index) => (outcome.status === "rejected" ? [index] : [])),
    ).toEqual([7]);
    expect(await count("certificate where identity_id = $1 and state = 'issued'", identity)).toBe(
      19,
    );
  });

  test.each([
    ["failed, if the signer refuses to sign", "signer.no-plan", "failed", "failure"],
    ["revoked, if it may have been signed", "signer.unavailable", "revoked", "success"],
  ] as const)("closes the plan with an entry as %s", async (_case, code, state, outcome) => {
    const identity = await createTestIdentity(deps);
    signerFails = new AppError(code, "The signer does not sign.");
    const refusal = await refusalOf(
      issueCertificate(deps, admin, { profile: "tls-server", identity, csr: await makeCsr() }),
    );
    signerFails = null;
    expect(refusal).toMatchObject({ code });
    const [row] = await harness.asSuper(
      "select id, state, der from certificate where identity_id = $1",
      [identity],
    );
    expect(row).toMatchObject({ state, der: null });
    expect(
      (await harness.entriesOf(String(row?.["id"]))).map((entry) => [entry.action, entry.outcome]),
    ).toEqual([
      ["certificate.planned", "success"],
      [`certificate.${state}`, outcome],
    ]);
  });
});

describe("a preview", () => {
  test("shows what would be signed and stores nothing but that it was looked at", async () => {
    const identity = await createTestIdentity(deps);
    const before = await count("certificate");
    const preview = await previewCertificate(deps, admin, {
      profile: "tls-server",
      identity,
      csr: await makeCsr(),
    });
    expect(preview.findings).toEqual([]);
    expect(preview.plan?.extensions.map((extension) => extension.name)).toContain(
      "Subject alternative names",
    );
    expect(await count("certificate")).toBe(before);
    expect((await harness.entriesOf(identity)).at(-1)?.action).toBe("certificate.read");
  });

  test("finds what issuing would find, the key's owner too, and without an identity all the rest", async () => {
    const key = makeTestKey("ecdsa-p256");
    const owner = await createTestIdentity(deps);
    const other = await createTestIdentity(deps);
    const csr = await makeCsr(["p.example.com"], key);
    await issueCertificate(deps, admin, { profile: "tls-server", identity: owner, csr });
    const same = await makeCsr(["q.example.com"], key);
    expect(
      (
        await previewCertificate(deps, admin, { profile: "tls-server", identity: other, csr: same })
      ).findings.map((finding) => finding.code),
    ).toEqual(["key.other-identity"]);
    const without = await previewCertificate(deps, admin, {
      profile: "tls-server",
      identity: "",
      csr,
    });
    expect(without.findings.map((finding) => finding.code)).toEqual(["identity.required"]);
    expect(without.plan).not.toBeNull();
  });
});
