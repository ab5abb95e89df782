import { openPage } from "@/lib/auth/page";
import { exportBulkReport } from "@/lib/bulk/export-bulk-report";
import { exportResponse } from "@/lib/http/export-response";
import { nullIfNotFound } from "@/app/(console)/null-if-not-found";

type Props = Readonly<{ params: Promise<{ id: string }> }>;

/** The report of a bulk action as a CSV file. */
export async function GET(_request: Request, { params }: Props): Promise<Response> {
  const { id } = await params;
  const { actor, deps } = await openPage("certificates.read", {
    action: "bulk.read",
    target: { kind: "bulk", id, label: id },
  });
  const report = await nullIfNotFound(exportBulkReport(deps, actor, id));
  return report === null
    ? new Response("Bulk action not found.\n", { status: 404 })
    : exportResponse(report, () => undefined);
}
