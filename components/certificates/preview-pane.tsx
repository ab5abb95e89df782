import { CalendarX2, CircleX } from "lucide-react";
import { ErrorBanner } from "@/components/forms/error-banner";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { Stack } from "@/components/ui/layout";
import type { KeySource } from "./new-key/key-source";
import { RequestPreview } from "./request-preview";
import type { DraftRequest } from "./use-issue-draft";
import type { PreviewState } from "./use-preview";

/** What would be signed for the fields of the form, or why there is nothing to show. */
export function PreviewPane({
  source,
  request,
  current,
  mayManageNames,
}: Readonly<{
  source: KeySource;
  request: DraftRequest;
  current: PreviewState;
  mayManageNames: boolean;
}>) {
  if (request.missing === "lifetime")
    return (
      <Card title="What will be signed">
        <EmptyState icon={<CalendarX2 aria-hidden />} title="Fix the lifetime">
          The lifetime can’t be read, so nothing can be issued. Change it, or leave it empty to use
          the default of the profile.
        </EmptyState>
      </Card>
    );
  if (request.missing === "right-name")
    return (
      <Card title="What will be signed">
        <EmptyState icon={<CircleX aria-hidden />} title="Fix the names">
          A name can’t be used as it is, so nothing can be issued. The field says how to write it.
        </EmptyState>
      </Card>
    );
  if (current.failure)
    return (
      <Stack>
        <ErrorBanner failure={current.failure} fields={[]} />
        <div>
          <Button onClick={current.reload} loading={current.pending}>
            Load the preview again
          </Button>
        </div>
      </Stack>
    );
  return (
    <RequestPreview
      preview={current.preview}
      pending={current.pending}
      source={source}
      mayManageNames={mayManageNames}
    />
  );
}
