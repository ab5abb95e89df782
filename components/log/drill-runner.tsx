"use client";

import { Siren } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { RefusalBanner } from "@/components/forms/refusal-banner";
import { showReceipt } from "@/components/forms/show-receipt";
import { errorsOf, useAct } from "@/components/forms/use-act";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Stack } from "@/components/ui/layout";
import { SelectField } from "@/components/ui/select";
import type { ServerAction } from "@/lib/auth/types";
import { formatCount, plural } from "@/lib/format/count";
import { useAsked } from "./use-asked";
import { useWork } from "./use-work";
import { WorkProgress } from "./work-progress";

type Props = Readonly<{
  size: number;
  request: ServerAction<{ entryId: string }>;
  blockedBy?: string | undefined;
}>;

const offered = [500, 2_000, 10_000, 50_000] as const,
  usual = 2_000,
  most = 50_000;

/** Starts a drill and follows it. It works on a copy: nothing that happens there can reach the log. */
export function DrillRunner({ size, request, blockedBy }: Props) {
  const router = useRouter();
  const { state, pending, run } = useAct(request);
  const [asked, setAsked] = useAsked("drill");
  const choices = [...offered.filter((count) => count < size), ...(size <= most ? [size] : [])];
  const [entries, setEntries] = useState(String(Math.min(usual, size)));
  const work = useWork(asked, () => {
    setAsked(null);
    router.refresh();
  });
  const start = async () => {
    const answer = await run({ entries: Number(entries) });
    if (!answer.ok) return;
    showReceipt("Drill asked for.", answer);
    setAsked(answer.data.entryId);
  };
  return (
    <Card
      title="Run a drill"
      description="A copy of the first entries in a database of its own, with a key of its own. Each attack is done there with the rights of a superuser, triggers off, and then everything is verified."
    >
      <Stack>
        {state?.ok === false && <RefusalBanner refusal={state} shown={["entries"]} />}
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
            loading={pending || asked !== null}
            disabledReason={blockedBy}
            onClick={() => {
              void start();
            }}
          >
            Run the drill
          </Button>
        </div>
        {asked !== null && (
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
