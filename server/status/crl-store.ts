import { createHash } from "node:crypto";
import type { Deps } from "@/lib/deps";
import { loadCrls } from "@/lib/status/load-crls";
import type { ServedCrl } from "@/lib/status/types";
import type { Resource } from "@/server/status/resource";

type Held = Readonly<{ crl: ServedCrl; resource: Resource }>;

/** The newest CRLs in memory. */
export type CrlStore = Readonly<{
  /** `shard` is empty for the CRL of everything. */
  find: (authorityId: string, shard: string) => Resource | null;
  newest: () => readonly ServedCrl[];
  /** Reads anew from the database; of one authority alone if named. A lower number never replaces a higher one. */
  reload: (authorityId: string | null) => Promise<void>;
}>;

const keyOf = (authorityId: string, shard: string): string => `${authorityId}/${shard}`;

/** An empty store; fill it with `reload(null)`. */
export function makeCrlStore(deps: Pick<Deps, "db">): CrlStore {
  const held = new Map<string, Held>();
  const reload = async (authorityId: string | null): Promise<void> => {
    for (const crl of await loadCrls(deps, authorityId)) {
      const key = keyOf(crl.authorityId, crl.shard),
        before = held.get(key);
      if (before === undefined || before.crl.number < crl.number)
        held.set(key, { crl, resource: resourceOf(crl) });
    }
  };
  return {
    find: (authorityId, shard) => held.get(keyOf(authorityId, shard))?.resource ?? null,
    newest: () => [...held.values()].map((one) => one.crl),
    reload,
  };
}

function resourceOf(crl: ServedCrl): Resource {
  const etag = `"${crl.number.toString(36)}-${createHash("sha256").update(crl.der).digest("base64url").slice(0, 22)}"`;
  // Clients may keep a CRL until nextUpdate; caches between are told five minutes, so that a fresh one is not hidden for a day.
  return {
    type: "application/pkix-crl",
    body: crl.der,
    etag,
    lastModified: crl.thisUpdate,
    expires: crl.nextUpdate,
    maxAge: 300,
  };
}
