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

const shown = 6;

/** The latest acts and refusals, each with its entry. Of an issuing only its end stands here, not the plan before it. */
export function LatestActs({
  latest,
  linked,
}: Readonly<{ latest: Overview["latest"]; /** The reader may open entries. */ linked: boolean }>) {
  const acts = latest.filter(({ action }) => action !== "certificate.planned").slice(0, shown);
  return (
    <Card title="Latest acts" aside={linked && <Link href="/audit">Audit log</Link>}>
      {acts.length === 0 ? (
        <p className="text-sm text-muted">Nothing has been done yet.</p>
      ) : (
        <Timeline
          label="Latest acts"
          items={acts.map(({ id, seq, ts, action, outcome, sentence }) => ({
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
