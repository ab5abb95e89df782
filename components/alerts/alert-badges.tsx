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
import { severityLabels } from "@/components/shared/severity-labels";
import { statusLabels } from "./alert-labels";

const severityLooks: Readonly<Record<Severity, Readonly<{ tone: Tone; icon: LucideIcon }>>> = {
  critical: { tone: "revoked", icon: OctagonAlert },
  high: { tone: "expiring", icon: TriangleAlert },
  medium: { tone: "pending", icon: CircleAlert },
  low: { tone: "neutral", icon: Info },
};

/** The severity as label, icon and color. */
export function SeverityBadge({ severity }: Readonly<{ severity: Severity }>) {
  const { tone, icon: Icon } = severityLooks[severity];
  return (
    <Badge tone={tone} icon={<Icon aria-hidden strokeWidth={2.25} />}>
      {severityLabels[severity]}
    </Badge>
  );
}

/** The icon of a severity, with its label for screen readers. */
export function SeverityIcon({
  severity,
  named = true,
}: Readonly<{
  severity: Severity;
  /** False if the label is shown next to it. */ named?: boolean | undefined;
}>) {
  const { tone, icon: Icon } = severityLooks[severity];
  return (
    <span
      className={clsx("inline-flex shrink-0", toneText[tone])}
      data-tip={named ? severityLabels[severity] : undefined}
    >
      <Icon aria-hidden className="size-4" />
      {named && <span className="sr-only">{severityLabels[severity]}: </span>}
    </span>
  );
}

const statusLooks: Readonly<Record<AlertStatus, Readonly<{ tone: Tone; icon: LucideIcon }>>> = {
  open: { tone: "denied", icon: CircleDot },
  acknowledged: { tone: "pending", icon: Eye },
  resolved: { tone: "valid", icon: CircleCheck },
};

/** The state of an alert as label, icon and color. */
export function AlertStatusBadge({ status }: Readonly<{ status: AlertStatus }>) {
  const { tone, icon: Icon } = statusLooks[status];
  return (
    <Badge tone={tone} icon={<Icon aria-hidden strokeWidth={2.25} />}>
      {statusLabels[status]}
    </Badge>
  );
}
