"use client";

import { useRef, useState } from "react";
import { saveBlob } from "@/components/log/save-text";
import type { Params } from "@/components/filters/list-address";
import { proofForm, type ExportChoice, type ExportForm, type ExportHead } from "./export-formats";
import { ExportError, readExport, type ReadFile, type Sink } from "./read-export";

export type SavedFile = Readonly<{ name: string; bytes: number; blob: Blob | null }>;
export type ExportState =
  | Readonly<{ phase: "idle"; says: string | null }>
  | Readonly<{
      phase: "running";
      what: string;
      records: number;
      bytes: number;
      total: number | null;
    }>
  | Readonly<{
      phase: "done";
      main: SavedFile;
      proof: SavedFile | null;
      head: ExportHead | null;
      records: number;
    }>
  | Readonly<{ phase: "failed"; says: string }>;

type Asked = Readonly<{ choice: ExportChoice; params: Params; toDisk: boolean }>;

/** The address of an export: every filter of the list, without its paging. */
export function exportHref(params: Params, format: string, checkpoint: number | null): string {
  const { cursor: _, limit: __, order: ___, ...filters } = params;
  return `/audit/export?${new URLSearchParams({ ...filters, format, ...(checkpoint === null ? {} : { checkpoint: String(checkpoint) }) }).toString()}`;
}

type PickerWindow = Window &
  Readonly<{
    showSaveFilePicker?: (
      options: Readonly<{ suggestedName: string }>,
    ) => Promise<Readonly<{ createWritable: () => Promise<Sink> }>>;
  }>;

/** True where this browser can write a download straight to the disk. */
export const canWriteToDisk = (): boolean =>
  (window as PickerWindow).showSaveFilePicker !== undefined;

/** Runs an export and follows it; it can be cancelled, and a cancelled or broken one saves nothing. */
export function useExport(): Readonly<{
  state: ExportState;
  start: (asked: Asked) => Promise<void>;
  cancel: () => void;
  reset: () => void;
}> {
  const [state, setState] = useState<ExportState>({ phase: "idle", says: null });
  const running = useRef<AbortController | null>(null);
  const start = async (asked: Asked): Promise<void> => {
    const abort = new AbortController();
    running.current = abort;
    try {
      setState(await runExport(asked, abort.signal, setState));
    } catch (error) {
      if (abort.signal.aborted || (error as { name?: unknown }).name === "AbortError")
        setState({ phase: "idle", says: "Cancelled. Nothing was saved." });
      else
        setState({
          phase: "failed",
          says:
            error instanceof ExportError
              ? error.message
              : "No answer came back. Look at the connection and start again.",
        });
    }
  };
  return {
    state,
    start,
    cancel: () => {
      running.current?.abort();
    },
    reset: () => {
      running.current?.abort();
      setState({ phase: "idle", says: null });
    },
  };
}

async function runExport(
  { choice, params, toDisk }: Asked,
  signal: AbortSignal,
  show: (state: ExportState) => void,
): Promise<ExportState> {
  const base = `chancery-log-${new Date().toISOString().slice(0, 16).replace(/[:T]/g, "-")}`;
  const mainName = `${base}.${choice.ending}`,
    proofName = `${base}.${proofForm.ending}`;
  const sink = toDisk ? await openSink(mainName) : null;
  const read = (
    form: ExportForm,
    what: string,
    known: ExportHead | null,
    into: Sink | null,
  ): Promise<ReadFile> =>
    readExport(
      exportHref(params, form.value, known?.size ?? null),
      form,
      signal,
      ({ records, bytes, head }) => {
        show({
          phase: "running",
          what,
          records,
          bytes,
          total: head?.count ?? known?.count ?? null,
        });
      },
      into,
    );
  show({ phase: "running", what: "Sealing what is newest", records: 0, bytes: 0, total: null });
  // The proof comes first: its first line names the checkpoint that both files are to stand on.
  const proof =
    choice.value === "jsonl" ? null : await read(proofForm, "The proof file", null, null);
  const main = await read(
    choice,
    proof === null ? "Entries and hashes" : "The entries",
    proof?.head ?? null,
    sink,
  );
  if (main.blob) saveBlob(mainName, main.blob);
  if (proof?.blob) saveBlob(proofName, proof.blob);
  return {
    phase: "done",
    main: { name: mainName, bytes: main.bytes, blob: main.blob },
    proof: proof === null ? null : { name: proofName, bytes: proof.bytes, blob: proof.blob },
    head: main.head ?? proof?.head ?? null,
    records: main.records,
  };
}

async function openSink(suggestedName: string): Promise<Sink | null> {
  const picker = (window as PickerWindow).showSaveFilePicker;
  return picker === undefined ? null : (await picker({ suggestedName })).createWritable();
}
