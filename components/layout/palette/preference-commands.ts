import { chooseTheme } from "../preferences";
import { sendSignal } from "../open-signals";
import type { PaletteEntry } from "./palette-types";
import { themes, type Theme } from "../theme";

const themeLabels: Readonly<Record<Theme, string>> = {
  system: "Theme: as the system",
  light: "Light theme",
  dark: "Dark theme",
};

/** The commands that change how the console looks, and that end the session. */
export function preferenceCommands(signOut: () => Promise<void>): readonly PaletteEntry[] {
  return [
    ...themes.map((theme) => ({
      id: `command-theme-${theme}`,
      group: "Actions",
      label: themeLabels[theme],
      run: () => {
        chooseTheme(theme);
      },
    })),
    {
      id: "command-keys",
      group: "Actions",
      label: "Keyboard shortcuts",
      keys: ["?"],
      run: () => {
        sendSignal("keys");
      },
    },
    {
      id: "command-sign-out",
      group: "Actions",
      label: "Sign out",
      run: () => {
        void signOut();
      },
    },
  ];
}
