import { permanentRedirect } from "next/navigation";
import { openPage } from "@/lib/auth/page";

/** Where the views were when the audit log alone had them. */
export default async function AuditViewsPage(): Promise<never> {
  await openPage("self", { action: "account.read" });
  permanentRedirect("/views");
}
