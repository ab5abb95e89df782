import { setTimeout as pause } from "node:timers/promises";
import { type Actor, systemActor } from "@/lib/access/actor";
import { createAccount } from "@/lib/accounts/create-account";
import { updateAccount } from "@/lib/accounts/update-account";
import { newId } from "@/lib/format/ids";
import { createIdentity } from "@/lib/identities/create-identity";
import { suspendIdentity } from "@/lib/identities/set-identity-status";
import { startLogPipeline } from "@/lib/log/publish/pipeline";
import type { CollectCosignatures } from "@/lib/log/cosign/types";
import { anchorWith } from "@/lib/log/anchor/anchor-checkpoint";
import { fullTileWidth } from "@/lib/log/pure/tile";
import { recordEntry } from "@/lib/log/record/record-entry";
import { insertEntriesStatement, joinEntries, insertEntriesValues } from "@/lib/log/record/inbox";
import { makeHeartbeat } from "@/lib/log/record/heartbeat";
import { createToken } from "@/lib/tokens/create-token";
import { revokeToken } from "@/lib/tokens/revoke-token";
import { completeSetup } from "@/lib/setup/complete-setup";
import { makeHashQueue } from "@/lib/runtime/hash-queue";
import { makeKeyQueue } from "@/lib/runtime/key-queue";
import { toHex } from "@/lib/log/pure/bytes";
import {
  type DrillCopy,
  copyDatabase,
  drillDomain,
  openCopy,
  type DrillEnvironment,
} from "./drill-copy";

/** The bytes of an entry as they are hashed, and its ID. */
export type CopiedEntry = Readonly<{ bytes: Uint8Array; id: string }>;

const batchSize = 500,
  pollEveryMs = 20,
  timeoutMs = 120_000;

export const drillActor = ({ clock, random }: DrillCopy["deps"]): Actor =>
  systemActor("drill", newId("req", clock.now(), random.bytes));

/** Appends the entries, in their order, as the first of the log. */
async function copyEntries(
  { deps: { db } }: DrillCopy,
  entries: readonly CopiedEntry[],
): Promise<void> {
  for (let from = 0; from < entries.length; from += batchSize) {
    await db.pool.query({
      ...insertEntriesStatement,
      values: insertEntriesValues(
        joinEntries(
          entries.slice(from, from + batchSize).map((entry) => ({ ...entry, targetId: null })),
        ),
      ),
    });
    await db.pool.query("select tlog.sequence_batch($1)", [batchSize]);
  }
}

/**
 * Runs the real pipeline until every committed entry is covered by a published checkpoint and
 * indexed.
 */
async function publishAll(
  copy: DrillCopy,
  addLog: (origin: string, vkey: string) => void,
): Promise<void> {
  const { db } = copy.deps;
  let witnessedSize = 0;
  const cosign: CollectCosignatures = async (note, size, proveFrom) => {
    const {
      rows: [log],
    } = await db.pool.query<{ origin: string; vkey: string }>(
      "select origin, vkey from tlog.log order by generation desc limit 1",
    );
    if (log) addLog(log.origin, log.vkey);
    const first = await copy.environment.askWitness(
      note,
      witnessedSize,
      await proveFrom(witnessedSize),
    );
    // A conflict (409) carries the size that the witness last cosigned, as after a restart.
    if (first.status === 409) witnessedSize = Number(first.body);
    const { status, body } =
      first.status === 409
        ? await copy.environment.askWitness(note, witnessedSize, await proveFrom(witnessedSize))
        : first;
    if (status === 200) witnessedSize = size;
    return {
      lines: status === 200 ? [{ witness: "drill", line: body }] : [],
      quorumMet: status === 200,
      ahead: null,
    };
  };
  const errors: unknown[] = [];
  const pipeline = startLogPipeline(copy.deps, {
    collectCosignatures: cosign,
    onError: (error) => errors.push(error),
  });
  try {
    for (
      const deadline = performance.now() + timeoutMs;
      performance.now() < deadline;
      await pause(pollEveryMs)
    ) {
      const {
        rows: [row],
      } = await db.pool.query<{
        done: boolean;
      }>(`select tlog.inbox_newest() = 0 and h.size > 0 and i.upto = h.size
        and exists (select from tlog.checkpoint c where c.published_at is not null and c.size = h.size) as done from tlog.head h, tlog.indexed i`);
      if (row?.done) return;
    }
    throw new Error(`The copy of the log was not published within ${timeoutMs / 1_000} seconds.`, {
      cause: errors.at(-1),
    });
  } finally {
    await pipeline.stop();
  }
}

