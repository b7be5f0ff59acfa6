/** The page's call: the hook, with meeting and token from wherever this page gets them. */

import { useEffect, useRef, useState } from "react";
import { ownError, toldOf } from "../client/errors.ts";
import {
  type CallError,
  type RealtimeAgent,
  type Status,
  type Transport,
  useRealtimeAgent,
} from "../react/useRealtimeAgent.ts";
import { Api } from "./api.ts";
import { type Link, serverOf, takeLink } from "./entry.ts";

/** Whether the API key has to be asked for. */
export type KeyWish = "none" | "wanted" | "refused";

export interface PageCall extends Omit<RealtimeAgent, "connect"> {
  readonly api: Api;
  /** Whether the page was opened with a link, which settles meeting and agent. */
  readonly hasLink: boolean;
  readonly keyWish: KeyWish;
  /** Whether this call stood already: connecting is then connecting again. */
  readonly wasConnected: boolean;
  connect(agent: string | null): Promise<void>;
  connectWithKey(key: string, agent: string | null): Promise<void>;
  /** Puts the key's form away. */
  forgoKey(): void;
}

/** `firstLink` is the one that the page was opened with; a page that `takesLinks` follows those that come later. */
export function usePageCall(firstLink: Link | null, transport: Transport, takesLinks = true): PageCall {
  const agent = useRealtimeAgent();
  const [api] = useState(() => new Api(serverOf(document.baseURI)));
  const link = useLink(firstLink, takesLinks);
  const [isPreparing, setPreparing] = useState(false);
  const [problem, setProblem] = useState<CallError | null>(null);
  const [keyWish, setKeyWish] = useState<KeyWish>("none");
  const attempt = useRef(0);
  const options = { serverUrl: api.serverUrl, transport };

  const connectToOwn = async (name: string | null, hasNewKey: boolean) => {
    const mine = ++attempt.current;
    setPreparing(true);
    try {
      const meetingId = await api.newMeeting();
      if (mine !== attempt.current) return;
      setKeyWish("none");
      void agent.connect(meetingId, () => api.token(meetingId, name), options);
    } catch (error) {
      if (mine !== attempt.current) return;
      const told = explained(error);
      if (told.code === "api_key_invalid") setKeyWish(hasNewKey ? "refused" : "wanted");
      else setProblem(told);
    } finally {
      if (mine === attempt.current) setPreparing(false);
    }
  };
  const begin = async (name: string | null, hasNewKey = false) => {
    setProblem(null);
    agent.dismissErrors();
    // Told before a key is asked for: without a microphone it would be of no use.
    if (window.isSecureContext === false) return setProblem(ownError("insecure_origin"));
    return link ? agent.connect(link.meetingId, link.token, options) : connectToOwn(name, hasNewKey);
  };

  return {
    ...agent,
    api,
    hasLink: link !== null,
    keyWish,
    wasConnected: useWasConnected(agent.status),
    status: isPreparing && agent.status === "Disconnected" ? "Connecting" : agent.status,
    errors: problem ? [problem, ...agent.errors] : agent.errors,
    connect: begin,
    connectWithKey: (key, name) => {
      api.authorise(key);
      return begin(name, true);
    },
    forgoKey: () => setKeyWish("none"),
    disconnect: () => {
      attempt.current += 1;
      setPreparing(false);
      return agent.disconnect();
    },
    dismissErrors: () => {
      setProblem(null);
      agent.dismissErrors();
    },
  };
}

/** Whether a call stood since it was asked for. */
function useWasConnected(status: Status): boolean {
  const [was, setWas] = useState(false);
  if (!was && status === "Connected") setWas(true);
  if (was && status === "Disconnected") setWas(false);
  return was;
}

/** The link that the page was opened with, or that was pasted into its address since. */
function useLink(firstLink: Link | null, takesLinks: boolean): Link | null {
  const [link, setLink] = useState(firstLink);
  useEffect(() => {
    if (!takesLinks) return;
    const follow = () => setLink((before) => takeLink() ?? before);
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, [takesLinks]);
  return link;
}

function explained(error: unknown): CallError {
  const told = toldOf(error);
  if (told.code !== "meetings_are_external") return told;
  return {
    ...told,
    message: "Calls on this server are opened from another application.",
    remedy: "Open this page with the link that the application gives you.",
  };
}
