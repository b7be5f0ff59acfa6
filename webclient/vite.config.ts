import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const stub = new URL("./src/page/noDaily.ts", import.meta.url).pathname;

export default defineConfig({
  plugins: [react()],
  // Behind a prefix too: the server may be mounted in another application.
  base: "./",
  resolve: {
    // A media manager that we don't use would bring 68 kB that load more code at run time.
    alias: { "@daily-co/daily-js": stub },
  },
  build: {
    target: "es2022",
    // Worklets as files of their own: as `data:` addresses they would want a looser policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { proxy: { "/api": { target: "http://127.0.0.1:8080", ws: true } } },
});
