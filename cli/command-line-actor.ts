import { hostname, userInfo } from "node:os";
import { type Actor, systemActor } from "@/lib/access/actor";
import { newId } from "@/lib/format/ids";
import type { Deps } from "@/lib/runtime/deps";

/**
 * The actor of a command. A person who can run commands on this machine and read the data folder
 * may do everything; the audit log names their operating-system account and the host.
 */
export function commandLineActor({ clock, random }: Pick<Deps, "clock" | "random">): Actor {
  const actor = systemActor("command-line", newId("req", clock.now(), random.bytes));
  return {
    ...actor,
    label: `command line (${userInfo().username})`,
    address: { ...actor.address, via: [`host ${hostname()}`] },
  };
}
