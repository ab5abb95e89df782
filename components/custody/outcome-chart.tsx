"use client";

import { Card } from "@/components/ui/card";
import { Chart } from "@/components/ui/chart";
import type { Point } from "@/components/ui/chart-types";
import { useClock } from "@/components/ui/clock";
import type { CustodyView } from "@/lib/custody/types";
import { stepLabel } from "./step-label";

type Props = Pick<CustodyView, "outcomes" | "hours">;

/** Requests are counted per hour; longer periods are drawn in wider steps. */
const steps: Readonly<Record<number, string>> = {
  1: "Current and previous hour",
  24: "Per hour",
  168: "Per 6 hours",
  720: "Per day",
};

/** Requests by outcome, over the period. */
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
      description={`${steps[hours] ?? "Per hour"}, in ${zone === "UTC" || hours > 168 ? "UTC" : "local time"}.`}
    >
      <Chart
        label="Requests allowed, denied and failed over time"
        kind="bar"
        pointLabel={hours > 168 ? "Day" : "Time"}
        points={points}
        series={[
          { key: "allowed", label: "Allowed", tone: "accent" },
          { key: "denied", label: "Denied", tone: "denied" },
          { key: "failed", label: "Failed", tone: "expiring" },
        ]}
      />
    </Card>
  );
}
