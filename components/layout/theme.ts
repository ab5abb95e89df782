export const themes = ["system", "light", "dark"] as const;
export type Theme = (typeof themes)[number];

/** The cookies in which a browser keeps how the console looks. They hold no secret and are read by the server's layout. */
export const themeCookie = "chancery-theme",
  zoneCookie = "chancery-zone";

/** A cookie's text as a theme; anything else is the system's. */
export function readTheme(text: string | undefined): Theme {
  return themes.find((theme) => theme === text) ?? "system";
}
