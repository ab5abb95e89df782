import { notFound } from "next/navigation";
import { nullIfNotFound } from "@/app/(console)/null-if-not-found";
import { openPage } from "@/lib/auth/page";
import { mayRunBulk } from "@/lib/bulk/authorize-bulk";
import { getBulkAct, listFirstLines } from "@/lib/bulk/read-bulk-acts";

/** A bulk action with the first lines of its report, for the page of its noun. */
export async function loadBulk(params: Promise<{ id: string }>) {
  const { id } = await params;
  const { actor, deps } = await openPage("certificates.read", {
    action: "bulk.read",
    target: { kind: "bulk", id, label: id },
  });
  const bulk = await nullIfNotFound(getBulkAct(deps, actor, id));
  if (bulk === null) notFound();
  return {
    bulk,
    lines: await listFirstLines(deps, actor, bulk),
    mayCancel: mayRunBulk(actor, bulk.act),
  };
}
