"use client";

import { useEffect, useState } from "react";
import type { ActionFailure } from "@/components/forms/use-action";
import type { ActionState, ServerAction } from "@/lib/auth/types";
import type { CertificatePreview } from "@/lib/certificates/schema";

export type PreviewInput = Readonly<{
  profile: string;
  identity: string;
  /** Either this or `key`. */
  csr?: string | undefined;
  /** For a key that Chancery makes, with the names that a CSR would have. */
  key?: Readonly<{ algorithm: string }> | undefined;
  sans?: readonly Readonly<{ type: string; value: string }>[] | undefined;
  subject?: readonly Readonly<{ type: string; value: string }>[] | undefined;
  validitySeconds?: number | undefined;
  notAfter?: string | undefined;
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
/** `input` is what the preview or the failure answers; null while there is none. */
type Answered = Answer & Readonly<{ key: string; input: PreviewInput }>;
export type PreviewState = Answer &
  Readonly<{
    /** True while the preview of the current input is missing; an older one may be shown. */
    pending: boolean;
    /** The input that the preview answers. */
    input: PreviewInput | null;
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
 * Previews what would be signed, whenever typing pauses. An answer to outdated input is dropped, and
 * without input (null) there is no preview.
 */
export function usePreview(
  action: ServerAction<CertificatePreview>,
  input: PreviewInput | null,
  isOnItsWay = false,
): PreviewState {
  const [last, setLast] = useState<Answered>();
  const [round, setRound] = useState(0);
  const key = input === null ? null : JSON.stringify([round, input]);
  useEffect(() => {
    if (key === null) return;
    const [, asked] = JSON.parse(key) as [number, PreviewInput];
    let isCurrent = true;
    const update = (answer: Answer) => {
      if (isCurrent) setLast({ ...answer, key, input: asked });
    };
    const timer = setTimeout(() => {
      void action(null, asked)
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
  }, [action, key]);
  const reload = () => {
    setRound((before) => before + 1);
  };
  if (key === null && !isOnItsWay)
    return { preview: null, failure: null, input: null, pending: false, reload };
  return {
    reload,
    preview: last?.preview ?? null,
    failure: last?.failure ?? null,
    input: last?.input ?? null,
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
