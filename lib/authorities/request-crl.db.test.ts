import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createAuthority } from "@/lib/issuing/create-authority";
import type { Deps } from "@/lib/runtime/deps";
import { adminActor, anonymousActor, operatorActor } from "@/testing/actors";
import { createTestCa } from "@/testing/ca/create-test-ca";
import type { Harness } from "@/testing/harness";
import { getAuthority } from "./read-authorities";
import { requestCrl } from "./request-crl";
import { authorityInput } from "./schema";

let harness: Harness;
let deps: Deps;
const admin = adminActor();
const crlOf = async (ref: string) => (await getAuthority(deps, admin, ref)).crl;

beforeAll(async () => {
  harness = await createTestCa();
  ({ deps } = harness);
});
afterAll(() => harness.close());

describe("a CRL at request", () => {
  test.each(["admin", "operator"] as const)(
    "is a new one at once for an %s, recorded with who asked before the CRL itself",
    async (role) => {
      const before = await crlOf("issuing");
      harness.advance(2000);
      const actor = operatorActor({ role });
      const { result: done, entries } = await harness.during(() =>
        requestCrl(deps, actor, "issuing"),
      );
      expect(BigInt(done.result.crl?.number ?? 0)).toBeGreaterThan(BigInt(before?.number ?? 0));
      expect(await crlOf("issuing")).toEqual(done.result.crl);
      expect(entries).toMatchObject([
        {
          id: done.entryId,
          action: "crl.requested",
          actor: { label: actor.label },
          target: { kind: "authority", id: done.result.id, label: done.result.name },
          details: { slug: "issuing" },
        },
        { action: "crl.issued", actor: { id: "crl" }, details: { authorityId: done.result.id } },
      ]);
    },
  );

  test("is found by the id of its CA, and the CRLs of others stay as they are", async () => {
    const root = await crlOf("root");
    const { id } = await getAuthority(deps, admin, "issuing");
    harness.advance(2000);
    expect((await requestCrl(deps, admin, id)).result.id).toBe(id);
    expect(await crlOf("root")).toEqual(root);
  });

  test.each(["approver", "auditor", "service"] as const)(
    "is refused to the role %s",
    async (role) => {
      const before = await crlOf("issuing");
      const actor = operatorActor({ kind: "token", role, identityId: "idn_1" });
      await expect(requestCrl(deps, actor, "issuing")).rejects.toMatchObject({ code: "forbidden" });
      expect(await crlOf("issuing")).toEqual(before);
    },
  );

  test("is refused without a sign-in, for a CA that doesn't exist, and for one that isn't confirmed", async () => {
    await expect(requestCrl(deps, anonymousActor(), "issuing")).rejects.toMatchObject({
      code: "unauthenticated",
    });
    await expect(requestCrl(deps, admin, "nowhere")).rejects.toMatchObject({
      code: "authority.not-found",
    });
    const { id: parentId } = await getAuthority(deps, admin, "root");
    const { result: waiting } = await createAuthority(
      deps,
      admin,
      authorityInput.parse({ name: "Waiting", parentId, validityYears: 1 }),
    );
    const { entries } = await harness.during(() =>
      expect(requestCrl(deps, admin, waiting.id)).rejects.toMatchObject({
        code: "authority.not-active",
      }),
    );
    expect(entries).toEqual([]);
  });

  test("is not published while its request can't be recorded", async () => {
    const before = await crlOf("issuing");
    await harness.withoutRecord(async () => {
      await expect(requestCrl(deps, admin, "issuing")).rejects.toMatchObject({
        code: "record.unavailable",
      });
    });
    expect(await crlOf("issuing")).toEqual(before);
  });
});
