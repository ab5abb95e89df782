"use client";

import { useRef, useState } from "react";
import type { ServerAction } from "@/lib/auth/types";
import type { ExistingCredentials, IdentityPowerDto } from "@/lib/identities/schema";

export type ExistingGroup = "certificates" | "keys" | "tokens" | "settings";
const groupsOf = ({ counts }: ExistingCredentials): ExistingGroup[] => [
  ...(["certificates", "keys", "tokens"] as const).filter((group) => counts[group] > 0),
  "settings",
];

/** What an identity has already, and which groups of it the user has accepted. */
export type Acceptance = Readonly<{
  /** Null until it is loaded, or if nothing needs to be accepted. */
  existing: ExistingCredentials | null;
  groups: readonly ExistingGroup[];
  isAccepted: (group: ExistingGroup) => boolean;
  accept: (group: ExistingGroup, accepted: boolean) => void;
  /** For the action; undefined until everything is accepted. */
  digest: string | undefined;
  /** Why the form can't be sent yet. */
  disabledReason: string | undefined;
  /** Loads it for another identity, or again; nothing is accepted then. */
  load: (identityId: string | null) => Promise<void>;
}>;

export function useAcceptance(power: ServerAction<IdentityPowerDto>): Acceptance {
  const [existing, setExisting] = useState<ExistingCredentials | null>(null);
  const [status, setStatus] = useState<"none" | "loading" | "failed" | "loaded">("none");
  const [accepted, setAccepted] = useState<readonly ExistingGroup[]>([]);
  const latest = useRef<string | null>(null);
  const load = async (identityId: string | null) => {
    latest.current = identityId;
    setAccepted([]);
    setExisting(null);
    setStatus(identityId === null ? "none" : "loading");
    if (identityId === null) return;
    const answer = await power(null, { id: identityId }).catch(() => null);
    if (latest.current !== identityId) return;
    const loaded = answer?.ok ? answer.data.existing : null;
    setStatus(loaded ? "loaded" : "failed");
    setExisting(loaded?.needsAcceptance ? loaded : null);
  };
  const groups = existing ? groupsOf(existing) : [];
  const isComplete = groups.every((group) => accepted.includes(group));
  return {
    existing,
    groups,
    isAccepted: (group) => accepted.includes(group),
    accept: (group, isOn) => {
      setAccepted((before) => [
        ...before.filter((other) => other !== group),
        ...(isOn ? [group] : []),
      ]);
    },
    digest: existing && isComplete ? existing.digest : undefined,
    disabledReason: disabledReasonOf(status, isComplete),
    load,
  };
}

function disabledReasonOf(status: string, isComplete: boolean): string | undefined {
  if (status === "loading") return "Loading what this identity already has…";
  if (status === "failed")
    return "What this identity already has couldn’t be loaded. Choose it again.";
  return isComplete ? undefined : "Confirm each group first.";
}
