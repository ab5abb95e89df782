import { Grid, Stack } from "@/components/ui/layout";
import { PageHeaderSkeleton, Skeleton, TableSkeleton } from "@/components/ui/skeleton";

export default function Loading() {
  return (
    <>
      <PageHeaderSkeleton />
      <Skeleton height="stat" />
      <div className="pt-4">
        <Grid columns="main">
          <Stack>
            <TableSkeleton rows={6} label="Loading audit log status" />
            <TableSkeleton rows={3} />
          </Stack>
          <Stack>
            <TableSkeleton rows={3} />
          </Stack>
        </Grid>
      </div>
    </>
  );
}
