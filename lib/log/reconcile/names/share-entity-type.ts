import { makeStateStore, type EntityType } from "../entity-type";
import { comparable, createdDifferences, findDifferences, listIn, millisOf } from "../fields";
import { parseList, type Fields, type ReplayedEntry } from "../fields";
import { createdSql, millisSql, truncateSql } from "../plain-entity-type";

type EntryRecord = ReplayedEntry["record"];
/** Undefined is what the log doesn't say: older entries leave some of it open. */
type ExpectedShare = Fields;

const idsOfText = (value: unknown): string[] =>
  listIn(value).flatMap((one) => (typeof one === "string" ? [one] : []));

type Stated = Readonly<Record<string, unknown>>;
const statedShares = ({ details }: EntryRecord): readonly Stated[] =>
  listIn(details["shareRows"]).filter(
    (one): one is Stated => typeof one === "object" && one !== null,
  );

const shareActions: ReadonlySet<string> = new Set([
  "identity.updated",
  "identity.names-added",
  "identity.names-released",
  "identity.names-shared",
  "identity.names-transferred",
  "identity.names-decided",
  "identity.names-upgraded",
]);

function sharesIn(record: EntryRecord): readonly string[] {
  const { action, details } = record;
  if (!shareActions.has(action)) return [];
  const { share } = details;
  return [
    ...new Set([
      ...statedShares(record).flatMap(({ id }) => (typeof id === "string" ? [id] : [])),
      ...(typeof share === "string" && share !== "" ? [share] : []),
      ...idsOfText(details["shares"]),
    ]),
  ];
}

/** What an entry that states the whole row makes of it. */
const applyStatement = ({ state, comment, reviewAt, createdBy }: Stated): ExpectedShare => ({
  state: comparable(state),
  comment: comparable(comment),
  "review date (UTC)": millisOf(reviewAt),
  creator: comparable(createdBy),
});

/** Entries that don't state the row: those of versions before it was, and further ones of an act. */
function applyOlder(
  before: ExpectedShare | null,
  { action, actor, details, target }: EntryRecord,
  id: string,
): ExpectedShare {
  const creator = comparable(actor.label);
  const listed = idsOfText(details["shares"]);
  if (action === "identity.names-shared")
    return details["share"] === id
      ? (before ?? {
          state: "decided",
          comment: comparable(details["comment"]),
          "review date (UTC)": millisOf(details["reviewAt"]),
          creator,
        })
      : { ...before, state: "ended" };
  if (action === "identity.names-upgraded")
    return listed[0] === id
      ? (before ?? { state: "undecided", "review date (UTC)": null, creator })
      : { ...before, state: "ended" };
  const keep = listIn(details["keep"]);
  const mayEnd = details["comment"] === "" && keep.length === 1 && keep[0] === target?.id;
  if (action === "identity.names-decided" && !mayEnd) return { ...before, state: "decided" };
  // A share with one identity left has ended, which these entries didn't say.
  return { ...before, state: undefined };
}

/** The shares under which several identities hold names that overlap. */
export function makeShareEntityType(): EntityType<ExpectedShare> {
  return {
    name: "share of names",
    prefixes: ["identity"],
    idOf: () => undefined,
    idsOf: sharesIn,
    targetOf: (id) => id,
    // Its entries are about the identities that hold names under it, or did.
    targetsOf: (row) => parseList(row["holders"]),
    mayBeMissing: () => false,
    next: (before, { record }, _onProblem, id) => {
      const stated = statedShares(record).find((one) => one["id"] === id);
      if (stated) return applyStatement(stated);
      // What the act changed is in its first entry.
      return Array.isArray(record.details["rows"]) ? before : applyOlder(before, record, id);
    },
    store: makeStateStore<ExpectedShare>(),
    columns: `s.id, s.state, ${truncateSql("s.comment")} as comment, ${millisSql("s.review_at")} as "review date (UTC)", ${truncateSql("s.created_by")} as creator, ${createdSql("s.created_at")},
      (select coalesce(json_agg(distinct n.identity_id), '[]')::text from identity_name n join name_share o on o.id = n.share_id where o.id = s.id or o.created_at = s.changed_at) as holders`,
    from: "name_share s",
    key: "s.id",
    differences: (row, expected) => [
      ...findDifferences(
        { ...row, comment: comparable(row["comment"]), creator: comparable(row["creator"]) },
        expected,
      ),
      ...createdDifferences(row.id, row["created"]),
    ],
    describe: (row) => `The share of names ${row.id}`,
  };
}