/**
 * Changes state through the normal use cases, so that the copy has rows whose whole history is in
 * its log.
 */
async function performActions(copy: DrillCopy): Promise<void> {
  const { deps } = copy;
  const actor = drillActor(deps);
  const setUp = {
    ...deps,
    // Of a password that is never used.
    passwordCost: { memoryKib: 8, passes: 1 },
    hashQueue: makeHashQueue(),
    keyQueue: makeKeyQueue(),
    sessionIdleMs: 0,
  };
  await completeSetup(setUp, actor, {
    organization: "Drill",
    adminEmail: `admin@${drillDomain}`,
    adminPassword: toHex(deps.random.bytes(16)),
  });
  const { id: identity } = (
    await createIdentity(deps, actor, {
      kind: "service",
      name: "drill",
      owner: "drill@example.com",
      note: "",
    })
  ).result;
  await suspendIdentity(deps, actor, identity, { comment: "" });
  const { id: account } = (
    await createAccount(deps, actor, {
      email: "operator@example.com",
      name: "Operator",
      role: "operator",
    })
  ).result;
  await updateAccount(deps, actor, account, { role: "auditor" });
  const { id: token } = (
    await createToken(deps, actor, {
      name: "drill",
      role: "auditor",
      identityId: null,
      expiresInDays: 1,
    })
  ).result;
  await revokeToken(deps, actor, token);
}

/** Records reads until a tile of the log is full: full tiles are what a cache keeps. */
async function fillOneTile({ deps }: DrillCopy, copied: number): Promise<void> {
  const actor = drillActor(deps);
  for (let entries = copied; entries < fullTileWidth; entries += 1)
    await recordEntry(deps.recorder, actor, {
      action: "log.read",
      outcome: "success",
      target: null,
      details: { method: "GET", path: "/" },
    });
}

export type Copies = Readonly<{ healthy: string; older: string }>;

/**
 * Creates two databases: `older` with the copied entries only, and `healthy`, which continues from
 * there. The signer and the witness remember the healthy one.
 */
export async function buildCopies(
  environment: DrillEnvironment,
  {
    empty,
    name,
    entries,
    addLog,
  }: Readonly<{
    empty: string;
    name: string;
    entries: readonly CopiedEntry[];
    addLog: (origin: string, vkey: string) => void;
  }>,
): Promise<Copies> {
  const healthy = `${name}_healthy`;
  const older = `${name}_older`;
  await copyDatabase(environment.server, empty, healthy);
  const first = openCopy(environment, healthy, "drill/copy");
  try {
    await copyEntries(first, entries);
    await publishAll(first, addLog);
  } finally {
    await first.close();
  }
  await copyDatabase(environment.server, healthy, older);
  const second = openCopy(environment, healthy, "drill/gateway");
  try {
    await fillOneTile(second, entries.length);
    await performActions(second);
    await publishAll(second, addLog);
    const { trust, stamp } = environment.timestamps;
    await anchorWith(second.deps, trust.authority, stamp);
    await makeHeartbeat(second.deps.recorder).sendLast();
    await publishAll(second, addLog);
  } finally {
    await second.close();
  }
  return { healthy, older };
}
