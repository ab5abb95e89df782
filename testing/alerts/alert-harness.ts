import { withParts } from "@/testing/recorder";
import { randomBytes } from "node:crypto";
import { makeAlertReader, type AlertReader } from "@/lib/alerts/alert-reader";
import type { Actor, Credential } from "@/lib/access/actor";
import type { NewEntry } from "@/lib/log/types";
import { operatorActor } from "@/testing/actors";
import { type Harness, openHarness } from "@/testing/harness";
import { recordEntry } from "@/lib/log/record/record-entry";

export type Person = Readonly<{
  identityId: string;
  name: string;
  certificateId: string;
  credential: Credential;
}>;

/**
 * A log whose time tests set, with identities and certificates that are rows and nothing more, and
 * the rules that read it.
 */
export type AlertHarness = Readonly<{
  log: Harness;
  /** Sets the clock; it does not advance until it is set again. */
  setTime: (at: number) => void;
  now: () => number;
  makeIdentity: (
    name: string,
    options?: Readonly<{ kind?: string; networks?: readonly string[]; notAfter?: Date }>,
  ) => Promise<Person>;
  /** Another certificate of the same identity. */
  makeCertificate: (person: Person) => Promise<Person>;
  actorOf: (person: Person, ip: string, over?: Partial<Actor>) => Actor;
  record: (actor: Actor, entry: NewEntry) => Promise<void>;
  reader: () => AlertReader;
  /**
   * Numbers what is recorded and lets the rules read all of it. Returns how many alerts they
   * opened.
   */
  watch: () => Promise<number>;
  alerts: () => Promise<
    {
      id: string;
      rule: string;
      severity: string;
      status: string;
      subject: string;
      count: number;
      summary: string;
    }[]
  >;
  query: (sql: string, values?: readonly unknown[]) => Promise<Record<string, unknown>[]>;
}> &
  Readonly<{ close: () => Promise<void> }>;

const hex = (n: number): string => randomBytes(n).toString("hex");
let made = 0;

export async function openAlertHarness(begin = Date.UTC(2026, 8, 1, 9)): Promise<AlertHarness> {
  const opened = await openHarness({ sequencer: false, connections: 80 });
  let time = begin;
  let reader: AlertReader | null = null;
  const log: Harness = {
    ...opened,
    deps: withParts(opened.deps, { clock: { now: () => new Date(time) } }),
  };
  const { pool } = log.deps.db;
  const query = async (sql: string, values: readonly unknown[] = []) =>
    (await pool.query<Record<string, unknown>>(sql, [...values])).rows;
  await seedHouse(opened);
  const newReader = (): AlertReader => makeAlertReader(log.deps, () => performance.now());
  const addCertificate = (identityId: string, name: string, notAfter: Date): Promise<Person> =>
    insertCertificate(opened, { identityId, name, notBefore: new Date(begin), notAfter });
  return {
    log,
    query,
    setTime: (at) => {
      time = at;
    },
    now: () => time,
    reader: newReader,
    makeIdentity: async (
      name,
      { kind = "service", networks = [], notAfter = new Date(begin + 5e10) } = {},
    ) => {
      const id = `idn_test${++made}`;
      await unrecorded(
        opened,
        "insert into identity (id, kind, name, owner, status, networks, created_at, changed_at) values ($1, $2, $3, 'team@example.com', 'active', $4, $5, $5)",
        [id, kind, name, networks, new Date(begin)],
      );
      return addCertificate(id, name, notAfter);
    },
    makeCertificate: ({ identityId, name }) =>
      addCertificate(identityId, name, new Date(begin + 5e10)),
    actorOf: ({ certificateId, name, identityId, credential }, ip, over = {}) =>
      operatorActor({
        kind: "certificate",
        id: certificateId,
        label: name,
        role: "service",
        identityId,
        credential,
        address: { ip, port: 40_000, userAgent: "test", via: ["mtls"] },
        requestId: `req_${++made}`,
        ...over,
      }),
    record: async (actor, entry) => {
      await recordEntry(log.deps.recorder, actor, entry);
    },
    watch: () => readToEnd(log, () => (reader ??= newReader())),
    alerts: async () =>
      (await query(
        "select a.id, a.rule, a.severity, a.status, a.subject_id as subject, f.count::int as count, a.summary from alert a join alert_figures f on f.alert_id = a.id order by a.opened_at, a.id",
      )) as Awaited<ReturnType<AlertHarness["alerts"]>>,
    close: opened.close,
  };
}

