import { spanOf } from "@/lib/pki/held-names/span";
import type { HeldNameRow } from "@/lib/pki/held-names/carried-name";
import type { HeldName } from "@/lib/pki/held-names/held-name";
import { makeStateStore, type EntityRow, type EntityType, type Lookups } from "../entity-type";
import type { ReplayedEntry } from "../fields";
import {
  actIdOf,
  isSpellingOf,
  nextNames,
  type ExpectedName,
  type ExpectedNames,
} from "./held-state";
import { makeHolders } from "./holders";
import { isMasked, rowText } from "./name-text";
import { unheldNames } from "./planned-names";

/** A row of identity_name that is not released, as the query below has it. */
type StoredName = HeldNameRow &
  Readonly<{
    identity: string;
    state: string;
    share: string | null;
    shareState: string | null;
    origin: string;
    until: string | null;
    holder: string;
    lower: string;
    upper: string;
    closed: boolean;
  }>;

/** How long a decision made before names were enforced may take to be stored. */
const decisionMs = 10_000;

const from = `identity i left join lateral (
    select json_agg(json_build_object('identity', n.identity_id, 'type', n.type, 'form', n.form, 'value', n.value, 'state', n.state,
      'share', n.share_id, 'shareState', s.state, 'origin', n.origin, 'until', to_char(n.reserved_until at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
      'holder', n.holder, 'lower', lower(n.span), 'upper', upper(n.span), 'closed', upper_inc(n.span)))::text as names
    from identity_name n left join name_share s on s.id = n.share_id where n.identity_id = i.id and n.state <> 'released') n on true`;

/**
 * The names that identities hold or that are reserved for them, all of an identity as one; and, by
 * the order of the log, whether an identity held the names of each certificate that was planned for
 * it. Released rows give nobody anything.
 */
export function makeNamesEntityType(): EntityType<ExpectedNames> {
  const binding = makeBinding();
  const store = makeStateStore<ExpectedNames>();
  const holders = makeHolders(store.get);
  return {
    name: "list of names",
    prefixes: ["identity", "certificate", "organization", "names"],
    idOf: ({ action, target, details }) => {
      if (action === "certificate.planned")
        return typeof details["identityId"] === "string" ? details["identityId"] : undefined;
      return action.startsWith("certificate.") ? undefined : target?.id;
    },
    targetOf: (id) => id,
    // The identity itself is compared apart.
    mayBeMissing: () => true,
    next: (before, entry, onProblem, id) => {
      const { action } = entry.record;
      if (action === "certificate.planned") {
        comparePlan(before, entry, binding, onProblem);
        return before;
      }
      if (!action.startsWith("identity.")) {
        binding.add(entry.record);
        return before;
      }
      const after = nextNames(before, entry.record, binding.isOwnNameSure());
      if (after === null || after === before || entry.seq === null) return after;
      const act = actIdOf(entry.record);
      for (const problem of holders.take(id, (one) => one === act)) onProblem(problem);
      holders.change(id, before, after, entry);
      return after;
    },
    store,
    columns: "i.id, n.names",
    from,
    key: "i.id",
    differences: async (row, { names }, lookups) => [
      ...differences(row, names),
      ...(await takeMeetings(holders, row.id, lookups)),
    ],
    describe: (row) => `The names of the identity ${row.id}`,
  };
}

/** What is left of the meetings of an identity, but for acts of which only a part is replayed. */
async function takeMeetings(
  holders: ReturnType<typeof makeHolders>,
  id: string,
  lookups: Lookups,
): Promise<string[]> {
  const involved = holders.involvedWith(id);
  if (involved.length === 0) return [];
  const entries = await lookups.entriesAfter(involved);
  const goingOn = new Set(entries.map(({ record }) => actIdOf(record)));
  return holders.take(id, (act) => goingOn.has(act));
}

