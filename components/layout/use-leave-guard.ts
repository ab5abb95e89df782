"use client";

import { useEffect, useState } from "react";
import { guardLeaving, leave } from "./leave-guard";

type LeaveGuard = Readonly<{
  /** True while the question is open. */
  asking: boolean;
  stay: () => void;
  leaveAnyway: () => void;
}>;

/** The link that a click would follow in this tab; null for any other click. */
function followedLink(event: MouseEvent): HTMLAnchorElement | null {
  const isPlain =
    event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
  const link =
    isPlain && event.target instanceof Element
      ? event.target.closest<HTMLAnchorElement>("a[href]")
      : null;
  const opensHere = link !== null && link.target !== "_blank" && !link.hasAttribute("download");
  return opensHere && !link.getAttribute("href")?.startsWith("#") ? link : null;
}

/**
 * While `active`, every way out asks first: links, shortcuts, the palette, Back, and, in the words
 * of the browser, closing or reloading the tab.
 */
export function useLeaveGuard(active: boolean): LeaveGuard {
  const [go, setGo] = useState<(() => void) | null>(null);
  const [leaving, setLeaving] = useState(false);
  const isOn = active && !leaving;
  useEffect(() => {
    if (!isOn) return;
    const onUnload = (event: BeforeUnloadEvent) => {
      event.preventDefault();
    };
    const onClick = (event: MouseEvent) => {
      const link = followedLink(event);
      if (link === null) return;
      event.preventDefault();
      event.stopPropagation();
      leave(() => {
        window.location.assign(link.href);
      });
    };
    // Back can't be refused. It leads to this same page once more instead.
    const trap = () => {
      const state = window.history.state as Readonly<{ guardsLeaving?: boolean }> | null;
      if (state?.guardsLeaving !== true)
        window.history.pushState({ guardsLeaving: true }, "", window.location.href);
    };
    const onBack = () => {
      trap();
      leave(() => {
        window.history.go(-2);
      });
    };
    const release = guardLeaving((next) => {
      setGo(() => next);
    });
    trap();
    window.addEventListener("beforeunload", onUnload);
    window.addEventListener("click", onClick, true);
    window.addEventListener("popstate", onBack);
    return () => {
      release();
      window.removeEventListener("beforeunload", onUnload);
      window.removeEventListener("click", onClick, true);
      window.removeEventListener("popstate", onBack);
    };
  }, [isOn]);
  useEffect(() => {
    // Only once nothing guards any more: the listeners are gone by then.
    if (leaving) go?.();
  }, [leaving, go]);
  return {
    asking: go !== null && !leaving,
    stay: () => {
      setGo(null);
    },
    leaveAnyway: () => {
      setLeaving(true);
    },
  };
}
