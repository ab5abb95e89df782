import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import { isAppError } from "@/lib/errors/app-error";
import { requirePower } from "@/lib/identities/power";
import type { Deps } from "@/lib/runtime/deps";
import { findAlertRows, type AlertRow } from "./alert-repository";
import { assertUnresolved } from "./answer-alert";
import { assertMayResolve } from "./assert-may-silence";
import {
  type AnswerPreview,
  previewManyInput,
  type PreviewManyInput,
  severities,
  type Severity,
} from "./schema";
import { isAnswered, selectAlerts } from "./select-alerts";

const maxExamples = 20;
type Refused = { message: string; examples: string[]; count: number };

/**
 * What `answerAlerts` would do with these alerts, in figures. Changes nothing. An assignee isn't
 * looked up: one that may not handle alerts is refused for each. Errors: `alert.count-changed`,
 * `alert.too-many`.
 */
export async function previewAnswers(
  deps: Pick<Deps, "db">,
  actor: Actor,
  input: PreviewManyInput,
): Promise<AnswerPreview> {
  authorize(actor, "alerts.handle");
  const { selection, answer } = previewManyInput.parse(input);
  const ids = await selectAlerts(deps, selection);
  const rows = await findAlertRows(deps.db, ids);
  const refused = new Map<string, Refused>();
  const changes: AlertRow[] = [];
  let unchanged = 0;
  for (const row of rows) {
    if (isAnswered(row, answer)) {
      unchanged += 1;
      continue;
    }
    const refusal = await refusalOf(deps, actor, row, answer.act);
    if (refusal === null) changes.push(row);
    else addRefusal(refused, refusal, row.summary);
  }
  return {
    selected: ids.length,
    count: changes.length,
    unchanged,
    missing: ids.length - rows.length,
    refused: [...refused].map(([code, each]) => ({ code, ...each })),
    severities: countBySeverity(changes),
  };
}

type Refusal = Readonly<{ code: string; message: string }>;

async function refusalOf(
  deps: Pick<Deps, "db">,
  actor: Actor,
  row: AlertRow,
  act: PreviewManyInput["answer"]["act"],
): Promise<Refusal | null> {
  try {
    assertUnresolved(row);
    if (act === "resolve") await assertMayResolve(deps, actor, row);
    else if (row.identityId !== null)
      await requirePower(deps, actor, row.identityId, "acknowledge-alert");
    return null;
  } catch (error) {
    if (!isAppError(error)) throw error;
    return error;
  }
}

function addRefusal(
  refused: Map<string, Refused>,
  { code, message }: Refusal,
  summary: string,
): void {
  const same = refused.get(code) ?? { message, examples: [], count: 0 };
  same.count += 1;
  if (same.examples.length < maxExamples) same.examples.push(summary);
  refused.set(code, same);
}

const countBySeverity = (rows: readonly AlertRow[]): AnswerPreview["severities"] =>
  severities
    .map((severity) => ({
      severity: severity satisfies Severity,
      count: rows.filter((row) => row.severity === severity).length,
    }))
    .filter(({ count }) => count > 0)
    .toReversed();
