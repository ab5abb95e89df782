export const inventoryFormats = ["csv", "json"] as const;
export type InventoryFormat = (typeof inventoryFormats)[number];

/** An inventory as a file, produced while it is sent. */
export type Inventory = Readonly<{
  count: number;
  checkpoint: null;
  type: string;
  fileName: string;
  pieces: AsyncIterable<Uint8Array>;
}>;

/** A column of the CSV, and a member of the JSON. */
export type InventoryColumn<T> = readonly [
  name: string,
  value: (row: T) => string | number | boolean | null | readonly string[],
];