async function insertCertificate(
  log: Harness,
  {
    identityId,
    name,
    notBefore,
    notAfter,
  }: Readonly<{ identityId: string; name: string; notBefore: Date; notAfter: Date }>,
): Promise<Person> {
  const certificateId = `crt_test${++made}`;
  const serial = `4${hex(16).slice(1)}`;
  const fingerprintSha256 = hex(32);
  await unrecorded(
    log,
    "insert into public_key (spki_sha256, identity_id, created_at) values ($1, $2, $3)",
    [Buffer.from(serial.padEnd(64, "0"), "hex"), identityId, notBefore],
  );
  await unrecorded(
    log,
    `insert into certificate (id, issuer_id, serial, state, profile_id, profile_version, identity_id, subject_text, common_name, sans, key_algorithm, spki_sha256, not_before, not_after, tbs_der, plan_entry_id, der, fingerprint_sha256, requested_by, created_at, issued_at)
    values ($1, 'ca_test', $2, 'issued', 'prf_test', 1, $3, $4, $5, '{}', 'ec-p256', $6, $7, $8, '\\x00', 'ent_test', '\\x00', $9, 'test', $7, $7)`,
    [
      certificateId,
      Buffer.from(serial, "hex"),
      identityId,
      `CN=${name}`,
      name,
      Buffer.from(serial.padEnd(64, "0"), "hex"),
      notBefore,
      notAfter,
      Buffer.from(fingerprintSha256, "hex"),
    ],
  );
  return {
    identityId,
    name,
    certificateId,
    credential: { certificateId, serial, fingerprintSha256 },
  };
}

/** Numbers what is recorded and reads all of it; returns how many alerts were opened. */
async function readToEnd({ deps }: Harness, reader: () => AlertReader): Promise<number> {
  const sequence = () => deps.db.pool.query("select tlog.sequence_batch(1000000)");
  await sequence();
  let total = 0;
  for (;;) {
    const { read, opened } = await reader().readNext();
    total += opened;
    if (read === 0) return total;
    await sequence();
  }
}

/**
 * Rows that no entry explains: only the database's owner can, with the guards off for one
 * statement.
 */
async function unrecorded(
  { urls }: Harness,
  sql: string,
  values: readonly unknown[] = [],
): Promise<void> {
  const { default: pg } = await import("pg");
  const client = new pg.Client({ connectionString: urls.superUrl });
  await client.connect();
  try {
    for (const table of [
      "identity",
      "certificate",
      "authority",
      "profile",
      "public_key",
      "signing_key",
    ])
      await client.query(`alter table ${table} disable trigger all`);
    await client.query(sql, [...values]);
  } finally {
    for (const table of [
      "identity",
      "certificate",
      "authority",
      "profile",
      "public_key",
      "signing_key",
    ])
      await client.query(`alter table ${table} enable trigger all`);
    await client.end();
  }
}

async function seedHouse(log: Harness): Promise<void> {
  await unrecorded(
    log,
    "insert into signing_key (id, algorithm, spki_der, created_at) values ('key_test', 'ec-p256', '\\x00', now())",
  );
  await unrecorded(
    log,
    "insert into authority (id, slug, name, kind, status, key_algorithm, key_id, subject_text, crl_period_seconds, created_at) values ('ca_test', 'issuing', 'Issuing', 'issuing', 'active', 'ec-p256', 'key_test', 'CN=Issuing', 86400, now())",
  );
}
