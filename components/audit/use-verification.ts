"use client";

import { useCallback, useEffect, useState } from "react";
import { webLogCrypto } from "@/lib/log/pure/web-crypto";
import type { Comparison } from "@/components/log/shared/compare-checkpoints";
import { compareWithStored } from "@/components/log/shared/verify-checkpoint";
import {
  checkpointOf,
  verifyEntry,
  type EntryWithProof,
  type EntryVerification,
} from "@/components/log/shared/verify-entry";
import { findUnsupportedReason } from "@/components/log/shared/browser-support";

/**
 * The result of verifying an entry in this browser. unable: the browser can't verify, so nothing
 * was verified.
 */
export type Verification =
  | Readonly<{ state: "working" }>
  | Readonly<{ state: "unable"; why: string }>
  | Readonly<{ state: "done"; verdict: EntryVerification; memory: Comparison | null }>;

/**
 * Verifies an entry when the page has loaded, and compares its checkpoint with the last one that
 * this browser saw. `again` restarts the verification.
 */
export function useVerification(
  subject: EntryWithProof,
): Readonly<{ verification: Verification; again: () => void }> {
  const [verification, setVerification] = useState<Verification>({ state: "working" });
  const [round, setRound] = useState(0);
  const { bytesText, proof } = subject;
  useEffect(() => {
    let current = true;
    const show = (next: Verification) => {
      if (current) setVerification(next);
    };
    void verifyHere({ bytesText, proof }).then(show, () => {
      show({
        state: "unable",
        why: "The verification stopped unexpectedly, so nothing was verified. Try again, or verify the proof file on the command line.",
      });
    });
    return () => {
      current = false;
    };
  }, [bytesText, proof, round]);
  const again = useCallback(() => {
    setVerification({ state: "working" });
    setRound((before) => before + 1);
  }, []);
  return { verification, again };
}

async function verifyHere(subject: EntryWithProof): Promise<Verification> {
  const why = await findUnsupportedReason();
  if (why !== null) return { state: "unable", why };
  const verdict = await verifyEntry(webLogCrypto, subject),
    seen = checkpointOf(subject.proof);
  return {
    state: "done",
    verdict,
    memory:
      seen !== null && verdict.steps.signature.state === "verified"
        ? await compareWithStored(seen)
        : null,
  };
}
