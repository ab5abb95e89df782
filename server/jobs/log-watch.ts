import type { Deps } from "@/lib/deps";
import { followLog } from "@/lib/log/reader";
import type { EntryRecord } from "@/lib/log/types";
import { logSize } from "@/lib/status/log-size";

export type LogNews = Readonly<{
  /** Certificates whose status changed. */
  statusChanged: (certificateIds: readonly string[]) => void;
  /** An authority was activated or changed. */
  authoritiesChanged: () => void;
  /** A CRL was published, here or on another node. */
  crlIssued: (authorityId: string) => void;
  /** False while entries may be missed: what was remembered must not be relied on. */
  hearing: (now: boolean) => void;
}>;

const statusActions = new Set([
  "certificate.revoked",
  "certificate.held",
  "certificate.released",
  "certificate.rotated",
]);
const authorityActions = new Set(["authority.activated", "authority.updated", "setup.completed"]);

/** Tells the door's caches and jobs what the log says, from now on. What happened before is in the database when they first read it. */
export async function startLogWatch(
  deps: Pick<Deps, "db">,
  news: LogNews,
): Promise<Readonly<{ stop: () => Promise<void> }>> {
  const { size } = await logSize(deps);
  const follower = followLog(deps.db, {
    name: "door",
    from: size,
    onEntries: (rows) =>
      spread(
        rows.map((row) => row.record),
        news,
      ),
    onState: news.hearing,
  });
  return {
    stop: async () => {
      await follower.stop();
    },
  };
}

/** Sorts a batch of entries into what the door has to know. */
export function spread(records: readonly EntryRecord[], news: LogNews): void {
  const changed = new Set<string>(),
    crls = new Set<string>();
  let authorities = false;
  for (const { action, outcome, target, details } of records) {
    if (outcome !== "success") continue;
    if (statusActions.has(action) && target !== null) changed.add(target.id);
    else if (authorityActions.has(action)) authorities = true;
    else if (action === "crl.issued" && typeof details.authorityId === "string")
      crls.add(details.authorityId);
  }
  if (changed.size > 0) news.statusChanged([...changed]);
  if (authorities) news.authoritiesChanged();
  for (const id of crls) news.crlIssued(id);
}
