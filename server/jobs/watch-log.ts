import { followLog, type LogFollower } from "@/lib/log/sequence/follow-log";
import type { EntryReading } from "@/lib/log/read-entry";
import type { EntryRecord } from "@/lib/log/types";
import type { Deps } from "@/lib/runtime/deps";
import { getLogSize } from "@/lib/status/read-status";

export type LogChangeHandlers = Readonly<{
  /** Certificates whose status changed. */
  statusChanged: (certificateIds: readonly string[]) => void;
  /** An authority was activated or changed. */
  authoritiesChanged: () => void;
  /** A CRL was published, on this or another node. */
  crlIssued: (authorityId: string) => void;
  /** Entries can't be read, and anything may have changed: no cached status may be used. */
  unreadable: () => void;
  /** False while entries may be missed: caches must not be trusted. */
  connected: (now: boolean) => void;
}>;

const statusActions = new Set([
  "certificate.revoked",
  "certificate.held",
  "certificate.released",
  "certificate.rotated",
]);
const authorityActions = new Set(["authority.activated", "authority.updated", "setup.completed"]);

/**
 * Notifies the gateway's caches and jobs of changes in the log, from now on. Earlier changes are in
 * the database when they first read it.
 */
export async function watchLog(
  deps: Pick<Deps, "db">,
  handlers: LogChangeHandlers,
): Promise<LogFollower> {
  const { size } = await getLogSize(deps);
  return followLog(deps.db, {
    name: "gateway",
    from: size,
    onEntries: (rows) => dispatchChanges(rows, handlers),
    onState: handlers.connected,
  });
}

/** Turns a batch of entries into notifications. */
export function dispatchChanges(
  entries: readonly EntryReading[],
  handlers: LogChangeHandlers,
): void {
  const changed = new Set<string>(),
    crls = new Set<string>();
  let authorities = false;
  let allReadable = true;
  for (const entry of entries) {
    if (!entry.readable) {
      allReadable = false;
      continue;
    }
    const { action, outcome, target, details }: EntryRecord = entry.record;
    if (outcome !== "success") continue;
    if (statusActions.has(action) && target !== null) changed.add(target.id);
    else if (authorityActions.has(action)) authorities = true;
    else if (action === "crl.issued" && typeof details.authorityId === "string")
      crls.add(details.authorityId);
  }
  if (changed.size > 0) handlers.statusChanged([...changed]);
  if (authorities) handlers.authoritiesChanged();
  for (const id of crls) handlers.crlIssued(id);
  if (!allReadable) handlers.unreadable();
}
