"use client";

import { FlaskConical } from "lucide-react";
import { useEffect, useRef, useState, type FormEvent } from "react";
import { textOf } from "@/components/forms/form-values";
import { ErrorBanner } from "@/components/forms/error-banner";
import { errorsOf, useAction } from "@/components/forms/use-action";
import { IdentityPicker } from "@/components/identities/shared/identity-picker";
import type { PickedIdentity } from "@/components/identities/shared/picked-identity";
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
  /** The rules in the editor, if they differ from the saved ones. */
  unsaved: readonly PolicyRule[] | null;
  test: ServerAction<PolicyTestResult>;
  find: ServerAction<IdentityList>;
  onResult: (result: PolicyTestResult | null) => void;
  /** Counts the edits: a result for older rules is removed. */
  edition: number;
}>;

const fields = ["certificate", "identity", "method", "path", "ip"];

/**
 * Evaluates a request without executing it, and shows which rule decides. Uses the unsaved rules,
 * if there are any.
 */
export function PolicyTester({ policy, unsaved, test, find, onResult, edition }: Props) {
  const { state, pending, run, clear } = useAction(test);
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
  const errors = (path: string) => errorsOf(state, path);
  const missing = by === "identity" && identity === null ? "Choose an identity first." : undefined;
  return (
    <Card
      title="Try it"
      description={unsaved ? "Uses your unsaved rules." : "Uses the saved rules."}
    >
      <form
        noValidate
        onSubmit={(event) => {
          void submit(event);
        }}
        className="flex flex-col gap-4"
      >
        {state?.ok === false && <ErrorBanner failure={state} fields={fields} />}
        <CallerFields
          by={by}
          onBy={setBy}
          identity={identity}
          onIdentity={setIdentity}
          find={find}
          errors={errors}
        />
        <RequestFields errors={errors} />
        <Button
          type="submit"
          block
          loading={pending}
          icon={<FlaskConical aria-hidden />}
          disabledReason={missing}
        >
          Test request
        </Button>
        {state?.ok && <TestResult result={state.data} entry={state} />}
      </form>
    </Card>
  );
}

type FieldErrors = (path: string) => string[] | undefined;

/** Who sends the request: an identity, or one certificate. */
function CallerFields({
  by,
  onBy,
  identity,
  onIdentity,
  find,
  errors,
}: Readonly<{
  by: string;
  onBy: (by: string) => void;
  identity: PickedIdentity | null;
  onIdentity: (identity: PickedIdentity | null) => void;
  find: ServerAction<IdentityList>;
  errors: FieldErrors;
}>) {
  return (
    <div className="flex flex-col gap-3">
      <div>
        <Segmented
          label="Caller"
          name="by"
          value={by}
          onChange={onBy}
          options={[
            { value: "identity", label: "Identity" },
            { value: "certificate", label: "Certificate" },
          ]}
        />
      </div>
      {by === "identity" ? (
        <IdentityPicker
          picked={identity}
          onPick={onIdentity}
          search={find}
          error={errors("identity")}
          hint="If it has several certificates, the one that gets furthest is used."
        />
      ) : (
        <TextField
          label="Certificate"
          name="certificate"
          mono
          required
          autoComplete="off"
          spellCheck={false}
          error={errors("certificate")}
          hint="ID, serial number or SHA-256 fingerprint."
        />
      )}
    </div>
  );
}

/** What is requested, and from which address. */
function RequestFields({ errors }: Readonly<{ errors: FieldErrors }>) {
  return (
    <>
      <div className="grid grid-cols-[6.5rem_minmax(0,1fr)] gap-3">
        <TextField
          label="Method"
          name="method"
          mono
          required
          defaultValue="GET"
          autoComplete="off"
          error={errors("method")}
        />
        <TextField
          label="Path"
          name="path"
          mono
          required
          defaultValue="/"
          autoComplete="off"
          spellCheck={false}
          error={errors("path")}
        />
      </div>
      <TextField
        label="Client address"
        name="ip"
        mono
        autoComplete="off"
        placeholder="10.20.0.7"
        error={errors("ip")}
        hint="Leave empty if unknown. Allow rules with networks then don’t match."
      />
    </>
  );
}
