import {
  BadgeCheck,
  BellRing,
  ClipboardList,
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
  UserCheck,
  Users,
  Waypoints,
  type LucideIcon,
} from "lucide-react";
import type { NavItemId } from "./nav-items";

const icons: Readonly<Record<NavItemId, LucideIcon>> = {
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
  reports: ClipboardList,
  users: Users,
  power: UserCheck,
  tokens: KeyRound,
  proxies: Network,
  delivery: Send,
};

/** The icon of a navigation item, the same in navigation, palette and empty states. */
export function NavIcon({ id }: Readonly<{ id: NavItemId }>) {
  const Icon = icons[id];
  return <Icon aria-hidden className="size-4 shrink-0" />;
}
