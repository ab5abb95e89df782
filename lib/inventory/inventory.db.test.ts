import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isAppError } from "@/lib/errors/app-error";
import { createIdentity } from "@/lib/identities/create-identity";
import { issueCertificate } from "@/lib/issuing/issue-certificate";
import { operatorActor } from "@/testing/actors";
import { createTestCa } from "@/testing/ca/create-test-ca";
import { makeCsr } from "@/testing/ca/requests";
import type { Harness } from "@/testing/harness";
import { exportCertificates } from "./export-certificates";
import { exportIdentities } from "./export-identities";
import type { Inventory } from "./types";

let harness: Harness, identity: string;
const operator = operatorActor();
const owner = "=1+1";

beforeAll(async () => {
  harness = await createTestCa();
  const input = { kind: "service", name: "payments", owner, note: "@note" } as const;
  identity = (await createIdentity(harness.deps, operator, input)).result.id;
  for (let n = 0; n < 3; n += 1)
    await issueCertificate(harness.deps, operator, {
      profile: "tls-server",
      identity,
      csr: await makeCsr(),
    });
});
afterAll(() => harness.close());

async function textOf({ pieces }: Inventory): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const piece of pieces) parts.push(piece);
  return Buffer.concat(parts).toString("utf8");
}
const certificates = (format: "csv" | "json", filter = {}, who = operator) =>
  exportCertificates(harness.deps, who, filter, format);
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => "done",
    (error: unknown) => (isAppError(error) ? error.code : String(error)),
  );

describe("the inventory of certificates", () => {
  test("as JSON has each certificate that matches, with owner, algorithm, expiration and last use", async () => {
    const file = await certificates("json", { identity });
    const rows = JSON.parse(await textOf(file)) as Record<string, unknown>[];
    expect(file).toMatchObject({ count: 3, type: "application/json" });
    expect(file.fileName).toMatch(/^certificates-\d{4}-\d\d-\d\d\.json$/);
    expect(rows).toHaveLength(3);
    for (const row of rows)
      expect(row).toMatchObject({
        identity: "payments",
        owner,
        status: "valid",
        keyAlgorithm: expect.any(String) as string,
        notAfter: expect.stringMatching(/Z$/) as string,
        lastUsedAt: null,
      });
  });

  test("without a match is an empty array, or the head of the CSV alone", async () => {
    const filter = { identity: "idn_none" };
    expect(JSON.parse(await textOf(await certificates("json", filter)))).toEqual([]);
    expect((await textOf(await certificates("csv", filter))).trim().split("\r\n")).toHaveLength(1);
  });

  test("as CSV has a line for each, and no field that a spreadsheet would run", async () => {
    const text = await textOf(await certificates("csv", { identity }));
    expect(text).toMatch(/^\uFEFF"id","name","status","identity"/);
    const lines = text.trim().split("\r\n");
    expect(lines).toHaveLength(4);
    expect(lines[1]).toContain(`"'=1+1"`);
    for (const line of lines.slice(1)) expect(line).not.toMatch(/"[=+@-]/);
  });

  test("is recorded before its first byte, with filter and count", async () => {
    const { entries } = await harness.newEntries(() =>
      certificates("csv", { identity, state: "valid" }),
    );
    expect(entries).toMatchObject([
      {
        action: "inventory.exported",
        details: {
          what: "certificates",
          format: "csv",
          filter: `identity=${identity}&state=valid`,
          count: 3,
        },
      },
    ]);
  });

  test("is refused while it can't be recorded", async () => {
    await harness.withoutRecord(async () => {
      expect(await codeOf(certificates("csv"))).toBe("record.unavailable");
    });
  });

  test("is refused to a service, which reads its own certificates alone", async () => {
    const service = operatorActor({ role: "service", identityId: identity });
    expect(await codeOf(certificates("json", {}, service))).toBe("forbidden");
    expect(await codeOf(exportIdentities(harness.deps, service, {}, "json"))).toBe("forbidden");
  });
});

test("the inventory of identities has owner, numbers of certificates and names, neutralized as CSV", async () => {
  const rows = JSON.parse(
    await textOf(await exportIdentities(harness.deps, operator, { q: "pay" }, "json")),
  ) as unknown[];
  expect(rows).toMatchObject([{ name: "payments", owner, validCertificates: 3, lastUsedAt: null }]);
  const csv = await textOf(await exportIdentities(harness.deps, operator, { q: "pay" }, "csv"));
  expect(csv).toContain(`"'=1+1"`);
  expect(csv).toContain(`"'@note"`);
});
