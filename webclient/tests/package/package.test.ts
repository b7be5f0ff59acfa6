/** The package, as an application installs it. */

import { execFileSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ENDS, OWN, REMEDIES } from "../../src/client/words.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const README = readFileSync(join(ROOT, "README.md"), "utf8");
/** What the application has installed besides. */
const BESIDES = ["@pipecat-ai", "zustand", "pbf", "react", "react-dom", "@types"];

let app: string;
let installed: string;

const run = (command: string, ...args: string[]) => {
  try {
    return execFileSync(command, args, { cwd: app, encoding: "utf8", stdio: "pipe" });
  } catch (error) {
    throw new Error(String((error as { stdout?: string }).stdout) || String(error));
  }
};

beforeAll(() => {
  app = mkdtempSync(join(tmpdir(), "turnwise-client-"));
  execFileSync("npm", ["pack", "--silent", "--pack-destination", app], { cwd: ROOT, stdio: "pipe" });
  installed = join(app, "node_modules", "turnwise-client");
  mkdirSync(installed, { recursive: true });
  const archive = readdirSync(app).find((name) => name.endsWith(".tgz")) ?? "";
  run("tar", "-xzf", join(app, archive), "--strip-components=1", "-C", installed);
  for (const name of BESIDES) symlinkSync(join(ROOT, "node_modules", name), join(app, "node_modules", name));
  writeFileSync(join(app, "package.json"), '{"type": "module"}');
});

afterAll(() => rmSync(app, { recursive: true }));

const files = () => readdirSync(installed, { recursive: true }).map(String);

test("it holds code, types and worklets, and nothing else", () => {
  expect(files()).toEqual(
    expect.arrayContaining([
      "README.md",
      "lib/client/index.js",
      "lib/client/index.d.ts",
      "lib/react/useRealtimeAgent.js",
      "lib/react/useRealtimeAgent.d.ts",
      "lib/client/worklets/microphone.js",
      "lib/client/worklets/player.js",
    ]),
  );
  expect(files().filter((name) => /^(src|tests|dist|node_modules)/.test(name))).toEqual([]);
});

test("it brings no React of its own, and says on its first line that the hook is for the browser", () => {
  const hook = readFileSync(join(installed, "lib/react/useRealtimeAgent.js"), "utf8");
  expect(hook).toMatch(/^"use client";/);
  expect(hook).toMatch(/from "react"/);
  const code = files().filter((name) => name.endsWith(".js"));
  const letters = code.reduce((sum, name) => sum + readFileSync(join(installed, name)).length, 0);
  expect(letters).toBeLessThan(80_000);
});

test("it is imported in Node, where there is no window", () => {
  const script = `
    import { AgentCall } from "turnwise-client/core";
    import { useRealtimeAgent } from "turnwise-client";
    console.log(typeof window, typeof useRealtimeAgent, new AgentCall().store.getState().status);
  `;
  expect(run("node", "--input-type=module", "-e", script).trim()).toBe("undefined function Disconnected");
});

/** The examples of the README, each as a file of the application. */
function writeExamples(): string[] {
  return [...README.matchAll(/```(tsx?)\n([\s\S]*?)```/g)].map(([, kind, code], i) => {
    const name = `example${i}.${kind}`;
    writeFileSync(join(app, name), code ?? "");
    return name;
  });
}

test.each([
  ["bundler", "ESNext"],
  ["nodenext", "NodeNext"],
])("its types and the README's examples hold, with the resolution %s", (moduleResolution, module) => {
  const files = writeExamples();
  expect(files.length).toBeGreaterThanOrEqual(4);
  const lib = ["ES2023", "DOM", "DOM.Iterable"];
  const options = { strict: true, noEmit: true, target: "ES2022", jsx: "react-jsx", types: ["node"], lib };
  const compilerOptions = { ...options, module, moduleResolution };
  writeFileSync(join(app, "tsconfig.json"), JSON.stringify({ compilerOptions, files }));
  expect(run(join(ROOT, "node_modules/.bin/tsc"), "-p", "tsconfig.json")).toBe("");
});

test("a bundler finds the worklets and makes files of them", () => {
  writeFileSync(join(app, "index.html"), '<script type="module" src="./main.js"></script>');
  writeFileSync(join(app, "main.js"), 'import { AgentCall } from "turnwise-client/core"; new AgentCall();');
  const vite = join(ROOT, "node_modules/.bin/vite");
  run(vite, "build", "--assetsInlineLimit", "0", "--logLevel", "error", "--minify", "false");
  const built = readdirSync(join(app, "dist", "assets"));
  expect(built.filter((name) => /^(microphone|player)-.*\.js$/.test(name))).toHaveLength(2);
});

test("the README's first example is ten lines", () => {
  const [, code = ""] = README.match(/```tsx\n([\s\S]*?)```/) ?? [];
  expect(code.trim().split("\n").length).toBeLessThanOrEqual(10);
});

test("the README names every error", () => {
  const missing = [OWN, REMEDIES, ENDS]
    .flatMap(Object.keys)
    .filter((code) => !README.includes(`\`${code}\``));
  expect(missing).toEqual([]);
});
