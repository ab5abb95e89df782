"use client";

import type { ReactElement } from "react";
import { ResolutionFields } from "@/components/alerts/resolution-fields";
import { textOf } from "@/components/forms/form-values";
import { Dialog } from "@/components/ui/dialog";
import { plural } from "@/lib/format/count";
import { AnswerFigures } from "./answer-figures";
import { type AnswerMany, AnswerManyForm } from "./answer-many-form";

type Props = AnswerMany & Readonly<{ trigger: ReactElement; count: number }>;

/** Resolves the selected alerts with one resolution and comment. */
export function ResolveManyDialog({ trigger, count, ...form }: Props) {
  return (
    <Dialog
      trigger={trigger}
      title={`Resolve ${plural(count, "alert")}`}
      description="If the same thing happens again, a new alert is raised."
    >
      <AnswerManyForm
        {...form}
        submitLabel="Resolve"
        answer={{ act: "resolve" }}
        fields={["answer.resolution", "answer.comment"]}
        read={(data) => ({
          act: "resolve",
          resolution: textOf(data, "resolution"),
          comment: textOf(data, "comment"),
        })}
      >
        {(dryRun, errors) => (
          <>
            <AnswerFigures act="resolve" dryRun={dryRun} />
            <ResolutionFields
              resolutionError={errors("answer.resolution")}
              commentError={errors("answer.comment")}
            />
          </>
        )}
      </AnswerManyForm>
    </Dialog>
  );
}
