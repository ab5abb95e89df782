import { Banner } from "@/components/ui/banner";
import { Link } from "@/components/ui/link";
import { listHref, type Params } from "./list-href";

export type FilterProblem = Readonly<{ name: string; value: string; message: string }>;

/**
 * Names the filters in the URL that were ignored because they are invalid, so that no list is longer
 * than requested without a warning.
 */
export function FilterProblems({
  path,
  params,
  problems,
}: Readonly<{ path: string; params: Params; problems: readonly FilterProblem[] }>) {
  if (problems.length === 0) return null;
  const without = listHref(
    path,
    params,
    Object.fromEntries(problems.map(({ name }) => [name, null])),
  );
  return (
    <div className="pb-3">
      <Banner
        tone="warning"
        title="Some filters are invalid and were ignored."
        action={<Link href={without}>Remove them</Link>}
      >
        <ul>
          {problems.map(({ name, value, message }) => (
            <li key={`${name}=${value}`}>
              <code className="font-mono">
                {name}={value}
              </code>
              : {message}
            </li>
          ))}
        </ul>
      </Banner>
    </div>
  );
}
