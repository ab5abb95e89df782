import { PageHeaderSkeleton, Skeleton, TableSkeleton } from "@/components/ui/skeleton";

export default function Loading() {
  return (
    <>
      <PageHeaderSkeleton />
      <Skeleton height="stat" />
      <div className="pt-4">
        <TableSkeleton />
      </div>
    </>
  );
}
