import { adminActor } from "@/testing/actors";
import { createTestCa, createTestIdentity } from "@/testing/ca/create-test-ca";
import { makeCsr } from "@/testing/ca/requests";
import { serveTemplates } from "@/testing/database/serve-templates";
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
import { fillInventory, idOf, nameOf, perIdentity, serialOf, teams } from "./_inventory";
import { report } from "./_results";
import { printTable } from "./_tools";

// What the console's pages ask for, over an inventory of many certificates: the time of each use
// case in this process and PostgreSQL, with rotating terms. `BENCH_CERTIFICATES`: how many
// (1,000,000), one identity for every ten.
const certificates = Number(process.env["BENCH_CERTIFICATES"] ?? 1_000_000);
const identities = certificates / perIdentity;
const rounds = 30;
const promisedMs = 200;
const dayMs = 86_400_000;

const { socketPath, close } = await serveTemplates();
process.env["CHANCERY_TEST_POSTGRES"] = socketPath;
const harness = await createTestCa();
const actor = adminActor();
const { deps } = harness;
try {
  const began = performance.now();
  await fill();
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

async function fill(): Promise<void> {
  const holder = await createTestIdentity(deps, "the first", ["first.example.com"]);
  const csr = await makeCsr(["first.example.com"]);
  const asked = { profile: "tls-server", identity: holder, csr };
  const { id } = (await issueCertificate(deps, actor, asked)).result;
  await fillInventory(harness.asSuper, { from: id, certificates, now: deps.clock.now() });
}
