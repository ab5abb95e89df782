import { comparable, listIn } from "../fields";
import type { ReplayedEntry } from "../fields";
import { isMasked, isPattern, nameKey, textCoversHeld } from "./name-text";

type EntryRecord = ReplayedEntry["record"];

/**
 * What the log says of one name of an identity. Undefined is what it doesn't say: entries of
 * versions that didn't state rows leave some of it open.
 */
export type ExpectedName = Readonly<{
  state: "held" | "reserved" | "held or reserved";
  /** The row may be missing: another name of the identity covers it, or covered it then. */
  isOptional: boolean;
  /** The share that it belongs to; null for none. */
  share: string | null | undefined;
  origin: string | undefined;
  /** The beginning of the date until which it is reserved. */
  until: string | undefined;
  /** The act that reserved it, which may need several entries. */
  reservedBy?: string;
  /** The act whose entries state its row, but have not named it: none gave the name. */
  unnamedBy?: string;
}>;

/** An act on the names of an identity, and the names that its entries named so far. */
type Act = Readonly<{ id: string; named: ReadonlySet<string> }>;

/** The names of one identity, by their text. */
export type ExpectedNames = Readonly<{
  isSystem: boolean;
  act?: Act;
  names: ReadonlyMap<string, ExpectedName>;
}>;

/** What the entries of one act have in common; a request may consist of several. */
export const actIdOf = ({ requestId, ts }: EntryRecord): string => `${requestId} ${ts}`;

export const noNames: ExpectedNames = { isSystem: false, names: new Map() };

const heldBy = new Map<string, ExpectedName>();
/** A name that is held and nothing else; one object for all that are alike, as there are many. */
function held(origin: string | undefined, share: string | null | undefined): ExpectedName {
  const key = `${origin} ${share}`;
  const known = heldBy.get(key);
  if (known) return known;
  const made = { state: "held", isOptional: false, share, origin, until: undefined } as const;
  if (heldBy.size < 1_000) heldBy.set(key, made);
  return made;
}

export const mayHold = ({ state, unnamedBy }: ExpectedName): boolean =>
  state !== "reserved" && unnamedBy === undefined;

/** Changes of names, as the transitions below make them. */
type Names = Map<string, ExpectedName>;
const textsIn = (value: unknown): string[] =>
  listIn(value).flatMap((one) => (typeof one === "string" ? [nameKey(one)] : []));

/** The names that an entry is about, as its act was asked for them. */
function namedIn({ action, target, details }: EntryRecord): string[] {
  const to = (details["changes"] as { name?: { to?: unknown } | null } | null | undefined)?.name
    ?.to;
  return [
    ...textsIn(details["names"]),
    ...listIn(details["reserved"]).flatMap((text) => readReservation(text)?.[0] ?? []),
    ...(typeof to === "string" ? [nameKey(`CN:${to}`)] : []),
    ...(action === "identity.created" ? [nameKey(`CN:${target?.label ?? ""}`)] : []),
  ];
}

/**
 * Whether a name of the identity covers a reserved one: a certificate may spell a common name in
 * another case, and older entries of a rename don't name what stays reserved so.
 */
export const isSpellingOf = (names: ReadonlyMap<string, unknown>, text: string): boolean =>
  text.startsWith("CN:") &&
  [...names.keys()].some((one) => one.startsWith("CN:") && textCoversHeld(one, text));

/**
 * What an entry that states rows makes of the names. The rows come from the database, so one that
 * is new must be of a name that this or another entry of the act names.
 */
function applyRows(
  names: Names,
  rows: readonly unknown[],
  act: Act,
  before: ExpectedNames["names"],
): void {
  for (const row of rows) {
    if (typeof row !== "object" || row === null) continue;
    const { name, state, origin, share, until } = row as Readonly<Record<string, unknown>>;
    if (typeof name !== "string") continue;
    const text = nameKey(name);
    if (state !== "held" && state !== "reserved") {
      names.delete(text);
      continue;
    }
    const shareId = typeof share === "string" ? share : null;
    const isNamed =
      names.has(text) ||
      act.named.has(text) ||
      (state === "reserved" && isSpellingOf(before, text));
    names.set(text, {
      ...held(typeof origin === "string" ? origin : undefined, shareId),
      ...(state === "held" ? {} : { state, until: typeof until === "string" ? until : undefined }),
      ...(isNamed ? {} : { unnamedBy: act.id }),
    });
  }
}

