import type { z } from "zod";
import { inventoryFormats, type InventoryFormat } from "@/lib/inventory/types";

const refuse = (text: string): Response =>
  new Response(`${text}\n`, {
    status: 400,
    headers: { "content-type": "text/plain; charset=utf-8" },
  });

/** The filters and the format of an export's URL, or the answer to one that makes no sense. */
export function readInventoryRequest<S extends z.ZodObject>(
  request: Request,
  schema: S,
): Response | Readonly<{ filter: z.output<S>; format: InventoryFormat }> {
  const {
    format = "csv",
    cursor: _cursor,
    limit: _limit,
    sort: _sort,
    ...filters
  } = Object.fromEntries(new URL(request.url).searchParams);
  const known = inventoryFormats.find((one) => one === format);
  if (known === undefined) return refuse(`format must be one of ${inventoryFormats.join(", ")}.`);
  const parsed = schema.safeParse(filters);
  if (!parsed.success)
    return refuse(
      parsed.error.issues
        .map(({ path, message }) => `${path.join(".") || "filter"}: ${message}`)
        .join("\n"),
    );
  const { cursor: _c, limit: _l, sort: _s, ...filter } = parsed.data;
  return { filter: filter as z.output<S>, format: known };
}
