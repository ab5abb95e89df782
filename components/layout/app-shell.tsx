import NextLink from "next/link";
import type { ReactNode } from "react";
import { Mark } from "@/components/ui/mark";
import { ToastRegion } from "@/components/ui/toast";
import { TooltipLayer } from "@/components/ui/tooltip";
import { AccountMenu } from "./account-menu";
import { DemoBadge } from "./demo-badge";
import { MobileBar } from "./mobile-bar";
import { NavList, type NavBadges } from "./nav-list";
import type { PaletteEntry, PaletteSearch } from "./palette/palette-types";
import type { NavGroup } from "./nav-items";
import { SearchButton } from "./search-button";
import { ShellOverlays } from "./shell-overlays";
import { SkipLink } from "./skip-link";
import type { Theme } from "./theme";

type Props = Readonly<{
  groups: readonly NavGroup[];
  account: Readonly<{ label: string; role: string }>;
  theme: Theme;
  signOut: () => Promise<void>;
  accountHref?: string | undefined;
  /** Commands of the palette, such as "Issue certificate". */
  commands?: readonly PaletteEntry[] | undefined;
  search?: PaletteSearch | undefined;
  badges?: NavBadges | undefined;
  /** Whether this is a demonstration. */
  isDemo?: boolean;
  children: ReactNode;
}>;

/**
 * The frame of the console: a sidebar, which is a rail under 1024 px and a drawer under 768 px, the
 * command palette, shortcuts, tooltips and notifications.
 */
export function AppShell({
  groups,
  account,
  theme,
  signOut,
  accountHref,
  commands = [],
  search,
  badges,
  isDemo = false,
  children,
}: Props) {
  const menu = { ...account, theme, signOut, accountHref };
  return (
    <div className="flex min-h-dvh flex-col md:flex-row">
      <SkipLink />
      <MobileBar
        groups={groups}
        badges={badges}
        isDemo={isDemo}
        account={<AccountMenu {...menu} side="top" shape="full" />}
      />
      <aside
        aria-label="Navigation"
        className="sticky top-0 z-10 hidden h-dvh w-14 shrink-0 flex-col gap-4 overflow-y-auto border-r border-border bg-sunken/50 p-2.5 md:flex lg:w-56"
      >
        <div className="flex items-center justify-between gap-2 max-lg:flex-col">
          <NextLink
            href="/"
            prefetch={false}
            aria-label="Chancery overview"
            className="flex h-8 items-center gap-2 rounded-md px-1.5 font-semibold tracking-tight max-lg:justify-center"
          >
            <Mark />
            <span className="max-lg:hidden">Chancery</span>
          </NextLink>
          {isDemo && <DemoBadge />}
        </div>
        <SearchButton shape="rail" />
        <NavList groups={groups} shape="rail" badges={badges} />
        <div className="mt-auto">
          <AccountMenu {...menu} side="top" shape="rail" />
        </div>
      </aside>
      <main id="content" tabIndex={-1} className="min-w-0 flex-1 outline-none">
        <div className="mx-auto max-w-[84rem] px-4 py-5 sm:px-6 lg:px-8 lg:py-7">{children}</div>
      </main>
      <ShellOverlays groups={groups} commands={commands} search={search} signOut={signOut} />
      <ToastRegion />
      <TooltipLayer />
    </div>
  );
}
