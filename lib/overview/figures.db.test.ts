import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { acknowledgeAlert, resolveAlert } from "@/lib/alerts/answer-alert";
import { listAlerts, listWorstAlerts } from "@/lib/alerts/list-alerts";
import { severities, type AlertQueryInput } from "@/lib/alerts/schema";
import { getAuthority, listAuthorities } from "@/lib/authorities/read-authorities";
import { countExpiring } from "@/lib/certificates/count-expiring";
import { listCertificates } from "@/lib/certificates/list-certificates";
import { releaseCertificate } from "@/lib/certificates/release-certificate";
import { revokeCertificate } from "@/lib/certificates/revoke-certificate";
import {
  certificateQuery,
  consoleFilters,
  certificateStates,
  type CertificateItem,
  type CertificateQueryInput,
} from "@/lib/certificates/schema";
import { getCustody } from "@/lib/custody/get-custody";
import { AppError } from "@/lib/errors/app-error";
import { createIdentity } from "@/lib/identities/create-identity";
import { getIdentity, listIdentities } from "@/lib/identities/read-identities";
import type { IdentityDto, IdentityQueryInput } from "@/lib/identities/schema";
import { issueCertificate } from "@/lib/issuing/issue-certificate";
import { rotateCertificate } from "@/lib/issuing/rotate-certificate";
import { getNameStatus } from "@/lib/names/read-name-status";
import { listShares } from "@/lib/names/read-shares";
import { getProfile } from "@/lib/profiles/read-profiles";
import type { Deps } from "@/lib/runtime/deps";
import { adminActor } from "@/testing/actors";
import { makeRandom } from "@/testing/alerts/fleet";
import { createTestCa } from "@/testing/ca/create-test-ca";
import { makeCsr, makeSuccessorCsr } from "@/testing/ca/requests";
import { openAlert } from "@/testing/delivery/alert";
import type { Harness } from "@/testing/harness";
import { getOverview } from "./get-overview";

// Every figure of the console beside the list that it stands for, over a fleet in all states. What
// a figure should be is counted from the list's own pages, never by a query of the figure's kind.

const admin = adminActor();
const day = 86_400_000;
const rounds = 8;
const perRound = 30;
let harness: Harness;
let deps: Deps;
let signer: "signs" | "hangs" | "refuses" = "signs";

beforeAll(async () => {
  harness = await createTestCa({
    signer: (own) => ({
      ...own,
      signCertificate: async (id) => {
        if (signer === "hangs") return new Promise(() => {});
        if (signer === "refuses") throw new AppError("signer.ceiling", "Beyond the ceiling.");
        return own.signCertificate(id);
      },
    }),
  });
  ({ deps } = harness);
  await makeFleet();
  await makeAlerts();
  await harness.sequence();
}, 240_000);
afterAll(() => harness.close());

/** Identities and certificates over some months, each round later than the one before. */
async function makeFleet(): Promise<void> {
  const random = makeRandom(14);
  const identities: { id: string; kind: "service" | "device" }[] = [];
  for (const kind of ["service", "device"] as const)
    for (let n = 0; n < 9; n += 1) {
      const input = { kind, name: `${kind}-${n}`, owner: "team@example.com", note: "", names: [] };
      identities.push({ id: (await createIdentity(deps, admin, input)).result.id, kind });
    }
  for (let round = 0; round < rounds; round += 1) {
    for (let n = 0; n < perRound; n += 1) {
      const identity = identities[Math.floor(random() * identities.length)]!;
      await makeCertificate(identity, random);
    }
    harness.advance(13 * day + 3_600_000);
  }
  // The last ones, minutes old.
  for (const identity of identities) await makeCertificate(identity, random);
  signer = "refuses";
  await makeCertificate(identities[0]!, random).catch(() => {});
  signer = "hangs";
  void makeCertificate(identities[0]!, random);
  while ((await listCertificates(deps, admin, { state: "pending" })).items.length === 0);
  signer = "signs";
}

