import pg from "pg";
import type { Database } from "@/lib/db/database";

/** What becomes of a statement: it runs, it never reaches the server, or its answer is lost. */
export type Fault = "none" | "refused" | "lost before" | "lost after";

const refused = (): Error =>
  Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
const lost = (): Error => new Error("Connection terminated unexpectedly");

async function failing<T>(asked: Fault | Promise<Fault>, run: () => Promise<T>): Promise<T> {
  const fault = await asked;
  if (fault === "refused") throw refused();
  if (fault === "lost before") throw lost();
  const result = await run();
  if (fault === "lost after") throw lost();
  return result;
}

const nameOf = (query: unknown): string =>
  typeof query === "string" ? query : ((query as { name?: string }).name ?? "");

/**
 * The database behind connections that fail where `faultOf` says so: asked with the name of a
 * prepared statement, or "transaction" for one of Prisma's.
 */
export function makeFaulty(
  db: Database,
  faultOf: (statement: string) => Fault | Promise<Fault>,
): Database {
  const faulty = (pool: pg.Pool): pg.Pool =>
    new Proxy(pool, {
      get(target, property) {
        const value = Reflect.get(target, property, target) as unknown;
        // The connections for hot statements fail as well.
        if (value instanceof pg.Pool) return faulty(value);
        if (typeof value !== "function") return value;
        const call = (value as (...args: unknown[]) => unknown).bind(target);
        if (property !== "query") return call;
        return (...args: unknown[]) =>
          failing(faultOf(nameOf(args[0])), () => call(...args) as Promise<unknown>);
      },
    });
  const pool = faulty(db.pool);
  const prisma = new Proxy(db.prisma, {
    get(target, property) {
      const value = Reflect.get(target, property, target) as unknown;
      if (property !== "$transaction") return value;
      const call = (value as (...args: unknown[]) => Promise<unknown>).bind(target);
      return (...args: unknown[]) => failing(faultOf("transaction"), () => call(...args));
    },
  });
  return { ...db, pool, prisma };
}
