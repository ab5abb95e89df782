import { createHash } from "node:crypto";
import type { EntryRecord } from "@/lib/log/types";
import { comparable, type Fields, listIn, listText, millisOf, parseList } from "./fields";
import {
  createdSql,
  endFields,
  millisSql,
  setFields,
  storedDigest,
  truncateSql,
  type PlainEntityType,
  type Transition,
} from "./plain-entity-type";

/** Enrollment by ACME: keys, accounts, and orders with what authorizes their names. */
export const acmeEntityTypes: readonly PlainEntityType[] = [
  {
    name: "ACME key",
    prefixes: ["acme-key"],
    from: "acme_key",
    labelField: "identity",
    created: "acme-key.created",
    columns: `id, identity_id as identity, to_json(profiles)::text as profiles, to_json(names)::text as names, ${millisSql("expires_at")} as "expiration (UTC)", case when revoked_at is null then 'active' else 'revoked' end as state, ${millisSql("revoked_at")} as "revocation date (near)",
      encode(sealed, 'hex') as sealed, ${truncateSql("created_by")} as creator, account_id as account, to_json(lineage)::text as lineage, ${createdSql()}`,
    derive: (row) => ({
      profiles: limitText(parseList(row["profiles"])),
      names: limitText(parseList(row["names"])),
      lineage: listText(parseList(row["lineage"])),
      "HMAC key": storedDigest(row["sealed"]),
    }),
    initial: ({ actor, details }) => ({
      identity: comparable(details.identityId),
      profiles: limitText(details.profiles),
      names: limitText(details.names),
      "expiration (UTC)": millisOf(details.expiresAt),
      "HMAC key": comparable(details.secretDigest),
      creator: comparable(actor.label),
      account: comparable((details.account as { id?: unknown } | undefined)?.id),
      lineage: listText(details.lineage),
      state: "active",
    }),
    transitions: { revoked: endFields({ state: "revoked" }, "revocation date (near)") },
  },
  {
    name: "ACME account",
    prefixes: ["acme"],
    from: "acme_account",
    labelField: "identity",
    created: "acme.account-created",
    idOf: ({ target }) => (target?.kind === "acme-account" ? target.id : undefined),
    columns: `id, key_id as "enrollment key", secret_id as "enrollment secret", identity_id as identity, jwk, thumbprint, to_json(contact)::text as contact, status, ${createdSql()}`,
    // The stored key is in the form whose digest is its thumbprint (RFC 7638).
    derive: (row) => ({
      contact: listText(parseList(row["contact"])),
      key: createHash("sha256")
        .update(row["jwk"] ?? "")
        .digest("base64url"),
    }),
    initial: ({ details }) => ({
      "enrollment key": comparable(details.keyId),
      "enrollment secret": comparable(details.secretId),
      identity: comparable(details.identityId),
      key: comparable(details.thumbprint),
      thumbprint: comparable(details.thumbprint),
      contact: listText(details.contact),
      status: "valid",
    }),
    transitions: {
      "account-updated": (before, { details }) => {
        const to = (details.changes as { contact?: { to?: unknown } } | undefined)?.contact?.to;
        return typeof to === "string"
          ? { ...before, contact: listText(to.split(" ").filter(Boolean)) }
          : before;
      },
      "account-deactivated": setFields({ status: "deactivated" }),
      "key-changed": (before, { details }) => ({
        ...before,
        key: comparable(details.to),
        thumbprint: comparable(details.to),
      }),
    },
  },
  {
    // With its authorizations, whose entries are about the order.
    name: "ACME order",
    prefixes: ["acme"],
    from: `acme_order o, lateral (select string_agg(distinct a.account_id, ', ') as accounts, string_agg(distinct ${millisSql("a.expires_at")}, ', ') as ends,
      json_agg(json_build_object('id', a.id, 'name', a.type || ':' || a.value, 'wildcard', a.wildcard, 'status', a.status, 'by', a.authorized_by) order by a.id)::text as list
      from acme_authorization a where a.order_id = o.id) n`,
    key: "o.id",
    labelField: "identity",
    created: "acme.order-created",
    idOf: ({ target }) => (target?.kind === "acme-order" ? target.id : undefined),
    columns: `o.id, o.account_id as account, o.identity_id as identity, o.profile, to_json(o.identifiers)::text as identifiers, o.replaces as "certificate to replace", o.status, o.certificate_id as certificate, ${millisSql("o.expires_at")} as "expiration (UTC)", n.list as authorizations, n.accounts as "authorizations' account", n.ends as "authorizations' expiration (UTC)", ${createdSql("o.created_at")}`,
    derive: (row) => ({
      identifiers: listText(parseList(row["identifiers"])),
      authorizations: textOfAll(storedAuthorizations(row["authorizations"])),
    }),
    split: splitAuthorizations,
    initial: ({ details }) => ({
      account: comparable(details.accountId),
      identity: comparable(details.identityId),
      profile: comparable(details.profile),
      identifiers: listText(namesIn(details).map(({ name }) => name)),
      "certificate to replace": comparable(details.replaces),
      status: "open",
      certificate: null,
      "expiration (UTC)": millisOf(details.expiresAt),
      authorizations: textOfAll(firstAuthorizations(details)),
      "authorizations' account": comparable(details.accountId),
      "authorizations' expiration (UTC)": millisOf(details.expiresAt),
    }),
    transitions: {
      "name-validated": authorize(({ authorizedBy }) => ["valid", comparable(authorizedBy)]),
      "challenge-failed": authorize((_, [, by]) => ["invalid", by]),
      "authorization-deactivated": authorize((_, [, by]) => ["deactivated", by]),
      "order-issued": (before, { details }) => ({
        ...before,
        status: "valid",
        certificate: comparable(details.certificateId),
      }),
      "order-failed": setFields({ status: "invalid" }),
    },
  },
];

