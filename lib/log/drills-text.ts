import type { DrillAttack, DrillReport } from "./drills";

const seconds = (milliseconds: number): string =>
  `${(milliseconds / 1000).toFixed(milliseconds < 10_000 ? 2 : 0)} s`;
const isCaught = ({ caughtBy, expected }: DrillAttack): boolean => caughtBy.includes(expected);

const escaped: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
};
const escapeHtml = (text: string): string =>
  text.replaceAll(/[&<>"]/g, (character) => escaped[character] ?? "");
/** Inside a code fence nothing may end the fence. */
const fenced = (lines: readonly string[]): string =>
  `\`\`\`sql\n${lines.map((line) => `${line.replaceAll("```", "` ` `")};`).join("\n")}\n\`\`\``;

function summary({ attacks, entries, milliseconds, failed }: DrillReport): string {
  if (failed !== null) return `The drill could not be done: ${failed}`;
  const caught = attacks.filter(isCaught).length;
  return `${caught} of ${attacks.length} attacks were caught by the control that has to catch them, on a copy of ${entries} entries, in ${seconds(milliseconds)}.`;
}

/** The report for people to file, as Markdown. */
export function drillMarkdown(report: DrillReport): string {
  const head = [
    `# Tamper drill of ${report.at}`,
    `${summary(report)} Recorded as entry ${report.seq} (${report.entryId}).`,
  ];
  const parts = report.attacks.map((attack) =>
    [
      `## ${attack.name}${isCaught(attack) ? "" : " — NOT CAUGHT as it has to be"}`,
      attack.what,
      fenced(attack.sql),
      `- has to be caught by: ${attack.expected}\n- caught by: ${attack.caughtBy.join(", ") || "nothing"}\n- after: ${seconds(attack.milliseconds)}\n- finding: ${attack.finding}`,
    ].join("\n\n"),
  );
  return `${[...head, ...parts].join("\n\n")}\n`;
}

/** The same as one HTML page without anything from elsewhere. */
export function drillHtml(report: DrillReport): string {
  const rows = report.attacks.map(
    (
      attack,
    ) => `<section><h2>${escapeHtml(attack.name)}${isCaught(attack) ? "" : " — not caught as it has to be"}</h2><p>${escapeHtml(attack.what)}</p>
<pre>${escapeHtml(attack.sql.map((line) => `${line};`).join("\n"))}</pre>
<dl><dt>Has to be caught by</dt><dd>${escapeHtml(attack.expected)}</dd><dt>Caught by</dt><dd>${escapeHtml(attack.caughtBy.join(", ") || "nothing")}</dd><dt>After</dt><dd>${seconds(attack.milliseconds)}</dd><dt>Finding</dt><dd>${escapeHtml(attack.finding)}</dd></dl></section>`,
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Tamper drill of ${escapeHtml(report.at)}</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}pre{white-space:pre-wrap;overflow-wrap:anywhere;background:#f3f3f3;padding:.75rem}dt{font-weight:600}</style></head>
<body><h1>Tamper drill of ${escapeHtml(report.at)}</h1><p>${escapeHtml(summary(report))} Recorded as entry ${report.seq} (${escapeHtml(report.entryId)}).</p>
${rows.join("\n")}
</body></html>
`;
}
