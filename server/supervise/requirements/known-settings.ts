import { settingNames } from "@/lib/runtime/env";

/** Settings of the supervisor, of the launcher and of the command line, beside `settingNames`. */
const otherNames = [
  "CHANCERY_KEK",
  "CHANCERY_KEK_FILE",
  "CHANCERY_ADMIN_PASSWORD_FILE",
  "CHANCERY_SIGNER_UID",
  "CHANCERY_GATEWAY_UID",
  "CHANCERY_CONSOLE_UID",
  "CHANCERY_GID",
  "CHANCERY_NODE",
  "CHANCERY_LANDLOCK",
  "CHANCERY_URL",
  "CHANCERY_TOKEN",
  "CHANCERY_CA",
  "CHANCERY_CERT",
  "CHANCERY_KEY",
  "CHANCERY_EVENTS",
  // Of tests and tools, which start Chancery with their own environment.
  "CHANCERY_ON_CLOSED_NODE",
  "CHANCERY_ROOT",
  "CHANCERY_PICTURES",
  "CHANCERY_AXE",
  "CHANCERY_HOSTILE_ENTRIES",
];

/**
 * Throws if a setting that begins with CHANCERY_ is not one of Chancery's: with a wrong name it
 * would be ignored, and the default would hold. Names the setting that was probably meant.
 */
export function requireKnownSettings(settings: Readonly<Record<string, string | undefined>>): void {
  const known = [...settingNames, ...otherNames];
  const unknown = Object.keys(settings)
    .filter((name) => name.startsWith("CHANCERY_") && !/^CHANCERY_(TEST|BENCH)_/.test(name))
    .filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  const lines = unknown.toSorted().map((name) => {
    const meant = known.find((one) => distance(one, name) <= 3);
    return `  ${name}${meant === undefined ? "" : `: did you mean ${meant}?`}`;
  });
  throw new Error(
    `These settings are unknown and would be ignored:\n${lines.join("\n")}\nRemove or rename them. docs/operating.md lists all settings.`,
  );
}

/** How many characters have to be changed, added or removed (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_none, column) => column);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1)
      next.push(
        Math.min(
          (row[j] ?? 0) + 1,
          (next[j - 1] ?? 0) + 1,
          (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1),
        ),
      );
    row = next;
  }
  return row[b.length] ?? 0;
}
