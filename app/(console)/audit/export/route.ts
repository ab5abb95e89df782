import { openPage } from "@/lib/auth/page";
import { exportEntries } from "@/lib/log/export";
import { entryQuery } from "@/lib/log/schema";

const types = { jsonl: "application/jsonl; charset=utf-8", csv: "text/csv; charset=utf-8" } as const;
const isFormat = (text: string): text is keyof typeof types => text in types;

function plain(text: string, status: number): Response {
  return new Response(`${text}\n`, { status, headers: { "content-type": "text/plain; charset=utf-8" } });
}

/** What a filter of the log matches, whole, as JSON Lines or CSV, streamed. Nothing is sent before the export is itself on the record. */
export async function GET(request: Request): Promise<Response> {
  const { actor, deps } = await openPage("audit.export", { action: "audit.read" });
  const { format = "jsonl", cursor: _, limit: __, ...filters } = Object.fromEntries(new URL(request.url).searchParams);
  if (!isFormat(format)) return plain("Formats are jsonl and csv.", 400);
  const query = entryQuery.safeParse(filters);
  if (!query.success) return plain(query.error.issues.map(({ path, message }) => `${path.join(".") || "filter"}: ${message}`).join("\n"), 400);
  const lines = exportEntries(deps, actor, query.data, format)[Symbol.asyncIterator]();
  const first = await lines.next();
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    start(controller) { if (first.done) controller.close(); else controller.enqueue(encoder.encode(first.value)); },
    async pull(controller) {
      const next = await lines.next();
      if (next.done) controller.close(); else controller.enqueue(encoder.encode(next.value));
    },
    async cancel() { await lines.return?.(); },
  });
  const day = deps.clock.now().toISOString().slice(0, 10);
  return new Response(body, { headers: { "content-type": types[format], "content-disposition": `attachment; filename="audit-${day}.${format}"`, "cache-control": "no-store" } });
}
