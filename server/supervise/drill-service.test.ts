import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test, vi } from "vitest";
import { makeDrillService } from "./drill-service";
import { noBoundary } from "./isolation/boundary";

const folder = mkdtempSync(join(tmpdir(), "chancery-drill-service-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const service = () =>
  makeDrillService({
    root: folder,
    dataFolder: folder,
    databaseUrl: "postgresql://localhost/none",
    program: join(folder, "none.mjs"),
    boundary: noBoundary(folder, { path: process.execPath, isClosed: false }, "test"),
  });

test.each([
  0,
  -1,
  1.5,
  50_001,
  1e9,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  "10",
  "10; rm -rf /",
  null,
  undefined,
  [10],
  { valueOf: 10 },
])("the gateway can't have a drill run over %s entries", (entries) => {
  const answer = vi.fn();
  service().receive({ type: "drill", entries }, answer);
  expect(answer.mock.calls).toEqual([[{ type: "drill.end", failed: "wrong entries" }]]);
});

test.each([{}, { type: "ready" }, { type: "spawn", command: "sh" }, { type: 7 }, []])(
  "the supervisor does nothing on a message such as %o",
  (message) => {
    const answer = vi.fn();
    service().receive(message, answer);
    expect(answer).not.toHaveBeenCalled();
  },
);

test("the gateway chooses nothing but the number of entries, and one drill runs at a time", async () => {
  const answers: object[] = [];
  const drills = service();
  const ask = { type: "drill", entries: 10, program: "/bin/sh", folder: "/", databaseUrl: "x" };
  drills.receive(ask, (message) => answers.push(message));
  drills.receive(ask, (message) => answers.push(message));
  await expect.poll(() => answers).toHaveLength(2);
  expect(answers).toEqual([
    { type: "drill.end", failed: "another drill is running" },
    { type: "drill.end", failed: "dist/drill.mjs is missing. npm start builds it." },
  ]);
});
