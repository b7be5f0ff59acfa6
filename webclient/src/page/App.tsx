import { useRealtimeAgent } from "../react/useRealtimeAgent.ts";

export function App() {
  const agent = useRealtimeAgent();
  const start = async () => {
    const post = async (path: string, body: object) =>
      (
        await fetch(path, {
          method: "POST",
          headers: { "Content-Type": "application/json" },
          body: JSON.stringify(body),
        })
      ).json();
    const meeting = await post("/api/meetings", {});
    await agent.connect(meeting.id, async () => (await post("/api/token", { meetingId: meeting.id })).token);
  };
  return (
    <main>
      <button type="button" onClick={start}>
        Connect
      </button>
      <button type="button" onClick={() => agent.disconnect()}>
        Disconnect
      </button>
      <p id="status">{agent.status}</p>
      <pre id="snapshot">{JSON.stringify({ ...agent, status: undefined }, null, 1)}</pre>
    </main>
  );
}
