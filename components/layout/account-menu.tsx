"use client";

import { BookOpen, Clock, Keyboard, LogOut, Monitor, Moon, Sun, UserRound } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState, useTransition } from "react";
import {
  DropdownMenu,
  MenuItem,
  MenuLabel,
  MenuRadio,
  MenuSeparator,
} from "@/components/ui/dropdown-menu";
import { Kbd } from "@/components/ui/kbd";
import { useClock } from "@/components/ui/clock";
import { documents } from "./documents";
import { leave } from "./leave-guard";
import { sendSignal } from "./open-signals";
import { chooseTheme, chooseZone, localZone } from "./preferences";
import { readTheme, type Theme } from "./theme";

export type AccountMenuProps = Readonly<{
  /** The email address of the signed-in user. */
  label: string;
  role: string;
  theme: Theme;
  signOut: () => Promise<void>;
  accountHref?: string | undefined;
  side: "top" | "bottom";
  shape: "rail" | "full";
}>;

const themeOptions = [
  { value: "system", label: "System", icon: <Monitor aria-hidden className="text-muted" /> },
  { value: "light", label: "Light", icon: <Sun aria-hidden className="text-muted" /> },
  { value: "dark", label: "Dark", icon: <Moon aria-hidden className="text-muted" /> },
] as const;

/** The signed-in user and role, theme, time zone, account, shortcuts and sign-out. */
export function AccountMenu({
  label,
  role,
  theme: initialTheme,
  signOut,
  accountHref,
  side,
  shape,
}: AccountMenuProps) {
  const router = useRouter();
  const { zone } = useClock();
  const [theme, setTheme] = useState<Theme>(initialTheme);
  const [signingOut, startSignOut] = useTransition();
  const zones = [
    { value: "UTC", label: "UTC", icon: <Clock aria-hidden className="text-muted" /> },
    {
      value: "local",
      label: `Local (${typeof window === "undefined" ? "" : localZone()})`,
      icon: <Clock aria-hidden className="text-muted" />,
    },
  ];
  const textStyle = shape === "rail" ? "max-lg:sr-only" : "";
  return (
    <DropdownMenu
      align="start"
      side={side}
      trigger={
        <button
          type="button"
          aria-busy={signingOut}
          className={`flex h-10 w-full items-center gap-2.5 rounded-md px-1.5 text-left hover:bg-hover data-[state=open]:bg-hover ${shape === "rail" ? "max-lg:justify-center" : ""}`}
        >
          <span
            aria-hidden
            className="grid size-7 shrink-0 place-items-center rounded-full bg-accent-soft text-xs font-semibold text-accent uppercase"
          >
            {label.slice(0, 1)}
          </span>
          <span className={`min-w-0 flex-1 ${textStyle}`}>
            <span className="sr-only">Account: </span>
            <span className="block truncate text-xs font-medium">{label}</span>
            <span className="block truncate text-2xs text-muted">{role}</span>
          </span>
        </button>
      }
    >
      <MenuLabel>
        <span className="block max-w-56 truncate text-text">{label}</span>Signed in as {role}
      </MenuLabel>
      <MenuSeparator />
      <MenuRadio
        label="Appearance"
        value={theme}
        options={themeOptions}
        onChange={(value) => {
          const next = readTheme(value);
          setTheme(next);
          chooseTheme(next);
        }}
      />
      <MenuSeparator />
      <MenuRadio
        label="Time zone"
        value={zone === "UTC" ? "UTC" : "local"}
        options={zones}
        onChange={(value) => {
          chooseZone(value === "UTC" ? "UTC" : localZone());
          router.refresh();
        }}
      />
      <MenuSeparator />
      {accountHref && (
        <MenuItem icon={<UserRound aria-hidden />} href={accountHref}>
          Your account
        </MenuItem>
      )}
      <MenuItem
        icon={<Keyboard aria-hidden />}
        keys={<Kbd keys={["?"]} />}
        onSelect={() => {
          sendSignal("keys");
        }}
      >
        Keyboard shortcuts
      </MenuItem>
      <DocumentItems />
      <MenuItem
        icon={<LogOut aria-hidden />}
        onSelect={() => {
          leave(() => {
            startSignOut(signOut);
          });
        }}
      >
        Sign out
      </MenuItem>
    </DropdownMenu>
  );
}

const DocumentItems = () =>
  documents.map(({ href, label }) => (
    <MenuItem key={href} icon={<BookOpen aria-hidden />} href={href} newTab>
      {label}
    </MenuItem>
  ));
