import { randomBytes } from "node:crypto";
import type { Deps } from "@/lib/deps";
import { system } from "@/server/api/testing/harness";
import { listDestinations } from "../list-destinations";
import { removeDestination } from "../remove-destination";
import { closeReceivers } from "./receivers";

/** Deps that may deliver to this machine, with a key of their own. */
export const delivering = (deps: Deps): Deps => ({
  ...deps,
  delivery: { key: new Uint8Array(randomBytes(32)), allow: ["127.0.0.1/32"] },
});

/** Ends every receiver and removes every destination. */
export async function endDeliveries(deps: Deps): Promise<void> {
  await closeReceivers();
  for (const { id } of (await listDestinations(deps, system)).items)
    await removeDestination(deps, system, id, { comment: "" });
}
