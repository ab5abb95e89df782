"use client";

import { useState } from "react";
import { CheckGroup } from "@/components/forms/check-group";
import { GlossaryTerm } from "@/components/shared/glossary-term";
import { TextField } from "@/components/ui/input";
import { RadioCards } from "@/components/ui/radio-cards";
import { TextareaField } from "@/components/ui/textarea";
import { proxyKinds, type ProxyDto, proxyScopes } from "@/lib/proxies/schema";
import { HopsDiagram } from "./hops-diagram";
import { kindLabels } from "./kind-labels";
import { scopeLabels } from "./scope-labels";

/** The paths that these fields show errors for. */
export const proxyFieldNames = ["identity", "kind", "hops", "scopes", "note"] as const;

/**
 * Which headers of a proxy are read, what they count for, and the number of hops between the client
 * and Chancery.
 */
export function ProxyFields({
  given,
  errors,
}: Readonly<{
  given?: Pick<ProxyDto, "kind" | "hops" | "scopes" | "note"> | undefined;
  errors: (path: string) => string[] | undefined;
}>) {
  const [hops, setHops] = useState(String(given?.hops ?? 1));
  const count = Number(hops),
    isValid = hops.trim() !== "" && Number.isInteger(count) && count >= 0 && count <= 16;
  return (
    <>
      <RadioCards
        label="Kind"
        name="kind"
        columns={2}
        defaultValue={given?.kind ?? "nginx"}
        error={errors("kind")}
        required
        hint="Chancery reads only the headers of this kind and strips all others."
        options={proxyKinds.map((value) => ({
          value,
          label: kindLabels[value].label,
          hint: kindLabels[value].hint,
        }))}
      />
      <CheckGroup
        label="What it may do"
        name="scopes"
        checked={given?.scopes ?? ["forward-auth"]}
        error={errors("scopes")}
        hint={
          <>
            Choose only what this <GlossaryTerm word="trusted proxy" /> is for. Anyone with its key
            can claim to be any of its clients, as far as this allows.
          </>
        }
        options={proxyScopes.map((value) => ({
          value,
          label: scopeLabels[value].label,
          hint: scopeLabels[value].hint,
        }))}
      />
      <TextField
        label="Hops"
        name="hops"
        type="number"
        min={0}
        max={16}
        required
        value={hops}
        onChange={(event) => {
          setHops(event.target.value);
        }}
        error={errors("hops")}
        hint="Number of your proxies a request passes, including this one. 0 uses the proxy’s own address."
      />
      {isValid && <HopsDiagram hops={count} />}
      <TextareaField
        label="Note"
        name="note"
        rows={2}
        maxLength={500}
        defaultValue={given?.note}
        error={errors("note")}
      />
    </>
  );
}
