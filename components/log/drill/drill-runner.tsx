"use client";

import { Siren } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { ErrorBanner } from "@/components/forms/error-banner";
import { showReceipt } from "@/components/forms/show-receipt";
import { errorsOf, useAction } from "@/components/forms/use-action";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Stack } from "@/components/ui/layout";
import { SelectField } from "@/components/ui/select";
import type { ServerAction } from "@/lib/auth/types";
import { formatCount, plural } from "@/lib/format/count";
import { usePendingWork } from "@/components/log/use-pending-work";
import { useWork } from "@/components/log/use-work";
import { WorkProgress } from "@/components/log/work-progress";

type Props = Readonly<{
  size: number;
  request: ServerAction<{ id: string }>;
  blockedBy?: string | undefined;
}>;

const entryCounts = [500, 2_000, 10_000, 50_000] as const,
  defaultCount = 2_000,
  maxCount = 50_000;

/**
 * Starts a drill and shows its progress. It works on a copy, so it can't affect the log.
 */
export function DrillRunner({ size, request, blockedBy }: Props) {
  const router = useRouter();
  const { state, pending, run } = useAction(request);
  const [pendingId, setPendingId] = usePendingWork("drill");
  const choices = [
    ...entryCounts.filter((count) => count < size),
    ...(size <= maxCount ? [size] : []),
  ];
  const [entries, setEntries] = useState(String(Math.min(defaultCount, size)));
  const work = useWork(pendingId, () => {
    setPendingId(null);
    router.refresh();
  });
  const start = async () => {
    const answer = await run({ entries: Number(entries) });
    if (!answer.ok) return;
    showReceipt("Drill requested.", answer);
    setPendingId(answer.data.id);
  };
  return (
    <Card
      title="Run a drill"
      description="Copies the first entries to a separate database with a separate key. Each attack runs there with superuser rights and triggers off, followed by a full verification. The audit log isn’t affected."
    >
      <Stack>
        {state?.ok === false && <ErrorBanner failure={state} fields={["entries"]} />}
        <div className="flex flex-wrap items-end gap-3">
          <SelectField
            label="Entries to copy"
            name="entries"
            value={entries}
            onChange={(event) => {
              setEntries(event.target.value);
            }}
            error={errorsOf(state, "entries")}
            required
            options={choices.map((count) => ({
              value: String(count),
              label: count === size ? `All ${formatCount(count)}` : formatCount(count),
            }))}
          />
          <Button
            variant="primary"
            icon={<Siren aria-hidden />}
            loading={pending || pendingId !== null}
            disabledReason={blockedBy}
            onClick={() => {
              void start();
            }}
          >
            Run drill
          </Button>
        </div>
        {pendingId !== null && (
          <WorkProgress
            label="Drill"
            work={work}
            waiting={`Copying ${plural(Math.min(Number(entries), size), "entry", "entries")}`}
          />
        )}
      </Stack>
    </Card>
  );
}
