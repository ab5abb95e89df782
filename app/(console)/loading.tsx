import { PageHeaderSkeleton, TableSkeleton } from "@/components/ui/skeleton";

/** The shape of most pages while they load. */
export default function Loading() {
  return (
    <>
      <PageHeaderSkeleton />
      <TableSkeleton rows={10} label="Loading the page" />
    </>
  );
}
