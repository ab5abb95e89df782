import { CircleCheck, CircleDashed, CircleHelp, OctagonX, ShieldCheck } from "lucide-react";
import type { ReactNode } from "react";
import { Badge } from "@/components/ui/badge";
import type { Tone } from "@/components/ui/tone";
import type { TrustLevel } from "@/lib/log/view-types";

export type Level = TrustLevel | "failed" | "unknown";

const looks: Readonly<Record<Level, readonly [Tone, ReactNode]>> = {
  witnessed: ["valid", <ShieldCheck key="icon" aria-hidden />],
  signed: ["valid", <CircleCheck key="icon" aria-hidden />],
  unsealed: ["pending", <CircleDashed key="icon" aria-hidden />],
  failed: ["revoked", <OctagonX key="icon" aria-hidden />],
  unknown: ["neutral", <CircleHelp key="icon" aria-hidden />],
};

/**
 * How well a statement about the log is proved, as a label: "Witnessed by 2 of 2". Never just
 * "passed".
 */
export function LevelBadge({ level, children }: Readonly<{ level: Level; children: string }>) {
  const [tone, icon] = looks[level];
  return (
    <Badge tone={tone} icon={icon}>
      {children}
    </Badge>
  );
}
