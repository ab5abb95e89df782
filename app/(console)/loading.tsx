import { PageHeaderSkeleton, TableSkeleton } from "@/components/ui/skeleton";

/** The outline of most pages while they load. */
export default function Loading() {
  return (
    <>
      <PageHeaderSkeleton />
      <TableSkeleton rows={10} label="Loading…" />
    </>
  );
}
