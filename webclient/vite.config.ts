import react from "@vitejs/plugin-react";
import { defineConfig, loadEnv, minifySync, type Plugin } from "vite";

const unused = new URL("./src/page/unused.ts", import.meta.url).pathname;

/** Worklets are files of their own, which Vite copies as they are: comments and all. */
const smallWorklets: Plugin = {
  name: "small-worklets",
  generateBundle(_, bundle) {
    for (const file of Object.values(bundle)) {
      if (file.type !== "asset" || !file.fileName.endsWith(".js")) continue;
      const code = typeof file.source === "string" ? file.source : new TextDecoder().decode(file.source);
      file.source = minifySync(file.fileName, code, { module: true }).code;
    }
  },
};

export default defineConfig(({ mode }) => {
  const { TURNWISE_URL = "http://127.0.0.1:8080" } = loadEnv(mode, ".", "TURNWISE_");
  return {
    plugins: [react(), smallWorklets],
    // Behind a prefix too: the server may be mounted in another application.
    base: "./",
    resolve: { alias: { bowser: unused } },
    build: {
      target: "es2022",
      // The first versions with light-dark().
      cssTarget: ["chrome123", "firefox120", "safari17.5"],
      // Worklets as files of their own: as `data:` addresses they would want a looser policy.
      assetsInlineLimit: 0,
      modulePreload: false,
    },
    server: { proxy: { "/api": { target: TURNWISE_URL, ws: true } } },
  };
});
