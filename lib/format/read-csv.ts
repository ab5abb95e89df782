/**
 * The records of a CSV text (RFC 4180), each with the number of its first line, from 1. Separated by
 * commas, or by semicolons if the first line has more of those, as spreadsheets of some countries
 * write. Quoted fields may contain line breaks. Empty lines are left out.
 */
export function readCsv(text: string): { line: number; fields: string[] }[] {
  const input = text.replace(/^\uFEFF/, "");
  const separator = separatorOf(input);
  const records: { line: number; fields: string[] }[] = [];
  let fields: string[] = [];
  let [field, line, start, quoted] = ["", 1, 1, false];
  const endRecord = (): void => {
    fields.push(field);
    if (fields.some((one) => one.trim() !== "")) records.push({ line: start, fields });
    [fields, field] = [[], ""];
  };
  for (let at = 0; at < input.length; at += 1) {
    const char = input[at] ?? "";
    if (char === "\n") line += 1;
    if (quoted) {
      if (char !== '"') field += char;
      else if (input[at + 1] === '"') {
        field += '"';
        at += 1;
      } else quoted = false;
    } else if (char === '"' && field === "") quoted = true;
    else if (char === separator) {
      fields.push(field);
      field = "";
    } else if (char === "\n") {
      endRecord();
      start = line;
    } else if (char !== "\r") field += char;
  }
  endRecord();
  return records;
}

function separatorOf(text: string): string {
  const first = text.split("\n", 1)[0] ?? "";
  return first.split(";").length > first.split(",").length ? ";" : ",";
}
