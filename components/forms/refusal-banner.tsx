import { Banner } from "@/components/ui/banner";
import { ProblemList } from "@/components/ui/problem-list";
import { belongsTo, type Refusal } from "./use-act";

/** Why an act was refused. What a field shows already is not said twice. */
export function RefusalBanner({
  refusal,
  shown,
}: Readonly<{ refusal: Refusal; shown: readonly string[] }>) {
  const rest = refusal.findings.filter(
    ({ path }) => path === undefined || !shown.some((field) => belongsTo(path, field)),
  );
  const [only] = rest;
  const said = rest.length === 1 && only?.message === refusal.message;
  const beside = rest.length === 0 && refusal.findings.length > 0;
  return (
    <Banner
      tone="danger"
      live
      title={beside ? "Nothing was done. Mend what is marked below." : refusal.message}
    >
      {rest.length > 0 && !said && (
        <div className="mt-2">
          <ProblemList problems={rest} label="What was found" />
        </div>
      )}
    </Banner>
  );
}
