import { CircleAlert, Info, TriangleAlert } from "lucide-react";

export type Problem = Readonly<{
  code: string;
  message: string;
  path?: string | undefined;
  clause?: string | undefined;
  severity?: "error" | "warning" | "notice" | undefined;
}>;

const looks = {
  error: ["text-revoked", CircleAlert, "Error"],
  warning: ["text-expiring", TriangleAlert, "Warning"],
  notice: ["text-pending", Info, "Notice"],
} as const;

/** Everything that is wrong, at once: each with its place and the clause it comes from. */
export function ProblemList({
  problems,
  label,
}: Readonly<{ problems: readonly Problem[]; label: string }>) {
  return (
    <ul aria-label={label} className="flex flex-col gap-2 text-sm">
      {problems.map(({ code, message, path, clause, severity = "error" }, index) => {
        const [ink, Icon, word] = looks[severity];
        return (
          <li key={`${code}-${path}-${index}`} className="flex gap-2.5">
            <Icon aria-hidden className={`mt-0.5 size-4 shrink-0 ${ink}`} />
            <div className="min-w-0 break-words">
              <p>
                <span className="sr-only">{word}: </span>
                {message}
              </p>
              <p className="text-xs text-muted">
                {[path, clause].filter(Boolean).join(" · ")}
                {(path || clause) && " · "}
                <code className="font-mono">{code}</code>
              </p>
            </div>
          </li>
        );
      })}
    </ul>
  );
}
