"use client";

import { FileUp } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { ErrorBanner } from "@/components/forms/error-banner";
import { errorsOf, useAction } from "@/components/forms/use-action";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Dialog, DialogClose, DialogFooter } from "@/components/ui/dialog";
import { FileTextField } from "@/components/ui/file-text-field";
import type { ServerAction } from "@/lib/auth/types";
import { plural } from "@/lib/format/count";
import type { ImportLine, NamesImportResult } from "@/lib/names/schema";

const maxBytes = 524_288;
const maxShown = 200;

const outcomes = {
  added: { tone: "valid", label: "Added" },
  "would-add": { tone: "accent", label: "Will be added" },
  held: { tone: "neutral", label: "Held already" },
  refused: { tone: "denied", label: "Rejected" },
} as const;

/** Adds names to many identities from a CSV file: first a check of every line, then the import. */
export function ImportNamesDialog({
  action,
}: Readonly<{ action: ServerAction<NamesImportResult> }>) {
  return (
    <Dialog
      trigger={<Button icon={<FileUp aria-hidden />}>Import names</Button>}
      title="Import names"
      description="Adds names to existing identities. Every line is checked first, and nothing changes until you confirm."
      size="lg"
    >
      <ImportForm action={action} />
    </Dialog>
  );
}

function ImportForm({ action }: Readonly<{ action: ServerAction<NamesImportResult> }>) {
  const router = useRouter();
  const [csv, setCsv] = useState("");
  const { state, pending, run, clear } = useAction(action);
  const result = state?.ok === true ? state.data : null;
  const isDone = result !== null && result.lines.some(({ outcome }) => outcome === "added");
  const toAdd = result?.lines.filter(({ outcome }) => outcome === "would-add").length ?? 0;
  const importAll = async () => {
    await run({ csv, dryRun: false });
    router.refresh();
  };
  return (
    <>
      {state?.ok === false && <ErrorBanner failure={state} fields={["csv"]} />}
      <FileTextField
        label="Names"
        name="csv"
        required
        rows={6}
        accept=".csv,.txt"
        maxBytes={maxBytes}
        fileLabel="a CSV file"
        placeholder={"payments,dns,pay.example.com\nedge,dns,*.edge.example.com"}
        hint="One name per line: identity,type,value. Give the identity by its name or ID. Types are dns, uri, ip, email and cn."
        error={errorsOf(state, "csv")}
        onText={(text) => {
          setCsv(text);
          clear();
        }}
      />
      {result && <ImportResult result={result} />}
      <DialogFooter>
        <DialogClose>
          <Button>{isDone ? "Close" : "Cancel"}</Button>
        </DialogClose>
        {!isDone && toAdd > 0 && (
          <Button variant="primary" loading={pending} onClick={() => void importAll()}>
            Add {plural(toAdd, "name")}
          </Button>
        )}
        {result === null && (
          <Button
            variant="primary"
            loading={pending}
            disabledReason={csv.trim() === "" ? "Paste lines or choose a file first." : undefined}
            onClick={() => void run({ csv, dryRun: true })}
          >
            Check lines
          </Button>
        )}
      </DialogFooter>
    </>
  );
}

function ImportResult({ result }: Readonly<{ result: NamesImportResult }>) {
  const isDone = result.lines.some(({ outcome }) => outcome === "added");
  const problemsFirst = result.lines.toSorted(
    (one, other) => Number(other.outcome === "refused") - Number(one.outcome === "refused"),
  );
  return (
    <section aria-live="polite" className="flex flex-col gap-2">
      <p className="text-sm">
        {plural(result.added, "name")} {isDone ? "added" : "to add"}, {result.unchanged} held
        already, {plural(result.refused, "line")} rejected.
      </p>
      <ol
        aria-label="What becomes of each line"
        className="divide-y divide-border rounded-lg border border-border"
      >
        {problemsFirst.slice(0, maxShown).map((line) => (
          <ImportedLine key={line.line} line={line} />
        ))}
      </ol>
      {result.lines.length > maxShown && (
        <p className="text-xs text-muted">
          The first {maxShown} of {plural(result.lines.length, "line")}, rejected ones first.
        </p>
      )}
    </section>
  );
}

function ImportedLine({ line }: Readonly<{ line: ImportLine }>) {
  const { tone, label } = outcomes[line.outcome];
  return (
    <li className="flex items-start justify-between gap-3 px-3 py-2 text-sm">
      <div className="min-w-0">
        <p className="font-mono text-xs break-all">{line.name || "(no name)"}</p>
        <p className="text-xs text-muted">
          Line {line.line}, for {line.identity || "no identity"}
        </p>
        {line.outcome === "refused" && <p className="text-xs text-denied">{line.message}</p>}
      </div>
      <Badge tone={tone}>{label}</Badge>
    </li>
  );
}
