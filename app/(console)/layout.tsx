import { cookies } from "next/headers";
import type { ReactNode } from "react";
import { OpenCount } from "@/components/alerts/open-count";
import { roleWords } from "@/components/accounts/role-words";
import { AppShell } from "@/components/layout/app-shell";
import { actsFor } from "@/components/layout/acts";
import { placesFor } from "@/components/layout/places";
import { readTheme, themeCookie, zoneCookie } from "@/components/layout/theme";
import { AlarmBanners } from "@/components/log/alarm-banners";
import { ClockProvider } from "@/components/ui/clock";
import { turnAway } from "@/lib/auth/page";
import { scopeOf, type Permission } from "@/lib/auth/permissions";
import { actorOfSession } from "@/lib/auth/session-actor";
import { isTimeZone } from "@/lib/format/time";
import { getDeps } from "@/lib/runtime";
import { readOpenAlerts } from "./alerts/read-open";
import { readAlarms } from "./audit/log/read-alarms";
import { searchConsole } from "./search";
import { signOut } from "./sign-out";

/**
 * The frame around every page of the console. A stranger is sent to the sign-in before anything streams. What a role may see
 * is decided by each page's first line: frames are not drawn anew on the way from page to page.
 */
export default async function ConsoleLayout({ children }: Readonly<{ children: ReactNode }>) {
  const actor = await actorOfSession();
  if (actor === null || actor.role === null) return turnAway();
  const { role } = actor;
  const jar = await cookies();
  const may = (permission: string) => scopeOf(role, permission as Permission) !== "none";
  const zone = jar.get(zoneCookie)?.value ?? "UTC";
  const [alarms, open] = await Promise.all([
    readAlarms(getDeps(), actor),
    readOpenAlerts(getDeps(), actor),
  ]);
  return (
    <ClockProvider
      serverNowMs={getDeps().clock.now().getTime()}
      zone={isTimeZone(zone) ? zone : "UTC"}
    >
      <AppShell
        groups={placesFor(may)}
        acts={actsFor(may)}
        account={{ label: actor.label, role: role === "system" ? role : roleWords[role].label }}
        theme={readTheme(jar.get(themeCookie)?.value)}
        signOut={signOut}
        accountHref="/settings/account"
        search={searchConsole}
        badges={open === null ? undefined : { alerts: <OpenCount first={open} /> }}
      >
        {alarms && <AlarmBanners first={alarms} />}
        {children}
      </AppShell>
    </ClockProvider>
  );
}
