"use client";

import { useRef, useState } from "react";
import type { PickedIdentity } from "@/components/identities/shared/picked-identity";
import type { ServerAction } from "@/lib/auth/types";
import type { IdentityList } from "@/lib/identities/schema";
import type { IdentityKind } from "@/lib/pki/types";

const maxMatches = 8;

type IdentityMatches = Readonly<{
  /** Null while the list is closed. */
  matches: readonly PickedIdentity[] | null;
  activeIndex: number;
  /** Searches after `pauseMs` without another request. */
  request: (query: string, pauseMs: number) => void;
  close: () => void;
  /** Moves the active option; wraps around. */
  move: (step: number) => void;
}>;

/** The search of the identity picker: the options and which of them is active. */
export function useIdentityMatches(
  search: ServerAction<IdentityList>,
  kind: IdentityKind | undefined,
): IdentityMatches {
  const [matches, setMatches] = useState<readonly PickedIdentity[] | null>(null);
  const [activeIndex, setActiveIndex] = useState(0);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const run = async (query: string) => {
    const input = { q: query, limit: maxMatches, ...(kind && { kind }) };
    const answer = await search(null, input).catch(() => null);
    if (answer === null) setMatches([]);
    else if (answer.ok) {
      setMatches(answer.data.items.filter((item) => item.kind !== "system"));
      setActiveIndex(0);
    }
  };
  return {
    matches,
    activeIndex,
    request: (query, pauseMs) => {
      clearTimeout(timer.current);
      timer.current = setTimeout(() => void run(query), pauseMs);
    },
    close: () => {
      clearTimeout(timer.current);
      setMatches(null);
    },
    move: (step) => {
      const count = Math.max(1, matches?.length ?? 0);
      setActiveIndex((activeIndex + step + count) % count);
    },
  };
}
