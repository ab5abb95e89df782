/**
 * Prints the statements that give every guarded table its guards as lib/log/guards declares them, or
 * only those of the tables named on the command line: for a new migration after a change there.
 */
import { guardedTables } from "@/lib/log/guards/guarded-tables";
import { guardStatements } from "@/lib/log/guards/guard-sql";

const chosen = process.argv.slice(2);
for (const [table, guard] of Object.entries(guardedTables)) {
  if (chosen.length > 0 && !chosen.includes(table)) continue;
  console.log(`\n-- ${table}\n${guardStatements(table, guard).join("\n")}`);
}
