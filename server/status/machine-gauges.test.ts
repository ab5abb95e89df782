import { tmpdir } from "node:os";
import { expect, test } from "vitest";
import { diskOf, machineGauges, makeDiskCheck } from "./machine-gauges";

const gib = 1024 ** 3;
const check = (free: number, total: number) => makeDiskCheck(async () => ({ free, total }))();

test.each([
  ["much", 50 * gib, 100 * gib],
  ["a small share of a large disk, but enough", 20 * gib, 1_000 * gib],
  ["little of a small disk, but a large share", 2 * gib, 4 * gib],
])("a disk with %s free warns of nothing", async (_what, free, total) => {
  expect(await check(free, total)).toBeNull();
});

test.each([
  ["little", 1 * gib, "only 1024 MiB (1.0 percent)"],
  ["nothing", 0, "only 0 MiB (0.0 percent)"],
])("a disk with %s free warns before it is full", async (_what, free, text) => {
  expect(await check(free, 100 * gib)).toContain(text);
});

test("a disk that can't be read warns of nothing and has no gauge; the rest is measured", async () => {
  expect(await makeDiskCheck(diskOf("/nowhere/at/all"))()).toBeNull();
  const names = (await machineGauges(diskOf("/nowhere/at/all"))).map(({ name }) => name);
  expect(names.some((name) => name.startsWith("chancery_disk"))).toBe(false);
  expect(names).toContain("chancery_event_loop_delay_max_seconds");
});

test("free space, descriptors and the event loop are numbers", async () => {
  const gauges = await machineGauges(diskOf(tmpdir()));
  for (const { samples } of gauges) expect(samples[0]?.value).toBeGreaterThanOrEqual(0);
  expect(gauges.map(({ name }) => name)).toContain("chancery_disk_free_bytes");
});
