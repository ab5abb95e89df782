"use client";

import { usePathname } from "next/navigation";
import { useEffect, useRef, useState } from "react";
import { Banner } from "@/components/ui/banner";
import { Link } from "@/components/ui/link";
import type { Alarm } from "./alarms";

/** How often the alarms are refreshed while the page stays the same. */
const refreshEveryMs = 60_000;

/**
 * Problems of the audit log, above every page. Refreshed on every navigation and every minute,
 * because a layout isn't rendered again when its pages change.
 */
export function AlarmBanners({ first }: Readonly<{ first: readonly Alarm[] }>) {
  const path = usePathname();
  const [alarms, setAlarms] = useState(first);
  const renderedFor = useRef(path);
  useEffect(() => {
    const refresh = () => {
      if (document.visibilityState === "visible")
        void readAlarms().then((found) => {
          if (found !== null) setAlarms(found);
        });
    };
    const timer = setInterval(refresh, refreshEveryMs);
    // The first page was rendered with its alarms.
    if (renderedFor.current !== path) refresh();
    renderedFor.current = path;
    return () => {
      clearInterval(timer);
    };
  }, [path]);
  const visible = path === "/audit/log" ? alarms.filter(({ id }) => id !== "halted") : alarms;
  if (visible.length === 0) return null;
  return (
    <div role="region" aria-label="Audit log problems" className="flex flex-col gap-2 pb-5">
      {visible.map(({ id, tone, title, message }) => (
        <Banner
          key={id}
          tone={tone}
          title={title}
          action={path === "/audit/log" ? undefined : <Link href="/audit/log">Log & proofs</Link>}
        >
          {message}
        </Banner>
      ))}
    </div>
  );
}

async function readAlarms(): Promise<readonly Alarm[] | null> {
  const response = await fetch("/audit/log/alarms", { cache: "no-store" }).catch(() => null);
  if (!response?.ok) return null;
  const found: unknown = await response.json().catch(() => null);
  return Array.isArray(found) ? (found as readonly Alarm[]) : null;
}
