import { Grid, Stack } from "@/components/ui/layout";
import { PageHeaderSkeleton, Skeleton, TableSkeleton } from "@/components/ui/skeleton";

const stats = ["allowed", "refused", "identities", "networks"] as const;

export default function Loading() {
  return (
    <>
      <PageHeaderSkeleton />
      <Stack>
        <Grid columns={4}>
          {stats.map((stat) => (
            <Skeleton key={stat} height="stat" />
          ))}
        </Grid>
        <Grid columns="main">
          <Skeleton height="card" />
          <Skeleton height="card" />
        </Grid>
        <TableSkeleton />
      </Stack>
    </>
  );
}
