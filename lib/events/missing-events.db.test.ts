import { testSourceId } from "@/testing/recorder";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  batchOf,
  createReportingIdentity,
  events,
  makeService,
  readReported,
} from "@/testing/events";
import type { Actor } from "@/lib/access/actor";
import { listSources } from "@/lib/log/record/list-sources";
import { reportGaps } from "@/lib/log/record/report-gaps";
import { searchEntries } from "@/lib/log/search/search-entries";
import { operatorActor } from "@/testing/actors";
import { type Harness, openHarness } from "@/testing/harness";
import { reportEvents } from "./report-events";

let log: Harness, identityId: string;
beforeEach(async () => {
  log = await openHarness({ sequencer: false, connections: 80 });
  identityId = await makeIdentity();
});
afterEach(() => log.close());

const makeIdentity = () => createReportingIdentity(log);
const service = (over: Partial<Actor> = {}) => makeService(identityId, over);
const report = (body: object, actor = service()) => reportEvents(log.deps, actor, batchOf(body));
const stored = () => readReported(log);
const reportedSources = async () =>
  (await listSources(log.deps.db)).filter(({ id }) => id !== testSourceId);
const numbers = async () => (await stored()).map(({ src }) => src?.seq);

describe("numbers that never arrive", () => {
  test("are named in the answer as soon as a higher one came", async () => {
    await report(events(1, 2));
    expect((await report(events(5, 9))).result).toMatchObject({
      missing: "3-4,6-8",
      missingCount: 5,
    });
    expect((await report(events(3, 4))).result).toMatchObject({ missing: "6-8", missingCount: 3 });
  });

  test("numbers that never arrive are recorded as a gap once a heartbeat says that they were sent, and not before", async () => {
    await report(events(1, 2, 5));
    await log.sequence();
    expect(await reportGaps(log.deps)).toBe(0);
    const { entryId } = await report({ heartbeat: { seq: 6, settled: 5 } });
    expect((await stored()).find(({ id }) => id === entryId)).toMatchObject({
      action: "source.heartbeat",
      details: {
        source: `${identityId}/main`,
        boot: "run-1",
        settled: 5,
        voided: "",
        ended: false,
      },
    });
    expect(await reportedSources()).toMatchObject([
      {
        id: `${identityId}/main`,
        boot: "run-1",
        arrived: 4,
        settled: 5,
        missing: "3-4",
        missingCount: 2,
        ended: false,
      },
    ]);
    expect(await reportGaps(log.deps)).toBe(1);
    await log.sequence();
    const gaps = await searchEntries(log.deps, operatorActor({ role: "auditor" }), {
      action: "source.gap",
    });
    expect(gaps.items).toMatchObject([
      { details: { source: `${identityId}/main`, boot: "run-1", missing: "3-4", count: 2 } },
    ]);
  });

  test("are none in a whole run to its end", async () => {
    await report({ ...events(1, 2, 3), heartbeat: { seq: 4, settled: 3, ended: true } });
    await log.sequence();
    expect(await reportedSources()).toMatchObject([
      { arrived: 4, settled: 3, missingCount: 0, ended: true },
    ]);
    expect(await reportGaps(log.deps)).toBe(0);
  });

  test("a heartbeat again is not stored again; another under its number is refused", async () => {
    const beat = { heartbeat: { seq: 2, settled: 1 } };
    await report({ ...events(1), ...beat });
    expect((await report(beat)).result).toMatchObject({ accepted: 0, duplicates: 1 });
    await expect(report({ heartbeat: { seq: 2, settled: 0 } })).rejects.toMatchObject({
      code: "event.differs",
    });
    expect(await numbers()).toEqual([1, 2]);
  });
});
