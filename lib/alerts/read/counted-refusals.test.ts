import { expect, test } from "vitest";
import { forgedCertificate } from "@/lib/alerts/rules/forged-certificate";
import { refusalBurst } from "@/lib/alerts/rules/refusal-burst";
import type { EntryFacts } from "@/lib/alerts/types";
import { makeEntry } from "@/lib/log/entry";
import { makeRefusalTable, summarizeRefusals } from "@/lib/log/record/refusal-table";
import { anonymousActor } from "@/testing/actors";
import { begin, opened } from "@/testing/alerts/facts";
import { factsOf } from "./entry-facts";
import { makeStateDelta } from "./state-delta";

/** What the alert rules see of refusals that were only counted. */
function countedFacts(
  times: number,
  { code = "unauthenticated", minutes = 0, addresses = ["203.0.113.7"], fingerprint = "" } = {},
): EntryFacts {
  const table = makeRefusalTable({ singlesPerNetwork: 0, singles: 0, networks: 10 });
  const now = new Date(begin + minutes * 60_000);
  const presented = { subject: "CN=evil", issuer: "CN=Issuing", notBefore: "", notAfter: "" };
  for (let n = 0; n < times; n++) {
    const actor = anonymousActor(addresses[n % addresses.length]);
    const credential = { certificateId: null, serial: "01", fingerprintSha256: fingerprint };
    const details = { method: "GET", path: "/", status: 401, code };
    table.admit(
      fingerprint === "" ? actor : { ...actor, credential },
      {
        action: "request.refused",
        outcome: "denied",
        target: null,
        details: fingerprint === "" ? details : { ...details, presented },
      },
      now,
    );
  }
  const { actor, entry } = summarizeRefusals(table.take()[0]!);
  const record = makeEntry(actor, entry, { now, randomBytes: (n) => new Uint8Array(n) });
  return factsOf({ seq: minutes, record }, () => null);
}

test("unauthenticated requests that were only counted open the same alert as recorded ones", () => {
  expect(opened(refusalBurst, [countedFacts(599)])).toEqual([]);
  expect(opened(refusalBurst, [countedFacts(600)])).toHaveLength(1);
  expect(opened(refusalBurst, [countedFacts(2_995)])[0]).toMatchObject({
    subject: { kind: "network", id: "203.0.113.0/24" },
    summary: expect.stringContaining("203.0.113.0/24 was denied 600 times") as string,
  });
});

test("counts of several minutes add up within the rule's window, and not beyond it", () => {
  const minutes = (...at: number[]) => at.map((n) => countedFacts(250, { minutes: n }));
  expect(opened(refusalBurst, minutes(0, 1))).toEqual([]);
  expect(opened(refusalBurst, minutes(0, 1, 2))).toHaveLength(1);
  expect(opened(refusalBurst, minutes(0, 4, 8))).toEqual([]);
});

test("foreign and forged certificates that were only counted open their alert", () => {
  const forged = countedFacts(20, { code: "certificate.forged", fingerprint: "ab" });
  expect(opened(forgedCertificate, [forged])[0]).toMatchObject({
    severity: "high",
    summary: expect.stringContaining("It claims to be CN=evil") as string,
  });
  expect(opened(refusalBurst, [forged])).toHaveLength(1);
});

test("the figures of denied requests count each of them", () => {
  const delta = makeStateDelta();
  delta.addOutcome(countedFacts(2_995));
  delta.addOutcome(countedFacts(5));
  expect(delta.toJson().tallies).toEqual([
    expect.objectContaining({ outcome: "denied", code: "unauthenticated", count: 3_000 }),
  ]);
});

test.each([undefined, 0, -5, 1.5, "9", null])(
  "an entry that claims to stand for %s requests stands for one",
  (count) => {
    const facts = countedFacts(3);
    const record = makeEntry(
      anonymousActor(),
      {
        action: "request.refused-many",
        outcome: "denied",
        target: null,
        details: { ...facts.details, count } as never,
      },
      { now: new Date(begin), randomBytes: (n) => new Uint8Array(n) },
    );
    expect(factsOf({ seq: 1, record }, () => null).times).toBe(1);
  },
);
