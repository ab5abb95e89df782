import { setTimeout as pause } from "node:timers/promises";
import { createAccount } from "@/lib/accounts/create-account";
import { updateAccount } from "@/lib/accounts/update-account";
import { type Actor, systemActor } from "@/lib/auth/actor";
import { createIdentity } from "@/lib/identities/create-identity";
import { suspendIdentity } from "@/lib/identities/set-identity-status";
import { newId } from "@/lib/ids";
import { insertEntries, joinEntries, valuesOf } from "@/lib/log/append";
import { makeHeart } from "@/lib/log/heartbeat";
import { startLogPipeline } from "@/lib/log/publish/pipeline";
import type { Cosign } from "@/lib/log/publish/types";
import { makeSource } from "@/lib/log/source";
import { createToken } from "@/lib/tokens/create-token";
import { revokeToken } from "@/lib/tokens/revoke-token";
import { type Copy, copyDatabase, openCopy, type Surroundings } from "./place";

/** An entry as it is hashed, and the id that it is found by. */
export type CopiedEntry = Readonly<{ bytes: Uint8Array; id: string }>;

const BATCH = 500,
  LOOK_EVERY_MS = 20,
  LONGEST_MS = 120_000;

export const drillActor = ({ clock, random }: Copy["deps"]): Actor =>
  systemActor("drill", newId("req", clock.now(), random.bytes));

/** The copied entries as the first of a log, in their order. */
async function copyEntries({ deps: { db } }: Copy, entries: readonly CopiedEntry[]): Promise<void> {
  for (let from = 0; from < entries.length; from += BATCH) {
    await db.pool.query({
      ...insertEntries,
      values: valuesOf(
        joinEntries(
          entries.slice(from, from + BATCH).map((entry) => ({ ...entry, targetId: null })),
        ),
      ),
    });
    await db.pool.query("select tlog.sequence_batch($1)", [BATCH]);
  }
}

/** Publishes with the real pipeline until everything that is committed is under a published checkpoint and indexed. */
async function publishAll(copy: Copy, meet: (origin: string, vkey: string) => void): Promise<void> {
  const { db } = copy.deps;
  let known = 0;
  const cosign: Cosign = async (note, size, proveFrom) => {
    const {
      rows: [log],
    } = await db.pool.query<{ origin: string; vkey: string }>(
      "select origin, vkey from tlog.log order by generation desc limit 1",
    );
    if (log) meet(log.origin, log.vkey);
    const first = await copy.around.askWitness(note, known, await proveFrom(known));
    // It says what it knows where the two differ, as after a restart.
    if (first.status === 409) known = Number(first.body);
    const { status, body } =
      first.status === 409
        ? await copy.around.askWitness(note, known, await proveFrom(known))
        : first;
    if (status === 200) known = size;
    return {
      lines: status === 200 ? [{ witness: "drill", line: body }] : [],
      met: status === 200,
      ahead: null,
    };
  };
  const errors: unknown[] = [],
    pipeline = startLogPipeline(copy.deps, { cosign, onError: (error) => errors.push(error) });
  try {
    for (
      const until = performance.now() + LONGEST_MS;
      performance.now() < until;
      await pause(LOOK_EVERY_MS)
    ) {
      const {
        rows: [row],
      } = await db.pool.query<{
        done: boolean;
      }>(`select tlog.inbox_newest() = 0 and h.size > 0 and i.upto = h.size
        and exists (select from tlog.checkpoint c where c.published_at is not null and c.size = h.size) as done from tlog.head h, tlog.indexed i`);
      if (row?.done) return;
    }
    throw new Error("The copy of the log was not published in time.", { cause: errors.at(-1) });
  } finally {
    await pipeline.stop();
  }
}

/** Acts of the drill's own, through the same use cases as any: rows whose whole life is in the copy's log. */
async function act(copy: Copy): Promise<void> {
  const { deps } = copy,
    actor = drillActor(deps);
  const { id: identity } = await createIdentity(deps, actor, {
    kind: "service",
    name: "drill",
    owner: "drill@example.com",
    note: "",
  });
  await suspendIdentity(deps, actor, identity, { comment: "" });
  const { id: account } = await createAccount(deps, actor, {
    email: "operator@example.com",
    name: "Operator",
    role: "operator",
    password: newId("req", deps.clock.now(), deps.random.bytes),
  });
  await updateAccount(deps, actor, account, { role: "auditor" });
  const { id: token } = await createToken(deps, actor, {
    name: "drill",
    role: "auditor",
    identityId: null,
    expiresInDays: 1,
  });
  await revokeToken(deps, actor, token);
}

export type Copies = Readonly<{ healthy: string; older: string }>;

/**
 * Makes two databases: `older`, the log up to the copied entries, and `healthy`, which went on from there. The signer's and the witness's
 * memories are those of the healthy one.
 */
export async function buildCopies(
  around: Surroundings,
  {
    empty,
    name,
    entries,
    meet,
  }: Readonly<{
    empty: string;
    name: string;
    entries: readonly CopiedEntry[];
    meet: (origin: string, vkey: string) => void;
  }>,
): Promise<Copies> {
  const healthy = `${name}_healthy`,
    older = `${name}_older`;
  await copyDatabase(around.server, empty, healthy);
  const first = openCopy(around, healthy);
  try {
    await copyEntries(first, entries);
    await publishAll(first, meet);
  } finally {
    await first.close();
  }
  await copyDatabase(around.server, healthy, older);
  const second = openCopy(around, healthy, makeSource("drill/door", first.deps.random.bytes));
  try {
    await act(second);
    await makeHeart(second.deps).end();
    await publishAll(second, meet);
  } finally {
    await second.close();
  }
  return { healthy, older };
}
