import { cookies } from "next/headers";
import { readTableView, type TableView, tableViewCookie } from "@/components/ui/table-view";

/** How this browser shows a table. A page size in the URL counts for this page alone. */
export async function findTableView(table: string, limit: string | undefined): Promise<TableView> {
  const view = readTableView((await cookies()).get(tableViewCookie(table))?.value);
  const given = Number(limit);
  return Number.isInteger(given) && given >= 1 && given <= 200 ? { ...view, limit: given } : view;
}
