/** What a role may do with a table: columns by name, or all of them. */
export type TablePrivileges = Readonly<{
  select?: "all" | readonly string[];
  insert?: "all" | readonly string[];
  update?: readonly string[];
  delete?: true;
  /** To vacuum it. */
  maintain?: true;
}>;

export type RolePrivileges = Readonly<{
  schemas: readonly string[];
  /** By qualified name; a table that is missing here is closed to the role. */
  tables: Readonly<Record<string, TablePrivileges>>;
  /** Functions that it may call, without their arguments: no two share a name. */
  functions: readonly string[];
}>;
