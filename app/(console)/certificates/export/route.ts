import { openPage } from "@/lib/auth/page";
import { certificateQuery, consoleFilters } from "@/lib/certificates/schema";
import { exportResponse } from "@/lib/http/export-response";
import { exportCertificates } from "@/lib/inventory/export-certificates";
import { readInventoryRequest } from "@/app/(console)/inventory-request";

/**
 * Streams all certificates that the list shows, on all its pages. The export is recorded before it
 * begins.
 */
export async function GET(request: Request): Promise<Response> {
  const { actor, deps } = await openPage("certificates.read", { action: "certificate.read" });
  const read = readInventoryRequest(request, certificateQuery);
  if (read instanceof Response) return read;
  return exportResponse(
    await exportCertificates(deps, actor, consoleFilters(read.filter), read.format),
    () => undefined,
  );
}
