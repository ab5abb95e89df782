import { readdirSync, readFileSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { monitorEventLoopDelay } from "node:perf_hooks";
import type { Gauge } from "./metrics";
import type { Check } from "./readiness";

const delay = monitorEventLoopDelay({ resolution: 20 });
delay.enable();

const nanosecondsInSecond = 1e9;

/** Free and total bytes of a folder's disk, for users other than root; null if it can't be read. */
export type ReadDisk = () => Promise<Readonly<{ free: number; total: number }> | null>;

/** Reads the disk of a folder. */
export const diskOf =
  (folder: string): ReadDisk =>
  async () => {
    try {
      const { bavail, blocks, bsize } = await statfs(folder);
      return { free: bavail * bsize, total: blocks * bsize };
    } catch {
      return null;
    }
  };

/** Below both, writing stops before somebody has reacted: PostgreSQL shuts down on a full disk. */
const leastFreeShare = 0.1;
const leastFreeBytes = 5 * 1024 ** 3;

/** A warning before the disk is full: under 10 percent and under 5 GiB are free. */
export function makeDiskCheck(read: ReadDisk): Check {
  return async () => {
    const disk = await read();
    if (disk === null || disk.free >= leastFreeBytes || disk.free >= disk.total * leastFreeShare)
      return null;
    const megabytes = Math.floor(disk.free / 1024 ** 2);
    const percent = ((disk.free / disk.total) * 100).toFixed(1);
    return `only ${megabytes} MiB (${percent} percent) are free on the disk of the data folder`;
  };
}

/** The disk of the data folder, descriptors and event loop of this process. */
export async function machineGauges(read: ReadDisk): Promise<readonly Gauge[]> {
  const disk = await read();
  const seconds = (nanoseconds: number): number =>
    Number.isFinite(nanoseconds) ? nanoseconds / nanosecondsInSecond : 0;
  const p99 = seconds(delay.percentile(99));
  const max = seconds(delay.max);
  delay.reset();
  return [
    ...(disk === null
      ? []
      : [
          gauge("chancery_disk_free_bytes", "Free on the disk of the data folder.", disk.free),
          gauge("chancery_disk_size_bytes", "Size of the disk of the data folder.", disk.total),
        ]),
    ...descriptorGauges(),
    gauge(
      "chancery_event_loop_delay_p99_seconds",
      "99 percent are below, since the last scrape.",
      p99,
    ),
    gauge("chancery_event_loop_delay_max_seconds", "The longest since the last scrape.", max),
  ];
}

/** Linux only. */
function descriptorGauges(): Gauge[] {
  try {
    const open = readdirSync("/proc/self/fd").length;
    const limits = readFileSync("/proc/self/limits", "utf8");
    const limit = Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1] ?? Number.NaN);
    return [
      gauge("process_open_fds", "Open descriptors of the gateway process.", open),
      ...(Number.isNaN(limit)
        ? []
        : [gauge("process_max_fds", "The most descriptors that it may have.", limit)]),
    ];
  } catch {
    return [];
  }
}

const gauge = (name: string, help: string, value: number): Gauge => ({
  name,
  help,
  samples: [{ value }],
});
