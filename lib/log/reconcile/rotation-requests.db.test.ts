import { afterAll, beforeAll, expect, test } from "vitest";
import {
  createReconciledCa,
  problemsAfter,
  type ReconciledCa,
} from "@/testing/log/reconcile-fixture";
import { reconcile } from "./reconcile";

let ca: ReconciledCa;
beforeAll(async () => {
  ca = await createReconciledCa();
});
afterAll(async () => {
  await ca.harness.close();
});

test("requests for rotation that were made, replaced, withdrawn and fulfilled are explained by the log", async () => {
  await ca.harness.sequence();
  expect((await reconcile(ca.harness.deps)).problems).toEqual([]);
});

test.each([
  [
    "a request for rotation withdrawn past the log",
    "requested",
    "rotate_by = null, rotation_requested_at = null, rotation_requested_by = null, rotation_comment = null",
  ],
  [
    "a request for rotation with a later date",
    "requested",
    "rotate_by = rotate_by + interval '1 second'",
  ],
  [
    "a request for rotation of another day",
    "requested",
    "rotation_requested_at = rotation_requested_at - interval '1 day'",
  ],
  [
    "a request for rotation by someone else",
    "requested",
    "rotation_requested_by = 'mallory@example.com'",
  ],
  ["a request for rotation with another reason", "requested", "rotation_comment = 'nothing'"],
  [
    "a withdrawn request for rotation that counts again",
    "withdrawn",
    "rotate_by = now(), rotation_requested_at = now(), rotation_requested_by = '', rotation_comment = ''",
  ],
])("%s", async (_, name, set) => {
  const columns = "rotate_by, rotation_requested_at, rotation_requested_by, rotation_comment";
  await ca.harness.asSuper(
    `drop table if exists kept_requests; create table kept_requests as select id, ${columns} from certificate`,
  );
  const found = await problemsAfter(
    ca.harness,
    "certificate",
    `update certificate set ${set} where id = '${ca.certificates[name]}'`,
    `update certificate c set (${columns}) = (select ${columns} from kept_requests k where k.id = c.id)`,
  );
  expect(found).toEqual([
    expect.stringMatching(/the request for its rotation differs from the log/),
  ]);
  expect(found[0]).toContain(ca.certificates[name]);
});
