import { PageHeaderSkeleton, Skeleton, TableSkeleton } from "@/components/ui/skeleton";

export default function Loading() {
  return (
    <>
      <PageHeaderSkeleton />
      <Skeleton height="chart" />
      <div className="pt-4">
        <TableSkeleton rows={10} label="Loading drills" />
      </div>
    </>
  );
}
