import { afterAll, beforeAll, expect, test } from "vitest";
import { publishCrl } from "@/lib/authorities/publish-crl";
import { isSetUp } from "@/lib/setup/is-set-up";
import { createTestCa } from "@/testing/ca/create-test-ca";
import type { Harness } from "@/testing/harness";
import { makeAuthorityState } from "./authority-state";
import { makeStatusService } from "./status-service";

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
let harness: Harness;

beforeAll(async () => {
  harness = await createTestCa();
});
afterAll(() => harness.close());

test("a node is not ready while it serves no CA yet, although another node has set the database up", async () => {
  const { deps } = harness;
  const authorities = makeAuthorityState(deps);
  let now = Date.now();
  const service = makeStatusService({
    deps: { ...deps, clock: { ...deps.clock, now: () => new Date(now) } },
    authorities,
    draining: () => false,
    isLocal: () => true,
    log: silent,
  });
  const responder = { certificateDer: Buffer.alloc(0) } as never;
  service.connect({
    responderOf: () => responder,
    checks: {},
    stalledReaders: () => [],
    setUp: async () => ((await isSetUp(deps)) ? null : "pending"),
  });
  expect(await service.operations.readiness()).toMatchObject({
    ready: false,
    checks: { setup: "ok", status: "no CA yet" },
  });
  await authorities.reload();
  for (const { id } of authorities.index().all) await publishCrl(deps, id);
  await service.crls.reload(null);
  now += 1_000;
  expect(await service.operations.readiness()).toMatchObject({
    ready: true,
    checks: { setup: "ok", status: "ok" },
  });
});
