import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findProfile } from "@/lib/profiles/read-profiles";
import { type Call, makeCall, problemOf } from "@/testing/api/client";
import { createTestCa, createTestIdentity } from "@/testing/ca/create-test-ca";
import { changeAsApplication } from "@/testing/ca/forge-plan";
import { makeCsr } from "@/testing/ca/requests";
import type { Harness } from "@/testing/harness";

// Someone with the application's database role changes rows, so that the gateway's decision says
// yes and the signer's says no.
let harness: Harness, call: Call, token: string, identity: string;
beforeAll(async () => {
  harness = await createTestCa();
  call = makeCall(harness.deps);
  token = await harness.tokenFor("admin");
  identity = await createTestIdentity(harness.deps, "payments", ["pay.example.com"]);
});
afterAll(() => harness.close());

const issue = async (over: Record<string, unknown> = {}) =>
  call("POST", "/certificates", {
    token,
    body: { profile: "tls-server", identity, csr: await makeCsr(["pay.example.com"]), ...over },
  });

describe("what the signer refuses although the gateway decided to issue it", () => {
  test("is answered with the signer's reason, recorded as failed, and stays failed", async () => {
    const profile = await findProfile(harness.deps, "tls-server");
    if (!profile) throw new Error("there is no profile tls-server");
    const rules = { ...profile.storedRules, validitySecondsMax: 4_000 * 86_400 };
    await changeAsApplication(
      harness.deps,
      [
        {
          action: "profile.updated",
          outcome: "success",
          target: { kind: "profile", id: profile.id, label: profile.slug },
          details: { version: profile.version, rulesSha256: "", versionSha256: "", changes: {} },
        },
      ],
      ["update profile set rules = $2::jsonb where id = $1", profile.id, JSON.stringify(rules)],
    );
    const { status, body } = await issue({ validitySeconds: 500 * 86_400 });
    expect([status, body["code"]]).toEqual([409, "signer.lifetime"]);
    const problem = problemOf({ status, body } as never);
    expect(problem.detail).toMatch(/It would expire at .* Request it again/);
    const [row] = await harness.asSuper(
      "select id, state, der from certificate where identity_id = $1",
      [identity],
    );
    expect(row).toMatchObject({ state: "failed", der: null });
    const entries = await harness.entriesOf(String(row?.["id"]));
    expect(entries.map(({ action, reason }) => [action, reason])).toEqual([
      ["certificate.planned", null],
      ["signer.refused", problem.detail],
      ["certificate.failed", "signer.lifetime"],
    ]);
    expect(body["entryId"]).toBe(entries[2]?.id);
    const read = await call("GET", `/certificates/${String(row?.["id"])}`, { token });
    expect([read.status, read.body["status"]]).toEqual([200, "failed"]);
  });

  test("is issued once the request fits again", async () => {
    const { status, body } = await issue();
    expect([status, body["status"]]).toEqual([201, "valid"]);
  });
});
