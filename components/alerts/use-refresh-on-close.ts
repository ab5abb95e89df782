"use client";

import { useRouter } from "next/navigation";
import { useRef } from "react";

/**
 * For a dialog about something that another user may change meanwhile: after a failure the input is
 * kept, and the page is reloaded when the dialog closes.
 */
export function useRefreshOnClose(): Readonly<{
  onRefused: () => void;
  onOpenChange: (open: boolean) => void;
}> {
  const router = useRouter(),
    needsRefresh = useRef(false);
  return {
    onRefused: () => {
      needsRefresh.current = true;
    },
    onOpenChange: (open) => {
      if (open || !needsRefresh.current) return;
      needsRefresh.current = false;
      router.refresh();
    },
  };
}
