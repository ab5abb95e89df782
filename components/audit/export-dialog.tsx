"use client";

import { Download } from "lucide-react";
import { useState } from "react";
import type { Params } from "@/components/filters/list-href";
import { Banner } from "@/components/ui/banner";
import { Button, ButtonLink } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Dialog, DialogClose, DialogFooter } from "@/components/ui/dialog";
import { Progress } from "@/components/ui/progress";
import { RadioCards } from "@/components/ui/radio-cards";
import { formatBytes, formatCount } from "@/lib/format/count";
import { exportChoices } from "./export-formats";
import { ExportDone } from "./export-done";
import { planExport, type Count } from "./export-plan";
import { canWriteToDisk, exportHref, useExport } from "./use-export";

type Props = Readonly<{
  params: Params;
  /**
   * The number of entries that the list matches, and of the reads that it leaves out; a capped
   * count is a lower bound.
   */
  total: Count;
  reads: number;
  readsShown: boolean;
  /** Entries in the whole log. */
  size: number;
}>;

/**
 * Exports everything that the filters match, shows the progress, and ends with the command that
 * verifies the export.
 */
export function ExportDialog(props: Props) {
  const { state, start, cancel, reset } = useExport();
  return (
    <Dialog
      size="lg"
      title="Export"
      trigger={<Button icon={<Download aria-hidden />}>Export</Button>}
      onOpenChange={(open) => {
        if (!open) reset();
      }}
      description="Exports every entry that matches the filters, oldest first, not just this page. The export is recorded in the audit log."
    >
      {state.phase === "running" ? (
        <>
          <Progress
            label={state.what}
            value={Math.min(state.records, state.total ?? 0)}
            max={Math.max(1, state.total ?? 1)}
            text={`${state.total === null ? formatCount(state.records) : `${formatCount(state.records)} of ${formatCount(state.total)}`}, ${formatBytes(state.bytes)}`}
          />
          <DialogFooter>
            <Button onClick={cancel}>Cancel export</Button>
          </DialogFooter>
        </>
      ) : state.phase === "done" ? (
        <ExportDone done={state} />
      ) : (
        <Choice
          {...props}
          problem={state.phase === "failed" ? state.message : null}
          note={state.phase === "idle" ? state.message : null}
          start={start}
        />
      )}
    </Dialog>
  );
}

type ChoiceProps = Props &
  Readonly<{
    problem: string | null;
    note: string | null;
    start: ReturnType<typeof useExport>["start"];
  }>;

function Choice({ params, total, reads, readsShown, size, problem, note, start }: ChoiceProps) {
  const [format, setFormat] = useState("jsonl");
  const [withReads, setWithReads] = useState(false);
  const choice = exportChoices.find(({ value }) => value === format) ?? exportChoices[0];
  const request = {
    ...params,
    reads: readsShown ? (params["reads"] ?? "include") : withReads ? "include" : "exclude",
  };
  const { records, large, readsOffered } = planExport({
    total,
    reads,
    readsShown,
    withReads,
    size,
  });
  const toDisk = large && canWriteToDisk();
  return (
    <>
      {problem !== null && (
        <Banner tone="danger" live title="The export failed.">
          {problem}
        </Banner>
      )}
      {note !== null && (
        <Banner tone="info" live>
          {note}
        </Banner>
      )}
      <RadioCards
        label="Format"
        name="format"
        columns={2}
        value={format}
        onChange={setFormat}
        options={exportChoices.map(({ value, label, hint }) => ({ value, label, hint }))}
      />
      {readsOffered !== null && (
        <Checkbox
          label={`Include ${readsOffered}`}
          checked={withReads}
          onChange={(event) => {
            setWithReads(event.target.checked);
          }}
        />
      )}
      <p className="rounded-md bg-sunken px-3 py-2.5 text-sm">
        <strong className="font-medium">{records}</strong>, each with its number, leaf hash, log and
        checkpoint. The rest of the {formatCount(size)} entries is included as hashes only, to prove
        that nothing was left out without revealing it.
        {large &&
          (toDisk
            ? " It’s large, so it’s written directly to a file you choose."
            : " It’s large, so your browser downloads it without showing progress here.")}
      </p>
      <DialogFooter>
        <DialogClose>
          <Button>Cancel</Button>
        </DialogClose>
        {large && !toDisk ? (
          <PlainLinks params={request} format={choice.value} />
        ) : (
          <Button
            variant="primary"
            icon={<Download aria-hidden />}
            onClick={() => {
              void start({ choice, params: request, toDisk });
            }}
          >
            Export
          </Button>
        )}
      </DialogFooter>
    </>
  );
}

function PlainLinks({ params, format }: Readonly<{ params: Params; format: string }>) {
  return (
    <>
      {format !== "jsonl" && (
        <ButtonLink download href={exportHref(params, "proof", null)}>
          Proof file
        </ButtonLink>
      )}
      <ButtonLink variant="primary" download href={exportHref(params, format, null)}>
        Export
      </ButtonLink>
    </>
  );
}
