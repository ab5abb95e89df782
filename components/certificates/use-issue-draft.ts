"use client";

import { useState } from "react";
import type { PickedIdentity } from "@/components/identities/shared/picked-identity";
import { readLifetime, type Lifetime } from "@/lib/format/lifetime";
import type { PreviewInput } from "./use-preview";

/** What the form shows, as it was entered. Everything else about it is derived from this. */
type IssueDraft = Readonly<{
  csr: string;
  slug: string;
  identity: PickedIdentity | null;
  /** As typed. */
  lifetime: string;
}>;

/** What would be sent, or what has to be entered or fixed before anything can be. */
export type DraftRequest =
  | Readonly<{ input: PreviewInput; missing: null }>
  | Readonly<{ input: null; missing: "csr" | "lifetime" }>;

/** The request that a draft stands for. Nothing that can't be read becomes a request. */
export function requestOf({ csr, slug, identity, lifetime }: IssueDraft): DraftRequest {
  if (csr.trim() === "") return { input: null, missing: "csr" };
  const read = readLifetime(lifetime);
  if (read.kind === "unreadable") return { input: null, missing: "lifetime" };
  const input = { profile: slug, identity: identity?.id ?? "", csr, ...validityOf(read) };
  return { input, missing: null };
}

function validityOf(
  lifetime: Exclude<Lifetime, { kind: "unreadable" }>,
): Pick<PreviewInput, "validitySeconds" | "notAfter"> {
  if (lifetime.kind === "span") return { validitySeconds: lifetime.seconds };
  return lifetime.kind === "until" ? { notAfter: lifetime.notAfter } : {};
}

/** The one state of the issue form. Another profile starts with that profile's own lifetime. */
export function useIssueDraft(initial: Pick<IssueDraft, "slug" | "identity">) {
  const [draft, setDraft] = useState<IssueDraft>({ csr: "", lifetime: "", ...initial });
  const change = (part: Partial<IssueDraft>) => {
    setDraft((before) => ({
      ...before,
      ...(part.slug !== undefined && part.slug !== before.slug ? { lifetime: "" } : {}),
      ...part,
    }));
  };
  return { draft, change };
}
