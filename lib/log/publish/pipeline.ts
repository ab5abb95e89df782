import { indexAlong, sequenceAlong } from "../sequencer";
import { contradictionTo, judgeLog } from "./guard";
import { haltLog } from "./halt-log";
import { makeIntegrator, type Grown } from "./integrate";
import {
  settled,
  startLeader,
  withClient,
  type LeadSession,
  type Queryable,
  type Running,
} from "./leader";
import { readHead, readLogs } from "./log-repository";
import { openLog } from "./open-log";
import { publishAlong } from "./publisher";
import type { AskWitnesses, Cosign, Halt, OpenLog, PublishDeps } from "./types";
import { keepTidy } from "./upkeep";
import { makeWake } from "./wake";

export type PipelineOptions = Readonly<{
  cosign?: Cosign | undefined;
  /** Asked before anything is numbered or signed: what witnesses remember counts as what the signer remembers. */
  askWitnesses?: AskWitnesses | undefined;
  /** Told what went wrong; the work goes on by itself. */
  onError?: (error: unknown) => void;
  /** Told what an operator wants to see happen: progress, a halt, a continuation. */
  say?: (text: string) => void;
  onAdvance?: (size: number) => void;
  onPublished?: (size: number) => void;
}>;
/** `trouble`: what keeps this process from numbering or publishing at the moment, in words; null while all is well or another process leads. */
export type Pipeline = Running & Readonly<{ leading: () => boolean; trouble: () => string | null }>;

type Sound = Readonly<{ log: OpenLog; rememberedSize: number }>;
type Turn = Readonly<{
  deps: PublishDeps;
  options: PipelineOptions;
  session: LeadSession;
  trouble: (error: unknown) => void;
}>;
type Db = Readonly<{ pool: Queryable }>;

const AGAIN_MS = 500,
  PROGRESS_MS = 5_000;
const wordsOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

/**
 * The log's whole way: numbers what is committed, grows the tree, signs and publishes checkpoints, indexes. Run one in every door; one of them
 * leads, and another takes over within seconds when it dies. Before it numbers anything, the leader compares the database with what the
 * signer remembers, and stands still if they contradict each other.
 */
export function startLogPipeline(deps: PublishDeps, options: PipelineOptions = {}): Pipeline {
  let leading = false,
    trouble: string | null = null;
  const onError = (error: unknown): void => {
    trouble = wordsOf(error);
    options.onError?.(error);
  };
  const lead = async (session: LeadSession): Promise<void> => {
    leading = true;
    const indexing = indexAlong(deps.db, session, { onError });
    try {
      while (!session.over.aborted)
        await takeTurn({
          deps,
          session,
          trouble: onError,
          options: {
            ...options,
            onPublished: (size) => {
              trouble = null;
              options.onPublished?.(size);
            },
          },
        });
    } finally {
      leading = false;
      await settled([indexing]);
    }
  };
  const running = startLeader(deps.db, { lead, onError });
  return { ...running, leading: () => leading, trouble: () => (leading ? trouble : null) };
}

function sayProgress({ say }: PipelineOptions): (size: number, target: number) => void {
  let last = -Infinity;
  return (size, target) => {
    if (performance.now() - last < PROGRESS_MS) return;
    last = performance.now();
    say?.(`the log's tree holds ${size} of ${target} entries`);
  };
}

/** From one look at the memory to the next: until the log is halted or continued, or something fails. */
async function takeTurn(turn: Turn): Promise<void> {
  const { session, trouble } = turn;
  try {
    const sound = await findSound(turn);
    // Connections of their own: publishing must not stand in a queue behind the requests of a busy door.
    if (sound)
      await withClient(turn.deps.db, (_own, growing) =>
        withClient(turn.deps.db, (_other, publishing) =>
          workUntilChanged(turn, sound, { pool: growing }, { pool: publishing }),
        ),
      );
  } catch (error) {
    if (session.over.aborted) return;
    trouble(error);
  }
  await session.rest(AGAIN_MS);
}

