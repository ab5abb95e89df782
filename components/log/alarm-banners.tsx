"use client";

import { usePathname } from "next/navigation";
import { useEffect, useRef, useState } from "react";
import { Banner } from "@/components/ui/banner";
import { Link } from "@/components/ui/link";
import type { Alarm } from "./alarms";

/** While nobody goes anywhere, this often. */
const LOOK_EVERY_MS = 60_000;

/** What is wrong with the log, above every page. It looks again on each page and each minute, for a frame stays while its pages change. */
export function AlarmBanners({ first }: Readonly<{ first: readonly Alarm[] }>) {
  const path = usePathname();
  const [alarms, setAlarms] = useState(first);
  const drawnFor = useRef(path);
  useEffect(() => {
    const look = () => {
      if (document.visibilityState === "visible")
        void readAlarms().then((found) => {
          if (found !== null) setAlarms(found);
        });
    };
    const timer = setInterval(look, LOOK_EVERY_MS);
    // The first page brought its own.
    if (drawnFor.current !== path) look();
    drawnFor.current = path;
    return () => {
      clearInterval(timer);
    };
  }, [path]);
  const shown = path === "/audit/log" ? alarms.filter(({ id }) => id !== "halted") : alarms;
  if (shown.length === 0) return null;
  return (
    <div role="region" aria-label="Alarms of the log" className="flex flex-col gap-2 pb-5">
      {shown.map(({ id, tone, title, says }) => (
        <Banner
          key={id}
          tone={tone}
          title={title}
          action={path === "/audit/log" ? undefined : <Link href="/audit/log">Log and proofs</Link>}
        >
          {says}
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
