"use client";

import type { BulkDto } from "@/lib/bulk/schema";
import { formatCount } from "@/lib/format/count";
import { useBulkProgress } from "./use-bulk-progress";

/** "120 of 240", up to date while it is running. */
export function BulkCount({ bulk }: Readonly<{ bulk: BulkDto }>) {
  const { total, done, changed, refused } = useBulkProgress(bulk);
  return `${formatCount(done + changed + refused)} of ${formatCount(total)}`;
}
