"use client";

import { Download } from "lucide-react";
import { useState } from "react";
import type { Params } from "@/components/filters/list-address";
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
  /** What the filters match as the list is, and the reads that it leaves out; capped counts are "and more". */
  total: Count;
  reads: number;
  readsShown: boolean;
  /** Entries in the whole log. */
  size: number;
}>;

/** Takes out what the filters match, whole, with progress, and ends with the command that verifies it. */
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
      description="Everything that the filters match, oldest first, not only this page. The export is itself an entry."
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
            <Button onClick={cancel}>Cancel the export</Button>
          </DialogFooter>
        </>
      ) : state.phase === "done" ? (
        <ExportDone done={state} />
      ) : (
        <Choice
          {...props}
          problem={state.phase === "failed" ? state.says : null}
          note={state.phase === "idle" ? state.says : null}
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
  const asked = {
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
        <Banner tone="danger" live title="The export did not come to its end.">
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
          label={`With the ${readsOffered} that match`}
          checked={withReads}
          onChange={(event) => {
            setWithReads(event.target.checked);
          }}
        />
      )}
      <p className="rounded-md bg-sunken px-3 py-2.5 text-sm">
        <strong className="font-medium">{records}</strong>, each with its number, leaf hash, log and
        checkpoint. Of the rest of the {formatCount(size)} only hashes go along: they show that
        nothing was left out, without showing what it is.
        {large &&
          (toDisk
            ? " It is large, so it is written straight to a file that you choose."
            : " It is large, so your browser downloads it by itself, without progress here.")}
      </p>
      <DialogFooter>
        <DialogClose>
          <Button>Cancel</Button>
        </DialogClose>
        {large && !toDisk ? (
          <PlainLinks params={asked} format={choice.value} />
        ) : (
          <Button
            variant="primary"
            icon={<Download aria-hidden />}
            onClick={() => {
              void start({ choice, params: asked, toDisk });
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
