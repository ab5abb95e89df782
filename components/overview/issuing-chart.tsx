import { Card } from "@/components/ui/card";
import { Chart } from "@/components/ui/chart";
import type { Overview } from "@/lib/overview/schema";

/** Issued, revoked and refused for each of the last thirty days. */
export function IssuingChart({ days }: Pick<Overview, "days">) {
  return (
    <Card title="Issuing" description="The last thirty days, in UTC.">
      <Chart
        label="Certificates issued, revoked and refused per day"
        kind="bar"
        pointWord="Day"
        series={[
          { key: "issued", label: "Issued", tone: "accent" },
          { key: "revoked", label: "Revoked", tone: "revoked" },
          { key: "refused", label: "Refused", tone: "denied" },
        ]}
        points={days.map(({ day, issued, revoked, refused }) => ({
          label: day.slice(5),
          values: { issued, revoked, refused },
        }))}
      />
    </Card>
  );
}
