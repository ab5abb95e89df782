import { randomBytes } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { createDestination } from "@/lib/delivery/create-destination";
import { listDeliveries } from "@/lib/delivery/read-deliveries";
import type { Deps } from "@/lib/runtime/deps";
import { system } from "@/testing/actors";
import { type Harness, openHarness } from "@/testing/harness";
import { openAlert } from "@/testing/delivery/alert";
import { closeReceivers, httpReceiver } from "@/testing/delivery/receivers";
import { startDeliveries } from "./deliveries";

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

test("only the leader sends notifications, and stopping waits for those in progress", async () => {
  const receiver = await httpReceiver((_, response) => {
    setTimeout(() => {
      response.end("ok");
    }, 50);
  });
  const { id } = (
    await createDestination(deps, system, {
      name: "hook",
      config: { kind: "webhook", url: `http://127.0.0.1:${receiver.port}/`, ca: "" },
      minSeverity: "low",
    })
  ).result;
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