type Random = ReturnType<typeof makeRandom>;
const profiles = {
  service: ["tls-server", "tls-client-service", "short-lived"],
  device: ["device"],
} as const;
const days = [1, 20, 31, 60, 90];

async function makeCertificate(
  identity: Readonly<{ id: string; kind: "service" | "device" }>,
  random: Random,
): Promise<void> {
  const of = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)]!;
  const profile = of<string>(profiles[identity.kind]);
  const { result } = await issueCertificate(deps, admin, {
    profile,
    identity: identity.id,
    csr: await makeCsr(),
    ...(profile === "short-lived" ? {} : { validitySeconds: (of(days) * day) / 1000 }),
  });
  const { id } = result;
  const act = Math.floor(random() * 8);
  if (act === 0) await revokeCertificate(deps, admin, id, { reason: "superseded" });
  if (act === 1 || act === 2)
    await revokeCertificate(deps, admin, id, { reason: "certificateHold" });
  if (act === 2) await releaseCertificate(deps, admin, id);
  if (act === 3) await rotateCertificate(deps, admin, id, { csr: await makeSuccessorCsr(result) });
  if (act >= 6) await use(id, identity.id);
}

/** As the reader of the log counts a use. */
const use = (certificateId: string, identityId: string) =>
  harness.asSuper(
    "insert into custody.use (identity_id, certificate_id, network, service, count, refused, first_at, last_at, first_seq, last_seq, known_count) values ($1, $2, '192.0.2.0/24', 'payments', 1, 0, $3, $3, 0, 0, 1)",
    [identityId, certificateId, deps.clock.now()],
  );

async function makeAlerts(): Promise<void> {
  for (const severity of severities)
    for (const state of ["open", "open", "acknowledged", "resolved"]) {
      const id = await openAlert(deps, { severity });
      if (state === "acknowledged") await acknowledgeAlert(deps, admin, id, { comment: "" });
      if (state === "resolved")
        await resolveAlert(deps, admin, id, { resolution: "fixed", comment: "done" });
    }
}

/** Every item of a list, page by page. */
async function all<T>(
  read: (
    cursor: string | undefined,
  ) => Promise<Readonly<{ items: readonly T[]; nextCursor: string | null }>>,
): Promise<T[]> {
  const items: T[] = [];
  for (let cursor: string | undefined; ;) {
    const page = await read(cursor);
    items.push(...page.items);
    if (page.nextCursor === null) return items;
    cursor = page.nextCursor;
  }
}
const certificates = (query: CertificateQueryInput = {}): Promise<CertificateItem[]> =>
  all((cursor) => listCertificates(deps, admin, { limit: 37, ...query, cursor }));
/** As the page of the list shows them. */
const shown = (query: CertificateQueryInput) =>
  certificates(consoleFilters(certificateQuery.parse(query)));
const identities = (query: IdentityQueryInput = {}): Promise<IdentityDto[]> =>
  all((cursor) => listIdentities(deps, admin, { limit: 7, ...query, cursor }));
const alerts = (query: AlertQueryInput) =>
  all((cursor) => listAlerts(deps, admin, { limit: 3, ...query, cursor }));

describe("the fleet has certificates in every state, so no comparison is of nothing with nothing", () => {
  test.each(certificateStates)("%s", async (state) => {
    expect((await certificates({ state })).length).toBeGreaterThan(0);
  });
});

describe("certificates", () => {
  test.each(certificateStates)(
    "the total that the list of state %s shows is the number of its items, each once, and each is shown in that state",
    async (state) => {
      const { total } = await listCertificates(deps, admin, { state, limit: 1 });
      const items = await certificates({ state });
      expect(total).toEqual({ count: items.length, capped: false });
      expect(new Set(items.map(({ id }) => id)).size).toBe(items.length);
      const shown = state === "expiring" || state === "short-lived" ? "valid" : state;
      expect(new Set(items.map(({ status }) => status))).toEqual(new Set([shown]));
    },
  );
  test("every certificate is in exactly one of the lists by state", async () => {
    const lists = ["valid", "expired", "held", "revoked", "pending", "failed"] as const;
    const counts = await Promise.all(
      lists.map(async (state) => (await certificates({ state })).length),
    );
    expect(counts.reduce((sum, count) => sum + count)).toBe((await certificates()).length);
  });
});

