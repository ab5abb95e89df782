import { adminActor } from "@/testing/actors";
import { createTestCa, createTestIdentity } from "@/testing/ca/create-test-ca";
import { makeCsr } from "@/testing/ca/requests";
import { serveTemplates } from "@/testing/database/serve-templates";
import type { Harness } from "@/testing/harness";
import { getAuthority, listAuthorities } from "@/lib/authorities/read-authorities";
import { getCertificate } from "@/lib/certificates/get-certificate";
import { listCertificates } from "@/lib/certificates/list-certificates";
import type { CertificateQueryInput } from "@/lib/certificates/schema";
import { getCustody } from "@/lib/custody/get-custody";
import { getIdentity, listIdentities } from "@/lib/identities/read-identities";
import { issueCertificate } from "@/lib/issuing/issue-certificate";
import { getExpiryByWeek } from "@/lib/overview/get-charts";
import { getOverview } from "@/lib/overview/get-overview";
import { listProfiles } from "@/lib/profiles/read-profiles";
import { report } from "./_results";
import { printTable } from "./_tools";

// What the console's pages ask for, over an inventory of many certificates: the time of each use
// case in this process and PostgreSQL, with rotating terms. `BENCH_CERTIFICATES`: how many
// (1,000,000), one identity for every ten.
const certificates = Number(process.env["BENCH_CERTIFICATES"] ?? 1_000_000);
const perIdentity = 10;
const identities = certificates / perIdentity;
const rounds = 30;
const promisedMs = 200;
const teams = ["payments", "billing", "search", "storage", "mobile", "fraud", "identity", "core"];
const dayMs = 86_400_000;

const { socketPath, close } = await serveTemplates();
process.env["CHANCERY_TEST_POSTGRES"] = socketPath;
const harness = await createTestCa();
const actor = adminActor();
const { deps } = harness;
try {
  const began = performance.now();
  await fill(harness);
  process.stdout.write(
    `${certificates.toLocaleString("en")} certificates of ${identities.toLocaleString("en")} identities, made in ${((performance.now() - began) / 1_000).toFixed(0)} s\n`,
  );
  const rows = [];
  for (const [page, ask] of Object.entries(asksOf())) rows.push(await measure(page, ask));
  printTable(rows.map(({ page, p50, p95, longest }) => ({ page, p50, p95, longest })));
  const slowest = rows.toSorted((one, other) => other.p95 - one.p95)[0]!;
  report({
    measure: `Console pages, p95 of the slowest, ${certificates.toLocaleString("en")} certificates`,
    value: slowest.p95,
    unit: "ms",
    limit: promisedMs,
    limitIs: "what is promised",
    lessIsBetter: true,
    note: slowest.page,
  });
} finally {
  await harness.close();
  await close();
}

type Ask = (n: number) => Promise<unknown>;

function asksOf(): Readonly<Record<string, Ask>> {
  const list = (query: (n: number) => CertificateQueryInput): Ask => {
    return (n) => listCertificates(deps, actor, query(n));
  };
  return {
    certificates: list(() => ({})),
    "certificates, second page": secondPage,
    "certificates, state": list((n) => ({ state: n % 2 ? "revoked" : "expiring" })),
    "certificates, by expiration": list(() => ({ state: "valid", sort: "notAfter" })),
    "certificates, expiring between": list(expiringBetween),
    "certificates, of an authority": list(() => ({ authority: "issuing" })),
    "certificates, of a profile": list((n) => ({ profile: n % 2 ? "tls-server" : "short-lived" })),
    "certificates, of a kind": list(() => ({ kind: "service" })),
    "certificates, of an owner": list((n) => ({ owner: teams[n % teams.length]! })),
    "certificates, algorithm": list(() => ({ algorithm: "ecdsa-p256" })),
    "certificates, without a successor": list(() => ({ successor: "none", state: "expiring" })),
    "search, a whole name": list((n) => ({ q: `${nameOf((n * 7_919) % certificates)}` })),
    "search, a part of many": list((n) => ({ q: teams[n % teams.length]!.slice(1, 5) })),
    "search, a part of few": list((n) => ({ q: `-${(n * 7_919) % identities}-3.` })),
    "search, two words": list((n) => ({ q: `${teams[n % teams.length]} -${n * 31}-` })),
    "search, two letters": list((n) => ({ q: teams[n % teams.length]!.slice(0, 2) })),
    "search, no match": list((n) => ({ q: `nothing${n}` })),
    "search, a serial number": list((n) => ({ q: serialOf((n * 7_919) % certificates) })),
    "search, an owner": list((n) => ({ q: `${teams[n % teams.length]}-team@example.com` })),
    certificate: (n) => getCertificate(deps, actor, idOf("crt", (n * 7_919) % certificates)),
    identities: () => listIdentities(deps, actor, {}),
    "identities, search": (n) => listIdentities(deps, actor, { q: teams[n % teams.length]! }),
    identity: async (n) => {
      const id = idOf("idn", (n * 7_919) % identities);
      await Promise.all([
        getIdentity(deps, actor, id),
        listCertificates(deps, actor, { identity: id }),
      ]);
    },
    authorities: () => listAuthorities(deps, actor),
    authority: () => getAuthority(deps, actor, "issuing"),
    profiles: () => listProfiles(deps, actor),
    overview: () => getOverview(deps, actor),
    "overview, expirations": () => getExpiryByWeek(deps, actor),
    custody: () => getCustody(deps, actor),
  };
}

