"use client";

import { useCallback, useEffect, useState } from "react";
import { webLogCrypto } from "@/lib/log/pure/web-crypto";
import { askConsistency } from "./ask-consistency";
import { browserKeeper, recall, remember } from "./browser-memory";
import { compareMemory, type Comparison } from "./compare-memory";
import { seenOf, verifyEntry, type ToVerify, type Verdict } from "./verify-entry";

/** What this browser can say of an entry so far. unable: it has not the means, so nothing was verified. */
export type Verification =
  | Readonly<{ state: "working" }>
  | Readonly<{ state: "unable"; why: string }>
  | Readonly<{ state: "done"; verdict: Verdict; memory: Comparison | null }>;

const noCrypto = "This page was not opened over HTTPS, so the browser keeps its cryptography from it. Open Chancery over HTTPS, or verify the proof file with the command line.";
const noEd25519 = "This browser cannot verify Ed25519 signatures. A newer one can (Chrome 137, Firefox 129, Safari 17), and so can the command line with the proof file.";

/** Why this browser cannot verify, or null if it can. */
export async function whyUnable(): Promise<string | null> {
  if (!("subtle" in globalThis.crypto) || !globalThis.isSecureContext) return noCrypto;
  try {
    await globalThis.crypto.subtle.generateKey("Ed25519", false, ["sign", "verify"]);
    return null;
  } catch {
    return noEd25519;
  }
}

/** Verifies an entry as soon as the page is there, and compares its checkpoint with what this browser saw last. `again` starts anew. */
export function useVerification(subject: ToVerify): Readonly<{ verification: Verification; again: () => void }> {
  const [verification, setVerification] = useState<Verification>({ state: "working" });
  const [round, setRound] = useState(0);
  const { bytesText, proof } = subject;
  useEffect(() => {
    let current = true;
    const show = (next: Verification) => { if (current) setVerification(next); };
    void verifyHere({ bytesText, proof }).then(show, () => { show({ state: "unable", why: "The verification broke off in this browser. Nothing was verified; try again, or use the proof file with the command line." }); });
    return () => { current = false; };
  }, [bytesText, proof, round]);
  const again = useCallback(() => { setVerification({ state: "working" }); setRound((before) => before + 1); }, []);
  return { verification, again };
}

async function verifyHere(subject: ToVerify): Promise<Verification> {
  const why = await whyUnable();
  if (why !== null) return { state: "unable", why };
  const verdict = await verifyEntry(webLogCrypto, subject);
  return { state: "done", verdict, memory: verdict.steps.signature.state === "verified" ? await compareHere(subject) : null };
}

async function compareHere({ proof }: ToVerify): Promise<Comparison | null> {
  const keeper = browserKeeper(), seen = seenOf(proof);
  if (keeper === null || seen === null) return null;
  const comparison = await compareMemory(webLogCrypto, recall(keeper, seen.origin), seen, askConsistency);
  if (comparison.outcome === "first" || comparison.outcome === "grown") remember(keeper, { v: 1, ...seen, seenAt: new Date().toISOString() });
  return comparison;
}
