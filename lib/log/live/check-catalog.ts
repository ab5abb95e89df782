import type { Database } from "@/lib/runtime/deps";
import { readCatalog } from "./catalog-repository";
import catalog from "./expected-catalog.json" with { type: "json" };
import type { Check } from "@/lib/log/reconcile/check";
import type { Checks } from "./types";

/**
 * What the migrations make: a digest of each object, kept by a test, and the major version of
 * PostgreSQL that it was made with.
 */
type ExpectedCatalog = Readonly<{ server: number; objects: Readonly<Record<string, string>> }>;

/** The function by which the tables are compared with what isn't numbered yet. */
const inboxReader = "function tlog.inbox_about(text[])";

/** Compares the one function of the database that the comparison of the tables relies on. */
export async function checkInboxReader(db: Pick<Database, "pool">, check: Check): Promise<void> {
  const { objects } = await readCatalog(db);
  const found = objects.find(({ name }) => name === inboxReader);
  const expected: ExpectedCatalog = catalog;
  check.count();
  if (found?.digest !== expected.objects[inboxReader])
    check.problem(
      `The inbox can't be compared: ${inboxReader} is not the one that the migrations make.`,
    );
}

/**
 * Compares every function, trigger, constraint, rule and privilege of Chancery's schemas with what
 * the migrations of this version make, and names each that differs, is missing or was added.
 * Definitions that another version of PostgreSQL may print differently are compared only on the
 * version that the list was made with.
 */
export async function checkCatalog(
  db: Pick<Database, "pool">,
  { guards }: Pick<Checks, "guards">,
): Promise<void> {
  const expected: ExpectedCatalog = catalog;
  const { server, objects } = await readCatalog(db);
  const printed = new Set(objects.filter((object) => object.printed).map(({ name }) => name));
  const found = new Map(objects.map(({ name, digest }) => [name, digest]));
  for (const [name, digest] of Object.entries(expected.objects)) {
    if (server !== expected.server && (printed.has(name) || !found.has(name))) continue;
    guards.count();
    if (!found.has(name)) guards.problem(`Missing in the database: ${name}.`);
    else if (found.get(name) !== digest)
      guards.problem(`Changed in the database since the migrations made it: ${name}.`);
  }
  for (const name of found.keys()) {
    if (name in expected.objects || (server !== expected.server && printed.has(name))) continue;
    guards.count();
    guards.problem(`Added to the database by something other than the migrations: ${name}.`);
  }
}
