import { Banner } from "@/components/ui/banner";
import { Link } from "@/components/ui/link";
import { ProblemList } from "@/components/ui/problem-list";
import { belongsTo, type ActionFailure } from "./use-action";

const fixFields = "Nothing was saved. Fix the highlighted fields.";
const fixFieldsAndProblems =
  "Nothing was saved. Fix the highlighted fields and the problems listed here.";

/** Why an action failed. Lists only the findings that no field of the form shows. */
export function ErrorBanner({
  failure,
  fields,
}: Readonly<{ failure: ActionFailure; fields: readonly string[] }>) {
  const unplaced = failure.findings.filter(
    ({ path }) => path === undefined || !fields.some((field) => belongsTo(path, field)),
  );
  const placedCount = failure.findings.length - unplaced.length;
  const isRepeated = unplaced.length === 1 && unplaced[0]?.message === failure.message;
  // The message of the server counts all findings, also those that the fields show.
  const title =
    placedCount === 0 ? failure.message : unplaced.length === 0 ? fixFields : fixFieldsAndProblems;
  // Another tab, so that what was entered here stays.
  const signIn = failure.code === "unauthenticated" && (
    <Link href="/sign-in" target="_blank">
      Sign in in a new tab
    </Link>
  );
  return (
    <Banner tone="danger" live title={title}>
      {signIn && <p>{signIn}, then come back and try again.</p>}
      {unplaced.length > 0 && !(isRepeated && placedCount === 0) && (
        <div className="mt-2">
          <ProblemList problems={unplaced} label="Problems" />
        </div>
      )}
    </Banner>
  );
}
