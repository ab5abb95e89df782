import { Grid, Stack } from "@/components/ui/layout";
import { PageHeaderSkeleton, Skeleton, TableSkeleton } from "@/components/ui/skeleton";

/** The notifications, and next to them the test and the settings. */
export default function Loading() {
  return (
    <>
      <PageHeaderSkeleton />
      <Grid columns="main">
        <TableSkeleton rows={6} />
        <Stack>
          <Skeleton height="stat" />
          <Skeleton height="card" />
        </Stack>
      </Grid>
    </>
  );
}
