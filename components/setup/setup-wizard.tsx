"use client";

import { useState, type FormEvent } from "react";
import { RefusalBanner } from "@/components/forms/refusal-banner";
import { useAct, type Refusal } from "@/components/forms/use-act";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Stack } from "@/components/ui/layout";
import { Stepper } from "@/components/ui/stepper";
import type { ServerAction } from "@/lib/auth/types";
import { SetupDone, type SetupMade } from "./setup-done";
import { SetupRunning } from "./setup-running";
import { SetupReview } from "./setup-review";
import { AdministratorStep, AuthorityStep, OrganizationStep, type StepProps } from "./setup-steps";
import {
  defaultValues,
  errorsUpTo,
  placeErrors,
  requestOf,
  stepNames,
  type SetupErrors,
  type SetupField,
  type SetupValues,
} from "./setup-values";

const review = 4;
const sentences = [
  "Whose authority this is, and which names it may certify.",
  "The first person who may sign in. Others follow later.",
  "The authority at the top. It signs issuing authorities, and nothing else.",
  "The authority that signs certificates every day.",
  "Look it over. Nothing has been made yet.",
] as const;

/** The first run: from nothing to a root, an issuing authority and somebody who may use them. What was typed survives every step and error. */
export function SetupWizard({
  token,
  action,
}: Readonly<{ token: string; action: ServerAction<SetupMade> }>) {
  const [values, setValues] = useState<SetupValues>(defaultValues);
  const [step, setStep] = useState(0);
  const [errors, setErrors] = useState<SetupErrors>({});
  const { state, pending, run, clear } = useAct(action);
  const set = (field: SetupField, value: string) => {
    setValues({ ...values, [field]: value });
    setErrors({ ...errors, [field]: undefined });
  };
  const goTo = (next: number) => {
    setErrors({});
    clear();
    setStep(next);
  };
  const refused = (refusal: Refusal) => {
    const placed = placeErrors(refusal.fieldErrors);
    setErrors(placed.errors);
    if (placed.step !== null) setStep(placed.step);
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (pending) return;
    const found = errorsUpTo(values, step);
    if (found.step !== null) {
      setErrors(found.errors);
      setStep(found.step);
      return;
    }
    if (step < review) {
      goTo(step + 1);
      return;
    }
    const answer = await run({ token, setup: requestOf(values) });
    if (!answer.ok) refused(answer);
  };
  const done = state?.ok === true;
  return (
    <div className="flex w-full max-w-2xl flex-col gap-5">
      <h1 className="text-center text-xl font-semibold tracking-tight">
        {done ? "Chancery is set up" : "Set up Chancery"}
      </h1>
      <Stepper steps={stepNames} current={done ? 5 : step} />
      {done ? (
        <SetupDone done={state} email={values.adminEmail.trim()} password={values.adminPassword} />
      ) : (
        <Card
          title={pending ? "Setting up" : stepNames[step]}
          description={
            pending ? "Each part is on the record as soon as it exists." : sentences[step]
          }
        >
          <form
            noValidate
            onSubmit={(event) => {
              void submit(event);
            }}
          >
            <Stack>
              {state && !pending && Object.keys(errors).length === 0 && step === review && (
                <RefusalBanner refusal={state} shown={[]} />
              )}
              {pending ? (
                <SetupRunning token={token} />
              ) : (
                <Step
                  key={step}
                  step={step}
                  values={values}
                  errors={errors}
                  set={set}
                  goTo={goTo}
                />
              )}
              <div className="flex justify-between gap-2">
                {step > 0 && !pending ? (
                  <Button
                    onClick={() => {
                      goTo(step - 1);
                    }}
                  >
                    Back
                  </Button>
                ) : (
                  <span />
                )}
                <Button type="submit" variant="primary" loading={pending}>
                  {step === review ? "Set up Chancery" : "Next"}
                </Button>
              </div>
            </Stack>
          </form>
        </Card>
      )}
    </div>
  );
}

function Step({
  step,
  goTo,
  ...props
}: StepProps & Readonly<{ step: number; goTo: (step: number) => void }>) {
  switch (step) {
    case 0:
      return <OrganizationStep {...props} />;
    case 1:
      return <AdministratorStep {...props} />;
    case 2:
      return <AuthorityStep kind="root" {...props} />;
    case 3:
      return <AuthorityStep kind="issuing" {...props} />;
    default:
      return <SetupReview values={props.values} goTo={goTo} />;
  }
}
