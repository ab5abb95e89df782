"use client";

import { useRef, useState } from "react";
import { saveBlob } from "@/components/ui/save-text";
import type { Params } from "@/components/filters/list-href";
import {
  proofFormat,
  type ExportChoice,
  type ExportFormat,
  type ExportHead,
} from "./export-formats";
import { ExportError, readExport, type ReadFile, type Sink } from "./read-export";

export type SavedFile = Readonly<{ name: string; bytes: number; blob: Blob | null }>;
export type ExportState =
  | Readonly<{ phase: "idle"; message: string | null }>
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
  | Readonly<{ phase: "failed"; message: string }>;

type ExportRequest = Readonly<{ choice: ExportChoice; params: Params; toDisk: boolean }>;

/** The URL of an export: all filters of the list, without its paging. */
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

/** True if this browser can write a download directly to disk. */
export const canWriteToDisk = (): boolean =>
  (window as PickerWindow).showSaveFilePicker !== undefined;

/**
 * Runs an export and reports its progress. A canceled or failed export saves nothing.
 */
export function useExport(): Readonly<{
  state: ExportState;
  start: (asked: ExportRequest) => Promise<void>;
  cancel: () => void;
  reset: () => void;
}> {
  const [state, setState] = useState<ExportState>({ phase: "idle", message: null });
  const running = useRef<AbortController | null>(null);
  const start = async (asked: ExportRequest): Promise<void> => {
    const abort = new AbortController();
    running.current = abort;
    try {
      setState(await runExport(asked, abort.signal, setState));
    } catch (error) {
      if (abort.signal.aborted || (error as { name?: unknown }).name === "AbortError")
        setState({ phase: "idle", message: "Canceled. Nothing was saved." });
      else
        setState({
          phase: "failed",
          message:
            error instanceof ExportError
              ? error.message
              : "No response. Check your connection and try again.",
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
      setState({ phase: "idle", message: null });
    },
  };
}

async function runExport(
  { choice, params, toDisk }: ExportRequest,
  signal: AbortSignal,
  show: (state: ExportState) => void,
): Promise<ExportState> {
  const base = `chancery-log-${new Date().toISOString().slice(0, 16).replace(/[:T]/g, "-")}`;
  const mainName = `${base}.${choice.ending}`,
    proofName = `${base}.${proofFormat.ending}`;
  const sink = toDisk ? await openSink(mainName) : null;
  const read = (
    form: ExportFormat,
    what: string,
    knownHead: ExportHead | null,
    into: Sink | null,
  ): Promise<ReadFile> =>
    readExport(
      exportHref(params, form.value, knownHead?.size ?? null),
      form,
      signal,
      ({ records, bytes, head }) => {
        show({
          phase: "running",
          what,
          records,
          bytes,
          total: head?.count ?? knownHead?.count ?? null,
        });
      },
      into,
    );
  show({ phase: "running", what: "Waiting for a checkpoint", records: 0, bytes: 0, total: null });
  // The proof comes first: its first line names the checkpoint that both files are based on.
  const proof =
    choice.value === "jsonl"
      ? null
      : await read(proofFormat, "Downloading the proof file", null, null);
  const main = await read(
    choice,
    proof === null ? "Downloading entries and hashes" : "Downloading entries",
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
