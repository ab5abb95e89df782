"use client";

import { CircleAlert } from "lucide-react";
import { ErrorBanner } from "@/components/forms/error-banner";
import { belongsTo, type ActionFailure } from "@/components/forms/use-action";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { Row } from "@/components/ui/layout";
import type { ActionState } from "@/lib/auth/types";
import type { PolicyDto } from "@/lib/policies/schema";

type Props = Readonly<{
  policy: PolicyDto | null;
  dirty: boolean;
  answer: ActionState | null;
  pending: boolean;
  onSave: (overwrite: boolean) => void;
  onDiscard: () => void;
}>;

const fields = ["name", "service", "description"];
/** True if every error is shown at its field. */
const isShownAtFields = ({ findings }: ActionFailure): boolean =>
  findings.length > 0 &&
  findings.every(
    ({ path }) =>
      path !== undefined &&
      (path.startsWith("rules.") || fields.some((field) => belongsTo(path, field))),
  );

/** Saves everything at once. Stays visible while there are unsaved changes. */
export function SaveBar(props: Props) {
  const { policy, dirty, answer } = props,
    refusal = answer?.ok === false ? answer : null;
  if (!dirty && policy !== null && refusal === null) return null;
  return (
    <div className="sticky bottom-3 z-3 flex flex-col gap-2">
      {refusal && !isShownAtFields(refusal) && <SaveError {...props} refusal={refusal} />}
      {(dirty || policy === null) && (
        <SaveActions {...props} hasFieldErrors={refusal !== null && isShownAtFields(refusal)} />
      )}
    </div>
  );
}

function SaveError({ refusal, pending, onSave }: Props & Readonly<{ refusal: ActionFailure }>) {
  if (refusal.code !== "policy.changed-meanwhile")
    return <ErrorBanner failure={refusal} fields={fields} />;
  return (
    <Banner
      tone="warning"
      live
      title="Someone else saved this policy while you were editing."
      action={
        <Row>
          <Button
            size="sm"
            onClick={() => {
              window.location.reload();
            }}
          >
            Load saved version
          </Button>
          <Button
            size="sm"
            variant="danger-quiet"
            loading={pending}
            onClick={() => {
              onSave(true);
            }}
          >
            Overwrite with mine
          </Button>
        </Row>
      }
    >
      Your changes are still here, unsaved.
    </Banner>
  );
}

function SaveActions({
  policy,
  pending,
  onSave,
  onDiscard,
  hasFieldErrors,
}: Props & Readonly<{ /** Every error is shown at its field. */ hasFieldErrors: boolean }>) {
  return (
    <div className="flex flex-wrap items-center justify-between gap-3 rounded-lg border border-border bg-raised px-4 py-2.5 shadow-pop">
      {hasFieldErrors ? (
        <p role="alert" className="flex items-center gap-2 text-sm font-medium text-revoked">
          <CircleAlert aria-hidden className="size-4 shrink-0" />
          Nothing was saved. Fix the highlighted fields.
        </p>
      ) : (
        <p className="text-sm">
          {policy === null ? (
            <span className="text-muted">Takes effect from the next request.</span>
          ) : (
            <>
              <span className="font-medium">Unsaved changes.</span>{" "}
              <span className="text-muted">
                Version {policy.version + 1} takes effect from the next request.
              </span>
            </>
          )}
        </p>
      )}
      <Row>
        {policy && <Button onClick={onDiscard}>Discard</Button>}
        <Button
          variant="primary"
          loading={pending}
          onClick={() => {
            onSave(false);
          }}
        >
          {policy ? `Save version ${policy.version + 1}` : "Create policy"}
        </Button>
      </Row>
    </div>
  );
}
