"use client";

import { useState } from "react";
import { typedWord } from "@/components/bulk/shared/bulk-words";
import { ActionForm } from "@/components/forms/action-form";
import { CommentField } from "@/components/forms/comment-field";
import { ErrorBanner } from "@/components/forms/error-banner";
import { optionalText } from "@/components/forms/form-values";
import { useAction } from "@/components/forms/use-action";
import { Banner } from "@/components/ui/banner";
import { Card } from "@/components/ui/card";
import { Field } from "@/components/ui/field";
import { TextField } from "@/components/ui/input";
import { Stack } from "@/components/ui/layout";
import { Select, type SelectOption } from "@/components/ui/select";
import { Skeleton } from "@/components/ui/skeleton";
import type { ServerAction } from "@/lib/auth/types";
import type { BulkDto, BulkIssuePreview, IssueRow } from "@/lib/bulk/schema";
import { formatCount, plural } from "@/lib/format/count";
import { ExampleFiles } from "./example-files";
import { FileDrop } from "./file-drop";
import { IssueLines } from "./issue-lines";
import { type NamedText, rowsOfFiles } from "./rows-of-files";

type Actions = Readonly<{
  preview: ServerAction<BulkIssuePreview>;
  start: ServerAction<BulkDto>;
}>;
type Props = Readonly<{ profiles: readonly SelectOption[]; actions: Actions }>;

/** Issues many certificates from a CSV or from CSR files: a dry run of every row first. */
export function IssueMany({ profiles, actions }: Props) {
  const [files, setFiles] = useState<readonly NamedText[]>([]);
  const [profile, setProfile] = useState("");
  const [identity, setIdentity] = useState("");
  const { state, pending, run, clear } = useAction(actions.preview);
  const { rows, problems } = rowsOfFiles(files, { profile, identity });
  const check = (next: readonly NamedText[], defaults: { profile: string; identity: string }) => {
    const read = rowsOfFiles(next, defaults);
    if (read.rows.length > 0) void run({ rows: read.rows });
    else clear();
  };
  const result = state?.ok === true && rows.length > 0 ? state.data : null;
  return (
    <Stack>
      <Card title="Requests">
        <div className="flex flex-col gap-4">
          <FileDrop
            onFiles={(next) => {
              setFiles(next);
              check(next, { profile, identity });
            }}
          />
          <div className="grid gap-4 sm:grid-cols-2">
            <Field label="Profile" hint="For rows without one.">
              {(wiring) => (
                <Select
                  {...wiring}
                  placeholder="Only what the rows say"
                  options={profiles}
                  value={profile}
                  onChange={({ target: { value } }) => {
                    setProfile(value);
                    check(files, { profile: value, identity });
                  }}
                />
              )}
            </Field>
            <TextField
              label="Identity"
              hint="For rows without one: its name or ID. If empty, the name of each CSR file."
              autoComplete="off"
              value={identity}
              onChange={({ target: { value } }) => {
                setIdentity(value);
              }}
              onBlur={() => {
                check(files, { profile, identity });
              }}
            />
          </div>
          {problems.map((text) => (
            <Banner key={text} tone="warning" title={text} />
          ))}
        </div>
      </Card>
      {files.length === 0 && <ExampleFiles />}
      {state?.ok === false && <ErrorBanner failure={state} fields={[]} />}
      {pending && result === null && <Skeleton height="stat" />}
      {result && (
        <DryRun key={result.sha256} {...{ result, rows, start: actions.start, stale: pending }} />
      )}
    </Stack>
  );
}

type DryRunProps = Readonly<{
  result: BulkIssuePreview;
  rows: readonly IssueRow[];
  start: Actions["start"];
  stale: boolean;
}>;

function DryRun({ result, rows, start, stale }: DryRunProps) {
  const [typed, setTyped] = useState("");
  const { count, refused, identities, namesAdded, sha256 } = result;
  const word = typedWord("issue", count);
  return (
    <>
      <Card
        title="Dry run"
        aside={`${formatCount(count)} of ${plural(result.lines.length, "row")} can be issued`}
      >
        <ActionForm
          action={start}
          fields={["comment"]}
          submitLabel={`Issue ${plural(count, "certificate")}`}
          disabledReason={blockerOf(
            result,
            stale,
            typed.trim().toLowerCase() === word ? null : word,
          )}
          receipt={`Started. Issue ${plural(count, "certificate")}.`}
          goTo={({ data }) => `/certificates/bulk/${data.id}`}
          input={(form) => ({
            rows,
            comment: optionalText(form, "comment"),
            expect: { count, sha256 },
          })}
        >
          {({ errors }) => (
            <>
              <ul className="flex list-disc flex-col gap-1 pl-5 text-sm marker:text-edge">
                <li>
                  {plural(count, "certificate")} for {plural(identities, "identity", "identities")}.
                </li>
                {namesAdded > 0 && (
                  <li>{plural(namesAdded, "name is", "names are")} added to their identities.</li>
                )}
                {refused > 0 && (
                  <li>
                    {plural(refused, "row has problems and is", "rows have problems and are")} left
                    out.
                  </li>
                )}
              </ul>
              <CommentField error={errors("comment")} hint="Recorded with the bulk action." />
              {count > 0 && (
                <TextField
                  label={`Type ${word} to continue`}
                  required
                  autoComplete="off"
                  value={typed}
                  onChange={(event) => {
                    setTyped(event.target.value);
                  }}
                />
              )}
            </>
          )}
        </ActionForm>
      </Card>
      <Card title="Rows" padding="flush">
        <IssueLines lines={result.lines} />
      </Card>
    </>
  );
}

function blockerOf(
  { count }: BulkIssuePreview,
  stale: boolean,
  missingWord: string | null,
): string | undefined {
  if (stale) return "Wait for the dry run.";
  if (count === 0) return "No row can be issued.";
  return missingWord === null ? undefined : `Type “${missingWord}” first.`;
}
