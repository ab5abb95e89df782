import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listCertificates } from "@/lib/certificates/list-certificates";
import { revokeCertificate } from "@/lib/certificates/revoke-certificate";
import { certificateQuery, consoleFilters, successorStates } from "@/lib/certificates/schema";
import { createIdentity } from "@/lib/identities/create-identity";
import { issueCertificate } from "@/lib/issuing/issue-certificate";
import { rotateCertificate } from "@/lib/issuing/rotate-certificate";
import { recordEntry } from "@/lib/log/record/record-entry";
import { searchEntries } from "@/lib/log/search/search-entries";
import { getDeniedByDay, getExpiryByWeek } from "@/lib/overview/get-charts";
import { adminActor, anonymousActor, operatorActor } from "@/testing/actors";
import { createTestCa } from "@/testing/ca/create-test-ca";
import { makeCsr, makeSuccessorCsr } from "@/testing/ca/requests";
import type { Harness } from "@/testing/harness";
import { laterLink, weekLinks } from "./shared/expiry-links";

const admin = adminActor();
const day = 86_400_000;
let harness: Harness;
beforeAll(async () => {
  harness = await createTestCa();
  await makeFleet();
  await makeDenials();
  await harness.sequence();
}, 120_000);
afterAll(() => harness.close());

/** Certificates that expire around the bounds of weeks, in every state, some with successors. */
async function makeFleet(): Promise<void> {
  const { deps } = harness;
  const input = { kind: "service", name: "pay", owner: "team@example.com", note: "" } as const;
  const identity = (await createIdentity(deps, admin, input)).result.id;
  const midnight = Math.floor(deps.clock.now().getTime() / day) * day;
  const issue = async (profile: string, at: number) =>
    (
      await issueCertificate(deps, admin, {
        profile,
        identity,
        csr: await makeCsr(),
        notAfter: new Date(at).toISOString(),
      })
    ).result;
  for (const days of [8, 14, 20, 21, 49, 89, 90, 91, 92, 120, 380])
    for (const seconds of [-1, 0, 1]) {
      const made = await issue("tls-server", midnight + days * day + seconds * 1000);
      if (days === 20 || days === 90)
        await rotateCertificate(deps, admin, made.id, { csr: await makeSuccessorCsr(made) });
      if (days === 49 && seconds === 0)
        await revokeCertificate(deps, admin, made.id, { reason: "superseded" });
      if (days === 49 && seconds === 1)
        await revokeCertificate(deps, admin, made.id, { reason: "certificateHold" });
    }
  await issue("short-lived", deps.clock.now().getTime() + day / 2);
  await issue("tls-client-service", midnight + 9 * day);
}

async function makeDenials(): Promise<void> {
  const { recorder } = harness.deps;
  const refused = (action: "request.refused", code: string) =>
    recordEntry(recorder, operatorActor(), {
      action,
      outcome: "denied",
      target: null,
      details: { method: "GET", path: "/x", code, status: 403 },
    });
  for (let n = 0; n < 4; n += 1) await refused("request.refused", "forbidden");
  harness.advance(day);
  await refused("request.refused", "forbidden");
}

/** How many items the list behind a link has, as its page reads the address. */
async function lengthOf(href: string): Promise<number> {
  const params = Object.fromEntries(new URL(href, "http://console").searchParams);
  const list = await listCertificates(
    harness.deps,
    admin,
    consoleFilters(certificateQuery.parse(params)),
  );
  expect(list.total.capped).toBe(false);
  return list.total.count;
}

describe("certificates by week of expiration", () => {
  test("each bar and each of its parts is the length of the list that it links to", async () => {
    const { weeks, later } = await getExpiryByWeek(harness.deps, admin);
    expect(weeks).toHaveLength(13);
    for (const week of weeks) {
      const { href, hrefs } = weekLinks(week);
      expect(await lengthOf(href), week.from).toBe(week.none + week.issued + week.automatic);
      for (const successor of successorStates)
        expect(await lengthOf(hrefs[successor]), `${week.from} ${successor}`).toBe(week[successor]);
    }
    expect(await lengthOf(laterLink({ weeks }))).toBe(later);
    for (const successor of successorStates)
      expect(weeks.some((week) => week[successor] > 0)).toBe(true);
    expect(later).toBeGreaterThan(0);
  });

  test("all bars and what comes later are all valid certificates, each once", async () => {
    const { weeks, later } = await getExpiryByWeek(harness.deps, admin);
    const shown = weeks.reduce(
      (sum, week) => sum + week.none + week.issued + week.automatic,
      later,
    );
    expect(shown).toBe(await lengthOf("/certificates?state=valid"));
    for (const [index, week] of weeks.slice(1).entries()) expect(week.from).toBe(weeks[index]?.to);
  });

  test("every certificate of any state is in exactly one list by successor", async () => {
    const lengths = await Promise.all(
      successorStates.map((successor) => lengthOf(`/certificates?successor=${successor}`)),
    );
    expect(lengths.reduce((sum, length) => sum + length)).toBe(await lengthOf("/certificates"));
  });

  test("a list by a successor state that doesn't exist is refused", () => {
    expect(certificateQuery.safeParse({ successor: "maybe" }).success).toBe(false);
    expect(certificateQuery.safeParse({ successor: "" }).success).toBe(false);
  });
});

describe("denials by day", () => {
  test("each bar is the length of the audit list of that day", async () => {
    const days = await getDeniedByDay(harness.deps, admin);
    expect(days).toHaveLength(30);
    for (const { day: date, denied } of days) {
      const { total } = await searchEntries(harness.deps, admin, {
        outcome: "denied",
        from: date,
        to: date,
        reads: "exclude",
      });
      expect(total, date).toEqual({ count: denied, capped: false });
    }
    expect(days.slice(-2).map(({ denied }) => denied)).toEqual([4, 1]);
  });

  test.each([operatorActor(), operatorActor({ role: "approver" }), anonymousActor()])(
    "are not for $role, who can't read the audit log",
    async (actor) => {
      await expect(getDeniedByDay(harness.deps, actor)).rejects.toMatchObject({
        code: actor.role === null ? "unauthenticated" : "forbidden",
      });
    },
  );

  test("certificates by week are not for a service, which can't see the overview", async () => {
    const service = operatorActor({ role: "service", kind: "token" });
    await expect(getExpiryByWeek(harness.deps, service)).rejects.toMatchObject({
      code: "forbidden",
    });
  });
});
