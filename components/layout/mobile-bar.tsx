"use client";

import { Menu } from "lucide-react";
import NextLink from "next/link";
import { useState, type ReactNode } from "react";
import { IconButton } from "@/components/ui/button";
import { Drawer } from "@/components/ui/drawer";
import { Mark } from "@/components/ui/mark";
import { DemoBadge } from "./demo-badge";
import { NavList, type NavBadges } from "./nav-list";
import type { NavGroup } from "./nav-items";
import { SearchButton } from "./search-button";

/** The top bar of narrow windows: navigation in a drawer, the logo, search. */
export function MobileBar({
  groups,
  badges,
  isDemo,
  account,
}: Readonly<{
  groups: readonly NavGroup[];
  badges: NavBadges | undefined;
  isDemo: boolean;
  account: ReactNode;
}>) {
  const [open, setOpen] = useState(false);
  return (
    <header className="sticky top-0 z-20 flex h-12 items-center gap-2 border-b border-border bg-surface px-2 md:hidden">
      <Drawer
        side="left"
        title="Navigation"
        hideTitle
        open={open}
        onOpenChange={setOpen}
        trigger={<IconButton label="Open navigation" icon={<Menu aria-hidden />} />}
      >
        <div className="flex h-full flex-col gap-5">
          <span className="flex items-center gap-2 font-semibold">
            <Mark />
            Chancery
          </span>
          <NavList
            groups={groups}
            badges={badges}
            shape="full"
            onGo={() => {
              setOpen(false);
            }}
          />
          <div className="mt-auto">{account}</div>
        </div>
      </Drawer>
      <NextLink
        href="/"
        prefetch={false}
        className="flex flex-1 items-center gap-2 rounded-md font-semibold"
      >
        <Mark />
        Chancery
      </NextLink>
      {isDemo && <DemoBadge />}
      <SearchButton shape="icon" />
    </header>
  );
}
