"use client";

import { useRouter } from "next/navigation";
import { useState } from "react";

type ShownOnce<T> = Readonly<{
  /** What was created, and is shown only now; null until then. */
  done: T | null;
  setDone: (done: T) => void;
  onOpenChange: (open: boolean) => void;
}>;

/**
 * For a dialog that creates something with a secret: it shows the secret in place of its form, and
 * when it closes forgets the secret and reloads the page's data.
 */
export function useShownOnce<T>(onOpenChange: (open: boolean) => void): ShownOnce<T> {
  const [done, setDone] = useState<T | null>(null);
  const router = useRouter();
  return {
    done,
    setDone,
    onOpenChange: (open) => {
      onOpenChange(open);
      if (open || done === null) return;
      setDone(null);
      router.refresh();
    },
  };
}
