"use client";

import { useEffect, useState } from "react";
import type { Refusal } from "@/components/forms/use-act";
import type { ActionState, ServerAction } from "@/lib/auth/types";
import type { CertificatePreview } from "@/lib/certificates/schema";

export type PreviewInput = Readonly<{
  profile: string;
  identity: string;
  csr: string;
  validitySeconds?: number | undefined;
}>;
type Answer = Readonly<{
  preview: Pick<CertificatePreview, "request" | "findings" | "plan"> | null;
  refusal: Refusal | null;
}>;
type Shown = Answer & Readonly<{ pending: boolean }>;

const pauseMs = 300;
const lost: Refusal = {
  ok: false,
  code: "connection.lost",
  message: "The preview could not be loaded. What you typed is still here.",
  fieldErrors: {},
  findings: [],
};

/** Asks, when typing pauses, what would be signed. An answer that was overtaken by newer typing is dropped. */
export function usePreview(action: ServerAction<CertificatePreview>, input: PreviewInput): Shown {
  const { profile, identity, csr, validitySeconds } = input;
  const [last, setLast] = useState<Answer & Readonly<{ key: string }>>();
  const empty = csr.trim() === "";
  const key = [profile, identity, validitySeconds, csr].join("\n");
  useEffect(() => {
    if (empty) return;
    let current = true;
    const answer = (found: Answer) => {
      if (current) setLast({ ...found, key });
    };
    const timer = setTimeout(() => {
      void action(null, { profile, identity, csr, validitySeconds })
        .then((state) => {
          answer(answerOf(state));
        })
        .catch(() => {
          answer({ preview: null, refusal: lost });
        });
    }, pauseMs);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [action, profile, identity, csr, validitySeconds, empty, key]);
  if (empty) return { preview: null, refusal: null, pending: false };
  return {
    preview: last?.preview ?? null,
    refusal: last?.refusal ?? null,
    pending: last?.key !== key,
  };
}

/** A refusal with findings is a preview too: it is what would happen. */
function answerOf(state: ActionState<CertificatePreview>): Answer {
  if (state.ok) return { preview: state.data, refusal: null };
  if (state.findings.length > 0)
    return { preview: { request: null, findings: state.findings, plan: null }, refusal: null };
  return { preview: null, refusal: state };
}
