import { Link } from "@/components/ui/link";
import { formatShare, plural } from "@/lib/format/count";
import type { RuleDto } from "@/lib/alerts/schema";

/**
 * How many alerts a rule raised in 30 days, and the share that was resolved as expected, as a bar
 * and in words.
 */
export function RuleFigures({
  rule,
  alerts: { total, expected, malicious },
}: Pick<RuleDto, "alerts"> & Readonly<{ rule: RuleDto["name"] }>) {
  if (total === 0) return <p className="text-muted">No alerts in 30 days</p>;
  const other = Math.max(0, total - expected - malicious),
    unit = 100 / total;
  return (
    <div>
      <p>
        <Link href={`/alerts?status=all&rule=${rule}`}>{plural(total, "alert")}</Link>{" "}
        <span className="text-muted">in 30 days</span>
      </p>
      {expected + malicious > 0 && (
        <svg
          aria-hidden
          viewBox="0 0 100 4"
          preserveAspectRatio="none"
          className="mt-1.5 h-1.5 w-full overflow-hidden rounded-full"
        >
          <rect width={malicious * unit} height="4" className="fill-revoked" />
          <rect x={malicious * unit} width={other * unit} height="4" className="fill-accent" />
          <rect
            x={(malicious + other) * unit}
            width={expected * unit}
            height="4"
            className="fill-edge"
          />
        </svg>
      )}
      <p className="mt-1 text-muted">
        {expected === 0
          ? "None resolved as expected"
          : `${formatShare(expected, total)} resolved as expected`}
        {malicious > 0 && <span className="text-revoked">, {malicious} malicious</span>}
      </p>
    </div>
  );
}
