import { Card } from "@/components/ui/card";
import { Link } from "@/components/ui/link";
import { Time } from "@/components/ui/time";
import { Timeline } from "@/components/ui/timeline";
import type { Tone } from "@/components/ui/tone";
import type { Overview } from "@/lib/overview/schema";

const toneOf = (outcome: string, action: string): Tone =>
  outcome !== "success"
    ? "denied"
    : action === "certificate.revoked"
      ? "revoked"
      : action === "certificate.held"
        ? "hold"
        : "valid";

const maxItems = 6;

/**
 * The latest actions, including denied ones, each with its entry. An issuance appears once, without
 * the plan that precedes it.
 */
export function RecentActivity({
  latest,
  linked,
}: Readonly<{
  latest: Overview["latest"];
  /** True if the user may open entries. */ linked: boolean;
}>) {
  const actions = latest
    .filter(({ action }) => action !== "certificate.planned")
    .slice(0, maxItems);
  return (
    <Card
      title="Recent activity"
      description="Without what Chancery does by itself, except alerts and revocations."
      aside={linked && <Link href="/audit">Audit log</Link>}
    >
      {actions.length === 0 ? (
        <p className="text-sm text-muted">No activity yet.</p>
      ) : (
        <Timeline
          label="Recent activity"
          items={actions.map(({ id, seq, ts, action, outcome, sentence }) => ({
            id,
            tone: toneOf(outcome, action),
            title: sentence,
            at: <Time at={ts} />,
            children: linked ? <Link href={`/audit/${seq}`}>Entry {seq}</Link> : `Entry ${seq}`,
          }))}
        />
      )}
    </Card>
  );
}
