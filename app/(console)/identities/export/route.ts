import { openPage } from "@/lib/auth/page";
import { identityQuery } from "@/lib/identities/schema";
import { exportResponse } from "@/lib/http/export-response";
import { exportIdentities } from "@/lib/inventory/export-identities";
import { readInventoryRequest } from "@/app/(console)/inventory-request";

/** Streams all identities that the list's filters match. The export is recorded before it begins. */
export async function GET(request: Request): Promise<Response> {
  const { actor, deps } = await openPage("identities.read", { action: "identity.read" });
  const read = readInventoryRequest(request, identityQuery);
  if (read instanceof Response) return read;
  return exportResponse(
    await exportIdentities(deps, actor, read.filter, read.format),
    () => undefined,
  );
}
