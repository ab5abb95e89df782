import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { defaultRefusalLimits } from "@/lib/log/record/refusal-table";
import type { EntryRecord } from "@/lib/log/types";
import { revokeToken } from "@/lib/tokens/revoke-token";
import { adminActor } from "@/testing/actors";
import { openTestGateway, type TestGateway } from "@/testing/gateway/test-gateway";

const run = promisify(execFile);
let gateway: TestGateway;

beforeAll(async () => {
  gateway = await openTestGateway({ refusals: defaultRefusalLimits });
});
afterAll(() => gateway.close());

const api = (path: string, token?: string) =>
  fetch(`${gateway.httpUrl()}/api/v1${path}`, {
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
  });

/** Requests over the mTLS port; curl expands a range in the path. */
const curl = (path: string, ...options: string[]) =>
  run("curl", [
    "-s",
    "--parallel",
    "--cacert",
    gateway.rootFile,
    ...options,
    `https://localhost:${gateway.mtlsPort()}${path}`,
  ]);

async function many(times: number, request: (n: number) => Promise<unknown>): Promise<void> {
  for (let n = 0; n < times; n += 20)
    await Promise.all(Array.from({ length: Math.min(20, times - n) }, (_, i) => request(n + i)));
}

/** The entries about refusals that `work` led to, with what was only counted until now. */
async function refusalsOf(work: () => Promise<unknown>): Promise<EntryRecord[]> {
  const before = (await gateway.entries()).length;
  await work();
  // Only the process's own table holds what was counted; a stop writes it.
  await gateway.stop();
  await gateway.start();
  return (await gateway.entries())
    .slice(before)
    .filter(({ action }) => action.startsWith("request.refused"));
}
const timesOf = (entries: readonly EntryRecord[]): number =>
  entries.reduce((sum, { details }) => sum + Number(details["count"] ?? 1), 0);

describe("strangers can't fill the log", () => {
  test("3,000 requests without a credential are a few entries, and every one of them is counted", async () => {
    const statuses = new Set<number>();
    const entries = await refusalsOf(() =>
      many(3_000, async (n) => statuses.add((await api(`/certificates?cursor=${n % 40}`)).status)),
    );
    expect([...statuses]).toEqual([401]);
    expect(timesOf(entries)).toBe(3_000);
    // The first few of each minute that it took, and one count a minute.
    expect(entries.length).toBeLessThanOrEqual(30);
    const summary = entries.find(({ action }) => action === "request.refused-many")!;
    expect(summary).toMatchObject({
      outcome: "denied",
      reason: "no credential",
      actor: { kind: "anonymous", id: null, label: "unauthenticated clients" },
      target: null,
      origin: { ip: "127.0.0.1", port: null },
      details: {
        refused: "request.refused",
        code: "unauthenticated",
        status: 401,
        network: "127.0.0.0/24",
        addresses: ["127.0.0.1"],
        addressCount: 1,
        moreAddresses: false,
      },
    });
    expect(Date.parse(String(summary.details["lastAt"]))).toBeGreaterThanOrEqual(
      Date.parse(String(summary.details["firstAt"])),
    );
    expect((summary.details["requests"] as unknown[]).length).toBeLessThanOrEqual(10);
  }, 120_000);

  test.each([
    ["an unknown token", `chy_${"A".repeat(43)}`, "unknown token"],
    ["a malformed token", "letmein", "malformed token"],
  ])("%s is counted, with the reason", async (_, token, reason) => {
    const entries = await refusalsOf(() => many(200, () => api("/tokens", token)));
    expect(timesOf(entries)).toBe(200);
    expect(entries.length).toBeLessThanOrEqual(20);
    expect(
      entries.flatMap(({ details }) => (details["reasons"] as { reason: string }[]) ?? []),
    ).toContainEqual(expect.objectContaining({ reason }));
  });

  test("forward auth without a certificate and with a foreign one is counted, with what the certificate claims", async () => {
    const [key, certificate] = [gateway.file("foreign.key"), gateway.file("foreign.pem")];
    await run("openssl", [
      ..."req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2".split(" "),
      ..."-subj /CN=foreign -keyout".split(" "),
      key,
      "-out",
      certificate,
    ]);
    const ask = (...options: string[]) => curl("/api/v1/authorize?service=x&n=[1-60]", ...options);
    const entries = await refusalsOf(async () => {
      await ask("--cert", certificate, "--key", key);
      await ask();
    });
    expect(timesOf(entries)).toBe(120);
    expect(entries.length).toBeLessThanOrEqual(24);
    const foreign = entries.find(
      ({ action, details }) =>
        action === "request.refused-many" && details["code"] === "certificate.unknown-issuer",
    )!;
    expect(foreign.details["presented"]).toEqual([
      expect.objectContaining({ subject: "CN=foreign" }),
    ]);
  });
});

describe("callers that are known here get an entry for each refusal", () => {
  test("a token that was revoked", async () => {
    const token = await gateway.tokenFor("auditor");
    const { deps } = gateway.harness;
    const id = ((await (await api("/tokens", token)).json()) as { items: { id: string }[] })
      .items[0]!.id;
    await revokeToken(deps, adminActor(), id);
    const entries = await refusalsOf(() => many(40, () => api("/certificates", token)));
    expect(entries).toHaveLength(40);
    expect(entries.every(({ reason }) => reason === `revoked token ${id}`)).toBe(true);
  });

  test("a token whose role does not allow the request", async () => {
    const token = await gateway.tokenFor("approver");
    const entries = await refusalsOf(() => many(40, () => api("/tokens", token)));
    expect(entries).toHaveLength(40);
    expect(new Set(entries.map(({ actor }) => actor.kind))).toEqual(new Set(["token"]));
  });

  test("a certificate that was issued here and is refused", async () => {
    const { certFile, keyFile, identityId } = await gateway.issue("suspended");
    await gateway.harness.as(
      "super",
      `set session_replication_role = replica; alter table identity disable trigger needs_entry; update identity set status = 'suspended' where id = '${identityId}'; alter table identity enable always trigger needs_entry`,
    );
    const entries = await refusalsOf(() =>
      curl("/api/v1/certificates?n=[1-30]", "--cert", certFile, "--key", keyFile),
    );
    expect(entries).toHaveLength(30);
    expect(new Set(entries.map(({ actor }) => actor.kind))).toEqual(new Set(["certificate"]));
  });
});