type Named = Readonly<{ name: string; authorizedBy: string }>;
/** The status of an authorization, and by what it was authorized; null for nothing yet. */
type Authorization = readonly [status: string, by: string | null];
/** By name; as text in the fields. */
type Authorizations = ReadonlyMap<string, Authorization>;

const textOfAll = (all: Authorizations): string => JSON.stringify([...all]);
const readAll = (text: string | null | undefined): Authorizations =>
  new Map(JSON.parse(text ?? "[]") as [string, Authorization][]);

/** What a key is limited to: nothing if the list is empty. */
const limitText = (values: unknown): string => listText(values) || "(any)";
const namesIn = ({ names }: EntryRecord["details"]): readonly Named[] =>
  listIn(names).map((value) => {
    const { name, authorizedBy } = (value ?? {}) as Partial<Named>;
    return { name: String(name), authorizedBy: String(authorizedBy) };
  });

const firstAuthorizations = (details: EntryRecord["details"]): Authorizations =>
  new Map(
    namesIn(details).map(({ name, authorizedBy }): [string, Authorization] => [
      name,
      authorizedBy === "pending" ? ["pending", null] : ["valid", authorizedBy],
    ]),
  );

/** Changes the authorization of the name that an entry is about. */
function authorize(
  change: (details: EntryRecord["details"], before: Authorization) => Authorization,
): Transition {
  return (before, { details }) => {
    const all = readAll(before["authorizations"]);
    const name = String(details.name);
    const after = change(details, all.get(name) ?? ["unknown", null]);
    return { ...before, authorizations: textOfAll(new Map([...all, [name, after]])) };
  };
}

type StoredAuthorization = Readonly<{
  id: string;
  name: string;
  wildcard: boolean;
  status: string;
  by: string | null;
}>;

/** Of a row. That a name is a wildcard follows from it; the status tells if it is stored otherwise. */
function storedAuthorizations(json: string | null | undefined): Authorizations {
  const all = new Map<string, Authorization>();
  for (const { id, name, wildcard, status, by } of JSON.parse(
    json ?? "[]",
  ) as readonly StoredAuthorization[]) {
    const odd = wildcard ? ", as a wildcard" : ", not as a wildcard";
    const text = wildcard === name.includes(":*.") ? status : status + odd;
    all.set(all.has(name) ? `${name} (${id})` : name, [text, by]);
  }
  return all;
}

/** Each name's authorization as a field of its own. */
function splitAuthorizations({ authorizations, ...fields }: Fields): Fields {
  const all = [...readAll(authorizations)];
  return {
    ...fields,
    authorizations: listText(all.map(([name]) => name).toSorted()),
    ...Object.fromEntries(
      all.map(([name, [status, by]]) => [
        `authorization of ${name}`,
        by === null ? status : `${status} (${by})`,
      ]),
    ),
  };
}
