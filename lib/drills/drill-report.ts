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
/** A Markdown code fence; nothing inside can end it. */
const fenced = (lines: readonly string[]): string =>
  `\`\`\`sql\n${lines.map((line) => `${line.replaceAll("```", "` ` `")};`).join("\n")}\n\`\`\``;

function summary({ attacks, entries, milliseconds, failed }: DrillReport): string {
  if (failed !== null) return `The drill failed: ${failed}`;
  const caught = attacks.filter(isCaught).length;
  return `${caught} of ${attacks.length} attacks were detected by the expected control, on a copy of ${entries} entries, in ${seconds(milliseconds)}.`;
}

/** The report as Markdown. */
export function drillMarkdown(report: DrillReport): string {
  const head = [
    `# Tamper drill of ${report.at}`,
    `${summary(report)} Recorded as entry ${report.seq} (${report.entryId}).`,
  ];
  const parts = report.attacks.map((attack) =>
    [
      `## ${attack.name}${isCaught(attack) ? "" : " — NOT DETECTED by the expected control"}`,
      attack.what,
      fenced(attack.sql),
      `- expected control: ${attack.expected}\n- detected by: ${attack.caughtBy.join(", ") || "no control"}\n- time to detect: ${seconds(attack.milliseconds)}\n- finding: ${attack.finding}`,
    ].join("\n\n"),
  );
  return `${[...head, ...parts].join("\n\n")}\n`;
}

/** The report as one HTML page that loads nothing. */
export function drillHtml(report: DrillReport): string {
  const rows = report.attacks.map(
    (
      attack,
    ) => `<section><h2>${escapeHtml(attack.name)}${isCaught(attack) ? "" : " — not detected by the expected control"}</h2><p>${escapeHtml(attack.what)}</p>
<pre>${escapeHtml(attack.sql.map((line) => `${line};`).join("\n"))}</pre>
<dl><dt>Expected control</dt><dd>${escapeHtml(attack.expected)}</dd><dt>Detected by</dt><dd>${escapeHtml(attack.caughtBy.join(", ") || "no control")}</dd><dt>Time to detect</dt><dd>${seconds(attack.milliseconds)}</dd><dt>Finding</dt><dd>${escapeHtml(attack.finding)}</dd></dl></section>`,
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Tamper drill of ${escapeHtml(report.at)}</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}pre{white-space:pre-wrap;overflow-wrap:anywhere;background:#f3f3f3;padding:.75rem}dt{font-weight:600}</style></head>
<body><h1>Tamper drill of ${escapeHtml(report.at)}</h1><p>${escapeHtml(summary(report))} Recorded as entry ${report.seq} (${escapeHtml(report.entryId)}).</p>
${rows.join("\n")}
</body></html>
`;
}
