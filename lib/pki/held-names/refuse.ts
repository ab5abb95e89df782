import { AppError } from "@/lib/errors/app-error";

/** A name that is valid but could be read in two ways, with how to write it. */
export const notCanonical = (text: string, fix: string): AppError =>
  new AppError("name.not-canonical", `"${text.slice(0, 120)}" can't be used as a name. ${fix}`);

/** Text that is no name of its type, with how to write one. */
export const invalidName = (text: string, fix: string): AppError =>
  new AppError("name.invalid", `"${text.slice(0, 120)}" isn't valid. ${fix}`);
