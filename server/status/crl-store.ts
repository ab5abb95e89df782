import { wholeCrl } from "@/lib/authorities/schema";
import { sha256 } from "@/lib/format/hash";
import { readCrl, type Crl } from "@/lib/pki/crl-reader";
import type { RevokedEntry } from "@/lib/pki/types";
import type { Deps } from "@/lib/runtime/deps";
import { listServedCrls } from "@/lib/status/read-crls";
import type { ServedCrl } from "@/lib/status/types";
import type { Resource } from "@/server/http/resource";

type StoredCrl = Readonly<{
  crl: ServedCrl;
  resource: Resource;
  /** Reads what it lists, once. */
  read: () => Crl;
}>;

/** The newest CRLs, in memory. */
export type CrlStore = Readonly<{
  /** `shard` is empty for the full CRL. */
  find: (authorityId: string, shard: string) => Resource | null;
  newest: () => readonly ServedCrl[];
  /** What the newest full CRL states about a serial number; null if it doesn't list it. */
  statement: (authorityId: string, serial: Uint8Array) => RevokedEntry | null;
  /**
   * Reads the database again, only for one authority if given. A lower CRL number never replaces a
   * higher one.
   */
  reload: (authorityId: string | null) => Promise<void>;
}>;

const keyOf = (authorityId: string, shard: string): string => `${authorityId}/${shard}`;

/** An empty store; fill it with `reload(null)`. */
export function makeCrlStore(deps: Pick<Deps, "db">): CrlStore {
  const held = new Map<string, StoredCrl>();
  const reload = async (authorityId: string | null): Promise<void> => {
    for (const crl of await listServedCrls(deps, authorityId)) {
      const key = keyOf(crl.authorityId, crl.shard),
        before = held.get(key);
      if (before === undefined || before.crl.number < crl.number)
        held.set(key, { crl, resource: resourceOf(crl), read: once(() => readCrl(crl.der)) });
    }
  };
  return {
    find: (authorityId, shard) => held.get(keyOf(authorityId, shard))?.resource ?? null,
    statement: (authorityId, serial) =>
      held.get(keyOf(authorityId, wholeCrl))?.read().find(serial) ?? null,
    newest: () => [...held.values()].map((one) => one.crl),
    reload,
  };
}

function once<T>(make: () => T): () => T {
  let made: T | null = null;
  return () => (made ??= make());
}

function resourceOf(crl: ServedCrl): Resource {
  const etag = `"${crl.number.toString(36)}-${sha256(crl.der).toString("base64url").slice(0, 22)}"`;
  // Clients may keep a CRL until nextUpdate. Shared caches get five minutes, so that they do not hide
  // a new one for a day.
  return {
    type: "application/pkix-crl",
    body: crl.der,
    etag,
    lastModified: crl.thisUpdate,
    expires: crl.nextUpdate,
    maxAge: 300,
  };
}
