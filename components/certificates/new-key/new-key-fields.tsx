"use client";

import { useEffect, useState } from "react";
import { NameFields } from "@/components/names/shared/name-fields";
import { Banner } from "@/components/ui/banner";
import { TextField } from "@/components/ui/input";
import { RadioCards } from "@/components/ui/radio-cards";
import { algorithmOfKind, keyKindLabels, keyKinds, type KeyKind } from "@/lib/keys/key-kinds";
import type { NewKeyState } from "./use-new-key";

type Props = Readonly<{
  newKey: NewKeyState;
  /** Whether Chancery makes the key, not this page. */
  byServer: boolean;
  /** Of the profile. */
  algorithms: readonly string[];
  commonName: "required" | "optional" | "forbidden";
}>;

const hints: Readonly<Record<KeyKind, string>> = {
  "p-256": "Fast, and read by everything current.",
  "p-384": "Stronger than most certificates need.",
  "rsa-3072": "For old programs and devices.",
  ed25519: "For current servers. Browsers don’t accept it.",
};
const sanTypes = ["dns", "ip", "uri", "email"] as const;
/** A name is wrong most of the time while it is typed. */
const pauseMs = 600;

/** True once what is shown has not changed for a moment. */
function useSettled(text: string): boolean {
  const [settled, setSettled] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => {
      setSettled(text);
    }, pauseMs);
    return () => {
      clearTimeout(timer);
    };
  }, [text]);
  return settled === text;
}

/** The type of a key that is made in this page or by Chancery. Not a field of the form. */
export function KeyTypeField({ newKey, byServer, algorithms }: Omit<Props, "commonName">) {
  const unavailable = (kind: KeyKind): string | undefined => {
    if (!algorithms.includes(algorithmOfKind[kind])) return "The profile doesn’t allow it.";
    return kind === "ed25519" && !byServer && newKey.tools?.hasEd25519 === false
      ? "This browser can’t make it."
      : undefined;
  };
  return (
    <>
      {newKey.problem !== null && (
        <Banner tone="danger" live title="No key can be created.">
          {newKey.problem}
        </Banner>
      )}
      <RadioCards
        label="Key type"
        name="new-key-type"
        columns={2}
        value={newKey.kind}
        onChange={(value) => {
          const kind = keyKinds.find((one) => one === value);
          if (kind) newKey.setKind(kind);
        }}
        options={keyKinds.map((kind) => ({
          value: kind,
          label: keyKindLabels[kind],
          hint: unavailable(kind) ?? hints[kind],
          disabledReason: unavailable(kind),
        }))}
      />
    </>
  );
}

/** Type and names of a key that is made in this page or by Chancery. None of it is a field of the form. */
export function NewKeyFields({ newKey, byServer, algorithms, commonName: rule }: Props) {
  const { rows, read, commonName } = newKey;
  const settled = useSettled(JSON.stringify([rows.names, commonName]));
  const errorOf = (problem: string | null | undefined): string[] | undefined =>
    settled && problem ? [problem] : undefined;
  return (
    <>
      <KeyTypeField newKey={newKey} byServer={byServer} algorithms={algorithms} />
      <NameFields
        label="Names"
        hint="As clients connect to it, such as pay.example.com. Several can be pasted at once."
        names={rows}
        types={sanTypes}
        explainsReach={false}
        errors={(place) => errorOf(read.problems[place])}
      />
      {rule !== "forbidden" && (
        <TextField
          label="Common name"
          required={rule === "required"}
          value={commonName}
          onChange={(event) => {
            newKey.setCommonName(event.target.value);
          }}
          autoComplete="off"
          spellCheck={false}
          error={errorOf(read.commonNameProblem)}
          hint="Clients compare the names above. Only old programs show or read this one."
        />
      )}
    </>
  );
}
