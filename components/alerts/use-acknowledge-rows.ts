"use client";

import { useRouter } from "next/navigation";
import { useState } from "react";
import type { BulkServerActions } from "@/components/bulk/shared/bulk-dialog";
import { bulkHref, exclusionText } from "@/components/bulk/shared/bulk-words";
import { awaitBulk } from "@/components/bulk/shared/use-bulk-progress";
import { useAction } from "@/components/forms/use-action";
import { useSelection } from "@/components/ui/selection";
import { showToast } from "@/components/ui/toast-store";
import type { BulkDto, BulkPreview } from "@/lib/bulk/schema";
import { plural } from "@/lib/format/count";

/** How long the list waits for it; what takes longer goes on, and has its page. */
const patienceMs = 8_000;

/**
 * Acknowledges rows that are in view without asking: nothing is lost by it. It is a bulk action as
 * any other, with its dry run, and the message leads to its report.
 */
export function useAcknowledgeRows({ preview, start }: BulkServerActions) {
  const { run: runPreview } = useAction(preview);
  const { run: runStart } = useAction(start);
  const { clear } = useSelection();
  const [pending, setPending] = useState(false);
  const router = useRouter();
  const acknowledge = async (alerts: readonly string[]) => {
    const asked = { act: "acknowledge", alerts } as const;
    const dryRun = await runPreview(asked);
    if (!dryRun.ok) {
      showToast({ text: dryRun.message, tone: "danger" });
      return;
    }
    const { count, sha256 } = dryRun.data;
    if (count > 0) {
      const started = await runStart({ ...asked, expect: { count, sha256 } });
      if (!started.ok) {
        showToast({ text: started.message, tone: "danger" });
        return;
      }
      showToast(receiptOf(await awaitBulk(started.data, patienceMs), dryRun.data));
    } else showToast({ text: `0 alerts acknowledged. ${leftOut(dryRun.data)}`.trim() });
    clear();
    router.refresh();
  };
  return {
    pending,
    acknowledge: async (alerts: readonly string[]) => {
      setPending(true);
      await acknowledge(alerts).finally(() => {
        setPending(false);
      });
    },
  };
}

function receiptOf(bulk: BulkDto, dryRun: BulkPreview) {
  const text =
    bulk.status === "running"
      ? `Acknowledging ${plural(bulk.total, "alert")}.`
      : `${plural(bulk.done, "alert")} acknowledged. ${leftOut(dryRun)}`.trim();
  return { text, linkText: "Report", href: bulkHref(bulk) };
}

/** "2 left out: already acknowledged." */
const leftOut = ({ excluded }: BulkPreview): string =>
  excluded.map(({ why, count }) => `${exclusionText(why, count)}.`).join(" ");
