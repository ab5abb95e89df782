import type { Deps } from "@/lib/runtime/deps";
import { nodeLogCrypto } from "@/lib/log/tree/node-crypto";
import { parseCheckpoint } from "@/lib/log/pure/checkpoint";
import { type NoteKey, readVkey } from "@/lib/log/pure/note";
import { meetsQuorum, type PolicyWitness, type WitnessPolicy } from "@/lib/log/pure/witness-policy";
import type { BuildProofFrom, CollectCosignatures, CosignatureResult } from "./types";
import { fetchCosignedCheckpoint, submitCheckpoint } from "./witness-client";

/** One checkpoint that all witnesses are asked to cosign. */
type Round = Readonly<{
  note: string;
  origin: string;
  size: number;
  buildProofFrom: BuildProofFrom;
  signal: AbortSignal;
}>;
/** `line`: its cosignature. `ahead`: a checkpoint that it holds and that ours does not extend. */
type WitnessResult = Readonly<{ line: string | null; ahead: string | null }>;

const defaultTimeoutMs = 1_000;
/** How long to wait for the remaining witnesses once the quorum has cosigned. */
const graceMs = 150;

/**
 * Requests cosignatures from all witnesses of the policy at once, within `timeoutMs` (a second by
 * default). A round ends early when the quorum has cosigned and the witnesses that answered last
 * time have answered, or had a short grace period. The status of each witness is stored in the
 * database for the console.
 */
export function makeCosignatureCollector(
  deps: Pick<Deps, "db">,
  policy: WitnessPolicy,
  { timeoutMs = defaultTimeoutMs }: Readonly<{ timeoutMs?: number }> = {},
): CollectCosignatures {
  const sizes = new Map<string, number>();
  const unresponsive = new Set<string>();
  let forgetting: Promise<void> | null = null;
  const forgetOldWitnesses = async (): Promise<void> => {
    try {
      await deps.db.pool.query("select tlog.forget_witnesses($1)", [
        policy.witnesses.map(({ name }) => name),
      ]);
    } catch {
      forgetting = null;
    }
  };
  return async (note, size, buildProofFrom) => {
    await (forgetting ??= forgetOldWitnesses());
    const { origin } = parseCheckpoint(note);
    const deadline = AbortSignal.timeout(timeoutMs);
    const results = new Map<string, WitnessResult>();
    const round: Round = { note, origin, size, buildProofFrom, signal: deadline };
    const askOne = async (witness: PolicyWitness): Promise<void> => {
      const result = await requestCosignature(deps, witness, round, sizes);
      results.set(witness.name, result);
      if (result.line === null) unresponsive.add(witness.name);
      else unresponsive.delete(witness.name);
    };
    const requests = policy.witnesses.map((witness) => ({
      name: witness.name,
      done: askOne(witness).catch(() => void unresponsive.add(witness.name)),
    }));
    await waitForQuorum(
      requests,
      () => meetsQuorum(policy, cosignedNames(results)),
      unresponsive,
      deadline,
    );
    return toCosignatureResult(policy, results);
  };
}

const cosignedNames = (results: ReadonlyMap<string, WitnessResult>): string[] =>
  [...results].flatMap(([name, { line }]) => (line === null ? [] : [name]));

function toCosignatureResult(
  policy: WitnessPolicy,
  results: ReadonlyMap<string, WitnessResult>,
): CosignatureResult {
  const ahead = [...results].flatMap(([witness, { ahead: note }]) =>
    note === null ? [] : [{ witness, note }],
  );
  return {
    lines: [...results].flatMap(([witness, { line }]) =>
      line === null ? [] : [{ witness, line }],
    ),
    quorumMet: meetsQuorum(policy, cosignedNames(results)),
    ahead: ahead[0] ?? null,
  };
}

/**
 * Resolves when all witnesses have answered, when the quorum is met and the responsive ones have
 * answered or used up the grace period, or at the deadline.
 */
async function waitForQuorum(
  requests: readonly Readonly<{ name: string; done: Promise<void> }>[],
  isMet: () => boolean,
  unresponsive: ReadonlySet<string>,
  deadline: AbortSignal,
): Promise<void> {
  const responsive = requests.filter(({ name }) => !unresponsive.has(name));
  await new Promise<void>((resolve) => {
    let grace: NodeJS.Timeout | undefined;
    const finish = (): void => {
      clearTimeout(grace);
      deadline.removeEventListener("abort", finish);
      resolve();
    };
    const checkQuorum = (): void => {
      if (isMet()) grace ??= setTimeout(finish, graceMs);
    };
    deadline.addEventListener("abort", finish);
    for (const { done } of requests) void done.then(checkQuorum);
    void Promise.all(responsive.map(({ done }) => done)).then(() => {
      if (isMet()) finish();
    });
    void Promise.all(requests.map(({ done }) => done)).then(finish);
    checkQuorum();
  });
}

