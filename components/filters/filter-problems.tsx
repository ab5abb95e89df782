import { Banner } from "@/components/ui/banner";
import { Link } from "@/components/ui/link";
import { addressOf, type Params } from "./list-address";

export type FilterProblem = Readonly<{ name: string; value: string; message: string }>;

/** Filters in the address that could not be read: named, so that no list is silently longer or shorter than it was asked to be. */
export function FilterProblems({
  path,
  params,
  problems,
}: Readonly<{ path: string; params: Params; problems: readonly FilterProblem[] }>) {
  if (problems.length === 0) return null;
  const without = addressOf(
    path,
    params,
    Object.fromEntries(problems.map(({ name }) => [name, null])),
  );
  return (
    <div className="pb-3">
      <Banner
        tone="warning"
        title="Some filters were not understood, so this list is not filtered by them."
        action={<Link href={without}>Remove them</Link>}
      >
        <ul>
          {problems.map(({ name, value, message }) => (
            <li key={name}>
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
