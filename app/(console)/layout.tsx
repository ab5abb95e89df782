import { cookies } from "next/headers";
import type { ReactNode } from "react";
import { OpenCount } from "@/components/alerts/open-count";
import { roleLabels } from "@/components/shared/role-labels";
import { AppShell } from "@/components/layout/app-shell";
import { commandsFor } from "@/components/layout/commands";
import { navGroupsFor } from "@/components/layout/nav-items";
import { readTheme, themeCookie, zoneCookie } from "@/components/layout/theme";
import { AlarmBanners } from "@/components/log/alarm-banners";
import { ClockProvider } from "@/components/ui/clock";
import { redirectToSignIn } from "@/lib/auth/page";
import { scopeOf, type Permission } from "@/lib/access/permissions";
import { actorOfSession } from "@/lib/auth/session-actor";
import { isTimeZone } from "@/lib/format/time";
import { readEnv } from "@/lib/runtime/env";
import { getDeps } from "@/lib/runtime/get-deps";
import { readOpenAlerts } from "@/app/(console)/alerts/read-open";
import { readAlarms } from "@/app/(console)/audit/log/read-alarms";
import { searchConsole } from "./palette/search";
import { signOut } from "./sign-out";

/**
 * The frame of every console page. Redirects to the sign-in before anything streams. Each page
 * checks
 * the role in its first line, because Next.js doesn't render the layout again on navigation.
 */
export default async function ConsoleLayout({ children }: Readonly<{ children: ReactNode }>) {
  const actor = await actorOfSession();
  if (actor === null || actor.role === null) return redirectToSignIn();
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
        groups={navGroupsFor(may)}
        commands={commandsFor(may)}
        account={{ label: actor.label, role: role === "system" ? role : roleLabels[role].label }}
        theme={readTheme(jar.get(themeCookie)?.value)}
        signOut={signOut}
        accountHref="/settings/account"
        search={searchConsole}
        isDemo={readEnv().CHANCERY_DEMO === "1"}
        badges={open === null ? undefined : { alerts: <OpenCount first={open} /> }}
      >
        {alarms && <AlarmBanners first={alarms} />}
        {children}
      </AppShell>
    </ClockProvider>
  );
}
