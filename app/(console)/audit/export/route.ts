import { openPage } from "@/lib/auth/page";
import { exportResponse } from "@/lib/http/export-response";
import { exportEntries } from "@/lib/log/export/export-entries";
import { exportFormats, isExportFormat } from "@/lib/log/export/types";
import { entryQuery } from "@/lib/log/schema";

function plain(text: string, status: number): Response {
  return new Response(`${text}\n`, {
    status,
    headers: { "content-type": "text/plain; charset=utf-8" },
  });
}

/** What a filter of the log matches, whole, streamed. Nothing is sent before the export is itself on the record; it ends with the request. */
export async function GET(request: Request): Promise<Response> {
  const { actor, deps } = await openPage("audit.export", { action: "audit.read" });
  const {
    format = "jsonl",
    checkpoint = "",
    cursor: _,
    limit: __,
    order: ___,
    ...filters
  } = Object.fromEntries(new URL(request.url).searchParams);
  if (!isExportFormat(format)) return plain(`Formats are ${exportFormats.join(", ")}.`, 400);
  if (!/^\d{0,15}$/.test(checkpoint))
    return plain("A checkpoint is named by its size, a whole number.", 400);
  const query = entryQuery.safeParse(filters);
  if (!query.success)
    return plain(
      query.error.issues
        .map(({ path, message }) => `${path.join(".") || "filter"}: ${message}`)
        .join("\n"),
      400,
    );
  const stopping = new AbortController();
  const options = {
    format,
    checkpoint: checkpoint === "" ? undefined : Number(checkpoint),
    signal: stopping.signal,
  };
  return exportResponse(await exportEntries(deps, actor, query.data, options), () =>
    stopping.abort(),
  );
}
