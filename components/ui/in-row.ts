"use client";

import { createContext } from "react";

/** Whether a component is in a row of a table, which is one tab stop for all that it shows. */
export const InRow = createContext(false);
