import {
  CheckCheck,
  CircleCheck,
  CircleUser,
  OctagonAlert,
  ShieldOff,
  TrendingUp,
} from "lucide-react";
import type { ReactElement } from "react";
import { Card } from "@/components/ui/card";
import { Link } from "@/components/ui/link";
import { Time } from "@/components/ui/time";
import { Timeline } from "@/components/ui/timeline";
import type { Tone } from "@/components/ui/tone";
import type { EntrySummary } from "@/lib/log/schema";

const looks: Readonly<Record<string, Readonly<{ tone: Tone; icon: ReactElement }>>> = {
  "alert.opened": { tone: "expiring", icon: <OctagonAlert aria-hidden /> },
  "alert.escalated": { tone: "revoked", icon: <TrendingUp aria-hidden /> },
  "alert.acknowledged": { tone: "pending", icon: <CheckCheck aria-hidden /> },
  "alert.assigned": { tone: "neutral", icon: <CircleUser aria-hidden /> },
  "alert.resolved": { tone: "valid", icon: <CircleCheck aria-hidden /> },
  "exception.created": { tone: "hold", icon: <ShieldOff aria-hidden /> },
};

type Props = Readonly<{
  /** The entries about it, the oldest first. */ entries: readonly EntrySummary[];
  /** The user may open the log. */ linked: boolean;
}>;

/** What was done about an alert, the latest first, each with a link to its entry. */
export function AlertHistory({ entries, linked }: Props) {
  return (
    <Card title="History">
      <Timeline
        label="History"
        items={entries.toReversed().map(({ id, seq, ts, action, sentence, outcome, target }) => ({
          id,
          title: withoutName(sentence, target?.label ?? ""),
          at: <Time at={ts} />,
          tone: outcome === "success" ? looks[action]?.tone : "denied",
          icon: looks[action]?.icon,
          children: linked ? <Link href={`/audit/${seq}`}>Entry {seq}</Link> : `Entry ${seq}`,
        }))}
      />
    </Card>
  );
}

/** On the alert's page the sentences don't repeat its name. */
function withoutName(sentence: string, label: string): string {
  return label === "" ? sentence : sentence.replace(`alert ${label}`, () => "the alert");
}
