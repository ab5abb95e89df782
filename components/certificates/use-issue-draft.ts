"use client";

import { useState } from "react";
import type { PickedIdentity } from "@/components/identities/shared/picked-identity";
import { readLifetime, type Lifetime } from "@/lib/format/lifetime";
import type { KeySource } from "./new-key/key-source";
import type { MissingName, NewKeyState } from "./new-key/use-new-key";
import type { PreviewInput } from "./use-preview";

/** What the form shows, as it was entered. Everything else about it is derived from this. */
type IssueDraft = Readonly<{
  source: KeySource;
  /** As pasted. */
  csr: string;
  slug: string;
  identity: PickedIdentity | null;
  /** As typed. */
  lifetime: string;
}>;

export type IssueDraftState = Readonly<{
  draft: IssueDraft;
  change: (part: Partial<IssueDraft>) => void;
}>;

/** What would be sent, or what has to be entered or fixed before anything can be. */
export type DraftRequest =
  | Readonly<{ input: PreviewInput; missing: null }>
  | Readonly<{ input: null; missing: "csr" | "lifetime" | "key" | MissingName }>;

/**
 * The request that a draft stands for. Nothing that can't be read becomes a request, and a key that
 * is made in the page only for exactly the names that its fields have.
 */
export function requestOf(
  { source, csr: pasted, slug, identity, lifetime }: IssueDraft,
  newKey: Pick<NewKeyState, "made" | "missing" | "serverKey">,
): DraftRequest {
  if (source !== "paste" && newKey.missing !== null)
    return { input: null, missing: newKey.missing };
  const key = keyOf(source, pasted, newKey);
  if (key === null) return { input: null, missing: source === "paste" ? "csr" : "key" };
  const read = readLifetime(lifetime);
  if (read.kind === "unreadable") return { input: null, missing: "lifetime" };
  const input = { profile: slug, identity: identity?.id ?? "", ...key, ...validityOf(read) };
  return { input, missing: null };
}

/** What the request says of its key; null while there is nothing to say. */
function keyOf(
  source: KeySource,
  pasted: string,
  { made, serverKey }: Pick<NewKeyState, "made" | "serverKey">,
): Pick<PreviewInput, "csr" | "key" | "sans" | "subject"> | null {
  if (source === "server") return serverKey;
  const csr = source === "paste" ? pasted : (made?.csr ?? "");
  return csr.trim() === "" ? null : { csr };
}

function validityOf(
  lifetime: Exclude<Lifetime, { kind: "unreadable" }>,
): Pick<PreviewInput, "validitySeconds" | "notAfter"> {
  if (lifetime.kind === "span") return { validitySeconds: lifetime.seconds };
  return lifetime.kind === "until" ? { notAfter: lifetime.notAfter } : {};
}

/** The one state of the issue form. Another profile starts with that profile's own lifetime. */
export function useIssueDraft(initial: Pick<IssueDraft, "slug" | "identity">): IssueDraftState {
  const [draft, setDraft] = useState<IssueDraft>({
    source: "paste",
    csr: "",
    lifetime: "",
    ...initial,
  });
  const change = (part: Partial<IssueDraft>) => {
    setDraft((before) => ({
      ...before,
      ...(part.slug !== undefined && part.slug !== before.slug ? { lifetime: "" } : {}),
      ...part,
    }));
  };
  return { draft, change };
}
