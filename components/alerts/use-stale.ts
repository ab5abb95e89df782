"use client";

import { useRouter } from "next/navigation";
import { useRef } from "react";

/**
 * For a dialog about something that somebody else may change meanwhile: after a refusal what was typed stays where it is, and the page is read again
 * once the dialog is closed.
 */
export function useStale(): Readonly<{
  onRefused: () => void;
  onOpenChange: (open: boolean) => void;
}> {
  const router = useRouter(),
    stale = useRef(false);
  return {
    onRefused: () => {
      stale.current = true;
    },
    onOpenChange: (open) => {
      if (open || !stale.current) return;
      stale.current = false;
      router.refresh();
    },
  };
}
