import { InventoryReportView } from "@/components/reports/inventory-report";
import { PrintButton } from "@/components/reports/print-button";
import { SignOffDialog } from "@/components/reports/sign-off-dialog";
import { ButtonLink } from "@/components/ui/button";
import { PageHeader } from "@/components/ui/page-header";
import { scopeOf } from "@/lib/access/permissions";
import { openPage } from "@/lib/auth/page";
import { formatMinute } from "@/lib/format/time";
import { getInventoryReport } from "@/lib/inventory/get-report";
import { signOff } from "./actions";

export const metadata = { title: "Inventory of keys and certificates" };

export default async function ReportsPage() {
  const { actor, deps } = await openPage("audit.read", { action: "certificate.read" });
  const report = await getInventoryReport(deps, actor);
  const { madeAt, counts, sha256 } = report;
  return (
    <>
      <PageHeader
        title="Inventory of keys and certificates"
        description={
          <>
            For PCI DSS v4.0.1, requirements 4.2.1.1 and 12.3.3. Made on {formatMinute(madeAt)} by{" "}
            {actor.label}.
          </>
        }
        action={
          <>
            <ButtonLink download href="/certificates/export?format=csv&state=valid">
              Download CSV
            </ButtonLink>
            <PrintButton />
            {scopeOf(actor.role, "audit.verify") !== "none" && (
              <SignOffDialog action={signOff} count={counts.valid} sha256={sha256} />
            )}
          </>
        }
      />
      <InventoryReportView report={report} />
    </>
  );
}
