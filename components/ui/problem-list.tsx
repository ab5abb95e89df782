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

/** All problems at once, each with its field path and the clause behind it. */
export function ProblemList({
  problems,
  label,
}: Readonly<{ problems: readonly Problem[]; label: string }>) {
  return (
    <ul aria-label={label} className="flex flex-col gap-2 text-sm">
      {problems.map(({ code, message, path, clause, severity = "error" }, index) => {
        const [color, Icon, severityLabel] = looks[severity];
        return (
          <li key={`${code}-${path}-${index}`} className="flex gap-2.5">
            <Icon aria-hidden className={`mt-0.5 size-4 shrink-0 ${color}`} />
            <div className="min-w-0 break-words">
              <p>
                <span className="sr-only">{severityLabel}: </span>
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
