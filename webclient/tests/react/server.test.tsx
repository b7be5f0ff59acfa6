/** The hook where there is no browser: on the server of a Next.js application. */

import { renderToString } from "react-dom/server";
import { expect, test } from "vitest";
import { useRealtimeAgent } from "../../src/react/useRealtimeAgent.ts";

function Panel() {
  return <p>{useRealtimeAgent().status}</p>;
}

test("it is imported and rendered without a window", () => {
  expect(globalThis).not.toHaveProperty("window");
  expect(globalThis).not.toHaveProperty("document");
  expect(renderToString(<Panel />)).toBe("<p>Disconnected</p>");
});
