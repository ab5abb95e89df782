import { wholeCrl } from "@/lib/authorities/schema";
import { sha256 } from "@/lib/format/hash";
import { pemSteps } from "@/lib/pki/pem";
import type { RevokedEntry } from "@/lib/pki/types";
import type { Deps } from "@/lib/runtime/deps";
import { inSlices } from "@/lib/runtime/in-slices";
import { listServedCrls, noteServed } from "@/lib/status/read-crls";
import type { ServedCrl } from "@/lib/status/types";
import type { Resource } from "@/server/http/resource";

type StoredCrl = Readonly<{
  crl: ServedCrl;
  resource: Resource;
  /** The same in PEM, made when it is first asked for. */
  pem: () => Promise<Resource>;
  /** The one that it replaces, while its own thisUpdate is in the future. */
  before: StoredCrl | null;
}>;

/** The newest CRLs, in memory. A CRL is found only while it is valid. */
export type CrlStore = Readonly<{
  /** `shard` is empty for the full CRL. Null if none is valid now. */
  find: (authorityId: string, shard: string) => Resource | null;
  /**
   * The full CRLs of these authorities in one PEM file, in this order. Null unless each has one
   * that is valid now: a checker with one missing refuses every certificate.
   */
  findPem: (authorityIds: readonly string[]) => Promise<Resource | null>;
  newest: () => readonly ServedCrl[];
  /** What the newest full CRL states about a serial number; null if it doesn't list it. */
  statement: (authorityId: string, serial: Uint8Array) => Promise<RevokedEntry | null>;
  /**
   * Reads the database again, only for one authority if given. A lower CRL number never replaces a
   * higher one.
   */
  reload: (authorityId: string | null) => Promise<void>;
  /** Takes a CRL that was verified and stored, as `reload` would find it. */
  accept: (crl: ServedCrl) => void;
}>;

const keyOf = (authorityId: string, shard: string): string => `${authorityId}/${shard}`;

/** Whether relying parties accept it at this time, in milliseconds; both ends inclusive. */
const isCurrentCrl = (
  { thisUpdate, nextUpdate }: Pick<ServedCrl, "thisUpdate" | "nextUpdate">,
  now: number,
): boolean => thisUpdate.getTime() <= now && now <= nextUpdate.getTime();

/** An empty store; fill it with `reload(null)`. */
export function makeCrlStore(deps: Pick<Deps, "db" | "clock">): CrlStore {
  const held = new Map<string, StoredCrl>();
  const bundles = new Map<string, Bundle>();
  const now = (): number => deps.clock.now().getTime();
  const accept = (crl: ServedCrl): void => {
    const key = keyOf(crl.authorityId, crl.shard),
      before = held.get(key);
    if (before !== undefined && before.crl.number >= crl.number) return;
    held.set(key, storedCrl(crl, before ?? null, now()));
    if (crl.shard === wholeCrl) noteServed(deps.db, crl);
  };
  const numberOf = (authorityId: string, shard: string): bigint | null =>
    held.get(keyOf(authorityId, shard))?.crl.number ?? null;
  const reload = async (authorityId: string | null): Promise<void> => {
    for (const crl of await listServedCrls(deps, authorityId, numberOf)) accept(crl);
  };
  const current = (key: string): StoredCrl | null => {
    const one = held.get(key) ?? null;
    return [one, one?.before ?? null].find((crl) => crl && isCurrentCrl(crl.crl, now())) ?? null;
  };
  return {
    find: (authorityId, shard) => current(keyOf(authorityId, shard))?.resource ?? null,
    findPem: async (authorityIds) => {
      const found = authorityIds.map((id) => current(keyOf(id, wholeCrl)));
      if (!found.every((one) => one !== null)) return null;
      const parts = await Promise.all(found.map((one) => one.pem()));
      const key = authorityIds.join();
      const last = bundles.get(key);
      if (last?.parts.every((part, index) => part === parts[index])) return last.bundle;
      const bundle = bundleOf(parts);
      bundles.set(key, { parts, bundle });
      return bundle;
    },
    statement: async (authorityId, serial) =>
      (await held.get(keyOf(authorityId, wholeCrl))?.crl.read())?.find(serial) ?? null,
    newest: () => [...held.values()].map((one) => one.crl),
    reload,
    accept,
  };
}

function storedCrl(crl: ServedCrl, before: StoredCrl | null, now: number): StoredCrl {
  let pem: Promise<Resource> | null = null;
  const lastModified = dateAfter(crl.thisUpdate, before?.resource.lastModified);
  return {
    crl,
    resource: resourceOf(crl, lastModified, "application/pkix-crl", crl.der),
    pem: () =>
      (pem ??= inSlices(pemSteps("X509 CRL", crl.der)).then((body) =>
        resourceOf(crl, lastModified, "application/x-pem-file", body),
      )),
    before: crl.thisUpdate.getTime() > now && before !== null ? { ...before, before: null } : null,
  };
}

/** So many CRLs at most follow each other by dates that are a second apart. */
const secondsAhead = 10;

/**
 * Dates have whole seconds: the second CRL of one gets the next one, so that a client that asks only
 * by date doesn't take it for the first. After a clock was set back, the date is its own.
 */
function dateAfter(thisUpdate: Date, before: Date | undefined): Date {
  const second = (date: Date): number => Math.floor(date.getTime() / 1000);
  if (before === undefined) return thisUpdate;
  const ahead = second(before) - second(thisUpdate);
  return ahead < 0 || ahead >= secondsAhead ? thisUpdate : new Date((second(before) + 1) * 1000);
}

function resourceOf(crl: ServedCrl, lastModified: Date, type: string, body: Uint8Array): Resource {
  const digest = Buffer.from(crl.sha256).toString("base64url").slice(0, 22);
  const etag = `"${crl.number.toString(36)}-${digest}"`;
  // Clients may keep a CRL until nextUpdate. Shared caches get five minutes, so that they do not hide
  // a new one for a day.
  return {
    type,
    body,
    etag,
    lastModified,
    expires: crl.nextUpdate,
    maxAge: 300,
  };
}

/** Kept until one of its parts changes: made for each request, large ones would fill the memory. */
type Bundle = Readonly<{ parts: readonly Resource[]; bundle: Resource | null }>;

/** Several resources as one, which changes with each and expires with the first. */
function bundleOf(parts: readonly Resource[]): Resource | null {
  const [first] = parts;
  if (first === undefined || parts.length === 1) return first ?? null;
  const times = (pick: (part: Resource) => Date | null): number[] =>
    parts.map((part) => pick(part)?.getTime() ?? Infinity);
  return {
    ...first,
    body: Buffer.concat(parts.map(({ body }) => body)),
    etag: `"${sha256(parts.map(({ etag }) => etag).join(" "))
      .toString("base64url")
      .slice(0, 22)}"`,
    lastModified: new Date(Math.max(...times(({ lastModified }) => lastModified))),
    expires: new Date(Math.min(...times(({ expires }) => expires))),
  };
}
