"use client";

import { FlaskConical } from "lucide-react";
import { useEffect, useRef, useState, type FormEvent } from "react";
import { textOf } from "@/components/forms/form-values";
import { RefusalBanner } from "@/components/forms/refusal-banner";
import { errorsOf, useAct } from "@/components/forms/use-act";
import { IdentityPicker, type PickedIdentity } from "@/components/identities/identity-picker";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { TextField } from "@/components/ui/input";
import { Segmented } from "@/components/ui/segmented";
import type { ServerAction } from "@/lib/auth/types";
import type { IdentityList } from "@/lib/identities/schema";
import type { PolicyRule, PolicyTestResult } from "@/lib/policies/schema";
import { TestResult } from "./test-result";

type Props = Readonly<{
  /** Its id; empty for one that is not saved yet. */
  policy: string;
  /** The rules as they stand in the editor, where they differ from what is saved. */
  unsaved: readonly PolicyRule[] | null;
  test: ServerAction<PolicyTestResult>;
  find: ServerAction<IdentityList>;
  onResult: (result: PolicyTestResult | null) => void;
  /** Counts the edits: an answer about other rules is taken away. */
  edition: number;
}>;

const fields = ["certificate", "identity", "method", "path", "ip"];

/** Asks what would be decided, and shows which rule decides. Rules that are not saved are tried as they stand. */
export function PolicyTester({ policy, unsaved, test, find, onResult, edition }: Props) {
  const { state, pending, run, clear } = useAct(test);
  const [by, setBy] = useState("identity");
  const [identity, setIdentity] = useState<PickedIdentity | null>(null);
  const shownFor = useRef(edition);
  useEffect(() => {
    if (shownFor.current !== edition) {
      shownFor.current = edition;
      clear();
      onResult(null);
    }
  });
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const who =
      by === "identity" ? { identity: identity?.id } : { certificate: textOf(form, "certificate") };
    const answer = await run({
      policy: policy || "new",
      ...who,
      method: textOf(form, "method"),
      path: textOf(form, "path"),
      ip: textOf(form, "ip"),
      ...(unsaved ? { rules: unsaved } : {}),
    });
    onResult(answer.ok ? answer.data : null);
  };
  const missing = by === "identity" && identity === null ? "Choose an identity first." : undefined;
  return (
    <Card
      title="Try it"
      description={
        unsaved
          ? "With the rules as they stand here, unsaved."
          : "With the rules as they are saved."
      }
    >
      <form
        noValidate
        onSubmit={(event) => {
          void submit(event);
        }}
        className="flex flex-col gap-4"
      >
        {state?.ok === false && <RefusalBanner refusal={state} shown={fields} />}
        <div className="flex flex-col gap-3">
          <div>
            <Segmented
              label="Who asks"
              name="by"
              value={by}
              onChange={setBy}
              options={[
                { value: "identity", label: "An identity" },
                { value: "certificate", label: "One certificate" },
              ]}
            />
          </div>
          {by === "identity" ? (
            <IdentityPicker
              picked={identity}
              onPick={setIdentity}
              search={find}
              error={errorsOf(state, "identity")}
              hint="Its certificate that gets furthest is taken."
            />
          ) : (
            <TextField
              label="Certificate"
              name="certificate"
              mono
              required
              autoComplete="off"
              spellCheck={false}
              error={errorsOf(state, "certificate")}
              hint="Its id, serial or SHA-256 fingerprint."
            />
          )}
        </div>
        <div className="grid grid-cols-[6.5rem_minmax(0,1fr)] gap-3">
          <TextField
            label="Method"
            name="method"
            mono
            required
            defaultValue="GET"
            autoComplete="off"
            error={errorsOf(state, "method")}
          />
          <TextField
            label="Path"
            name="path"
            mono
            required
            defaultValue="/"
            autoComplete="off"
            spellCheck={false}
            error={errorsOf(state, "path")}
          />
        </div>
        <TextField
          label="Client address"
          name="ip"
          mono
          autoComplete="off"
          placeholder="10.20.0.7"
          error={errorsOf(state, "ip")}
          hint="Empty: unknown, which no allowing rule with networks fits."
        />
        <Button
          type="submit"
          block
          loading={pending}
          icon={<FlaskConical aria-hidden />}
          disabledReason={missing}
        >
          Try
        </Button>
        {state?.ok && <TestResult result={state.data} entry={state} />}
      </form>
    </Card>
  );
}
