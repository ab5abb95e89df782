import { Grid } from "@/components/ui/layout";
import { PageHeaderSkeleton, TableSkeleton } from "@/components/ui/skeleton";

export default function Loading() {
  return (
    <>
      <PageHeaderSkeleton />
      <Grid columns={2}>
        <TableSkeleton rows={10} label="Loading entry" />
        <TableSkeleton rows={8} />
      </Grid>
    </>
  );
}