/** A part of an act that came later names what an earlier part had in its rows. */
function clearNamed(names: Names, { id, named }: Act): void {
  for (const [text, { unnamedBy, ...one }] of names)
    if (unnamedBy === id && named.has(text)) names.set(text, one);
}

/** The share of a further name: that of those of the identity's own that it overlaps, if any. */
const shareOfMore = (names: Names): null | undefined =>
  [...names.values()].every(({ share }) => share === null) ? null : undefined;

type Addition = Readonly<{
  texts: readonly string[];
  origin: string | undefined;
  share: string | null | undefined;
  /** Older entries name what was asked for, also where another name covers it. */
  maySkip: boolean;
}>;

function add(names: Names, { texts, origin, share, maySkip }: Addition): void {
  const before = [...names].filter(([, one]) => mayHold(one)).map(([text]) => text);
  for (const text of texts) {
    const existing = names.get(text);
    if (existing) {
      if (existing.state !== "held") names.set(text, held(existing.origin, existing.share));
      else if (existing.isOptional && !maySkip) names.set(text, { ...existing, isOptional: false });
      continue;
    }
    const isOptional = maySkip && before.some((one) => isPattern(one) && textCoversHeld(one, text));
    const made = held(origin, share);
    names.set(text, isOptional ? { ...made, isOptional } : made);
  }
}

/** `DNS:pay.example.com until 2027-01-01`. */
function readReservation(text: unknown): readonly [text: string, until: string] | null {
  const parts = typeof text === "string" ? /^(.*) until (\d{4}-\d\d-\d\d)?$/s.exec(text) : null;
  return parts && [nameKey(parts[1] ?? ""), parts[2] ?? ""];
}

function release(names: Names, record: EntryRecord): void {
  const { details } = record;
  const act = actIdOf(record);
  for (const text of textsIn(details["names"])) {
    const one = names.get(text);
    // One act in several entries: an earlier one may have said that it is reserved.
    if (one?.reservedBy !== act) names.delete(text);
  }
  for (const reservation of listIn(details["reserved"])) {
    const read = readReservation(reservation);
    if (read === null) continue;
    const origin = names.get(read[0])?.origin;
    names.set(read[0], {
      state: "reserved",
      isOptional: false,
      share: undefined,
      origin,
      until: read[1],
      reservedBy: act,
    });
  }
  const ended = new Set(textsIn(details["shares"]));
  for (const [text, one] of names)
    if (typeof one.share === "string" && ended.has(one.share))
      names.set(text, { ...one, share: undefined });
}

function forgetShares(names: Names): void {
  for (const [text, one] of names)
    if (one.share !== undefined) names.set(text, { ...one, share: undefined });
}

function share(names: Names, { details }: EntryRecord): void {
  const shareId = comparable(details["share"]);
  for (const text of textsIn(details["names"])) {
    const one = names.get(text);
    if (one === undefined) names.set(text, held("edit", shareId));
    // Of the identity that gets names, reserved ones are held again.
    else
      names.set(text, {
        ...one,
        share: shareId,
        state: one.state === "held" ? "held" : "held or reserved",
      });
  }
}

/** A share with one identity left ends without a comment; one that is decided may have none. */
function decide(names: Names, { target, details }: EntryRecord): void {
  const keep = listIn(details["keep"]);
  if (details["comment"] !== "" || keep.length !== 1 || keep[0] !== target?.id) return;
  for (const text of textsIn(details["names"])) {
    const one = names.get(text);
    if (one) names.set(text, { ...one, share: undefined });
  }
}

function upgrade(names: Names, { details }: EntryRecord): void {
  const isShared = listIn(details["shares"]).length > 0;
  if (isShared) forgetShares(names);
  for (const text of textsIn(details["names"])) {
    const one = names.get(text);
    if (one === undefined) names.set(text, held(undefined, isShared ? undefined : null));
    else if (one.isOptional) names.set(text, { ...one, isOptional: false, origin: undefined });
  }
}

const isRenaming = ({ details }: EntryRecord): boolean =>
  (details["changes"] as { name?: unknown } | null | undefined)?.name !== undefined;