async function secondPage(): Promise<void> {
  const { nextCursor } = await listCertificates(deps, actor, {});
  await listCertificates(deps, actor, { cursor: nextCursor ?? "" });
}

function expiringBetween(n: number): CertificateQueryInput {
  const from = deps.clock.now().getTime() + ((n * 3) % 80) * dayMs;
  return {
    expiresAfter: new Date(from).toISOString(),
    expiresBefore: new Date(from + 7 * dayMs).toISOString(),
  };
}

async function measure(page: string, ask: Ask) {
  const took: number[] = [];
  for (let n = -2; n < rounds; n += 1) {
    const began = performance.now();
    await ask(Math.max(0, n));
    if (n >= 0) took.push(performance.now() - began);
  }
  took.sort((one, other) => one - other);
  const share = (of: number): number => took[Math.min(rounds - 1, Math.floor(rounds * of))] ?? 0;
  return { page, p50: share(0.5), p95: share(0.95), longest: share(1) };
}

/** The n-th id of its kind: 26 characters that a time and a number make. */
function idOf(kind: "crt" | "idn", n: number): string {
  return `${kind}_01kb${n.toString().padStart(22, "0")}`;
}

function nameOf(n: number): string {
  const identity = Math.floor(n / perIdentity);
  return `${teams[identity % teams.length]}-${identity}-${n % perIdentity}.svc.example.com`;
}

function serialOf(n: number): string {
  return `5f${n.toString(16).padStart(30, "0")}`;
}

/** Copies of one issued certificate, past the guards: the rows and sizes of a real inventory. */
async function fill({ asSuper }: Harness): Promise<void> {
  const holder = await createTestIdentity(deps, "the first", ["first.example.com"]);
  const csr = await makeCsr(["first.example.com"]);
  const asked = { profile: "tls-server", identity: holder, csr };
  const { id } = (await issueCertificate(deps, actor, asked)).result;
  const tables = ["identity", "public_key", "certificate"];
  for (const table of tables) await asSuper(`alter table ${table} disable trigger all`);
  const teamOf = `(array[${teams.map((team) => `'${team}'`).join()}])[1 + i % ${teams.length}]`;
  await asSuper(
    `insert into identity (id, kind, name, owner, status, created_at, changed_at)
      select 'idn_01kb' || lpad(i::text, 22, '0'), case i % 8 when 0 then 'device' else 'service' end, ${teamOf} || ' service ' || i, ${teamOf} || '-team@example.com', 'active', now(), now()
        from generate_series(0, ${identities - 1}) i`,
  );
  await asSuper(
    `insert into public_key (spki_sha256, identity_id, created_at)
      select sha256(convert_to('key ' || n, 'UTF8')), 'idn_01kb' || lpad((n / ${perIdentity})::text, 22, '0'), now()
        from generate_series(0, ${certificates - 1}) n`,
  );
  await asSuper(
    `insert into certificate (id, issuer_id, serial, state, profile_id, profile_version, identity_id, subject_text, common_name, sans, key_algorithm,
        spki_sha256, not_before, not_after, tbs_der, plan_entry_id, der, fingerprint_sha256, requested_by, crl_shard, revoked_at, revocation_reason, created_at, issued_at)
      select 'crt_01kb' || lpad(n::text, 22, '0'), c.issuer_id, decode('5f' || lpad(to_hex(n), 30, '0'), 'hex'),
        case when n % 50 = 0 then 'revoked' else 'issued' end, c.profile_id, c.profile_version, 'idn_01kb' || lpad(i::text, 22, '0'),
        'CN=' || name, name, array['dns:' || name], c.key_algorithm, sha256(convert_to('key ' || n, 'UTF8')),
        begun, begun + interval '90 days', c.tbs_der, c.plan_entry_id, c.der, sha256(convert_to('certificate ' || n, 'UTF8')), c.requested_by, c.crl_shard,
        case when n % 50 = 0 then begun + interval '1 day' end, case when n % 50 = 0 then 'superseded' end, begun, begun
      from (select n, n / ${perIdentity} as i from generate_series(0, ${certificates - 1}) n) x,
        lateral (select ${teamOf} || '-' || i || '-' || n % ${perIdentity} || '.svc.example.com' as name, $2::timestamptz - interval '100 days' * ((n * 7919) % ${certificates}) / ${certificates} as begun) y,
        certificate c where c.id = $1`,
    [id, deps.clock.now()],
  );
  await asSuper("vacuum analyze");
}
