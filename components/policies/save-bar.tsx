"use client";

import { CircleAlert } from "lucide-react";
import { RefusalBanner } from "@/components/forms/refusal-banner";
import { belongsTo, type Refusal } from "@/components/forms/use-act";
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
  onSave: (over: boolean) => void;
  onDiscard: () => void;
}>;

const shown = ["name", "service", "description"];
/** Everything that was found stands beside its field. */
const marked = ({ findings }: Refusal): boolean =>
  findings.length > 0 &&
  findings.every(
    ({ path }) =>
      path !== undefined &&
      (path.startsWith("rules.") || shown.some((field) => belongsTo(path, field))),
  );

/** Saves everything at once. It stays in sight while something is not saved. */
export function SaveBar(props: Props) {
  const { policy, dirty, answer } = props,
    refusal = answer?.ok === false ? answer : null;
  if (!dirty && policy !== null && refusal === null) return null;
  return (
    <div className="sticky bottom-3 z-3 flex flex-col gap-2">
      {refusal && !marked(refusal) && <WhyNot {...props} refusal={refusal} />}
      {(dirty || policy === null) && <Acts {...props} mend={refusal !== null && marked(refusal)} />}
    </div>
  );
}

function WhyNot({ refusal, pending, onSave }: Props & Readonly<{ refusal: Refusal }>) {
  if (refusal.code !== "policy.changed-meanwhile")
    return <RefusalBanner refusal={refusal} shown={shown} />;
  return (
    <Banner
      tone="warning"
      live
      title="Somebody else saved this policy while you edited it."
      action={
        <Row>
          <Button
            size="sm"
            onClick={() => {
              window.location.reload();
            }}
          >
            Load theirs
          </Button>
          <Button
            size="sm"
            variant="danger-quiet"
            loading={pending}
            onClick={() => {
              onSave(true);
            }}
          >
            Save mine over it
          </Button>
        </Row>
      }
    >
      Nothing of yours is lost yet: it stands above, unsaved.
    </Banner>
  );
}

function Acts({
  policy,
  pending,
  onSave,
  onDiscard,
  mend,
}: Props & Readonly<{ /** Everything that is wrong is marked at its field. */ mend: boolean }>) {
  return (
    <div className="flex flex-wrap items-center justify-between gap-3 rounded-lg border border-border bg-raised px-4 py-2.5 shadow-pop">
      {mend ? (
        <p role="alert" className="flex items-center gap-2 text-sm font-medium text-revoked">
          <CircleAlert aria-hidden className="size-4 shrink-0" />
          Not saved. Mend what is marked above.
        </p>
      ) : (
        <p className="text-sm">
          {policy === null ? (
            <span className="text-muted">
              It counts at the next request that a proxy asks about.
            </span>
          ) : (
            <>
              <span className="font-medium">Not saved yet.</span>{" "}
              <span className="text-muted">
                Version {policy.version + 1} counts at the next request.
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
