import { randomBytes } from "node:crypto";
import type { Deps } from "@/lib/runtime/deps";
import { system } from "@/testing/actors";
import { listDestinations } from "@/lib/delivery/read-destinations";
import { removeDestination } from "@/lib/delivery/remove-destination";
import { closeReceivers } from "./receivers";

/** Deps that may deliver to this machine, with their own key. */
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
