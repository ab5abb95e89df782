import { entryRules } from "@/lib/alerts/rules/all-rules";
import { settingOf, type RuleSetting } from "@/lib/alerts/rules/settings";
import type {
  ActiveHour,
  CertificateFacts,
  EntryRule,
  ExceptionRow,
  Who,
} from "@/lib/alerts/types";
import type { Deps } from "@/lib/deps";
import type { Growing } from "./known";
import { deleteOldMoments, readCursor, readMoments, readSettings } from "./state-repository";

export type ActiveRule = Readonly<{ rule: EntryRule; setting: RuleSetting }>;
type Named = Readonly<{ who: Who; certificate: CertificateFacts }>;

/** What is held between batches. It counts only as long as the cursor in the database stands at `upto`; otherwise it is thrown away. */
export type Memory = {
  upto: number;
  rules: readonly ActiveRule[];
  exceptions: readonly ExceptionRow[];
  /** Null: Chancery's own, or unknown. */
  certificates: Map<string, Named | null>;
  known: Map<string, Growing>;
  hours: Map<string, Map<number, ActiveHour>>;
  /** By subject, then by profile, then by hour. */
  issued: Map<string, Map<string, Map<number, number>>>;
  moments: Map<string, number[]>;
};

const longestMomentsMs = 86_400_000,
  mostHeld = 20_000;

/** Begins where the cursor stands. */
export async function loadMemory(deps: Pick<Deps, "db" | "clock">): Promise<Memory> {
  const now = deps.clock.now(),
    longAgo = new Date(now.getTime() - longestMomentsMs),
    { upto } = await readCursor(deps.db);
  await deleteOldMoments(deps.db, longAgo);
  const moments = new Map(
    (await readMoments(deps.db, longAgo)).map(({ rule, key, marks }) => [`${rule} ${key}`, marks]),
  );
  return {
    upto,
    ...(await loadSettings(deps)),
    certificates: new Map(),
    known: new Map(),
    hours: new Map(),
    issued: new Map(),
    moments,
  };
}

/** The rules that are switched on, with their settings, and what is excepted from them. */
export async function loadSettings(
  deps: Pick<Deps, "db" | "clock">,
): Promise<Pick<Memory, "rules" | "exceptions">> {
  const { settings, exceptions } = await readSettings(deps.db, deps.clock.now());
  return {
    exceptions,
    rules: entryRules
      .map((rule) => ({ rule, setting: settingOf(rule, settings) }))
      .filter(({ setting }) => setting.enabled),
  };
}

/** Forgets what was looked up longest ago when there is too much of it. What is forgotten is looked up again. */
export function trim(memory: Memory): void {
  for (const held of [memory.certificates, memory.known, memory.hours, memory.issued] as const) {
    for (const key of held.keys()) {
      if (held.size <= mostHeld) break;
      held.delete(key);
    }
  }
  // Their rows stay for a day, so the database is where the rest is found after a restart.
  for (const key of memory.moments.keys()) {
    if (memory.moments.size <= mostHeld) break;
    memory.moments.delete(key);
  }
}
