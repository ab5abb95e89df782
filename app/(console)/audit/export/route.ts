import { openPage } from "@/lib/auth/page";
import { exportResponse } from "@/lib/http/export-response";
import { exportEntries } from "@/lib/log/export/export-entries";
import { exportFormats, isExportFormat } from "@/lib/log/export/types";
import { readFilters } from "@/app/(console)/audit/read-filters";

function plain(text: string, status: number): Response {
  return new Response(`${text}\n`, {
    status,
    headers: { "content-type": "text/plain; charset=utf-8" },
  });
}

/**
 * Streams all entries that match the filters. Nothing is sent before the export itself is recorded;
 * it stops with the request.
 */
export async function GET(request: Request): Promise<Response> {
  const { actor, deps } = await openPage("audit.export", { action: "audit.read" });
  const { searchParams } = new URL(request.url);
  const format = searchParams.get("format") ?? "jsonl";
  const checkpoint = searchParams.get("checkpoint") ?? "";
  if (!isExportFormat(format))
    return plain(`format must be one of ${exportFormats.join(", ")}.`, 400);
  if (!/^\d{0,15}$/.test(checkpoint))
    return plain("checkpoint must be the size of a checkpoint, a whole number.", 400);
  const { query, problem } = readFilters(request.url, ["format", "checkpoint"]);
  if (query === null) return plain(problem, 400);
  const stopping = new AbortController();
  const options = {
    format,
    checkpoint: checkpoint === "" ? undefined : Number(checkpoint),
    signal: stopping.signal,
  };
  return exportResponse(await exportEntries(deps, actor, query, options), () => stopping.abort());
}
