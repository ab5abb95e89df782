import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import { readAnchoringState } from "@/lib/log/anchor/read-anchors";
import { describeQuorum, emptyWitnessPolicy } from "@/lib/log/pure/witness-policy";
import { listSources } from "@/lib/log/record/list-sources";
import { findNewestCheckpoint, verifyCheckpointView } from "@/lib/log/tree/checkpoint-reader";
import type { HaltView, LogState, LogView, WitnessView } from "@/lib/log/view-types";
import type { Deps } from "@/lib/runtime/deps";
import { findLastVerification } from "./verifications";

type LogRow = {
  generation: number;
  origin: string;
  vkey: string;
  start_size: string;
  opened_at: Date;
  previous_note: string | null;
};
type HeadRow = {
  size: string;
  indexed: string;
  tree_size: string;
  backlog: string;
  halted: HaltView | null;
};
type WitnessRow = {
  name: string;
  vkey: string;
  url: string | null;
  size: string | null;
  cosigned_at: Date | null;
  error: string | null;
  error_at: Date | null;
};

const headSql = {
  name: "log-head-state",
  text: "select h.size, i.upto as indexed, t.size as tree_size, tlog.inbox_backlog() as backlog, h.halted from tlog.head h, tlog.indexed i, tlog.tree t",
} as const;

/**
 * The state of the log: its size, its newest checkpoint and the level that it reaches, witnesses,
 * anchors, sources, the last verification, and a halt. Needs audit.read.
 */
export async function getLogState(
  deps: Pick<Deps, "db" | "witnessPolicy">,
  actor: Actor,
): Promise<LogState> {
  authorize(actor, "audit.read");
  const { pool } = deps.db;
  const policy = deps.witnessPolicy ?? emptyWitnessPolicy;
  const [
    { rows: logs },
    {
      rows: [head],
    },
    newest,
    { rows: witnesses },
    anchors,
    sources,
    verification,
  ] = await Promise.all([
    pool.query<LogRow>(
      "select generation, origin, vkey, start_size, opened_at, previous_note from tlog.log order by generation desc",
    ),
    pool.query<HeadRow>(headSql),
    findNewestCheckpoint(deps.db),
    pool.query<WitnessRow>(
      "select name, vkey, url, size, cosigned_at, error, error_at from tlog.witness order by name",
    ),
    readAnchoringState(deps),
    listSources(deps.db),
    findLastVerification(deps),
  ]);
  const log = logs.find(({ generation }) => generation === newest?.generation);
  const verified =
    newest && log
      ? await verifyCheckpointView({ ...newest, origin: log.origin, vkey: log.vkey }, deps)
      : null;
  return {
    logs: logs.map(toLogView),
    ...toHeadView(head),
    checkpoint: verified?.view ?? null,
    level: verified?.level ?? "unsealed",
    witnesses: policy.witnesses.map((witness) =>
      toWitnessView(
        witness,
        witnesses.find(({ name }) => name === witness.name),
      ),
    ),
    quorum: describeQuorum(policy),
    anchors,
    sources,
    verification,
  };
}

const toHeadView = (
  head: HeadRow | undefined,
): Pick<LogState, "size" | "indexedTo" | "treeSize" | "backlog" | "halted"> => ({
  size: Number(head?.size ?? 0),
  indexedTo: Number(head?.indexed ?? 0),
  treeSize: Number(head?.tree_size ?? 0),
  backlog: Number(head?.backlog ?? 0),
  halted: head?.halted ?? null,
});

const toLogView = (row: LogRow): LogView => ({
  generation: row.generation,
  origin: row.origin,
  vkey: row.vkey,
  startSize: Number(row.start_size),
  openedAt: row.opened_at.toISOString(),
  previousNote: row.previous_note,
});

/** A witness of the policy with its stored status, if it has been asked before. */
function toWitnessView(
  { name, vkey, url }: Readonly<{ name: string; vkey: string; url: string | null }>,
  status: WitnessRow | undefined,
): WitnessView {
  return {
    name,
    vkey,
    url,
    size: typeof status?.size === "string" ? Number(status.size) : null,
    cosignedAt: status?.cosigned_at?.toISOString() ?? null,
    error: status?.error ?? null,
    errorAt: status?.error_at?.toISOString() ?? null,
  };
}
