"use client";

import { useState } from "react";
import { Segmented } from "@/components/ui/segmented";
import { FieldGroup } from "@/components/ui/field";
import { TextField } from "@/components/ui/input";
import { SecretLine } from "@/components/ui/secret-line";
import { findPasswordProblem, makePassword } from "@/lib/keys/password";

export type Pkcs12PasswordState = Readonly<{
  mode: "generated" | "own";
  setMode: (mode: "generated" | "own") => void;
  generated: string;
  own: string;
  setOwn: (text: string) => void;
  repeated: string;
  setRepeated: (text: string) => void;
  /** The password to use; only without a problem. */
  value: string;
  problem: string | null;
}>;

const fillRandomly = (octets: Uint8Array<ArrayBuffer>): void => {
  globalThis.crypto.getRandomValues(octets);
};

/** The password of a PKCS#12 file: generated, or typed twice. */
export function usePkcs12Password(): Pkcs12PasswordState {
  const [mode, setMode] = useState<"generated" | "own">("generated");
  const [generated] = useState(() => makePassword(fillRandomly));
  const [own, setOwn] = useState("");
  const [repeated, setRepeated] = useState("");
  const ownProblem =
    own === ""
      ? "Enter a password first."
      : (findPasswordProblem(own) ??
        (own === repeated ? null : "Enter the same password twice first."));
  return {
    mode,
    setMode,
    generated,
    own,
    setOwn,
    repeated,
    setRepeated,
    value: mode === "generated" ? generated : own,
    problem: mode === "generated" ? null : ownProblem,
  };
}

const modes = [
  { value: "generated", label: "Generated" },
  { value: "own", label: "Your own" },
] as const;

/** No field has a name: nothing here is ever sent. */
export function Pkcs12Password({ password }: Readonly<{ password: Pkcs12PasswordState }>) {
  const { own, repeated } = password;
  return (
    <FieldGroup
      label="Password of the file"
      hint="Anyone with the file and this password has the key. Chancery doesn’t store either."
    >
      <div>
        <Segmented
          label="Password of the file"
          name="password-mode"
          options={modes}
          value={password.mode}
          onChange={(value) => {
            password.setMode(value === "own" ? "own" : "generated");
          }}
        />
      </div>
      {password.mode === "generated" ? (
        <SecretLine text={password.generated} copyLabel="Copy the password" />
      ) : (
        <div className="grid gap-3 sm:grid-cols-2">
          <TextField
            label="Password"
            type="password"
            required
            autoComplete="new-password"
            value={own}
            onChange={(event) => {
              password.setOwn(event.target.value);
            }}
            error={own === "" ? undefined : (findPasswordProblem(own) ?? undefined)}
          />
          <TextField
            label="Repeat the password"
            type="password"
            required
            autoComplete="new-password"
            value={repeated}
            onChange={(event) => {
              password.setRepeated(event.target.value);
            }}
            error={
              repeated !== "" && !own.startsWith(repeated) ? "The passwords differ." : undefined
            }
          />
        </div>
      )}
    </FieldGroup>
  );
}
