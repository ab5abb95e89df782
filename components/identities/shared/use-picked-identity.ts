"use client";

import { useState } from "react";
import type { ActionFailure } from "@/components/forms/use-action";
import type { ServerAction } from "@/lib/auth/types";
import type { IdentityPowerDto } from "@/lib/identities/schema";
import type { PickedIdentity } from "./picked-identity";
import { useAcceptance } from "./use-acceptance";

/**
 * The identity that a form confers power on, and what of it is to be accepted: loaded when one is
 * picked, and again if it has changed by the time the form is sent.
 */
export function usePickedIdentity(power: ServerAction<IdentityPowerDto>) {
  const [picked, setPicked] = useState<PickedIdentity | null>(null);
  const acceptance = useAcceptance(power);
  return {
    picked,
    acceptance,
    pick: (identity: PickedIdentity | null) => {
      setPicked(identity);
      void acceptance.load(identity?.id ?? null);
    },
    onFailure: ({ code }: ActionFailure) => {
      if (code === "power.unaccepted") void acceptance.load(picked?.id ?? null);
    },
  };
}
