import { createHash } from "node:crypto";
import { canonicalJson, type Json } from "../canonical";
import type { EntryRecord } from "../types";
import { differencesOf, type Fields, fit, millisOf, type Replayed, secondsOf, textOf } from "./fields";
import { makeStore, type Noun } from "./noun";

type Step = (before: Fields, record: EntryRecord) => Fields;
type Plain = Readonly<{ name: string; columns: string; from: string; key?: string; created: string; make: (record: EntryRecord) => Fields; steps: Readonly<Record<string, Step>>; call?: string }>;

/** What an entry says that was changed, by the names that the table's facts have. */
const changed = (names: Readonly<Record<string, string>>): Step => (before, { details }) => {
  const after: Record<string, string | null | undefined> = { ...before };
  for (const [field, change] of Object.entries((details.changes ?? {}) as Record<string, { to?: unknown }>)) {
    const name = names[field];
    if (name !== undefined) after[name] = fit(change.to);
  }
  return after;
};
const become = (facts: Fields): Step => (before) => ({ ...before, ...facts });

function plainNoun({ name, columns, from, key = "id", created, make, steps, call = "name" }: Plain): Noun<Fields> {
  const next = (before: Fields | null, { seq, record }: Replayed, say: (words: string) => void): Fields | null => {
    const at = seq === null ? "An entry that waits" : `Entry ${seq}`;
    if (record.action === created) {
      if (before) say(`${at} makes the ${name} ${record.target?.id ?? ""} that the log has already.`);
      return make(record);
    }
    const step = steps[record.action.slice(name.length + 1)];
    if (!step) return before;
    if (!before) say(`${at} (${record.action}) is about the ${name} ${record.target?.id ?? ""}, which no entry before it makes.`);
    return before && step(before, record);
  };
  return {
    name, next, columns, from, key, store: makeStore<Fields>(), differences: (row, expected) => differencesOf(tidy(row), expected),
    call: (row) => `The ${name} ${row.id}${row[call] ? ` (${row[call]})` : ""}`,
  };
}

/** A row's facts as entries keep them; bytes that were let go are not compared. */
function tidy(row: Fields): Fields {
  const facts = Object.fromEntries(Object.entries(row).map(([name, value]) => [name, name === "rules" ? digestOf(value ?? "null") : fit(value)]));
  return facts["content"] === null ? { ...facts, content: undefined } : facts;
}

/** As an entry digests the rules of a profile: canonical JSON, so that a database may order the members as it likes. */
const digestOf = (rules: string): string => createHash("sha256").update(canonicalJson(JSON.parse(rules) as Json)).digest("hex");
const cut = (column: string): string => `left(${column}, 150)`;
const seconds = (column: string): string => `floor(extract(epoch from ${column}))::bigint::text`;
const millis = (column: string): string => `(extract(epoch from ${column}) * 1000)::bigint::text`;

const plains: readonly Plain[] = [
  {
    name: "organization", from: "organization", columns: `id, ${cut("name")} as name`, created: "organization.created",
    make: ({ details }) => ({ name: fit(details.name) }), steps: {},
  },
  {
    name: "authority", key: "a.id", from: "authority a join signing_key k on k.id = a.key_id left join certificate c on c.id = a.certificate_id", call: "slug",
    columns: `a.id, a.slug, ${cut("a.name")} as name, a.status, a.key_algorithm as "key algorithm", a.parent_id as parent, encode(sha256(k.spki_der), 'hex') as key,
      a.certificate_id as certificate, ${seconds("a.not_after")} as "end (seconds)", case when a.certificate_der is distinct from c.der then 'another' else 'the one issued' end as "certificate's content"`,
    created: "authority.created",
    make: ({ target, details }) => ({
      slug: fit(details.slug), name: fit(target?.label), status: "pending", "key algorithm": fit(details.keyAlgorithm), parent: fit(details.parentId), key: fit(details.spkiSha256),
      certificate: null, "end (seconds)": null, "certificate's content": "the one issued",
    }),
    steps: {
      activated: (before, { details }) => ({ ...before, status: "active", certificate: fit(details.certificateId), "end (seconds)": secondsOf(details.notAfter) }),
      updated: changed({ name: "name", status: "status" }),
    },
  },
  {
    name: "profile", key: "p.id", from: "profile p left join authority a on a.id = p.authority_id", call: "slug", created: "profile.created",
    columns: `p.id, p.slug, ${cut("p.name")} as name, ${cut("p.description")} as description, p.status, p.version::text as version, p.rules::text as rules, a.slug as authority`,
    make: ({ details }) => ({ slug: fit(details.slug), version: textOf(details.version), rules: fit(details.rulesSha256), status: "active" }),
    steps: { updated: (before, record) => ({ ...changed({ name: "name", description: "description", authority: "authority", status: "status" })(before, record), version: textOf(record.details.version), rules: fit(record.details.rulesSha256) }) },
  },
  {
    name: "identity", from: "identity", columns: `id, ${cut("name")} as name, kind, ${cut("owner")} as owner, status, ${cut("note")} as note`, created: "identity.created",
    make: ({ target, details }) => ({ name: fit(target?.label), kind: fit(details.kind), owner: fit(details.owner), status: "active" }),
    steps: { updated: changed({ name: "name", owner: "owner", note: "note" }), suspended: become({ status: "suspended" }), activated: become({ status: "active" }) },
  },
  {
    name: "account", from: "account", columns: `id, ${cut("email")} as email, ${cut("name")} as name, role, status`, created: "account.created", call: "email",
    make: ({ details }) => ({ email: fit(details.email), role: fit(details.role), status: "active" }),
    steps: { updated: changed({ name: "name", role: "role", status: "status" }) },
  },
  {
    name: "token", from: "api_token", created: "token.created",
    columns: `id, ${cut("name")} as name, role, identity_id as identity, ${millis("expires_at")} as "end (UTC)", case when revoked_at is null then 'in force' else 'revoked' end as state`,
    make: ({ details }) => ({ name: fit(details.name), role: fit(details.role), identity: fit(details.identityId), "end (UTC)": millisOf(details.expiresAt), state: "in force" }),
    steps: { revoked: become({ state: "revoked" }) },
  },
  {
    name: "crl", from: "crl", created: "crl.issued", call: "number", steps: {},
    columns: `id, authority_id as authority, shard, number::text as number, entry_count::text as "number of entries", ${seconds("next_update")} as "next update (seconds)",
      case when der is not null then encode(sha256(der), 'hex') end as content`,
    make: ({ details }) => ({
      authority: fit(details.authorityId), shard: fit(details.shard), number: fit(details.number), "number of entries": textOf(details.entryCount),
      "next update (seconds)": secondsOf(details.nextUpdate), content: fit(details.sha256),
    }),
  },
];

/** Everything but certificates. */
export const makeNouns = (): Noun<Fields>[] => plains.map(plainNoun);
