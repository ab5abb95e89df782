"use client";

import { Ban, Download } from "lucide-react";
import { ConfirmDialog } from "@/components/forms/confirm-dialog";
import { Banner } from "@/components/ui/banner";
import { Button, ButtonLink } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Progress } from "@/components/ui/progress";
import { Time } from "@/components/ui/time";
import type { ServerAction } from "@/lib/auth/types";
import type { BulkDto } from "@/lib/bulk/schema";
import { formatCount } from "@/lib/format/count";
import { actWords, countItems, statusLabels } from "./bulk-words";
import { useBulkProgress } from "./use-bulk-progress";

type Props = Readonly<{
  initial: BulkDto;
  /** Null for those who can't cancel it. */
  cancel: ServerAction<BulkDto> | null;
}>;

/** How far a bulk action is. It goes on whether or not anyone looks at this page. */
export function BulkProgress({ initial, cancel }: Props) {
  const bulk = useBulkProgress(initial);
  const { total, done, changed, refused, status } = bulk;
  const tried = done + changed + refused;
  return (
    <Card title={statusLabels[status]}>
      <div className="flex flex-col gap-4">
        <Progress
          label={`${formatCount(tried)} of ${countItems(bulk.act, total)}`}
          value={tried}
          max={total}
        />
        <Figures bulk={bulk} />
        {bulk.cause !== null && (
          <Banner tone="warning" title="Stopped early">
            {bulk.cause} What is left was not changed.
          </Banner>
        )}
        <div className="flex flex-wrap gap-2">
          <ButtonLink
            download
            href={`/certificates/bulk/${bulk.id}/report`}
            icon={<Download aria-hidden />}
          >
            Download report (CSV)
          </ButtonLink>
          {status === "running" && cancel !== null && (
            <ConfirmDialog
              trigger={<Button icon={<Ban aria-hidden />}>Cancel</Button>}
              title="Cancel this bulk action?"
              consequence={`What is done stays done. The rest, ${countItems(bulk.act, total - tried)} at the moment, isn’t changed.`}
              confirmLabel="Cancel bulk action"
              receipt="Canceled."
              action={cancel}
              input={{ id: bulk.id }}
            />
          )}
        </div>
      </div>
    </Card>
  );
}

function Figures({ bulk }: Readonly<{ bulk: BulkDto }>) {
  const { act, total, done, changed, refused, endedAt } = bulk;
  const facts: readonly (readonly [string, number])[] = [
    [actWords[act].done, done],
    ["Changed since the dry run, left alone", changed],
    ["Refused", refused],
    [endedAt === null ? "Waiting" : "Not tried", total - done - changed - refused],
  ];
  return (
    <dl className="grid grid-cols-1 gap-x-6 gap-y-2 text-sm sm:grid-cols-2">
      {facts.map(([name, value]) => (
        <div key={name} className="flex justify-between gap-3">
          <dt className="text-muted">{name}</dt>
          <dd className="font-medium tabular-nums">{formatCount(value)}</dd>
        </div>
      ))}
      {endedAt !== null && (
        <div className="flex justify-between gap-3">
          <dt className="text-muted">Ended</dt>
          <dd>
            <Time at={endedAt} />
          </dd>
        </div>
      )}
    </dl>
  );
}
