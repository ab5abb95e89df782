"use client";

import type { ReactElement } from "react";
import { Dialog } from "@/components/ui/dialog";
import { plural } from "@/lib/format/count";
import { AnswerFigures } from "./answer-figures";
import { type AnswerMany, AnswerManyForm } from "./answer-many-form";

type Props = AnswerMany & Readonly<{ trigger: ReactElement; count: number }>;

/** Acknowledges all that match, after a dry run: most of them are on other pages. */
export function AcknowledgeManyDialog({ trigger, count, ...form }: Props) {
  return (
    <Dialog
      trigger={trigger}
      title={`Acknowledge ${plural(count, "alert")}?`}
      description="Marks them as being handled. They stay open until they are resolved."
    >
      <AnswerManyForm {...form} submitLabel="Acknowledge" answer={{ act: "acknowledge" }}>
        {(dryRun) => <AnswerFigures act="acknowledge" dryRun={dryRun} />}
      </AnswerManyForm>
    </Dialog>
  );
}
