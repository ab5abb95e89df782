import { afterAll, beforeAll, expect, test } from "vitest";
import type { Actor } from "@/lib/access/actor";
import { anonymousActor, operatorActor } from "@/testing/actors";
import { type Harness, openHarness } from "@/testing/harness";
import { makeTestRecorder } from "@/testing/recorder";
import { recordRefusal, writeCountedRefusals } from "./record-refusal";
import type { Recorder } from "./recorder";

let log: Harness;
beforeAll(async () => {
  log = await openHarness({ sequencer: false });
});
afterAll(() => log.close());

const limits = { singlesPerNetwork: 1, singles: 10, networks: 10 };
const limited = (): Recorder => makeTestRecorder(log.deps, "test/limited", limits);
const stranger = (): Actor => ({
  ...anonymousActor(),
  address: { ip: "203.0.113.7", port: 1, userAgent: null, via: [] },
});
const refuse = (recorder: Recorder, actor: Actor, over = {}) =>
  recordRefusal(recorder, actor, {
    code: "unauthenticated",
    method: "GET",
    path: "/api/v1/tokens",
    status: 401,
    ...over,
  });
const actionsDuring = async (work: () => Promise<unknown>) =>
  (await log.newEntries(work)).entries.map(({ action, details }) => [action, details["count"]]);

test("counted refusals are written once a minute and at the end, and are kept while they can't be recorded", async () => {
  const recorder = limited();
  log.setTime(Date.UTC(2026, 10, 28, 9));
  expect(
    await actionsDuring(async () => {
      for (let n = 0; n < 9; n++) await refuse(recorder, stranger());
      await writeCountedRefusals(recorder, "due");
    }),
  ).toEqual([["request.refused", undefined]]);
  log.setTime(Date.UTC(2026, 10, 28, 9, 1, 1));
  await log.withoutRecord(() =>
    expect(writeCountedRefusals(recorder, "due")).rejects.toMatchObject({
      code: "record.unavailable",
    }),
  );
  expect(await actionsDuring(() => writeCountedRefusals(recorder, "due"))).toEqual([
    ["request.refused-many", 8],
  ]);
  expect(await actionsDuring(() => writeCountedRefusals(recorder, "now"))).toEqual([]);
  await refuse(recorder, stranger());
  await refuse(recorder, stranger());
  expect(await actionsDuring(() => writeCountedRefusals(recorder, "now"))).toEqual([
    ["request.refused-many", 1],
  ]);
});

test("a caller with a role, or with a credential that was issued here, gets an entry for each refusal", async () => {
  const recorder = limited();
  const issued = {
    ...stranger(),
    credential: { certificateId: "crt_1", serial: "01", fingerprintSha256: "ab" },
  };
  expect(
    await actionsDuring(async () => {
      for (let n = 0; n < 4; n++) {
        await refuse(recorder, operatorActor());
        await refuse(recorder, issued);
        await refuse(recorder, stranger(), { isKnownCaller: true });
      }
      await writeCountedRefusals(recorder, "now");
    }),
  ).toEqual(Array.from({ length: 12 }, () => ["request.refused", undefined]));
});

test("a stranger with a foreign certificate is a stranger", async () => {
  const recorder = limited();
  const foreign = (n: number) => ({
    ...stranger(),
    credential: { certificateId: null, serial: "01", fingerprintSha256: `${n}` },
  });
  const actions = await actionsDuring(async () => {
    for (let n = 0; n < 5; n++)
      await refuse(recorder, foreign(n), { code: "certificate.unknown-issuer" });
    await writeCountedRefusals(recorder, "now");
  });
  expect(actions).toEqual([
    ["request.refused", undefined],
    ["request.refused-many", 4],
  ]);
});
