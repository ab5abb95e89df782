import type { Deps } from "@/lib/deps";
import { nodeLogCrypto } from "../node-crypto";
import { parseCheckpoint } from "../pure/checkpoint";
import { readVkey, type NoteKey } from "../pure/note";
import { meetsPolicy, type Policy, type PolicyWitness } from "../pure/policy";
import type { Cosign, CosignOutcome, ProveFrom } from "../publish/types";
import { askRemembered, askWitness } from "./ask-witness";

type Round = Readonly<{
  note: string;
  origin: string;
  size: number;
  proveFrom: ProveFrom;
  signal: AbortSignal;
}>;
type Found = Readonly<{ line: string | null; ahead: string | null }>;

/** How long one round may take, and how long the others are waited for once enough have answered. */
const LONGEST_MS = 1_000,
  GRACE_MS = 150;

/**
 * Asks every witness of the policy at once, at most a second; a round ends early when the quorum has cosigned and those that answered last
 * time have had a moment. What each witness said is noted in the database, where the console shows it.
 */
export function makeCosign(
  deps: Pick<Deps, "db">,
  policy: Policy,
  { longestMs = LONGEST_MS }: Readonly<{ longestMs?: number }> = {},
): Cosign {
  const sizes = new Map<string, number>(),
    silent = new Set<string>();
  let cleared: Promise<void> | null = null;
  const clear = async (): Promise<void> => {
    try {
      await deps.db.pool.query("select tlog.forget_witnesses($1)", [
        policy.witnesses.map(({ name }) => name),
      ]);
    } catch {
      cleared = null;
    }
  };
  return async (note, size, proveFrom) => {
    await (cleared ??= clear());
    const { origin } = parseCheckpoint(note),
      deadline = AbortSignal.timeout(longestMs),
      found = new Map<string, Found>();
    const round: Round = { note, origin, size, proveFrom, signal: deadline };
    const one = async (witness: PolicyWitness): Promise<void> => {
      const result = await ask(deps, witness, round, sizes);
      found.set(witness.name, result);
      if (result.line === null) silent.add(witness.name);
      else silent.delete(witness.name);
    };
    const asked = policy.witnesses.map((witness) => ({
      name: witness.name,
      done: one(witness).catch(() => void silent.add(witness.name)),
    }));
    await enough(asked, () => meetsPolicy(policy, cosignedIn(found)), silent, deadline);
    return outcomeOf(policy, found);
  };
}

const cosignedIn = (found: ReadonlyMap<string, Found>): string[] =>
  [...found].flatMap(([name, { line }]) => (line === null ? [] : [name]));

function outcomeOf(policy: Policy, found: ReadonlyMap<string, Found>): CosignOutcome {
  const ahead = [...found].flatMap(([witness, { ahead: note }]) =>
    note === null ? [] : [{ witness, note }],
  );
  return {
    lines: [...found].flatMap(([witness, { line }]) => (line === null ? [] : [{ witness, line }])),
    met: meetsPolicy(policy, cosignedIn(found)),
    ahead: ahead[0] ?? null,
  };
}

/** Until all have answered, or the quorum is met and those that usually answer had their moment, or the time is over. */
async function enough(
  asked: readonly Readonly<{ name: string; done: Promise<void> }>[],
  isMet: () => boolean,
  silent: ReadonlySet<string>,
  deadline: AbortSignal,
): Promise<void> {
  const usual = asked.filter(({ name }) => !silent.has(name));
  await new Promise<void>((resolve) => {
    let grace: NodeJS.Timeout | undefined;
    const end = (): void => {
      clearTimeout(grace);
      deadline.removeEventListener("abort", end);
      resolve();
    };
    const look = (): void => {
      if (isMet()) grace ??= setTimeout(end, GRACE_MS);
    };
    deadline.addEventListener("abort", end);
    for (const { done } of asked) void done.then(look);
    void Promise.all(usual.map(({ done }) => done)).then(() => {
      if (isMet()) end();
    });
    void Promise.all(asked.map(({ done }) => done)).then(end);
    look();
  });
}

/** One witness: told what it is believed to know, and once more what it says that it knows. */
async function ask(
  deps: Pick<Deps, "db">,
  witness: PolicyWitness,
  round: Round,
  sizes: Map<string, number>,
): Promise<Found> {
  const at = `${witness.name}\n${round.origin}`;
  try {
    if (witness.url === null) throw new Error("the policy has no address for it");
    const place = { url: witness.url, key: witness.key },
      known = sizes.get(at) ?? (await sizeInDatabase(deps, witness.name));
    let oldSize = known <= round.size ? known : 0,
      says = await askFrom(place, round, oldSize);
    if (says.kind === "size" && says.size <= round.size) {
      oldSize = says.size;
      says = await askFrom(place, round, oldSize);
    }
    if (says.kind === "cosigned") {
      sizes.set(at, round.size);
      await note(deps, witness, round.size, null);
      return { line: says.line, ahead: null };
    }
    if (says.kind === "refused" && !says.contradicts) throw new Error(says.why);
    // Whether what it remembers contradicts this log is judged from its checkpoint, if the log's own key signed it.
    const remembered = await rememberedBy(deps, place, round);
    await note(
      deps,
      witness,
      null,
      says.kind === "refused"
        ? says.why
        : `it remembers ${says.size} entries of this log, which has ${round.size}${remembered === null ? ", and shows no checkpoint that says so" : ""}`,
    );
    return { line: null, ahead: remembered };
  } catch (error) {
    await note(deps, witness, null, reasonOf(error, round.signal));
    return { line: null, ahead: null };
  }
}

const askFrom = async (
  place: Readonly<{ url: string; key: NoteKey }>,
  { note: text, proveFrom, size, signal }: Round,
  oldSize: number,
) =>
  askWitness(place, {
    note: text,
    oldSize,
    path: oldSize === 0 || oldSize === size ? [] : await proveFrom(oldSize),
    signal,
  });

/** The last checkpoint that it cosigned for this log. Only one that the log's key signed counts, so that no witness can claim anything. */
async function rememberedBy(
  { db }: Pick<Deps, "db">,
  place: Readonly<{ url: string; key: NoteKey }>,
  { origin, signal }: Round,
): Promise<string | null> {
  const { rows } = await db.pool.query<{ vkey: string }>(
    "select vkey from tlog.log where origin = $1",
    [origin],
  );
  return rows[0] === undefined
    ? null
    : askRemembered(place, origin, await readVkey(nodeLogCrypto, rows[0].vkey), signal);
}

async function sizeInDatabase({ db }: Pick<Deps, "db">, name: string): Promise<number> {
  const { rows } = await db.pool.query<{ size: string | null }>({
    name: "log-witness-size",
    text: "select size from tlog.witness where name = $1",
    values: [name],
  });
  return Number(rows[0]?.size ?? 0);
}

/** What is shown of a witness. It must not keep a checkpoint from being published that it cannot be written down. */
async function note(
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

function reasonOf(error: unknown, deadline: AbortSignal): string {
  if (deadline.aborted) return "it did not answer in time";
  const { message, cause } = error instanceof Error ? error : new Error(String(error));
  if ((cause as NodeJS.ErrnoException | undefined)?.code === "ECONNREFUSED")
    return "nothing answers at its address";
  return (cause instanceof Error && cause.message !== "" ? cause.message : message).slice(0, 300);
}
