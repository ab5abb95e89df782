import { sha256Hex } from "@/lib/format/hash";
import { canonicalJson, type Json } from "@/lib/log/pure/canonical";
import type { EntryRecord } from "@/lib/log/types";
import { comparable, millisOf, textOf } from "./fields";
import { millisSql, type PlainEntityType } from "./plain-entity-type";

type Stated = Readonly<Record<string, unknown>>;

/** The ceiling that an entry sets; undefined if it sets none. */
function ceilingIn({ action, details }: EntryRecord): Stated | undefined {
  if (action === "ceiling.set") return details;
  return action === "authority.confirmed" ? (details["ceiling"] as Stated | undefined) : undefined;
}

const rulesOf = ({ dns, uri, email, ip, usages, maxSeconds }: Stated): string =>
  sha256Hex(canonicalJson({ dns, uri, email, ip, usages, maxSeconds } as Json));

/**
 * Each version of a ceiling, above which the signer signs nothing: whoever adds one to the table
 * decides what every profile may issue at most. Its key is that of its CA, whose entry sets it.
 */
export const ceilingEntityType: PlainEntityType = {
  name: "ceiling",
  prefixes: ["ceiling", "authority"],
  from: "ceiling c join authority a on a.key_id = c.key_id",
  key: "a.id || '/' || c.key_id || '/' || c.version",
  columns: `a.id || '/' || c.key_id || '/' || c.version as id, a.slug, c.rules::text as rules, c.reason, c.entry_id as entry, c.set_by as "who set it", ${millisSql("c.created_at")} as "start date (near)"`,
  created: "ceiling.set",
  labelField: "slug",
  isWhole: true,
  idOf: (record) => {
    const stated = ceilingIn(record);
    return stated && `${record.target?.id}/${textOf(stated["keyId"])}/${textOf(stated["version"])}`;
  },
  targetOf: (id) => id.slice(0, id.indexOf("/")),
  initial: (record) => {
    const stated = ceilingIn(record) ?? {};
    return {
      rules: rulesOf(stated),
      reason: comparable(stated["reason"]),
      entry: record.id,
      "who set it": whoSet(record, stated),
      "start date (near)": millisOf(record.ts),
    };
  },
  transitions: {},
};

/** As the signer names them. */
function whoSet({ actor }: EntryRecord, { reason }: Stated): string | null {
  if (reason === "setup") return "the setup";
  return reason === "upgrade" ? "the upgrade" : comparable(actor.label);
}
