import { Card } from "@/components/ui/card";
import { LinkedBars } from "@/components/ui/linked-bars";
import { Link } from "@/components/ui/link";
import { plural } from "@/lib/format/count";
import { dayMs } from "@/lib/format/time-units";
import type { ExpiryByWeek } from "@/lib/overview/schema";
import { laterLink, weekLinks } from "./expiry-links";

const lastDayOf = (to: string): string =>
  new Date(Date.parse(to) - dayMs).toISOString().slice(0, 10);

/** Valid certificates by the week in which they expire, and whether they have a successor. */
export function ExpiryChart({
  weeks,
  later,
  compact = false,
}: ExpiryByWeek & Readonly<{ compact?: boolean | undefined }>) {
  return (
    <Card
      title="Expirations"
      description={
        compact
          ? undefined
          : "Valid certificates by week, in UTC, without Chancery’s own. Short-lived ones renew automatically."
      }
      footer={
        later > 0 && (
          <>
            Later: <Link href={laterLink({ weeks })}>{plural(later, "certificate")}</Link>
          </>
        )
      }
    >
      <LinkedBars
        label="Valid certificates by week of expiration"
        pointLabel="Week"
        unit="expire"
        compact={compact}
        series={[
          { key: "none", label: "No successor", tone: "expiring" },
          { key: "issued", label: "Successor issued", tone: "valid" },
          { key: "automatic", label: "Renewed automatically", tone: "neutral" },
        ]}
        bars={weeks.map(({ from, to, none, issued, automatic }) => ({
          label: `${from.slice(0, 10)} to ${lastDayOf(to)}`,
          short: from.slice(5, 10),
          values: { none, issued, automatic },
          ...weekLinks({ from, to }),
        }))}
      />
    </Card>
  );
}