describe("overview", () => {
  test("each number is the length of the list that it links to", async () => {
    const { counts, shortLived, expiringCount, expiring } = await getOverview(deps, admin);
    const lists = Object.keys(counts) as (keyof typeof counts)[];
    const lengths = await Promise.all(
      lists.map(async (state) => [state, (await shown({ state })).length]),
    );
    expect(counts).toEqual(Object.fromEntries(lengths));
    expect(counts.valid).toBeLessThan((await certificates({ state: "valid" })).length);
    expect(shortLived).toBe((await shown({ state: "short-lived" })).length);
    const list = await shown({ state: "expiring", sort: "notAfter" });
    expect(expiringCount).toBe(list.length);
    expect(expiring.map(({ id }) => id)).toEqual(
      list.slice(0, expiring.length).map(({ id }) => id),
    );
  });
  test("identities and authorities are those of their pages", async () => {
    const overview = await getOverview(deps, admin);
    expect(overview.identities).toBe((await identities()).length);
    const { items } = await listAuthorities(deps, admin);
    expect(overview.authorities).toEqual(
      items.map(({ id, slug, name, status, notAfter, crl }) => ({
        id,
        slug,
        name,
        status,
        notAfter,
        crlNextUpdate: crl?.nextUpdate ?? null,
      })),
    );
  });
  test("the chart's days and the latest entries are those of the log", async () => {
    const overview = await getOverview(deps, admin);
    const entries = await harness.entries();
    const on = (date: string, action: string): number =>
      entries.filter((entry) => entry.action === action && entry.ts.startsWith(date)).length;
    expect(overview.days).toEqual(
      overview.days.map(({ day: date }) => ({
        day: date,
        issued: on(date, "certificate.issued"),
        refused: on(date, "certificate.refused"),
        revoked: on(date, "certificate.revoked"),
      })),
    );
    expect(overview.days.some(({ issued, revoked }) => issued > 0 && revoked > 0)).toBe(true);
    expect(overview.latest.map(({ seq }) => seq)).toEqual(
      overview.latest.map(({ seq }) => seq).toSorted((one, other) => other - one),
    );
  });
  test("the latest entries leave out what Chancery does by itself, but no alert, revocation or failure", async () => {
    const { latest } = await getOverview(deps, admin);
    expect(latest.length).toBeGreaterThan(0);
    const entries = new Map((await harness.entries()).map((entry) => [entry.id, entry]));
    const own = latest.filter(({ id }) => entries.get(id)?.actor.kind === "system");
    expect(
      own.filter(
        ({ action, outcome }) =>
          outcome === "success" && !action.startsWith("alert.") && action !== "certificate.revoked",
      ),
    ).toEqual([]);
    const alert = await openAlert(deps);
    await harness.sequence();
    const after = await getOverview(deps, admin);
    expect(after.latest.find(({ targetId }) => targetId === alert)?.action).toBe("alert.opened");
  });
});

const counted = ["valid", "held", "revoked", "expired"] as const;
const countsOf = async (query: CertificateQueryInput) =>
  Object.fromEntries(
    await Promise.all(
      counted.map(async (state) => [state, (await certificates({ ...query, state })).length]),
    ),
  );

