"use client";

import { useState, type FormEvent } from "react";
import { ErrorBanner } from "@/components/forms/error-banner";
import { useAction, type ActionFailure } from "@/components/forms/use-action";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Stack } from "@/components/ui/layout";
import { Stepper } from "@/components/ui/stepper";
import type { ServerAction } from "@/lib/auth/types";
import { SetupDone, type SetupSummary } from "./setup-done";
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

const reviewStep = 4;
const descriptions = [
  "Who runs these CAs, and which names they can certify.",
  "The first user who can sign in. You can add others later.",
  "The CA at the top of the hierarchy. It only signs issuing CAs.",
  "The CA that issues certificates.",
  "Check your settings. Nothing has been created yet.",
] as const;

/**
 * The first run: creates a root CA, an issuing CA and the first administrator. The input survives
 * every step and error.
 */
export function SetupWizard({
  token,
  action,
}: Readonly<{ token: string; action: ServerAction<SetupSummary> }>) {
  const [values, setValues] = useState<SetupValues>(defaultValues);
  const [step, setStep] = useState(0);
  const [errors, setErrors] = useState<SetupErrors>({});
  const { state, pending, run, clear } = useAction(action);
  const set = (field: SetupField, value: string) => {
    setValues({ ...values, [field]: value });
    setErrors({ ...errors, [field]: undefined });
  };
  const goTo = (next: number) => {
    setErrors({});
    clear();
    setStep(next);
  };
  const showFailure = (failure: ActionFailure) => {
    const placed = placeErrors(failure.fieldErrors);
    setErrors(placed.errors);
    if (placed.step !== null) setStep(placed.step);
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (pending) return;
    const problems = errorsUpTo(values, step);
    if (problems.step !== null) {
      setErrors(problems.errors);
      setStep(problems.step);
      return;
    }
    if (step < reviewStep) {
      goTo(step + 1);
      return;
    }
    const answer = await run({ token, setup: requestOf(values) });
    if (!answer.ok) showFailure(answer);
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
            pending
              ? "Each part is recorded in the audit log when it is created."
              : descriptions[step]
          }
        >
          <form
            noValidate
            onSubmit={(event) => {
              void submit(event);
            }}
          >
            <Stack>
              {state && !pending && Object.keys(errors).length === 0 && step === reviewStep && (
                <ErrorBanner failure={state} fields={[]} />
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
              <WizardButtons
                step={step}
                pending={pending}
                onBack={() => {
                  goTo(step - 1);
                }}
              />
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

function WizardButtons({
  step,
  pending,
  onBack,
}: Readonly<{ step: number; pending: boolean; onBack: () => void }>) {
  return (
    <div className="flex justify-between gap-2">
      {step > 0 && !pending ? <Button onClick={onBack}>Back</Button> : <span />}
      <Button type="submit" variant="primary" loading={pending}>
        {step === reviewStep ? "Set up Chancery" : "Next"}
      </Button>
    </div>
  );
}
