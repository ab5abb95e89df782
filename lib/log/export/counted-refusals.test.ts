import { expect, test } from "vitest";
import { makeEntry } from "@/lib/log/entry";
import { makeRefusalTable, summarizeRefusals } from "@/lib/log/record/refusal-table";
import { anonymousActor } from "@/testing/actors";
import { cefLine } from "./cef";
import { ocsfLine } from "./ocsf";
import type { ExportedEntry } from "./types";

const firstAt = Date.UTC(2026, 10, 28, 9);

function exported(): ExportedEntry {
  const table = makeRefusalTable({ singlesPerNetwork: 0, singles: 0, networks: 10 });
  for (let n = 0; n < 40; n++)
    table.admit(
      anonymousActor(),
      {
        action: "request.refused",
        outcome: "denied",
        target: null,
        details: { method: "GET", path: "/", status: 401, code: "unauthenticated" },
      },
      new Date(firstAt + n * 1_000),
    );
  const { actor, entry } = summarizeRefusals(table.take()[0]!);
  const record = makeEntry(actor, entry, {
    now: new Date(firstAt + 60_000),
    randomBytes: (n) => new Uint8Array(n),
  });
  return { seq: 7, leafHash: "", log: "test", checkpoint: null, record, text: "{}" };
}

test("counted refusals are one OCSF event with their count and times", () => {
  expect(JSON.parse(ocsfLine(exported()))).toMatchObject({
    class_uid: 6003,
    activity_id: 99,
    activity_name: "request.refused-many",
    status: "Failure",
    count: 40,
    start_time: firstAt,
    end_time: firstAt + 39_000,
    src_endpoint: { ip: "192.0.2.7" },
  });
});

test("counted refusals are one CEF event with their count and times", () => {
  expect(cefLine(exported())).toMatch(
    new RegExp(` cnt=40 start=${firstAt} end=${firstAt + 39_000} .*src=192\\.0\\.2\\.7 `),
  );
});
