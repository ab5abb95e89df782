import type { Actor } from "@/lib/access/actor";
import type { TrustedProxy } from "@/lib/client-auth/types";
import type { Deps } from "@/lib/runtime/deps";
import type { Calendar } from "./calendar";
import type { Chance } from "./chance";
import type { MovedClock } from "./moved-clock";
import type { Schedule } from "./schedule";
import type { Member, Slot } from "./story/cast";

export type DemoDeps = Deps & Readonly<{ clock: MovedClock }>;

/** A certificate of a member of the cast, as its holder has it. */
export type Held = Readonly<{
  id: string;
  der: Uint8Array;
  slot: Slot;
  sans: readonly Readonly<{ type: "dns" | "email"; value: string }>[];
  notAfter: number;
}>;

/** A member of the cast once it is registered. Its newest certificates are last. */
export type Player = Readonly<{ id: string; member: Member; held: Held[] }>;

/** Everybody who signs in: an administrator, a second one, an operator, an auditor. */
export type StaffName = "admin" | "second" | "operator" | "auditor";

/** What the story is played on. */
export type Stage = Readonly<{
  deps: DemoDeps;
  chance: Chance;
  calendar: Calendar;
  schedule: Schedule;
  /** Signed in as that person, with the session of this working day. */
  staff: (name: StaffName) => Promise<Actor>;
  /** The deployment automation, by its API token. */
  automation: () => Promise<Actor>;
  players: Map<string, Player>;
  player: (name: string) => Player;
  proxy: () => TrustedProxy;
  setProxy: (proxy: TrustedProxy) => void;
  /** Numbers what was recorded and has the alert rules read it. */
  watch: () => Promise<void>;
}>;