describe("identities and authorities", () => {
  test("the certificates of each identity by state are its lists, in the list and on its page", async () => {
    for (const { id, certificateCounts } of await identities()) {
      expect(certificateCounts).toEqual(await countsOf({ identity: id }));
      expect((await getIdentity(deps, admin, id)).certificateCounts).toEqual(certificateCounts);
    }
  });
  test("the certificates of each authority by state are its lists, in the list and on its page", async () => {
    const { items } = await listAuthorities(deps, admin);
    expect(items.length).toBeGreaterThan(1);
    for (const { id, counts } of items) {
      expect(counts).toEqual(await countsOf({ authority: id }));
      expect((await getAuthority(deps, admin, id)).counts).toEqual(counts);
    }
  });
  test("what is about to expire of each authority is its list, and authorities without any are left out", async () => {
    const expiring = await countExpiring(deps, admin);
    for (const { id } of (await listAuthorities(deps, admin)).items)
      expect(expiring.get(id) ?? 0).toBe(
        (await certificates({ authority: id, state: "expiring" })).length,
      );
    expect([...expiring.values()].every((count) => count > 0)).toBe(true);
    expect(expiring.size).toBeGreaterThan(0);
  });
  test("the tab of name conflicts counts its list", async () => {
    const { conflicts } = await getNameStatus(deps, admin);
    expect((await listShares(deps, admin, { state: "undecided" })).items).toHaveLength(conflicts);
  });
});

describe("certificate usage", () => {
  test("never used counts the valid client certificates of others than Chancery without a use, oldest first", async () => {
    const used = new Set(
      (await harness.asSuper("select certificate_id as id from custody.use")).map(({ id }) => id),
    );
    const forClients = new Map<string, boolean>();
    const valid = await certificates({ state: "valid", sort: "createdAt" });
    for (const { profile } of valid)
      if (!forClients.has(profile.id)) {
        const { rules } = await getProfile(deps, admin, profile.id);
        forClients.set(profile.id, rules.extendedKeyUsage.includes("clientAuth"));
      }
    const unused = valid.filter(
      ({ id, identity, profile }) =>
        identity.kind !== "system" && forClients.get(profile.id) === true && !used.has(id),
    );
    const { neverUsed } = await getCustody(deps, admin, { hours: 24 });
    expect(unused.length).toBeGreaterThan(neverUsed.items.length);
    expect(neverUsed.count).toBe(unused.length);
    expect((await shown({ state: "valid", use: "never" })).length).toBe(unused.length);
    expect(neverUsed.items.map(({ id }) => id)).toEqual(
      unused.slice(0, neverUsed.items.length).map(({ id }) => id),
    );
  });
  test.each([1, 24, 168, 720] as const)(
    "over %d hours, identities and networks in use are those of the uses that are listed",
    async (hours) => {
      const { totals, uses, byNetworks } = await getCustody(deps, admin, { hours });
      expect(totals.identities).toBe(new Set(uses.map(({ identity }) => identity.id)).size);
      expect(totals.identities).toBe(byNetworks.length);
      expect(totals.networks).toBe(new Set(uses.map(({ network }) => network)).size);
    },
  );
});

describe("alerts", () => {
  test("each chip counts the list that it filters by, with and without another filter", async () => {
    for (const severity of [undefined, ...severities]) {
      const filter = severity === undefined ? {} : { severity };
      const { counts } = await listAlerts(deps, admin, { ...filter, limit: 1 });
      for (const status of ["open", "acknowledged", "resolved"] as const)
        expect(counts[status]).toBe((await alerts({ ...filter, status })).length);
      expect(counts.open + counts.acknowledged).toBe(
        (await alerts({ ...filter, status: "unresolved" })).length,
      );
    }
  });
  test("the cards of active alerts count what their links list, and the badge of the sidebar the open ones", async () => {
    const { alerts: active } = await getCustody(deps, admin, { hours: 24 });
    expect(active.open).toBe((await alerts({ status: "unresolved" })).length);
    for (const severity of severities)
      expect(active[severity]).toBe((await alerts({ status: "unresolved", severity })).length);
    const { counts } = await listAlerts(deps, admin, { status: "open", limit: 1 });
    expect(counts.open).toBe((await alerts({ status: "open" })).length);
    expect(await listWorstAlerts(deps, admin, 100)).toHaveLength(active.open);
  });
});
