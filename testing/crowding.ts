import { availableParallelism, loadavg } from "node:os";

/**
 * How many times longer than on an idle machine things may take: 1, or what waits for each core. For
 * promises in seconds; other waits have no limit but the test's own.
 */
export const crowding = (): number => Math.max(1, (loadavg()[0] ?? 0) / availableParallelism());
