import { Grid, Stack } from "@/components/ui/layout";
import { PageHeaderSkeleton, Skeleton, TableSkeleton } from "@/components/ui/skeleton";

/** The rules, and next to them the tester. */
export default function Loading() {
  return (
    <>
      <PageHeaderSkeleton />
      <Grid columns="main">
        <Stack>
          <Skeleton height="stat" />
          <TableSkeleton rows={6} />
        </Stack>
        <Skeleton height="card" />
      </Grid>
    </>
  );
}
