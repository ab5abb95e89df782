"use client";

import { useEffect, useState } from "react";
import { ErrorBanner } from "@/components/forms/error-banner";
import { useAction } from "@/components/forms/use-action";
import { severityLabels } from "@/components/shared/severity-labels";
import { Skeleton } from "@/components/ui/skeleton";
import type { AnswerPreview, PreviewManyInput } from "@/lib/alerts/schema";
import type { ServerAction } from "@/lib/auth/types";
import { formatCount, formatList, plural } from "@/lib/format/count";
import { answerWords } from "./answer-text";

export type AnswerPreviewAction = ServerAction<AnswerPreview>;

/**
 * The dry run of an answer to all alerts that match. Null while there are no figures, and for a
 * selection of rows, which are in view.
 */
export function useAnswerPreview(preview: AnswerPreviewAction, input: PreviewManyInput) {
  const { state, run } = useAction(preview);
  const [shown, setShown] = useState<string | null>(null);
  const isAll = "filter" in input.selection;
  const key = JSON.stringify(input);
  useEffect(() => {
    if (!isAll) return;
    void run(JSON.parse(key)).then(() => {
      setShown(key);
    });
  }, [isAll, run, key]);
  const figures = shown === key && state?.ok === true ? state.data : null;
  const blocker =
    !isAll || (figures !== null && figures.count > 0)
      ? undefined
      : figures === null
        ? "Wait for the dry run."
        : "Nothing of the selection can be changed.";
  return { isAll, state, figures, blocker };
}

type Props = Readonly<{
  act: PreviewManyInput["answer"]["act"];
  dryRun: ReturnType<typeof useAnswerPreview>;
}>;

/** What the answer would do, in numbers; nothing for a selection of rows. */
export function AnswerFigures({ act, dryRun: { isAll, state, figures } }: Props) {
  if (!isAll) return null;
  if (state?.ok === false) return <ErrorBanner failure={state} fields={[]} />;
  return (
    <div aria-live="polite" aria-label="Dry run" role="region">
      {figures === null ? <Skeleton height="stat" /> : <Figures act={act} figures={figures} />}
    </div>
  );
}

function Figures({ act, figures }: Pick<Props, "act"> & Readonly<{ figures: AnswerPreview }>) {
  const { selected, count, severities, unchanged, missing, refused } = figures;
  const { done } = answerWords[act];
  const bySeverity = severities.map(
    (each) => `${formatCount(each.count)} ${severityLabels[each.severity].toLowerCase()}`,
  );
  return (
    <ul className="flex list-disc flex-col gap-1 pl-5 text-sm marker:text-edge">
      <li>
        {plural(count, "alert")} will be {done}
        {selected !== count && `, out of ${formatCount(selected)} selected`}
        {bySeverity.length > 0 && `: ${formatList(bySeverity)}`}.
      </li>
      {unchanged > 0 && (
        <li>
          {formatCount(unchanged)} already {unchanged === 1 ? "is" : "are"}.
        </li>
      )}
      {missing > 0 && (
        <li>
          {plural(missing, "alert")} no longer {missing === 1 ? "exists" : "exist"}.
        </li>
      )}
      {refused.map((one) => (
        <li key={one.code}>
          <Refused {...one} />
        </li>
      ))}
    </ul>
  );
}

function Refused({ code, message, count, examples }: AnswerPreview["refused"][number]) {
  const text =
    code === "alert.resolved"
      ? `${plural(count, "is", "are")} already resolved`
      : `${formatCount(count)} can’t be changed: ${message}`;
  return (
    <details>
      <summary className="cursor-pointer">{text.replace(/\.?$/, ".")}</summary>
      <ul className="list-[circle] pl-5 marker:text-edge">
        {examples.map((summary, at) => (
          <li key={`${at} ${summary}`}>{summary}</li>
        ))}
        {count > examples.length && <li>and {formatCount(count - examples.length)} more</li>}
      </ul>
    </details>
  );
}
