import {
  CircleAlert,
  CircleCheck,
  CircleDot,
  Eye,
  Info,
  OctagonAlert,
  TriangleAlert,
  type LucideIcon,
} from "lucide-react";
import clsx from "clsx";
import { Badge } from "@/components/ui/badge";
import { toneText, type Tone } from "@/components/ui/tone";
import type { AlertStatus, Severity } from "@/lib/alerts/schema";
import { severityWords, statusWords } from "./alert-words";

const severities: Readonly<Record<Severity, Readonly<{ tone: Tone; icon: LucideIcon }>>> = {
  critical: { tone: "revoked", icon: OctagonAlert },
  high: { tone: "expiring", icon: TriangleAlert },
  medium: { tone: "pending", icon: CircleAlert },
  low: { tone: "neutral", icon: Info },
};

/** How bad it is, as word, icon and colour. */
export function SeverityBadge({ severity }: Readonly<{ severity: Severity }>) {
  const { tone, icon: Icon } = severities[severity];
  return (
    <Badge tone={tone} icon={<Icon aria-hidden strokeWidth={2.25} />}>
      {severityWords[severity]}
    </Badge>
  );
}

/** The icon of a severity, with its word for those who do not see it. */
export function SeverityIcon({
  severity,
  named = true,
}: Readonly<{
  severity: Severity;
  /** The word stands beside it already. */ named?: boolean | undefined;
}>) {
  const { tone, icon: Icon } = severities[severity];
  return (
    <span
      className={clsx("inline-flex shrink-0", toneText[tone])}
      data-tip={named ? severityWords[severity] : undefined}
    >
      <Icon aria-hidden className="size-4" />
      {named && <span className="sr-only">{severityWords[severity]}: </span>}
    </span>
  );
}

export const toneOfSeverity = (severity: Severity): Tone => severities[severity].tone;

const statuses: Readonly<Record<AlertStatus, Readonly<{ tone: Tone; icon: LucideIcon }>>> = {
  open: { tone: "denied", icon: CircleDot },
  acknowledged: { tone: "pending", icon: Eye },
  resolved: { tone: "valid", icon: CircleCheck },
};

/** Where an alert stands, as word, icon and colour. */
export function AlertStatusBadge({ status }: Readonly<{ status: AlertStatus }>) {
  const { tone, icon: Icon } = statuses[status];
  return (
    <Badge tone={tone} icon={<Icon aria-hidden strokeWidth={2.25} />}>
      {statusWords[status]}
    </Badge>
  );
}
