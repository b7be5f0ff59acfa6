/** Where the page gets its meeting and token from, and what its address preselects. */

/** A link into one meeting, made by whoever owns it. Its token opens one call, once. */
export interface Link {
  readonly meetingId: string;
  readonly token: string;
}

/** The link in `#meetingId=…&token=…`; null where there is none. */
export function linkIn(hash: string): Link | null {
  const values = new URLSearchParams(hash.replace(/^#/, ""));
  const meetingId = values.get("meetingId");
  const token = values.get("token");
  return meetingId && token ? { meetingId, token } : null;
}

/** Takes the link out of the address bar, so that no token stays in the history or on a screenshot. */
export function takeLink(): Link | null {
  const link = linkIn(location.hash);
  if (link) history.replaceState(null, "", location.pathname + location.search);
  return link;
}

/** The agent that `?agent=…` asks for. */
export function wantedAgent(search: string): string | null {
  return new URLSearchParams(search).get("agent") || null;
}

/** The server that the page came from, without a slash at the end; it may be mounted below a prefix. */
export function serverOf(pageUrl: string): string {
  const { origin, pathname } = new URL(".", pageUrl);
  return origin + pathname.replace(/\/+$/, "");
}