/**
 * Submits the checkpoint to one witness with a proof from the size that it is believed to hold, and
 * once more from the size that it says it holds.
 */
async function requestCosignature(
  deps: Pick<Deps, "db">,
  witness: PolicyWitness,
  round: Round,
  sizes: Map<string, number>,
): Promise<WitnessResult> {
  const key = `${witness.name}\n${round.origin}`;
  try {
    if (witness.url === null) throw new Error("the policy has no URL for it");
    const endpoint = { url: witness.url, key: witness.key };
    const knownSize = sizes.get(key) ?? (await readWitnessSize(deps, witness.name));
    let oldSize = knownSize <= round.size ? knownSize : 0;
    let response = await submitFrom(endpoint, round, oldSize);
    if (response.kind === "size" && response.size <= round.size) {
      oldSize = response.size;
      response = await submitFrom(endpoint, round, oldSize);
    }
    if (response.kind === "cosigned") {
      sizes.set(key, round.size);
      await storeStatus(deps, witness, round.size, null);
      return { line: response.line, ahead: null };
    }
    if (response.kind === "refused" && !response.contradicts) throw new Error(response.reason);
    // The witness claims to hold something else. Only a checkpoint signed by the log's own key
    // proves that.
    const remembered = await fetchRemembered(deps, endpoint, round);
    await storeStatus(
      deps,
      witness,
      null,
      response.kind === "refused"
        ? response.reason
        : `it holds a checkpoint of ${response.size} entries, but this log has ${round.size}${remembered === null ? "; it returned no valid checkpoint of that size" : ""}`,
    );
    return { line: null, ahead: remembered };
  } catch (error) {
    await storeStatus(deps, witness, null, errorReason(error, round.signal));
    return { line: null, ahead: null };
  }
}

const submitFrom = async (
  endpoint: Readonly<{ url: string; key: NoteKey }>,
  { note, buildProofFrom, size, signal }: Round,
  oldSize: number,
) =>
  submitCheckpoint(endpoint, {
    note,
    oldSize,
    path: oldSize === 0 || oldSize === size ? [] : await buildProofFrom(oldSize),
    signal,
  });

/** The last checkpoint that the witness cosigned for this log, if the log's own key signed it. */
async function fetchRemembered(
  { db }: Pick<Deps, "db">,
  endpoint: Readonly<{ url: string; key: NoteKey }>,
  { origin, signal }: Round,
): Promise<string | null> {
  const { rows } = await db.pool.query<{ vkey: string }>(
    "select vkey from tlog.log where origin = $1",
    [origin],
  );
  return rows[0] === undefined
    ? null
    : fetchCosignedCheckpoint(
        endpoint,
        origin,
        await readVkey(nodeLogCrypto, rows[0].vkey),
        signal,
      );
}

async function readWitnessSize({ db }: Pick<Deps, "db">, name: string): Promise<number> {
  const { rows } = await db.pool.query<{ size: string | null }>({
    name: "log-witness-size",
    text: "select size from tlog.witness where name = $1",
    values: [name],
  });
  return Number(rows[0]?.size ?? 0);
}

/** Stores a witness's status for the console. A failure must not block publishing. */
async function storeStatus(
  { db }: Pick<Deps, "db">,
  { name, vkey, url }: PolicyWitness,
  size: number | null,
  problem: string | null,
): Promise<void> {
  await db.pool
    .query({
      name: "log-note-witness",
      text: "select tlog.note_witness($1, $2, $3, $4, $5)",
      values: [name, vkey, url, size, problem],
    })
    .catch(() => {});
}

function errorReason(error: unknown, deadline: AbortSignal): string {
  if (deadline.aborted) return "the request timed out";
  const { message, cause } = error instanceof Error ? error : new Error(String(error));
  if ((cause as NodeJS.ErrnoException | undefined)?.code === "ECONNREFUSED")
    return "the connection was refused";
  return (cause instanceof Error && cause.message !== "" ? cause.message : message).slice(0, 300);
}
