import {
  BadgeCheck,
  BellRing,
  Fingerprint,
  KeyRound,
  Landmark,
  LayoutDashboard,
  Network,
  Route,
  ScrollText,
  Send,
  ShieldCheck,
  SlidersHorizontal,
  Users,
  Waypoints,
  type LucideIcon,
} from "lucide-react";
import type { PlaceId } from "./places";

const icons: Readonly<Record<PlaceId, LucideIcon>> = {
  overview: LayoutDashboard,
  certificates: BadgeCheck,
  identities: Fingerprint,
  authorities: Landmark,
  profiles: SlidersHorizontal,
  policies: Route,
  audit: ScrollText,
  custody: Waypoints,
  alerts: BellRing,
  proofs: ShieldCheck,
  users: Users,
  tokens: KeyRound,
  proxies: Network,
  delivery: Send,
};

/** The icon of a place, the same in navigation, palette and empty states. */
export function PlaceIcon({ id }: Readonly<{ id: PlaceId }>) {
  const Icon = icons[id];
  return <Icon aria-hidden className="size-4 shrink-0" />;
}
