import clsx from "clsx";
import {
  Ban,
  CircleCheck,
  CircleDashed,
  CircleOff,
  CirclePause,
  ClockAlert,
  OctagonX,
  type LucideIcon,
} from "lucide-react";
import type { ReactNode } from "react";
import { stateMeanings, stateLabels, type State } from "@/lib/format/state";
import { toneSoft, type Tone } from "./tone";

const shape = "badge";

/** One or two words about an item. */
export function Badge({
  tone = "neutral",
  icon,
  children,
}: Readonly<{ tone?: Tone | undefined; icon?: ReactNode; children: ReactNode }>) {
  return (
    <span className={clsx(shape, toneSoft[tone], "[&_svg]:size-3")}>
      {icon}
      {children}
    </span>
  );
}

const icons: Readonly<Record<State, LucideIcon>> = {
  valid: CircleCheck,
  expiring: ClockAlert,
  expired: CircleOff,
  hold: CirclePause,
  revoked: Ban,
  pending: CircleDashed,
  denied: OctagonX,
};

/**
 * A state as label, icon and color. `label` replaces the usual label, never the icon; the meaning is
 * the tooltip.
 */
export function StateBadge({
  state,
  label,
}: Readonly<{ state: State; label?: string | undefined }>) {
  const Icon = icons[state];
  return (
    <span data-tip={stateMeanings[state]} className={clsx(shape, toneSoft[state])}>
      <Icon aria-hidden className="size-3" strokeWidth={2.25} />
      {label ?? stateLabels[state]}
    </span>
  );
}

/** The icon of a state, for legends and timelines; hidden from screen readers. */
export function StateIcon({ state }: Readonly<{ state: State }>) {
  const Icon = icons[state];
  return <Icon aria-hidden className="size-4" />;
}
