import { parseRecordedAddress } from "@/lib/log/pure/recorded-address";
import {
  factRun,
  networkRun,
  prefixRun,
  factToken,
  type TokenRun,
  wordRun,
} from "@/lib/log/pure/search-tokens";
import { wordsOf } from "@/lib/log/pure/search-words";

/** An entry of the sample, as far as searches find it. */
export type SampleEntry = Readonly<{
  ts: string;
  action: string;
  outcome: string;
  actor: Readonly<{ id: string; label: string }>;
  target: Readonly<{ id: string; label: string }> | null;
  credential: Readonly<{ certificateId: string; serial: string }> | null;
  origin: Readonly<{ ip: string | null }>;
  details: Readonly<Record<string, string>>;
}>;

// A fixed sequence, so that each run makes the same entries and asks the same.
let state = 20_261_130;
/** A number from 0 to n - 1. */
export const below = (n: number): number => {
  state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
  return (state >>> 8) % n;
};
export const pick = <T>(from: readonly T[]): T => from[below(from.length)]!;
/** The time of the first entry, about. */
export const began = Date.parse("2026-11-01T00:00:00Z");
const actions = ["certificate.issued", "certificate.read", "identity.created", "session.started"];
const oddWords = ["Ångström", "A\u030Angstro\u0308m", "ΟΔΟΣ", "日本語", "a-b_c", "İstanbul", "x"];

export function makeSampleEntry(n: number): SampleEntry {
  return {
    // The clock strays by up to a day, so that times and numbers have different orders.
    ts: new Date(began + n * 60_000 + below(86_400_000)).toISOString().replace("Z", "000Z"),
    action: pick(actions),
    outcome: pick(["success", "success", "success", "denied", "failure"]),
    actor: { id: `usr_${below(40)}`, label: `person-${below(30)}@example.com` },
    target: below(5) === 0 ? null : { id: `idn_${below(900)}`, label: `host-${below(60)}` },
    credential:
      below(3) === 0 ? { certificateId: `crt_${below(25)}`, serial: `0a${below(60)}` } : null,
    origin: {
      ip:
        below(9) === 0
          ? null
          : pick([`10.${below(4)}.${below(6)}.${below(256)}`, `2001:db8:${below(4)}::${below(9)}`]),
    },
    details: { note: `${pick(oddWords)} w${below(200)} w${below(3_000)}` },
  };
}

/** A condition as the index is asked, and the same by a look at an entry. */
export type SampleCondition = Readonly<{ run: TokenRun[]; holds: (entry: SampleEntry) => boolean }>;
const wordsByEntry = new WeakMap<SampleEntry, readonly string[]>();
function wordsIn(entry: SampleEntry): readonly string[] {
  const { action, outcome, actor, target, credential, origin, details } = entry;
  const texts = [
    action,
    outcome,
    actor.id,
    actor.label,
    target?.id,
    target?.label,
    credential?.serial,
    origin.ip,
    details["note"],
  ];
  const words = wordsByEntry.get(entry) ?? texts.flatMap((text) => wordsOf(text ?? ""));
  wordsByEntry.set(entry, words);
  return words;
}

const bitsOf = (address: Uint8Array): string =>
  Array.from(address, (byte) => byte.toString(2).padStart(8, "0")).join("");

const bitsByIp = new Map<string, string>();
/** The bits of a recorded address; each is read once, though searches look at it a thousand times. */
function bitsOfIp(ip: string): string {
  const bits = bitsByIp.get(ip) ?? bitsOf(parseRecordedAddress(ip)!);
  bitsByIp.set(ip, bits);
  return bits;
}

function network(): SampleCondition {
  const address = parseRecordedAddress(
    pick([
      `10.${below(4)}.${below(6)}.${below(256)}`,
      `2001:db8:${below(4)}::${below(9)}`,
      "203.0.113.1",
    ]),
  )!;
  const bits = below(8 * address.length + 1);
  const wanted = bitsOf(address).slice(0, bits);
  return {
    run: [networkRun(address, bits)],
    holds: ({ origin: { ip } }) => {
      const own = ip === null ? "" : bitsOfIp(ip);
      return own.length === 8 * address.length && own.startsWith(wanted);
    },
  };
}

function word(): SampleCondition {
  const whole = pick([
    "w1",
    "w12",
    "host",
    "person",
    "example",
    "ångström",
    "οδος",
    "οδοσ",
    "日本",
    "istanbul",
    "usr",
    "nothing",
  ]);
  const prefix = wordsOf(whole)[0]!;
  const typed = pick([prefix, prefix.slice(0, 2)]);
  return {
    run: [wordRun(typed)],
    holds: (entry) => wordsIn(entry).some((one) => one.startsWith(typed)),
  };
}

export const sampleConditions: readonly (() => SampleCondition)[] = [
  () => {
    const action = pick(actions);
    return { run: [factRun("action", action)], holds: (entry) => entry.action === action };
  },
  () => ({
    run: [prefixRun(factToken("action", "certificate."))],
    holds: (entry) => entry.action.startsWith("certificate."),
  }),
  () => {
    const outcome = pick(["success", "denied", "failure"]);
    return { run: [factRun("outcome", outcome)], holds: (entry) => entry.outcome === outcome };
  },
  () => {
    const id = `usr_${below(42)}`;
    return { run: [factRun("actorId", id)], holds: ({ actor }) => actor.id === id };
  },
  () => {
    const label = `person-${below(31)}@example.com`;
    return { run: [factRun("actorLabel", label)], holds: ({ actor }) => actor.label === label };
  },
  () => {
    const id = `idn_${below(920)}`;
    return { run: [factRun("target", id)], holds: ({ target }) => target?.id === id };
  },
  () => {
    const id = `crt_${below(27)}`;
    const about = `idn_${below(900)}`;
    return {
      run: [factRun("certificate", id), factRun("target", about)],
      holds: ({ credential, target }) => credential?.certificateId === id || target?.id === about,
    };
  },
  () => {
    const serial = `0a${below(62)}`;
    return {
      run: [factRun("serial", serial)],
      holds: ({ credential }) => credential?.serial === serial,
    };
  },
  network,
  word,
  word,
];
