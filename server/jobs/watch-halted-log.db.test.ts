import { afterAll, beforeAll, expect, test } from "vitest";
import { revokeCertificate } from "@/lib/certificates/revoke-certificate";
import { issueCertificate } from "@/lib/issuing/issue-certificate";
import { adminActor } from "@/testing/actors";
import { createTestCa, createTestIdentity } from "@/testing/ca/create-test-ca";
import { makeCsr } from "@/testing/ca/requests";
import type { Harness } from "@/testing/harness";
import { until } from "@/testing/log/publish/pipeline-fixture";
import { watchHaltedLog } from "./watch-halted-log";

let harness: Harness;
beforeAll(async () => {
  harness = await createTestCa();
});
afterAll(async () => {
  await harness.close();
});

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const issue = async (): Promise<string> => {
  const { deps } = harness;
  const [identity, csr] = [await createTestIdentity(deps), await makeCsr()];
  return (await issueCertificate(deps, adminActor(), { profile: "tls-server", identity, csr }))
    .result.id;
};
const revoke = (id: string, reason: "superseded" | "certificateHold") =>
  revokeCertificate(harness.deps, adminActor(), id, { reason });

test("revocations and holds are reported within 4 seconds while the log is halted, each once, and none while it is not", async () => {
  const [early, revoked, held] = [await issue(), await issue(), await issue()];
  const reported: string[] = [];
  const watch = watchHaltedLog(harness.deps, (ids) => reported.push(...ids), silent);
  await revoke(early, "superseded");
  await harness.sequence();
  await harness.asSuper(
    "alter table tlog.head disable trigger needs_entry; update tlog.head set halted = '{}'; alter table tlog.head enable always trigger needs_entry",
  );
  await revoke(revoked, "superseded");
  await revoke(held, "certificateHold");
  const begin = performance.now();
  await until(() => reported.length >= 2);
  expect(performance.now() - begin).toBeLessThan(4_000);
  await revoke(held, "superseded");
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  await watch.stop();
  expect(reported.toSorted()).toEqual([revoked, held].toSorted());
});
