/** Which agents there are, and which one is chosen. */

import { useEffect, useState } from "react";
import type { AgentInfo, Api } from "./api.ts";
import { wantedAgent } from "./entry.ts";

export interface Agents {
  readonly all: readonly AgentInfo[];
  /** null while the server has not told. */
  readonly chosen: AgentInfo | null;
  /** What a call asks for: until the list is here the agent in the address; null is the server's default. */
  readonly wanted: string | null;
  choose(name: string): void;
}

/** The agents of a server; the one in the page's address is chosen, else the server's default. */
export function useAgents(api: Api): Agents {
  const [all, setAll] = useState<readonly AgentInfo[]>([]);
  const [name, choose] = useState(() => wantedAgent(location.search));
  useEffect(() => {
    let isHere = true;
    // Without this list the page still connects.
    api.agents().then(
      (agents) => isHere && setAll(agents),
      () => {},
    );
    return () => {
      isHere = false;
    };
  }, [api]);
  const chosen = pick(all, name);
  return { all, chosen, wanted: chosen?.name ?? name, choose };
}

/** The agent of this name, else the default one. */
export function pick(all: readonly AgentInfo[], name: string | null): AgentInfo | null {
  return all.find((each) => each.name === name) ?? all.find((each) => each.default) ?? all[0] ?? null;
}
