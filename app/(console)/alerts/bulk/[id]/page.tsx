import { BulkView } from "@/app/(console)/certificates/bulk/bulk-view";
import { loadBulk } from "@/app/(console)/certificates/bulk/load-bulk";

export const metadata = { title: "Bulk action" };

export default async function BulkPage({ params }: Readonly<{ params: Promise<{ id: string }> }>) {
  return <BulkView {...await loadBulk(params)} />;
}
