"use client";

import { useCallback, useEffect, useState } from "react";
import { webLogCrypto } from "@/lib/log/pure/web-crypto";
import type { Comparison } from "./compare-memory";
import { compareWithMemory } from "./judge-checkpoint";
import { seenOf, verifyEntry, type ToVerify, type Verdict } from "./verify-entry";
import { whyUnable } from "./why-unable";

/** What this browser can say of an entry so far. unable: it has not the means, so nothing was verified. */
export type Verification =
  | Readonly<{ state: "working" }>
  | Readonly<{ state: "unable"; why: string }>
  | Readonly<{ state: "done"; verdict: Verdict; memory: Comparison | null }>;

/** Verifies an entry as soon as the page is there, and compares its checkpoint with what this browser saw last. `again` starts anew. */
export function useVerification(
  subject: ToVerify,
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
        why: "The verification broke off in this browser. Nothing was verified; try again, or use the proof file with the command line.",
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

async function verifyHere(subject: ToVerify): Promise<Verification> {
  const why = await whyUnable();
  if (why !== null) return { state: "unable", why };
  const verdict = await verifyEntry(webLogCrypto, subject),
    seen = seenOf(subject.proof);
  return {
    state: "done",
    verdict,
    memory:
      seen !== null && verdict.steps.signature.state === "verified"
        ? await compareWithMemory(seen)
        : null,
  };
}