/** The log to go on with, or null if there is none to go on with at the moment. */
async function findSound(turn: Turn): Promise<Sound | null> {
  const { deps } = turn;
  if ((await readHead(deps.db)).halted) return null;
  const verdict = await judgeLog({
    deps,
    integrator: makeIntegrator(deps.db, sayProgress(turn.options)),
  });
  if (verdict.state === "contradicted") {
    await halt(turn, verdict.halt);
    return null;
  }
  if (verdict.state === "sound") {
    const why = await contradictedOutside(turn, verdict.log);
    if (why === null) return { log: verdict.log, rememberedSize: verdict.remembered?.size ?? 0 };
    await halt(turn, why);
    return null;
  }
  await openLog(deps);
  return null;
}

/** A restore that took the signer's memory with it is still known to the witnesses. */
async function contradictedOutside(turn: Turn, { origin, vkey }: OpenLog): Promise<Halt | null> {
  for (const { witness, note } of (await turn.options.askWitnesses?.(origin, vkey)) ?? []) {
    const why = await contradictionTo(
      { deps: turn.deps, integrator: makeIntegrator(turn.deps.db) },
      note,
      `The witness ${witness} knows`,
    );
    if (why) return why;
  }
  return null;
}

async function halt({ deps, options }: Turn, why: Halt): Promise<void> {
  if (await haltLog(deps, why)) options.say?.(`the log is halted: ${why.message}`);
}

async function workUntilChanged(
  turn: Turn,
  { log, rememberedSize }: Sound,
  growing: Db,
  publishing: Db,
): Promise<void> {
  const { deps, options, session } = turn,
    integrator = makeIntegrator(growing, sayProgress(options)),
    changed = new AbortController(),
    over = AbortSignal.any([session.over, changed.signal]);
  const mine = { over, rest: session.rest },
    toGrow = makeWake(over),
    toPublish = makeWake(over);
  let reached = 0,
    moved = 0,
    grown: Grown = await integrator.growTo(0);
  const onAdvance = (size: number): void => {
    if (reached > 0) moved += size - reached;
    reached = size;
    toGrow.wake();
    options.onAdvance?.(size);
  };
  const integrate = async (): Promise<void> => {
    while (!over.aborted) {
      if (reached > grown.size) {
        grown = await integrator.growTo(reached);
        toPublish.wake();
      } else await toGrow.wait(AGAIN_MS);
    }
  };
  const works = [
    sequenceAlong(session.client, mine, onAdvance),
    integrate(),
    publishAlong({
      db: publishing,
      signer: deps.signer,
      log,
      rememberedSize,
      grown: () => grown,
      wake: toPublish,
      over,
      cosign: options.cosign,
      onError: turn.trouble,
      onPublished: options.onPublished,
      onAhead: async (witness, note) => {
        const why = await contradictionTo(
          { deps, integrator: makeIntegrator(deps.db) },
          note,
          `The witness ${witness} knows`,
        );
        if (why) await halt(turn, why);
      },
    }),
    watchForChange(growing, log, over, session.rest),
    keepTidy(deps.db, {
      over,
      rest: session.rest,
      takeMoved: () => {
        const count = moved;
        moved = 0;
        return count;
      },
      onError: turn.trouble,
    }),
  ];
  // The first that ends, ends all: it failed, or saw that the log is halted or continued.
  try {
    await Promise.race(works);
  } finally {
    changed.abort();
    await settled(works);
  }
}

/** Resolves when the log was halted, or continued, by whomever. */
async function watchForChange(
  db: Db,
  log: OpenLog,
  over: AbortSignal,
  rest: (ms: number) => Promise<void>,
): Promise<void> {
  while (!over.aborted) {
    await rest(AGAIN_MS);
    const [{ halted }, [newest]] = await Promise.all([readHead(db), readLogs(db)]);
    if (halted || newest?.generation !== log.generation) return;
  }
}
