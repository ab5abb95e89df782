import type { Actor } from "@/lib/access/actor";
import { authorizeBulk } from "./authorize-bulk";
import { decideRows, type DecidedRows, type IssueDeps } from "@/lib/bulk/requests/decide-rows";
import type { BulkIssueInput, BulkIssuePreview } from "./schema";

/**
 * A dry run: what would be issued for each row, or why not. `sha256` binds the start to it. Errors:
 * `forbidden`, `certificate.asserted`.
 */
export async function previewBulkIssue(
  deps: IssueDeps,
  actor: Actor,
  input: BulkIssueInput,
): Promise<BulkIssuePreview> {
  authorizeBulk(actor, "issue");
  return describeRows(await decideRows(deps, actor, input));
}

function describeRows({ lines, ready, sha256 }: DecidedRows): BulkIssuePreview {
  return {
    count: ready.length,
    refused: lines.length - ready.length,
    identities: new Set(ready.map(({ identityId }) => identityId)).size,
    namesAdded: ready.reduce((sum, { addNames }) => sum + addNames.length, 0),
    lines,
    sha256,
  };
}
