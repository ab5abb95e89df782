"use client";

import { useEffect, useState } from "react";
import type { ActionFailure } from "@/components/forms/use-action";
import type { ActionState, ServerAction } from "@/lib/auth/types";
import type { CertificatePreview } from "@/lib/certificates/schema";

export type PreviewInput = Readonly<{
  profile: string;
  identity: string;
  csr: string;
  validitySeconds?: number | undefined;
}>;
/** What the form uses of a preview. */
export type ShownPreview = Pick<
  CertificatePreview,
  "request" | "findings" | "plan" | "names" | "addNames"
>;
type Answer = Readonly<{
  preview: ShownPreview | null;
  failure: ActionFailure | null;
}>;
type PreviewState = Answer &
  Readonly<{
    pending: boolean;
    /** Loads it again for the same input. */
    reload: () => void;
  }>;

const pauseMs = 300;
const connectionLost: ActionFailure = {
  ok: false,
  code: "connection.lost",
  message: "The preview couldn't be loaded. Your input is still here.",
  fieldErrors: {},
  findings: [],
};

/**
 * Previews what would be signed, whenever typing pauses. An answer to outdated input is dropped.
 */
export function usePreview(
  action: ServerAction<CertificatePreview>,
  input: PreviewInput,
): PreviewState {
  const { profile, identity, csr, validitySeconds } = input;
  const [last, setLast] = useState<Answer & Readonly<{ key: string }>>();
  const [round, setRound] = useState(0);
  const empty = csr.trim() === "";
  const key = [round, profile, identity, validitySeconds, csr].join("\n");
  useEffect(() => {
    if (empty) return;
    let isCurrent = true;
    const update = (answer: Answer) => {
      if (isCurrent) setLast({ ...answer, key });
    };
    const timer = setTimeout(() => {
      void action(null, { profile, identity, csr, validitySeconds })
        .then((state) => {
          update(answerOf(state));
        })
        .catch(() => {
          update({ preview: null, failure: connectionLost });
        });
    }, pauseMs);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [action, profile, identity, csr, validitySeconds, empty, key]);
  const reload = () => {
    setRound((before) => before + 1);
  };
  if (empty) return { preview: null, failure: null, pending: false, reload };
  return {
    reload,
    preview: last?.preview ?? null,
    failure: last?.failure ?? null,
    pending: last?.key !== key,
  };
}

/** A failure with findings is a preview too: issuing would have the same findings. */
function answerOf(state: ActionState<CertificatePreview>): Answer {
  if (state.ok) return { preview: state.data, failure: null };
  if (state.findings.length > 0) {
    const { findings } = state;
    return {
      preview: { request: null, findings, plan: null, names: [], addNames: [] },
      failure: null,
    };
  }
  return { preview: null, failure: state };
}