/** The identity's own name goes from one to the other. */
function rename(names: Names, { details }: EntryRecord): void {
  const change = (
    details["changes"] as { name?: { from?: unknown; to?: unknown } | null } | null | undefined
  )?.name;
  if (typeof change?.from !== "string" || typeof change.to !== "string") return;
  const [from, to] = [nameKey(`CN:${change.from}`), nameKey(`CN:${change.to}`)];
  const former = names.get(from);
  add(names, { texts: [to], origin: "identity", share: shareOfMore(names), maySkip: false });
  if (former)
    names.set(from, {
      state: "reserved",
      isOptional: true,
      share: undefined,
      origin: former.origin,
      until: undefined,
    });
  if (shareOfMore(names) === undefined) forgetShares(names);
}

/** A name of which the log doesn't say which one it is: it may be held, reserved or gone. */
const unclear: ExpectedName = {
  state: "held or reserved",
  isOptional: true,
  share: undefined,
  origin: undefined,
  until: undefined,
};

/** The names, in which those that share their text with others stay as unclear as they are. */
function withUnclear(names: Names, before: ExpectedNames["names"]): Names {
  for (const text of before.keys())
    if (isMasked(text) && !names.has(text)) names.set(text, unclear);
  for (const [text, { unnamedBy }] of names)
    if (isMasked(text) && unnamedBy === undefined) names.set(text, unclear);
  return names;
}

type Transition = (names: Names, record: EntryRecord) => void;

/** What entries that don't state rows make of the names; `identity.created` comes first. */
const transitions: Readonly<Record<string, Transition>> = {
  "identity.created": (names, { details }) =>
    add(names, { texts: textsIn(details["names"]), origin: undefined, share: null, maySkip: true }),
  "identity.updated": rename,
  "identity.names-added": (names, { details }) =>
    add(names, {
      texts: textsIn(details["names"]),
      origin: comparable(details["origin"]) ?? undefined,
      share: shareOfMore(names),
      maySkip: details["origin"] !== "issue",
    }),
  "identity.names-released": release,
  "identity.names-transferred": release,
  "identity.names-shared": share,
  "identity.names-decided": decide,
  "identity.names-upgraded": upgrade,
  "identity.name-freed": (names, { details }) => {
    if (typeof details["name"] === "string") names.delete(nameKey(details["name"]));
  },
};

/** Whether an entry can change names at all. */
const isAboutNames = (record: EntryRecord): boolean =>
  record.action in transitions &&
  record.reason !== "no-change" &&
  (record.action !== "identity.updated" || "rows" in record.details || isRenaming(record));

/** An identity's own name, which it has from the beginning. */
const ownName = (isSure: boolean): ExpectedName => ({
  ...held("identity", null),
  ...(isSure ? {} : { isOptional: true, origin: undefined, share: undefined }),
});

/** The act that an entry is part of, with the names that its entries named up to this one. */
function actOf(before: ExpectedNames | null, record: EntryRecord): Act {
  const id = actIdOf(record);
  const former = before?.act?.id === id ? before.act.named : [];
  return { id, named: new Set([...former, ...namedIn(record)]) };
}

/**
 * The names of an identity after an entry about it; the same object if it changes none.
 * `isOwnNameSure`: since names are bound, an identity gets its own with its creation.
 */
export function nextNames(
  before: ExpectedNames | null,
  record: EntryRecord,
  isOwnNameSure: boolean,
): ExpectedNames | null {
  if (!isAboutNames(record)) return before;
  const { action, details, target } = record;
  const former = before?.names ?? noNames.names;
  const names: Names = new Map(former);
  const isCreated = action === "identity.created";
  if (isCreated) names.set(nameKey(`CN:${target?.label ?? ""}`), ownName(isOwnNameSure));
  const isSystem = isCreated ? details["kind"] === "system" : (before?.isSystem ?? false);
  const rows = details["rows"];
  if (!Array.isArray(rows)) {
    transitions[action]?.(names, record);
    return { isSystem, names: withUnclear(names, former) };
  }
  const act = actOf(before, record);
  applyRows(names, rows, act, former);
  clearNamed(names, act);
  return { isSystem, names: withUnclear(names, former), act };
}
