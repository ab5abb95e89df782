"use client";

import { Card } from "@/components/ui/card";
import { Chart, type Point } from "@/components/ui/chart";
import { useClock } from "@/components/ui/clock";
import type { CustodyView } from "@/lib/custody/types";
import { stepLabel } from "./step-label";

type Props = Pick<CustodyView, "outcomes" | "hours">;

/** Requests are counted by the hour; a longer time is drawn in wider steps. */
const steps: Readonly<Record<number, string>> = {
  1: "This hour, and the whole hour before",
  24: "By the hour",
  168: "By six hours",
  720: "By the day",
};

/** Requests by how they ended, over the time looked at. */
export function OutcomeChart({ outcomes, hours }: Props) {
  const { zone } = useClock(),
    last = outcomes.at(-1)?.at ?? "";
  const points = outcomes.map(({ at, allowed, denied, failed }): Point => ({
    label: stepLabel(at, { hours, last, zone }),
    values: { allowed, denied, failed },
  }));
  return (
    <Card
      title="Requests"
      description={`${steps[hours] ?? "By the hour"}, in ${zone === "UTC" || hours > 168 ? "UTC" : "local time"}.`}
    >
      <Chart
        label="Requests allowed, refused and failed over time"
        kind="bar"
        pointWord={hours > 168 ? "Day" : "Time"}
        points={points}
        series={[
          { key: "allowed", label: "Allowed", tone: "accent" },
          { key: "denied", label: "Refused", tone: "denied" },
          { key: "failed", label: "Failed", tone: "expiring" },
        ]}
      />
    </Card>
  );
}
