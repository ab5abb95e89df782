import { randomBytes } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { createDestination } from "@/lib/delivery/create-destination";
import { listDeliveries } from "@/lib/delivery/list-deliveries";
import { openAlert } from "@/lib/delivery/testdata/alert";
import { closeReceivers, httpReceiver } from "@/lib/delivery/testdata/receivers";
import type { Deps } from "@/lib/deps";
import { openHarness, system, type Harness } from "@/server/api/testing/harness";
import { startDeliveries } from "@/server/jobs/deliveries";

const said: string[] = [],
  log = {
    debug: () => {},
    info: () => {},
    warn: (text: string) => {
      said.push(text);
    },
    error: () => {},
  };
let harness: Harness, deps: Deps;
beforeAll(async () => {
  harness = await openHarness();
  deps = {
    ...harness.deps,
    delivery: { key: new Uint8Array(randomBytes(32)), allow: ["127.0.0.1/32"] },
  };
});
afterAll(() => harness.close());
afterEach(closeReceivers);

test("the node that leads sends what comes up, the others nothing, and the end waits for what is under way", async () => {
  const receiver = await httpReceiver((_, response) => {
    setTimeout(() => {
      response.end("ok");
    }, 50);
  });
  const { id } = await createDestination(deps, system, {
    name: "hook",
    config: { kind: "webhook", url: `http://127.0.0.1:${receiver.port}/`, ca: "" },
    minSeverity: "low",
  });
  const follower = startDeliveries(deps, log),
    keyless = startDeliveries(harness.deps, log),
    leader = startDeliveries(deps, log);
  keyless.lead(true);
  for (let n = 0; n < 5; n++) await openAlert(deps);
  await Promise.all([follower.stop(), keyless.stop()]);
  expect(receiver.got).toEqual([]);
  leader.lead(true);
  while (receiver.got.length < 5) await pause(5);
  await leader.stop();
  expect((await listDeliveries(deps, system, id)).items.map(({ status }) => status)).toEqual(
    Array(5).fill("sent"),
  );
  expect(said).toEqual([]);
});
