export const themes = ["system", "light", "dark"] as const;
export type Theme = (typeof themes)[number];

/**
 * The cookies for theme and time zone. They hold no secret; the server reads them to render the
 * layout.
 */
export const themeCookie = "chancery-theme";
export const zoneCookie = "chancery-zone";

/** The theme in a cookie; `system` for any other text. */
export function readTheme(text: string | undefined): Theme {
  return themes.find((theme) => theme === text) ?? "system";
}
