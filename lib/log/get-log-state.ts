import type { Actor } from "@/lib/auth/actor";
import { authorize } from "@/lib/auth/permissions";
import type { Deps } from "@/lib/deps";
import { anchorState } from "./anchor/anchor-state";
import { lastVerification } from "./last-verification";
import { listSources } from "./list-sources";
import { viewCheckpoint } from "./provable";
import { describePolicy, emptyPolicy } from "./pure/policy";
import { newestCheckpoint } from "./tree-reader";
import type { HaltView, LogState, LogView, WitnessView } from "./types-of-proof";

type Log = {
  generation: number;
  origin: string;
  vkey: string;
  start_size: string;
  opened_at: Date;
  previous_note: string | null;
};
type Head = {
  size: string;
  indexed: string;
  tree_size: string;
  backlog: string;
  halted: HaltView | null;
};
type Witness = {
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
/** How the log stands: its size, its newest checkpoint and how far that can be trusted, witnesses, anchors, sources, the last verification, a halt. Needs audit.read. */
export async function getLogState(
  deps: Pick<Deps, "db" | "witnessPolicy">,
  actor: Actor,
): Promise<LogState> {
  authorize(actor, "audit.read");
  const { pool } = deps.db,
    policy = deps.witnessPolicy ?? emptyPolicy;
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
    pool.query<Log>(
      "select generation, origin, vkey, start_size, opened_at, previous_note from tlog.log order by generation desc",
    ),
    pool.query<Head>(headSql),
    newestCheckpoint(deps.db),
    pool.query<Witness>(
      "select name, vkey, url, size, cosigned_at, error, error_at from tlog.witness order by name",
    ),
    anchorState(deps),
    listSources(deps.db),
    lastVerification(deps),
  ]);
  const log = logs.find(({ generation }) => generation === newest?.generation);
  const shown =
    newest && log
      ? await viewCheckpoint({ ...newest, origin: log.origin, vkey: log.vkey }, deps)
      : null;
  return {
    logs: logs.map(viewLog),
    ...viewHead(head),
    checkpoint: shown?.view ?? null,
    level: shown?.level ?? "unsealed",
    witnesses: policy.witnesses.map((asked) =>
      viewWitness(
        asked,
        witnesses.find(({ name }) => name === asked.name),
      ),
    ),
    quorum: describePolicy(policy),
    anchors,
    sources,
    verification,
  };
}

const viewHead = (
  head: Head | undefined,
): Pick<LogState, "size" | "indexedTo" | "treeSize" | "backlog" | "halted"> => ({
  size: Number(head?.size ?? 0),
  indexedTo: Number(head?.indexed ?? 0),
  treeSize: Number(head?.tree_size ?? 0),
  backlog: Number(head?.backlog ?? 0),
  halted: head?.halted ?? null,
});

const viewLog = ({
  generation,
  origin,
  vkey,
  start_size: startSize,
  opened_at: openedAt,
  previous_note: previousNote,
}: Log): LogView => ({
  generation,
  origin,
  vkey,
  startSize: Number(startSize),
  openedAt: openedAt.toISOString(),
  previousNote,
});

/** Of a witness that the policy names; what is known of it, if it was asked yet. */
function viewWitness(
  { name, vkey, url }: Readonly<{ name: string; vkey: string; url: string | null }>,
  known: Witness | undefined,
): WitnessView {
  return {
    name,
    vkey,
    url,
    size: typeof known?.size === "string" ? Number(known.size) : null,
    cosignedAt: known?.cosigned_at?.toISOString() ?? null,
    error: known?.error ?? null,
    errorAt: known?.error_at?.toISOString() ?? null,
  };
}
