import { Grid, Stack } from "@/components/ui/layout";
import { PageHeaderSkeleton, Skeleton, TableSkeleton } from "@/components/ui/skeleton";

export default function Loading() {
  return (
    <>
      <PageHeaderSkeleton />
      <Grid columns="main">
        <Stack>
          <Skeleton height="chart" />
          <TableSkeleton />
        </Stack>
        <TableSkeleton rows={6} />
      </Grid>
    </>
  );
}
