import { Download } from "lucide-react";
import type { ReactElement } from "react";
import { Button, ButtonLink } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { listHref, type Params } from "./list-href";

type Props = Readonly<{
  path: string;
  params: Params;
  /** What the filters match: "240 certificates". */
  matches: string;
  /** Instead of the button over the list. */
  trigger?: ReactElement | undefined;
}>;

/** Downloads everything that the filters match as an inventory. */
export function InventoryExport({ path, params, matches, trigger }: Props) {
  const href = (format: string) => listHref(`${path}/export`, params, { format, sort: null });
  return (
    <Dialog
      size="sm"
      title="Export inventory"
      trigger={trigger ?? <Button icon={<Download aria-hidden />}>Export</Button>}
      description={`${matches}${"ids" in params ? "" : ", as filtered, on all pages"}: with owner, key algorithm, expiration and last use. For inventories such as PCI DSS 4.2.1.1 asks for. Recorded in the audit log.`}
    >
      <div className="flex flex-wrap gap-2">
        <ButtonLink download variant="primary" href={href("csv")}>
          Download CSV
        </ButtonLink>
        <ButtonLink download href={href("json")}>
          Download JSON
        </ButtonLink>
      </div>
    </Dialog>
  );
}