/** Since when names are enforced, and whether every identity got its own name with its creation. */
function makeBinding() {
  let enforcedSince: number | null = null;
  let isOwnNameSure = false;
  return {
    add: ({ action, details, ts }: ReplayedEntry["record"]): void => {
      const isBound = action === "organization.created" && details["nameBinding"] === "enforced";
      if (isBound) enforcedSince ??= 0;
      if (action === "names.enforced") enforcedSince ??= Date.parse(ts) + decisionMs;
      if (isBound || action === "names.upgraded") isOwnNameSure = true;
    },
    isOwnNameSure: () => isOwnNameSure,
    isEnforcedAt: (ts: string) => enforcedSince !== null && Date.parse(ts) >= enforcedSince,
  };
}

function comparePlan(
  before: ExpectedNames | null,
  { seq, record }: ReplayedEntry,
  binding: ReturnType<typeof makeBinding>,
  onProblem: (message: string) => void,
): void {
  if (!binding.isEnforcedAt(record.ts)) return;
  const unheld = unheldNames(record, before);
  if (unheld.length === 0) return;
  const identity = String(record.details["identityId"]);
  onProblem(
    `Entry ${seq ?? "in the inbox"} plans the certificate ${record.target?.id ?? ""} with ${listed(unheld)}, which the identity ${identity} did not hold by the log.`,
  );
}

const listed = (names: readonly string[]): string =>
  names.length <= 3
    ? names.join(", ")
    : `${names.slice(0, 3).join(", ")} and ${names.length - 3} more names`;

function differences(row: EntityRow, expected: ExpectedNames["names"]): string[] {
  const stored = JSON.parse(row["names"] ?? "[]") as readonly StoredName[];
  const found = new Set<string>();
  const problems = stored.flatMap((name) => {
    const text = rowText(name);
    const isTwice = found.has(text);
    found.add(text);
    const one = expected.get(text);
    // It keeps others from nothing that the name which it spells differently doesn't.
    if (one === undefined && name.state === "reserved" && isSpellingOf(expected, text)) return [];
    if (one === undefined) return [`${text} is ${name.state} in the table, but has no entry`];
    return [
      ...(isTwice && !isMasked(text) ? [`${text} is in the table twice`] : []),
      ...rowDifferences(name, one).map((what) => `${text} ${what}`),
      ...derivedDifferences(name).map((what) => `${text} ${what}`),
    ];
  });
  for (const [text, { state, isOptional, unnamedBy }] of expected) {
    if (unnamedBy !== undefined)
      problems.push(
        `${text} was changed together with others, although no entry of that time names it`,
      );
    if (!found.has(text) && !isOptional)
      problems.push(`${text} is ${state} according to the log, but not in the table`);
  }
  return problems;
}

function rowDifferences(row: StoredName, expected: ExpectedName): string[] {
  const { state, share, origin, until } = expected;
  const problems: string[] = [];
  if (state !== "held or reserved" && row.state !== state)
    problems.push(`is ${row.state} in the table, but ${state} according to the log`);
  if (share !== undefined && row.share !== share)
    problems.push(
      `is ${inShare(row.share)} in the table, but ${inShare(share)} according to the log`,
    );
  if (origin !== undefined && row.origin !== origin)
    problems.push(`has the origin ${row.origin} in the table, but ${origin} according to the log`);
  if (row.state === "reserved" && until !== undefined && !row.until?.startsWith(until))
    problems.push(
      `is reserved until ${row.until ?? "no date"} in the table, but until ${until} according to the log`,
    );
  return problems;
}

const inShare = (share: string | null): string =>
  share === null ? "in no share" : `in the share ${share}`;

/** What the database computes from the row, by which it keeps others from the name. */
function derivedDifferences(row: StoredName): string[] {
  const problems: string[] = [];
  if (row.shareState === "ended") problems.push(`is in the share ${row.share}, which has ended`);
  if (row.holder !== (row.share ?? row.identity))
    problems.push(`is kept for ${row.holder} in the table`);
  // Case folding of other letters depends on the version of Unicode.
  if (row.type === "legacy" || !/^[ -~]*$/.test(row.value)) return problems;
  const span = spanOf(row as HeldName);
  if (row.lower !== span.lower || row.upper !== span.upper || row.closed !== span.upperIncluded)
    problems.push("keeps others from other names than itself");
  return problems;
}
