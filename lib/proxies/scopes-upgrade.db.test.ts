import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newId } from "@/lib/format/ids";
import { auditedTransaction } from "@/lib/log/record/audited-transaction";
import { findRepoRoot } from "@/lib/runtime/repo-root";
import { makeIdentity } from "@/testing/accounts/person";
import { adminActor } from "@/testing/actors";
import { replayAndCompare } from "@/testing/api/replay-and-compare";
import { type Harness, openHarness } from "@/testing/harness";
import { listProxies } from "./read-proxies";

let harness: Harness;
const admin = adminActor();
beforeAll(async () => {
  harness = await openHarness();
});
afterAll(() => harness.close());

/** A proxy as an earlier version recorded it: nothing says what its word counts for. */
async function trustAsBefore(status: "active" | "removed"): Promise<string> {
  const { deps } = harness;
  const { id: identityId } = await makeIdentity(deps, admin, "service");
  const now = deps.clock.now();
  const id = newId("prx", now, deps.random.bytes);
  const times = { createdAt: now, changedAt: now };
  const settings = { identityId, kind: "nginx", hops: 1 } as const;
  const target = { kind: "proxy", id, label: "edge" };
  await auditedTransaction(deps.recorder, admin, async (tx) => {
    await tx.proxy.create({
      data: { id, ...settings, scopes: ["forward-auth"], status, ...times },
    });
    const trusted = {
      action: "proxy.trusted",
      outcome: "success",
      target,
      details: settings,
    } as const;
    const details = { comment: "" };
    const removed = { action: "proxy.removed", outcome: "success", target, details } as const;
    return { result: null, entries: status === "active" ? [trusted] : [trusted, removed] };
  });
  return id;
}

test("the upgrade gives existing proxies forward auth alone, and the log explains the result", async () => {
  const [active, removed] = [await trustAsBefore("active"), await trustAsBefore("removed")];
  await harness.sequence();
  await harness.asSuper("alter table session drop column proxy_id cascade");
  // Its guards of later versions name these columns; before, there was one trigger for all of them.
  await harness.asSuper(
    "alter table proxy drop column scopes cascade, drop column unscoped_until cascade",
  );
  await harness.asSuper(
    "create constraint trigger needs_entry after insert or update on proxy deferrable initially deferred for each row execute function tlog.proxy_needs_entry()",
  );
  const file = "prisma/migrations/20261128000400_proxy_scopes/migration.sql";
  await harness.as("owner", readFileSync(join(findRepoRoot(), file), "utf8"));
  const rows = await harness.asSuper(
    "select id, scopes, unscoped_until = (select size from tlog.head) as known from proxy order by id",
  );
  expect(rows).toEqual(
    [active, removed].map((id) => ({ id, scopes: ["forward-auth"], known: true })),
  );
  expect(
    (await listProxies(harness.deps, admin)).items.map(({ id, scopes }) => [id, scopes]),
  ).toEqual([
    [active, ["forward-auth"]],
    [removed, ["forward-auth"]],
  ]);
  expect(await replayAndCompare(harness)).toEqual([]);
  const [trigger] = await harness.asSuper(
    "select tgenabled from pg_trigger where tgname = 'needs_entry' and tgrelid = 'proxy'::regclass",
  );
  expect(trigger).toEqual({ tgenabled: "A" });
});
