"use client";

import { useState } from "react";
import { TextField } from "@/components/ui/input";
import { RadioCards } from "@/components/ui/radio-cards";
import { TextareaField } from "@/components/ui/textarea";
import { proxyKinds, type ProxyDto } from "@/lib/proxies/schema";
import { HopsPicture } from "./hops-picture";
import { kindWords } from "./kind-words";

/** The paths that these fields show errors for. */
export const proxyFieldNames = ["identity", "kind", "hops", "note"] as const;

/** What is read of a proxy's headers: their kind, and how many hops lie between the client and Chancery. */
export function ProxyFields({
  given,
  errors,
}: Readonly<{
  given?: Pick<ProxyDto, "kind" | "hops" | "note"> | undefined;
  errors: (path: string) => string[] | undefined;
}>) {
  const [hops, setHops] = useState(String(given?.hops ?? 1));
  const count = Number(hops),
    known = hops.trim() !== "" && Number.isInteger(count) && count >= 0 && count <= 16;
  return (
    <>
      <RadioCards
        label="Kind"
        name="kind"
        columns={2}
        defaultValue={given?.kind ?? "nginx"}
        error={errors("kind")}
        required
        hint="Only the headers of this kind are read; all others are stripped."
        options={proxyKinds.map((value) => ({
          value,
          label: kindWords[value].label,
          hint: kindWords[value].hint,
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
        hint="How many proxies of yours a request passes, this one included. 0: the proxy’s own address counts."
      />
      {known && <HopsPicture hops={count} />}
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
