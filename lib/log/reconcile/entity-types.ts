import { sha256Hex } from "@/lib/format/hash";
import { profileVersionText } from "@/lib/log/pure/profile-version";
import { recordedAddress } from "@/lib/net/address";
import { acmeEntityTypes } from "./acme-entity-types";
import { blockedKeyEntityType } from "./blocked-key-entity-type";
import { ceilingEntityType } from "./ceiling-entity-type";
import { crlEntityType } from "./crl-entity-type";
import { enrollmentEntityTypes } from "./enrollment-entity-types";
import { custodyEntityTypes } from "./custody-entity-types";
import {
  type Fields,
  comparable,
  listText,
  millisOf,
  parseList,
  secondsOf,
  textOf,
  wholeText,
} from "./fields";
import type { EntityType } from "./entity-type";
import {
  endFields,
  setFields,
  applyChanges,
  createdSql,
  statedText,
  storedDigest,
  truncateSql,
  millisSql,
  type PlainEntityType,
  makePlainEntityType,
  secondsSql,
} from "./plain-entity-type";

const coreEntityTypes: readonly PlainEntityType[] = [
  {
    name: "organization",
    from: "organization",
    prefixes: ["organization", "names"],
    columns: `id, ${truncateSql("name")} as name, ${createdSql()}, name_binding as "name binding", ${millisSql("names_upgraded_at")} as "upgrade of names (near)"`,
    created: "organization.created",
    initial: ({ details }) => ({
      name: comparable(details.name),
      "name binding": statedText(details, "nameBinding"),
      "upgrade of names (near)": null,
    }),
    transitions: {
      enforced: setFields({ "name binding": "enforced" }),
      upgraded: (before, { ts }) => ({ ...before, "upgrade of names (near)": millisOf(ts) }),
    },
  },
  {
    name: "authority",
    prefixes: ["authority", "ceiling"],
    key: "a.id",
    from: "authority a join signing_key k on k.id = a.key_id left join certificate c on c.id = a.certificate_id",
    labelField: "slug",
    columns: `a.id, a.slug, ${truncateSql("a.name")} as name, a.kind, a.status, ${createdSql("a.created_at")}, ${truncateSql("a.subject_text")} as subject, a.crl_period_seconds::text as "CRL period", a.key_algorithm as "key algorithm", a.parent_id as parent, encode(k.spki_der, 'hex') as spki, encode(a.certificate_der, 'hex') as der, encode(c.der, 'hex') as "certificate's der",
      a.certificate_id as certificate, ${secondsSql("a.not_after")} as "expiration (seconds)"`,
    derive: (row) => ({
      key: sha256Hex(Buffer.from(row["spki"] ?? "", "hex")),
      "certificate's content": row["der"] === row["certificate's der"] ? "as issued" : "different",
      confirmation: "required",
    }),
    created: "authority.created",
    initial: ({ target, details }) => ({
      slug: comparable(details.slug),
      name: comparable(target?.label),
      kind: details.parentId === null ? "root" : "issuing",
      subject: statedText(details, "subject"),
      "CRL period":
        details.crlPeriodSeconds === undefined ? undefined : textOf(details.crlPeriodSeconds),
      status: "pending",
      "key algorithm": comparable(details.keyAlgorithm),
      parent: comparable(details.parentId),
      key: comparable(details.spkiSha256),
      certificate: null,
      "expiration (seconds)": null,
      "certificate's content": "as issued",
    }),
    transitions: {
      confirmed: (before, { details }) => ({
        ...before,
        "confirmed certificate": comparable(details.certificateId),
      }),
      // CAs from before there were confirmations get their ceiling at the upgrade.
      set: setFields({ confirmation: "required" }),
      activated: (before, { details }) => ({
        ...before,
        confirmation:
          before["confirmed certificate"] === comparable(details.certificateId)
            ? "required"
            : "missing",
        status: "active",
        certificate: comparable(details.certificateId),
        "expiration (seconds)": secondsOf(details.notAfter),
      }),
      updated: applyChanges({ name: "name", status: "status" }),
    },
  },
  {
    name: "profile",
    key: "p.id",
    from: "profile p left join authority a on a.id = p.authority_id",
    labelField: "slug",
    created: "profile.created",
    columns: `p.id, p.slug, ${truncateSql("p.name")} as name, ${truncateSql("p.description")} as description, p.status, p.version::text as version, p.rules::text as rules, a.slug as authority, p.authority_id as "authority's ID", p.system::text as system, ${createdSql("p.created_at")}`,
    derive: (row) => ({ settings: versionDigest(row.id, row) }),
    initial: ({ details }) => ({
      name: statedText(details, "name"),
      description: statedText(details, "description"),
      settings: statedText(details, "versionSha256"),
      slug: comparable(details.slug),
      version: textOf(details.version),
      rules: comparable(details.rulesSha256),
      status: "active",
    }),
    transitions: {
      updated: (before, record) => ({
        ...applyChanges({
          name: "name",
          description: "description",
          authority: "authority",
          status: "status",
        })(before, record),
        version: textOf(record.details.version),
        rules: comparable(record.details.rulesSha256),
        settings: statedText(record.details, "versionSha256"),
      }),
    },
  },
  {
    // Each version of a profile, which certificates were issued by.
    name: "profile version",
    prefixes: ["profile"],
    from: "profile_version",
    key: "profile_id || '/' || version",
    labelField: "slug",
    created: "profile.created",
    isWhole: true,
    idOf: ({ target, details }) => `${target?.id}/${textOf(details.version)}`,
    targetOf: (id) => id.slice(0, id.indexOf("/")),
    // Versions from before versions were kept have no row.
    mayBeMissing: ({ settings }) => settings === undefined,
    columns: `profile_id || '/' || version as id, slug, version::text as version, rules::text as rules, authority_id as "authority's ID", system::text as system`,
    derive: (row) => ({ settings: versionDigest(row.id.slice(0, row.id.indexOf("/")), row) }),
    initial: ({ details }) => ({
      version: textOf(details.version),
      settings: statedText(details, "versionSha256"),
    }),
    transitions: {},
  },
  {
    name: "key",
    from: "signing_key",
    created: "key.created",
    labelField: "algorithm",
    // Other keys are in the signer's tables.
    idOf: ({ target, details }) => (details.purpose === "authority" ? target?.id : undefined),
    columns: `id, algorithm, encode(spki_der, 'hex') as spki, ${createdSql()}`,
    derive: (row) => ({ content: sha256Hex(Buffer.from(row["spki"] ?? "", "hex")) }),
    initial: ({ details }) => ({
      algorithm: comparable(details.algorithm),
      content: comparable(details.spkiSha256),
    }),
    transitions: {},
  },
  {
    name: "identity",
    from: "identity",
    columns: `id, ${truncateSql("name")} as name, kind, ${truncateSql("owner")} as owner, status, ${truncateSql("note")} as note, array_to_string(networks, ', ') as networks, ${createdSql()}`,
    derive: (row) => ({ networks: wholeText(row["networks"]) }),
    created: "identity.created",
    initial: ({ target, details }) => ({
      name: comparable(target?.label),
      kind: comparable(details.kind),
      owner: comparable(details.owner),
      note: statedText(details, "note"),
      status: "active",
      networks: wholeText(details.networks ?? ""),
    }),
    transitions: {
      updated: (before, record) => {
        const after = applyChanges({ name: "name", owner: "owner", note: "note" })(before, record);
        const { networks } = (record.details.changes ?? {}) as { networks?: { to?: unknown } };
        return networks === undefined ? after : { ...after, networks: wholeText(networks.to) };
      },
      suspended: setFields({ status: "suspended" }),
      activated: setFields({ status: "active" }),
    },
  },
  {
    name: "account",
    from: "account",
    columns: `id, ${truncateSql("email")} as email, ${truncateSql("name")} as name, role, status, identity_id as identity, password_hash as "password hash", ${createdSql()}`,
    derive: (row) => ({ password: storedDigest(row["password hash"]) }),
    created: "account.created",
    labelField: "email",
    initial: ({ details }) => ({
      name: statedText(details, "name"),
      password: statedText(details, "passwordDigest"),
      email: comparable(details.email),
      role: comparable(details.role),
      status: "active",
      identity: null,
    }),
    transitions: {
      updated: (before, record) => {
        const change = (record.details.changes as { password?: { to?: unknown } } | undefined)
          ?.password;
        const after = applyChanges({
          name: "name",
          role: "role",
          status: "status",
          identity: "identity",
        })(before, record);
        if (change === undefined) return after;
        const password =
          change.to === "removed" ? null : statedText(record.details, "passwordDigest");
        return { ...after, password };
      },
    },
  },
  {
    name: "invitation",
    key: "i.id",
    from: "invitation i join account a on a.id = i.account_id",
    columns: `i.id, ${truncateSql("a.email")} as email, ${millisSql("i.expires_at")} as "expiration (UTC)", ${createdSql("i.created_at")}, ${truncateSql("i.created_by")} as creator, encode(i.token_sha256, 'hex') as hash,
      case when i.used_at is not null then 'accepted' when i.canceled_at is not null then 'canceled' else 'open' end as state, ${millisSql("i.used_at")} as "use (near)", ${millisSql("i.canceled_at")} as "cancellation (near)"`,
    derive: (row) => ({ secret: storedDigest(row["hash"]) }),
    created: "invitation.created",
    labelField: "email",
    initial: ({ actor, details }) => ({
      creator: comparable(actor.label),
      secret: statedText(details, "secretDigest"),
      email: comparable(details.email),
      "expiration (UTC)": millisOf(details.expiresAt),
      state: "open",
      "use (near)": null,
      "cancellation (near)": null,
    }),
    transitions: {
      accepted: endFields({ state: "accepted" }, "use (near)"),
      canceled: endFields({ state: "canceled" }, "cancellation (near)"),
    },
  },
  {
    name: "token",
    from: "api_token",
    created: "token.created",
    columns: `id, ${truncateSql("name")} as name, role, identity_id as identity, ${millisSql("expires_at")} as "expiration (UTC)", case when revoked_at is null then 'active' else 'revoked' end as state, ${millisSql("revoked_at")} as "revocation date (near)",
      encode(secret_hash, 'hex') as hash, ${truncateSql("created_by")} as creator, parent_id as "token that it was made with", account_id as account, to_json(lineage)::text as lineage, ${createdSql()}`,
    derive: (row) => ({
      secret: storedDigest(row["hash"]),
      lineage: listText(parseList(row["lineage"])),
    }),
    initial: ({ actor, details }) => ({
      secret: statedText(details, "secretDigest"),
      creator: comparable(actor.label),
      "token that it was made with": idIn(details.parent),
      account: idIn(details.account),
      lineage:
        typeof details.lineage === "string"
          ? listText(details.lineage.split(", ").filter(Boolean))
          : undefined,
      name: comparable(details.name),
      role: comparable(details.role),
      identity: comparable(details.identityId),
      "expiration (UTC)": millisOf(details.expiresAt),
      state: "active",
    }),
    transitions: { revoked: endFields({ state: "revoked" }, "revocation date (near)") },
  },
  {
    name: "session",
    from: "session",
    created: "session.started",
    labelField: "account",
    idOf: ({ target }) => (target?.kind === "session" ? target.id : undefined),
    // Ended and expired sessions are deleted.
    mayBeMissing: () => true,
    columns: `id, account_id as account, certificate_id as certificate, proxy_id as proxy, ip, ${millisSql("expires_at")} as "expiration (UTC)", ${createdSql()}, case when ended_at is null then 'open' else 'ended' end as state`,
    derive: ({ ip = null }) => ({ ip: recordedAddress(ip === "" ? null : ip) }),
    initial: ({ actor, origin, details }) => ({
      account: actor.id,
      certificate: statedText(details, "certificateId"),
      proxy: comparable(details.proxyId),
      ip: origin.ip,
      "expiration (UTC)": details.expiresAt === undefined ? undefined : millisOf(details.expiresAt),
    }),
    transitions: { ended: setFields({ state: "ended" }) },
  },
];

/** The digest of a version of a profile, from a row, as entries have it. */
const versionDigest = (profileId: string, row: Fields): string =>
  sha256Hex(
    profileVersionText({
      profileId,
      version: Number(row["version"]),
      slug: row["slug"] ?? "",
      system: row["system"] === "true",
      authorityId: row["authority's ID"] ?? null,
      rules: JSON.parse(row["rules"] ?? "{}") as object,
    }),
  );

const idIn = (value: unknown): string | null =>
  comparable((value as { id?: unknown } | undefined)?.id);

/** All entity types except certificates. */
export const makeEntityTypes = (): EntityType<Fields>[] =>
  [
    ...coreEntityTypes,
    ceilingEntityType,
    crlEntityType,
    blockedKeyEntityType,
    ...custodyEntityTypes,
    ...acmeEntityTypes,
    ...enrollmentEntityTypes,
  ].map(makePlainEntityType);
