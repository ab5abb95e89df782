import { systemActor } from "@/lib/access/actor";
import { makeAlertReader } from "@/lib/alerts/alert-reader";
import { makeChecks } from "@/lib/alerts/run-checks";
import type { TrustedProxy } from "@/lib/client-auth/types";
import { newId } from "@/lib/format/ids";
import { runDueSupersessions } from "@/lib/issuing/run-due-supersessions";
import { makeHeartbeat } from "@/lib/log/record/heartbeat";
import { recordEntry } from "@/lib/log/record/record-entry";
import { indexAll } from "@/lib/log/segments/indexer";
import { runSequencer } from "@/lib/log/sequence/sequencer";
import { publishCrls } from "./authorities";
import { type Calendar, historyDays } from "./calendar";
import { makeChance } from "./chance";
import { makeSchedule } from "./schedule";
import type { DemoDeps, Player, Stage } from "./stage";
import { makeAutomation, makeStaff } from "./staff";
import { planBeginning, setUp } from "./story/begin";
import { pastIncidents } from "./story/incidents";
import { planPresent } from "./story/present";

const seed = 20_261;

export type FillOptions = Readonly<{
  deps: DemoDeps;
  calendar: Calendar;
  /** Of everybody who can sign in. */
  password: string;
  /** What the signer accepts a setup by. */
  setupToken: string;
  elapsedMs: () => number;
  onDay: (day: number) => void;
}>;

/**
 * Fills an empty database with the demonstration: everything is done by the use cases that people
 * and programs use, in the order of its time, with the clock moved to it. No checkpoint is
 * published meanwhile: it would be dated by the database's clock, after entries that it doesn't
 * cover. `finish` has to follow.
 */
export async function fill(options: FillOptions): Promise<void> {
  const { deps, calendar, password, onDay } = options;
  await recordBeginning(options);
  const stage = makeStage(options);
  const { schedule } = stage;
  schedule.add(calendar.begin, () => setUp(stage, password, options.setupToken));
  planBeginning(stage, password);
  for (const plan of pastIncidents) plan(stage);
  planPresent(stage);
  planJobs(stage, onDay);
  await schedule.run();
  deps.clock.moveTo(calendar.end);
  await endDay(stage);
  await makeChecks(deps).run();
  await makeHeartbeat(deps.recorder).sendLast();
}

/** Numbers and indexes what was recorded last. */
export async function finish(deps: Pick<DemoDeps, "db">): Promise<void> {
  await number(deps);
  await indexAll(deps.db);
}

/** The first entry says permanently what the others are. */
async function recordBeginning({ deps, calendar }: FillOptions): Promise<void> {
  const { clock, random, recorder } = deps;
  await recordEntry(recorder, systemActor("demo", newId("req", clock.now(), random.bytes)), {
    action: "demo.created",
    outcome: "success",
    target: null,
    details: { days: historyDays, filledAt: new Date(calendar.end).toISOString() },
  });
}

function makeStage({ deps, calendar, password, elapsedMs }: FillOptions): Stage {
  const schedule = makeSchedule(deps.clock, calendar.end);
  const players = new Map<string, Player>();
  const reader = makeAlertReader(deps, elapsedMs);
  const staff = makeStaff(deps, password);
  let proxy: TrustedProxy | null = null;
  let automation: ReturnType<typeof makeAutomation> | null = null;
  return {
    deps,
    calendar,
    schedule,
    players,
    staff,
    chance: makeChance(seed),
    automation: async () => {
      automation ??= makeAutomation(deps, await staff("admin"));
      return (await automation)();
    },
    player: (name) => {
      const player = players.get(name);
      if (player === undefined) throw new Error(`${name} has not been registered yet.`);
      return player;
    },
    proxy: () => {
      if (proxy === null) throw new Error("No proxy is trusted yet.");
      return proxy;
    },
    setProxy: (trusted) => {
      proxy = trusted;
    },
    watch: async () => {
      await number(deps);
      for (let read = 1; read > 0;) ({ read } = await reader.readNext());
    },
  };
}

const hoursWatched = 96,
  checkEveryDays = 2;

/** Alerts of the last days open as soon as they do in reality; those of earlier days at midnight. */
function planJobs(stage: Stage, onDay: FillOptions["onDay"]): void {
  const { schedule, calendar } = stage;
  for (let hours = 1; hours < hoursWatched; hours += 1)
    schedule.add(calendar.ago(hours), stage.watch);
  for (let day = 0; day < historyDays; day += 1)
    schedule.add(calendar.at(day, 23, 50), async () => {
      await endDay(stage);
      if (day % checkEveryDays === 0) await makeChecks(stage.deps).run();
      onDay(day + 1);
    });
}

/** What the jobs of the gateway do all day, once a day. */
async function endDay(stage: Stage): Promise<void> {
  const { deps } = stage;
  await runDueSupersessions(deps);
  await publishCrls(deps, systemActor("demo", newId("req", deps.clock.now(), deps.random.bytes)));
  await stage.watch();
}

/** Numbers everything that is committed. */
async function number({ db }: Pick<DemoDeps, "db">): Promise<void> {
  const idle = new AbortController();
  const sleep = async (): Promise<void> => idle.abort();
  await runSequencer(db.pool, { signal: idle.signal, sleep });
}
